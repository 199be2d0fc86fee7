import { dimProduct, dimSub } from "../ir/dim.js";
import { withOrigin, type Node } from "../ir/node.js";
import { alias } from "../ops/accumulate.js";
import { div, sub } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { constant } from "../ops/leaf.js";
import { behindReshapes } from "./element.js";
import type { Guard } from "./guard.js";
import { updatesBetween } from "./inPlace.js";
import type { Fusion } from "./place.js";
import { along, asIndex, isPosition, positionOf, scaled } from "./position.js";
import type {
  Buffer,
  Index,
  Local,
  Loop,
  Place,
  Ragged,
  Range,
  Scalar,
  Segment,
  Statement,
} from "./program.js";
import {
  hasOwnMemory,
  scheduleScope,
  type RecordTarget,
  type ScheduledScope,
  type TapeTarget,
} from "./scope.js";
import { updatedTogether, type Assignment } from "./simultaneous.js";
import { emptied, growFor, oneMore, openPart, partOf, type RecordPlace } from "./tapes.js";
import { visitScalars, bodiesOf } from "./tidy.js";
import type { Initial, Unit, Work } from "./unit.js";

/** What the statements of a loop need of those around it. */
export interface Around {
  readonly given: ReadonlyMap<Node, Place>;
  /** An expression as it reads around the loop. */
  readonly valueOf: (value: Scalar) => Scalar;
  /** Where a tensor operand is. */
  readonly placeOf: (node: Node) => RecordPlace;
  /** Where a carried value is. */
  readonly carried: (k: number) => Buffer | Local;
  /** The records that are read after the loop. */
  readonly records: ReadonlyMap<number, Node>;
  /** Tapes that the loop begins. */
  readonly fresh: readonly Ragged[];
  /** When what a record keeps is read at all. */
  readonly relevanceOf: (record: Node) => Guard;
}

type LoopWork = Extract<Work, { kind: "loop" }>;

/** The statements of a loop: its carried values made ready, then the loop itself. */
export function repeatStatements(unit: Unit, around: Around, fusion: Fusion): readonly Statement[] {
  if (unit.work.kind !== "loop") throw new Error("not a loop");
  const { initial } = unit.work;
  const ready = initial.flatMap((one, k) =>
    one === null ? [] : initialStatements(around.carried(k), one, unit, around),
  );
  const tapes = around.fresh.flatMap((tape) => emptied(tape, unit.origin));
  return [...ready, ...tapes, ...new Repetition(unit, unit.work, around, fusion).statements()];
}

/** `let s = 0;`, `y.fill(0);`, or a copy. */
function initialStatements(
  place: Buffer | Local,
  { loops, target, value: given }: Initial,
  { origin }: Unit,
  { valueOf }: Around,
): readonly Statement[] {
  const value = valueOf(given);
  if (place.kind === "local")
    return [{ kind: "define", local: place, value, mutable: true, origin }];
  if (value.kind === "literal")
    return [{ kind: "fill", buffer: place, value: value.value, origin }];
  return [stored(place, loops, target, value, origin)];
}

/** A store to each element. */
function stored(
  buffer: Buffer,
  loops: readonly Loop[],
  index: readonly Index[],
  value: Scalar,
  origin: Node["origin"],
): Statement {
  const { shape } = buffer;
  const store: Statement = { kind: "store", buffer, shape, index, combine: null, value, origin };
  return loops.reduceRight<Statement>(
    (body, loop) => ({ kind: "loop", loop, body: [body] }),
    store,
  );
}

class Repetition {
  readonly #unit: Unit;
  readonly #work: LoopWork;
  readonly #around: Around;
  readonly #fusion: Fusion;
  readonly #index: Local;
  /** A carried value that counts the iterations, if there is one. */
  readonly #counter: Local | null;
  readonly #range: Range | null;
  /** Which iteration it is, counted from 0 along the indices. */
  readonly #iteration: Index;
  /** What is done first in each iteration. */
  readonly #first: Statement[] = [];
  /** What is done last. */
  readonly #last: Statement[] = [];

  constructor(unit: Unit, work: LoopWork, around: Around, fusion: Fusion) {
    const { index, range, step, descending } = work.parts;
    this.#unit = unit;
    this.#work = work;
    this.#around = around;
    this.#fusion = fusion;
    this.#counter = range === null ? this.#counting() : null;
    this.#index = this.#counter ?? { kind: "local", node: index, dtype: "i32" };
    const bound = (node: Node) => around.valueOf(work.scalarOf(node));
    this.#range = range && {
      index: this.#index,
      start: bound(range.start),
      stop: bound(range.stop),
      step,
      descending,
    };
    this.#iteration = iterationOf(this.#index, this.#range);
  }

  statements(): readonly Statement[] {
    const { origin } = this.#unit;
    const body = this.#body();
    const repeat: Statement = { kind: "repeat", range: this.#range, body, origin };
    const isCounted = this.#range !== null || this.#counter !== null;
    if (isCounted || !body.some((statement) => mentions(statement, this.#index))) return [repeat];
    const zero: Scalar = { kind: "literal", value: 0, dtype: "i32" };
    return [
      { kind: "define", local: this.#index, value: zero, mutable: true, origin },
      { ...repeat, body: [...body, oneMore(this.#index, origin)] },
    ];
  }

  /** The carried value that starts at 0 and becomes one more than the index, which is then the index. */
  #counting(): Local | null {
    const { parts, initial } = this.#work;
    const k = parts.region.next.findIndex((node, i) => {
      const start = initial[i]?.value;
      const isZero = start !== undefined && asIndex(start).variable === null;
      return isZero && asIndex(start).offset === 0 && isOneMore(node, parts.index);
    });
    const place = k < 0 ? null : this.#around.carried(k);
    return place?.kind === "local" ? place : null;
  }

  #body(): readonly Statement[] {
    const { region, carriedInputs } = this.#work.parts;
    const given = this.#given();
    const condition = region.proceed === null ? null : this.#condition(region.proceed, given);
    const known = condition === null ? given : new Map([...given, ...visible(condition.scope)]);
    const { next, copies } = ownMemory(carriedInputs, region.next, known);
    const carried = new Map(carriedInputs.map((input, k) => [input, nth(next, k)]));
    const { records, tapes } = this.#records();
    const scope = scheduleScope({
      ...this.#request(known),
      roots: next,
      carried,
      records,
      tapes,
      copies,
    });
    return [
      ...(condition?.statements ?? []),
      ...this.#first,
      ...scope.statements,
      ...this.#carry(next, scope),
      ...this.#last,
    ];
  }

  #request(given: ReadonlyMap<Node, Place>) {
    const fusion = this.#fusion;
    return {
      given,
      results: new Set<Node>(),
      fusion,
      repeat: (unit: Unit, around: Around) => repeatStatements(unit, around, fusion),
    };
  }

  /** Where the inputs of the body stand. */
  #given(): ReadonlyMap<Node, Place> {
    const { parts, scalarOf } = this.#work;
    const { valueOf, placeOf, carried } = this.#around;
    const slice = (operand: Node): Place => {
      const size = operand.type.shape[0] ?? 1;
      const part = partOf(placeOf(operand), size, this.#iteration);
      return part.kind === "segment" ? this.#segment(part, operand) : part;
    };
    return new Map<Node, Place>([
      [parts.index, this.#index],
      ...parts.carriedInputs.map((input, k) => [input, carried(k)] as const),
      ...parts.slicedInputs.map((input, j) => [input, slice(nth(parts.sliced, j))] as const),
      ...parts.capturedInputs.map((input, j) => {
        const operand = nth(parts.captured, j);
        const isScalar = operand.type.shape.length === 0;
        return [input, isScalar ? valueOf(scalarOf(operand)) : placeOf(operand)] as const;
      }),
    ]);
  }

  #condition(proceed: Node, given: ReadonlyMap<Node, Place>) {
    const scope = scheduleScope({
      ...this.#request(given),
      roots: [proceed],
      carried: new Map(),
      records: [],
      tapes: new Map(),
      copies: [],
    });
    const { origin } = this.#unit;
    const leave: Statement = { kind: "leave", unless: scope.scalarOf(proceed), origin };
    return { scope, statements: [...scope.statements, leave] };
  }

  /** A part of a tape under the name of where it starts. */
  #segment(part: Segment, { name = "t" }: Node): Segment {
    const node: Node = { ...this.#index.node, name: `${name}Start`, derivedName: true };
    const start: Local = { kind: "local", node, dtype: "i32" };
    const { origin } = this.#unit;
    this.#first.push({ kind: "define", local: start, value: part.start, mutable: false, origin });
    return { ...part, start };
  }

  /** Where this iteration's values go: each into its element, or on the tapes of the loops inside. */
  #records(): {
    readonly records: readonly RecordTarget[];
    readonly tapes: ReadonlyMap<Node, TapeTarget>;
  } {
    const { region } = this.#work.parts;
    const { origin } = this.#unit;
    const records: RecordTarget[] = [];
    const tapes = new Map<Node, TapeTarget>();
    for (const [i, record] of this.#around.records) {
      const value = nth(region.records, i);
      const under = this.#around.relevanceOf(record);
      const place = this.#around.placeOf(record);
      if (place.kind === "ragged") {
        const size = record.type.shape[0] ?? 1;
        const part = openPart(place, size, this.#iteration, origin);
        this.#first.push(...part.statements);
        tapes.set(value, { place: part.place, under });
        continue;
      }
      if (place.kind === "slice") throw new Error("a record stands in memory of its own");
      const [buffer, position] =
        place.kind === "segment" ? [place.tape, asIndex(place.end)] : [place, this.#iteration];
      if (buffer.role === "tape") this.#first.push(growFor(buffer, position, origin));
      if (place.kind === "segment") this.#last.push(oneMore(place.end, origin));
      records.push({ record, value, under, buffer, position });
    }
    return { records, tapes };
  }

  /** The carried values become what the iteration made of them, all at once. */
  #carry(next: readonly Node[], scope: ScheduledScope): readonly Statement[] {
    const { carriedInputs } = this.#work.parts;
    const tensors: Statement[] = [];
    const scalars: Assignment[] = [];
    next.forEach((node, k) => {
      const place = this.#around.carried(k);
      if (node === carriedInputs[k]) return;
      if (place.kind === "local") {
        const value = scope.scalarOf(node);
        // Passing a variable on is the loop's work, not that of the line it comes from.
        const { origin } = value.kind === "local" ? this.#unit : node;
        scalars.push({ local: place, value, node, origin });
      } else tensors.push(...this.#copied(place, node, scope));
    });
    return [...tensors, ...updatedTogether(scalars)];
  }

  #copied(place: Buffer, node: Node, { homes }: ScheduledScope): readonly Statement[] {
    const from = (homes.get(node) ?? homes.get(behindReshapes(node)))?.buffer;
    if (from === undefined || from === null) throw new Error("what is carried is in memory");
    if (from === place) return [];
    const loop: Loop = { extent: dimProduct(place.shape) };
    const whole = { shape: [loop.extent], index: [along(loop)] };
    const value: Scalar = { kind: "load", buffer: from, ...whole };
    const { origin } = this.#unit;
    const store: Statement = {
      kind: "store",
      buffer: place,
      ...whole,
      combine: null,
      value,
      origin,
    };
    return [{ kind: "loop", loop, body: [store] }];
  }
}

/** Values of the condition that the body may read again. */
function visible({ nodes, homes }: ScheduledScope): readonly (readonly [Node, Place])[] {
  return nodes.flatMap((node) => {
    const home = homes.get(node);
    if (home === undefined || home.scope !== null || node.op.lowering.kind === "leaf") return [];
    const isWhole = home.keptAxes.length === node.type.shape.length;
    const place = home.local ?? (isWhole ? home.buffer : null);
    return place === null || node.op.lowering.kind === "loop" ? [] : [[node, place] as const];
  });
}

/**
 * What carried tensors become, each in memory that no other carried value is
 * in: a copy where it is a view, an operand, or made from another one in place.
 */
function ownMemory(
  inputs: readonly Node[],
  next: readonly Node[],
  given: ReadonlyMap<Node, Place>,
): { readonly next: readonly Node[]; readonly copies: readonly Node[] } {
  const claimed = new Set<Node>();
  const copies: Node[] = [];
  const own = next.map((node, k) => {
    const input = nth(inputs, k);
    if (node.type.shape.length === 0 || node === input) return node;
    const isUpdate = updatesBetween(input, node) !== null;
    const isFresh = behindOthers(node, inputs) && hasOwnMemory(node, given);
    if (!claimed.has(node) && (isUpdate || isFresh)) {
      claimed.add(node);
      return node;
    }
    const copy = withOrigin(node.origin, () => alias(node, {}));
    copies.push(copy);
    return copy;
  });
  return { next: own, copies };
}

/** True for a value that is not another carried one, changed in place. */
function behindOthers(node: Node, inputs: readonly Node[]): boolean {
  return inputs.every((input) => updatesBetween(input, node) === null);
}

function isOneMore(node: Node, index: Node): boolean {
  if (!isPosition(node)) return false;
  const probe: Local = { kind: "local", node: index, dtype: "i32" };
  const { variable, stride, offset } = asIndex(positionOf(node, () => probe));
  return node.inputs.includes(index) && variable === probe && stride === 1 && offset === 1;
}

function iterationOf(index: Local, range: Range | null): Index {
  if (range === null) return asIndex(index);
  const start = asIndex(range.start);
  if (start.variable === null && Math.abs(range.step) === 1) {
    const plain = scaled(asIndex(index), range.step, 0);
    return { ...plain, offset: range.step > 0 ? dimSub(0, start.offset) : start.offset };
  }
  const [a, b] = [index.node, constant(0, "i32")];
  const isFromZero = start.variable === null && start.offset === 0 && range.step > 0;
  const span: Scalar = isFromZero
    ? index
    : {
        kind: "apply",
        node: sub(a, b),
        arguments: range.step > 0 ? [index, range.start] : [range.start, index],
      };
  if (Math.abs(range.step) === 1) return asIndex(span);
  const size: Scalar = { kind: "literal", value: Math.abs(range.step), dtype: "i32" };
  return asIndex({ kind: "apply", node: div(a, b), arguments: [span, size] });
}

function mentions(statement: Statement, local: Local): boolean {
  let found = false;
  visitScalars(statement, (value) => (found ||= value === local));
  return found || bodiesOf(statement).some((body) => body.some((one) => mentions(one, local)));
}
