import { isDynamic } from "../ir/dim.js";
import { usersOf } from "../ir/graph.js";
import type { Node, Step } from "../ir/node.js";
import { loopParts } from "../ir/region.js";
import { isBarrier } from "../ops/accumulate.js";
import { isLoopRecord } from "../ops/loop.js";
import { behindBarriers } from "./barriers.js";
import { behindReshapes, element, isInline } from "./element.js";
import { Emitter } from "./emit.js";
import type { Guard } from "./guard.js";
import { rootOf, shareMemory, type Sharing } from "./inPlace.js";
import { carriedKey, loopValuesOf, type LoopValues } from "./loopValues.js";
import { placeUnits, type Fusion } from "./place.js";
import type { Buffer, Index, Local, Place, Ragged, Scalar, Segment, Statement } from "./program.js";
import type { Around } from "./repeat.js";
import { guardsAmong } from "./relevance.js";
import { chooseHomes, type Home, type Homes } from "./storage.js";
import { storedInline } from "./storedInline.js";
import { isRagged, raggedFor } from "./tapes.js";
import { nestOver, plain, type Unit } from "./unit.js";
import { absorbedContributions, unitsOf } from "./unitsOf.js";

/** A function, or the body of a loop, to be scheduled: statements that run one after the other. */
export interface ScopeRequest {
  /** Values that are read once all has run. */
  readonly roots: readonly Node[];
  /** Values that are there already. */
  readonly given: ReadonlyMap<Node, Place>;
  /** Carried values, whose memory may be written, and what they become. */
  readonly carried: ReadonlyMap<Node, Node>;
  /** Values kept for after the loop. */
  readonly records: readonly RecordTarget[];
  /** Records of loops inside that go on a tape from outside, and when they matter. */
  readonly tapes: ReadonlyMap<Node, TapeTarget>;
  /** Results of the function, which its caller reads. */
  readonly results: ReadonlySet<Node>;
  /** Values without work of their own that are given memory all the same. */
  readonly copies: readonly Node[];
  readonly fusion: Fusion;
  readonly repeat: (unit: Unit, around: Around) => readonly Statement[];
}

/** A value of a body, and the element of a buffer it is kept in. */
export interface RecordTarget {
  readonly record: Node;
  readonly value: Node;
  /** When the value matters. */
  readonly under: Guard;
  readonly buffer: Buffer;
  readonly position: Index;
}

export interface TapeTarget {
  readonly place: Ragged | Segment;
  readonly under: Guard;
}

export interface ScheduledScope {
  readonly statements: readonly Statement[];
  readonly nodes: readonly Node[];
  readonly homes: Homes;
  /** A scalar once all has run. */
  readonly scalarOf: (node: Node) => Scalar;
}

export function scheduleScope(request: ScopeRequest): ScheduledScope {
  const { roots, given, carried, records, tapes, fusion, repeat } = request;
  const kept = records.map(({ value }) => value);
  const nodes = nodesUpTo([...roots, ...kept, ...tapes.keys()], given);
  const loops = loopValuesOf(nodes);
  const stored = new Set([...storedInline(nodes, given), ...request.copies]);
  const surviving = new Set(roots.flatMap((node) => [node, behindReshapes(node)]));
  const absorbed = absorbedContributions(nodes, [...roots, ...kept]);
  const guards = guardsAmong(nodes, new Map(demandsOf(request)));
  const sharing = shareMemory({ nodes, loops, stored, absorbed, carried, surviving, guards });
  const all = [
    ...unitsOf(nodes, { stored, absorbed, sharing, loops }).map((unit) => onTape(unit, tapes)),
    ...records.map((target) => keepingUnit(target, stored)),
  ];
  const units = inReadingOrder(nodes.some(isBarrier) ? behindBarriers(all) : all, nodes);
  const whole = new Set(roots.map((node) => (stored.has(node) ? node : behindReshapes(node))));
  const placement = placeUnits(units, whole, fusion, sharing);
  const homes = new Map<Node, Home>([
    ...chooseHomes(placement, whole, request.results),
    ...loopHomes(nodes, loops, sharing, request),
    ...records.map(({ record, buffer }) => [record, inBuffer(buffer)] as const),
  ]);
  const ragged = nodes.filter((node) => isLoopRecord(node) && isRagged(node.type.shape));
  const fresh = new Map(
    ragged.flatMap((node) => (tapes.has(node) ? [] : [[node, raggedFor(node)] as const])),
  );
  const opened = [...tapes].map(([node, { place }]) => [node, place] as const);
  const emitter = new Emitter({
    placement,
    homes,
    given,
    loops,
    repeat,
    users: usersOf(nodes),
    fresh,
    tapes: new Map<Node, Ragged | Segment>([...fresh, ...opened]),
  });
  return {
    statements: emitter.statements(),
    nodes,
    homes,
    scalarOf: (node) => emitter.scalarAtEnd(element(node, [], stored)),
  };
}

/** What is to be computed for some values, operands first. */
export function nodesUpTo(
  roots: readonly Node[],
  given: ReadonlyMap<Node, Place>,
): readonly Node[] {
  const seen = new Set<Node>();
  const stack = [...roots];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const isThere = given.has(node) && node.op.lowering.kind !== "leaf";
    if (isThere || seen.has(node)) continue;
    seen.add(node);
    stack.push(...node.inputs);
  }
  return [...seen].toSorted((a, b) => a.id - b.id);
}

/** When values are read from elsewhere: those read after all has run always are. */
function* demandsOf({ roots, records, tapes }: ScopeRequest): Generator<readonly [Node, Guard]> {
  for (const { value, under } of records) yield [value, under];
  for (const [value, { under }] of tapes) yield [value, under];
  for (const node of roots) yield [node, []];
}

/** What is on a tape is kept by the loop that makes it. */
function onTape(unit: Unit, tapes: ReadonlyMap<Node, TapeTarget>): Unit {
  const target = tapes.get(unit.node);
  return target === undefined
    ? unit
    : { ...unit, keeps: { value: unit.node, under: target.under } };
}

/** `record[iteration] = value`. */
function keepingUnit(
  { record, value, under, position }: RecordTarget,
  stored: ReadonlySet<Node>,
): Unit {
  const { loops, index } = nestOver(value.type.shape);
  return {
    ...plain(record),
    origin: value.origin,
    loops,
    keeps: { value, under },
    work: {
      kind: "assign",
      target: [position, ...index],
      value: element(value, index, stored),
      combine: null,
    },
  };
}

/**
 * Forward work as the author wrote it; backward work line by line in the
 * opposite order, whatever the order in which its parts were found.
 */
function inReadingOrder(units: readonly Unit[], nodes: readonly Node[]): readonly Unit[] {
  const order = new Map<Step, number>();
  for (const { origin } of nodes) {
    if (origin.phase === "forward" && !order.has(origin.step)) order.set(origin.step, order.size);
  }
  // Indices the caller gives are checked before anything is computed.
  const isCheck = (unit: Unit) =>
    unit.work.kind === "check" && behindReshapes(unit.work.indices).op.name === "input";
  // So is what stands in memory already given a name.
  const isGiven = (unit: Unit) => isCheck(unit) || unit.node.op.lowering.kind === "leaf";
  const given = units.filter(isGiven);
  const forward = units.filter((unit) => unit.origin.phase === "forward" && !isGiven(unit));
  const backward = units.filter((unit) => unit.origin.phase === "backward" && !isGiven(unit));
  const place = (unit: Unit) => order.get(unit.origin.step) ?? order.size;
  return [...given, ...forward, ...backward.toSorted((a, b) => place(b) - place(a))];
}

/** Where values stand that loops end with, and those that are changed in place. */
function loopHomes(
  nodes: readonly Node[],
  loops: ReadonlyMap<Node, LoopValues>,
  sharing: Sharing,
  { given, carried, results, tapes }: ScopeRequest,
): ReadonlyMap<Node, Home> {
  const homes = new Map<Node, Home>();
  const inputOf = new Map(
    [...loops].flatMap(([loop]) =>
      loopParts(loop).carriedInputs.map((input, k) => [carriedKey(loop, k, loops), input] as const),
    ),
  );
  const versions = new Map<Node, Node[]>();
  const changed = [...sharing.baseOf].flatMap(([node, base]) => [base, node]);
  for (const node of new Set([...changed, ...inputOf.keys()])) {
    const root = rootOf(node, sharing);
    versions.set(root, [...(versions.get(root) ?? []), node]);
  }
  for (const [root, list] of versions) {
    const own = carried.has(root) ? given.get(root) : undefined;
    const inside = list.flatMap((node) => inputOf.get(node) ?? []);
    // Inside the loop a variable has the name the author gave it, afterwards that of a version.
    const place = own ?? placeFor([...new Set([...inside, ...list])], results);
    if (place.kind !== "buffer" && place.kind !== "local")
      throw new Error("what is carried stands in a place of its own");
    for (const node of list) if (!given.has(node)) homes.set(node, inPlace(place));
  }
  for (const node of nodes)
    if (isLoopRecord(node) && !tapes.has(node) && !isRagged(node.type.shape))
      homes.set(node, inPlace(placeFor([tapeNamed(node)], results)));
  return homes;
}

/** The place of the versions of one value, under the name that says most. */
function placeFor(versions: readonly Node[], results: ReadonlySet<Node>): Buffer | Local {
  const named = versions.find(({ name, derivedName }) => name !== undefined && !derivedName);
  const result = versions.find((node) => results.has(node));
  const node = named ?? result ?? versions.find(({ name }) => name) ?? versions.at(-1);
  if (node === undefined) throw new Error("a place without a value");
  const { dtype, shape } = node.type;
  if (shape.length === 0) return { kind: "local", node, dtype };
  const isTape = shape.some(isDynamic);
  const role = result !== undefined ? "output" : isTape ? "tape" : "work";
  return { kind: "buffer", node, dtype, shape, role };
}

/** The values of `x` in all iterations are `xs`. */
function tapeNamed(node: Node): Node {
  return node.name === undefined ? node : { ...node, name: `${node.name}s` };
}

function inPlace(place: Buffer | Local): Home {
  return place.kind === "buffer"
    ? inBuffer(place)
    : { local: place, scope: null, buffer: null, keptAxes: [] };
}

function inBuffer(buffer: Buffer): Home {
  return { local: null, scope: null, buffer, keptAxes: buffer.shape.map((_, axis) => axis) };
}

/** True for a value whose memory no other name reaches. */
export function hasOwnMemory(node: Node, given: ReadonlyMap<Node, Place>): boolean {
  const root = behindReshapes(node);
  return root.op.lowering.kind !== "leaf" && !isInline(root) && !given.has(root);
}
