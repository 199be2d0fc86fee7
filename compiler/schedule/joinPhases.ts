import { sameShape } from "../ir/type.js";
import { nth } from "../ops/chain.js";
import { buffersIn } from "./arena.js";
import { effectsOf, type Effects } from "./effects.js";
import { isLoop } from "./element.js";
import { mapScalars } from "./replaced.js";
import { resolve, type Buffer, type Local, type Scalar, type Statement } from "./program.js";
import { visitScalars } from "./tidy.js";

type Loop = Extract<Statement, { kind: "loop" }>;
type Plain = Extract<Statement, { kind: "define" | "update" | "store" }>;
type Store = Extract<Statement, { kind: "store" }>;
type Load = Extract<Scalar, { kind: "load" }>;

/** A loop over elements with nothing but expressions in it. */
interface Elementwise {
  readonly statement: Loop;
  readonly body: readonly Plain[];
  readonly effects: Effects;
}

/** Loops that are further apart than this have work between them that waits for one of them. */
const farthest = 12;

/** More statements than these would not stay in the registers of any machine. */
const longest = 64;

/**
 * The forward work on elements and the backward work on the same elements as
 * one loop, where nothing of the backward work waits for the end of the
 * forward loop: what it needs it then finds in variables, not in memory.
 */
export function joinPhases(statements: readonly Statement[]): readonly Statement[] {
  let current = statements;
  for (let at = 0; at < current.length; at++) {
    const first = elementwise(current[at], "forward");
    if (first === null) continue;
    const end = Math.min(current.length, at + farthest);
    for (let to = at + 1; to < end; to++) {
      const second = elementwise(current[to], "backward");
      const joined = second && joinedAt(current, { at, first, to, second });
      if (joined === null) continue;
      current = joined;
      break;
    }
  }
  return current;
}

function elementwise(
  statement: Statement | undefined,
  phase: "forward" | "backward",
): Elementwise | null {
  if (statement?.kind !== "loop") return null;
  const body: Plain[] = [];
  for (const inner of statement.body) {
    const isPlain = inner.kind === "define" || inner.kind === "update" || inner.kind === "store";
    if (!isPlain || inner.origin.phase !== phase) return null;
    body.push(inner);
  }
  return { statement, body, effects: effectsOf([statement]) };
}

interface Pair {
  readonly at: number;
  readonly first: Elementwise;
  readonly to: number;
  readonly second: Elementwise;
}

/** The statements with two loops as one, or null where that is not the same or of no use. */
function joinedAt(statements: readonly Statement[], pair: Pair): readonly Statement[] | null {
  const { at, first, second, to } = pair;
  const [own, other] = [resolve(first.statement.loop), resolve(second.statement.loop)];
  if (own === other || own.extent !== other.extent) return null;
  if (first.body.length + second.body.length > longest) return null;
  const stores = storesIn(first);
  if (!fits(first, second, stores)) return null;
  const between = setApart(statements.slice(at + 1, to), first.effects, second.effects);
  if (between === null) return null;
  other.mergedInto = own;
  const rest = [
    ...statements.slice(0, at),
    ...between.early,
    ...between.late,
    ...statements.slice(to + 1),
  ];
  const isRead = (buffer: Buffer) =>
    buffer.role !== "work" || rest.some((statement) => buffersIn(statement).includes(buffer));
  const body = joinedBody(first.body, second.body, stores, isRead);
  return [
    ...statements.slice(0, at),
    ...between.early,
    { kind: "loop", loop: own, body },
    ...between.late,
    ...statements.slice(to + 1),
  ];
}

/** The stores of a loop by buffer; null for one that is stored to more than once, or added to. */
function storesIn({ body }: Elementwise): ReadonlyMap<Buffer, Store | null> {
  const stores = new Map<Buffer, Store | null>();
  for (const statement of body) {
    if (statement.kind !== "store") continue;
    const { buffer, combine } = statement;
    stores.set(buffer, combine === null && !stores.has(buffer) ? statement : null);
  }
  return stores;
}

/** Whether the second loop needs of the first only what the same iteration has made, and something of that. */
function fits(
  first: Elementwise,
  second: Elementwise,
  stores: ReadonlyMap<Buffer, Store | null>,
): boolean {
  const [own, other] = [resolve(first.statement.loop), resolve(second.statement.loop)];
  let isFit = true;
  let isOfUse = false;
  for (const statement of second.body)
    visitScalars(statement, (value) => {
      if (value.kind === "local" && first.effects.writes.has(value)) isFit = false;
      const store = value.kind === "load" ? stores.get(value.buffer) : undefined;
      if (value.kind !== "load" || store === undefined) return;
      isOfUse = true;
      isFit &&=
        store !== null && isSamePlace(store, value, (loop) => loop === own || loop === other);
    });
  for (const written of second.effects.writes)
    if (first.effects.reads.has(written) || first.effects.writes.has(written)) isFit = false;
  return isFit && isOfUse;
}

/** Whether a load in one loop reads, in each iteration, what the store in the other has written in it. */
function isSamePlace(store: Store, load: Load, isOwn: (loop: object) => boolean): boolean {
  return (
    sameShape(store.shape, load.shape) &&
    store.index.every((position, axis) => {
      const { offset, stride, variable } = nth(load.index, axis);
      const isSame =
        isLoop(variable) && isLoop(position.variable)
          ? isOwn(resolve(variable)) && isOwn(resolve(position.variable))
          : variable === null && position.variable === null;
      return isSame && position.offset === offset && position.stride === stride;
    })
  );
}

/** Statements between two loops that become one: those that go before it, and those after. */
function setApart(
  statements: readonly Statement[],
  first: Effects,
  second: Effects,
): { readonly early: readonly Statement[]; readonly late: readonly Statement[] } | null {
  const early: Statement[] = [];
  const late: Statement[] = [];
  const lateEffects: Effects[] = [];
  for (const statement of statements) {
    // Only what makes ready or sums up changes its place: passes stay apart as far as they can.
    if (statement.kind !== "define" && statement.kind !== "fill") return null;
    const effects = effectsOf([statement]);
    const isEarly = [first, ...lateEffects].every((other) => areIndependent(effects, other));
    if (isEarly) early.push(statement);
    else if (areIndependent(effects, second)) {
      late.push(statement);
      lateEffects.push(effects);
    } else return null;
  }
  return { early, late };
}

function areIndependent(a: Effects, b: Effects): boolean {
  const disturbs = ({ writes }: Effects, { reads, writes: others }: Effects) =>
    [...writes].some((thing) => reads.has(thing) || others.has(thing));
  return !disturbs(a, b) && !disturbs(b, a);
}

/** The bodies one after the other, with what the first stores for the second in variables. */
function joinedBody(
  first: readonly Plain[],
  second: readonly Plain[],
  stores: ReadonlyMap<Buffer, Store | null>,
  isRead: (buffer: Buffer) => boolean,
): readonly Statement[] {
  const wanted = new Set<Buffer>();
  for (const statement of second)
    visitScalars(statement, (value) => value.kind === "load" && wanted.add(value.buffer));
  const values = new Map<Buffer, Scalar>();
  const forward = first.flatMap((statement): readonly Statement[] => {
    const own = statement.kind === "store" && stores.get(statement.buffer) === statement;
    if (!own || !wanted.has(statement.buffer)) return [statement];
    const { buffer, origin } = statement;
    const isNamed = statement.value.kind === "local" && isConstant(statement.value, first);
    const local: Local = { kind: "local", node: buffer.node, dtype: buffer.dtype };
    const value = isNamed ? statement.value : local;
    values.set(buffer, value);
    const define: Statement = {
      kind: "define",
      local,
      value: statement.value,
      mutable: false,
      origin,
    };
    const isKept = isRead(buffer) || first.some((one) => loadsFrom(one, buffer));
    return [...(isNamed ? [] : [define]), ...(isKept ? [{ ...statement, value }] : [])];
  });
  const instead = (value: Scalar) =>
    value.kind === "load" ? (values.get(value.buffer) ?? null) : null;
  return [...forward, ...second.map((statement) => mapScalars(statement, instead))];
}

function isConstant(local: Local, body: readonly Plain[]): boolean {
  return !body.some((statement) => statement.kind === "update" && statement.local === local);
}

function loadsFrom(statement: Statement, buffer: Buffer): boolean {
  let found = false;
  visitScalars(statement, (value) => (found ||= value.kind === "load" && value.buffer === buffer));
  return found;
}
