import type { Node } from "../ir/node.js";
import type { Scalar } from "./program.js";
import { behindReshapes, elementsIn, elementsInIndex, isLoop } from "./element.js";
import { elementsOf, wholeOperands, type Unit } from "./unit.js";

/**
 * Under which outcomes of scalar conditions a unit's result is read at all.
 * A `where` on a scalar condition is lazy: what only one of its sides needs is
 * computed only when that side is taken. Conditions go from outer to inner.
 */
export type Guard = readonly GuardLiteral[];

export interface GuardLiteral {
  readonly condition: Node;
  readonly holds: boolean;
}

/** A value that a unit reads, and under which condition beyond the unit's own. */
export interface Read {
  readonly of: Node;
  readonly under: GuardLiteral | null;
}

const knownReads = new WeakMap<Unit, readonly Read[]>();

/** Everything a unit reads. */
export function readsOf(unit: Unit): readonly Read[] {
  const known = knownReads.get(unit);
  if (known !== undefined) return known;
  const reads = [...readsOfWork(unit), ...(unit.over ?? []).map(plainly)];
  knownReads.set(unit, reads);
  return reads;
}

const plainly = (of: Node): Read => ({ of, under: null });

function readsOfWork({ work }: Unit): readonly Read[] {
  switch (work.kind) {
    case "assign":
    case "reduce":
      return [
        ...work.target.flatMap(elementsInIndex).map((e) => plainly(e.of)),
        ...readsOfValue(work.value),
      ];
    case "zeros":
      return [];
    case "matmul":
      return work.product.inputs.flatMap(inMemory);
    case "kernel":
      return work.operands.flatMap(inMemory);
    case "check":
      return work.value === undefined
        ? inMemory(work.indices)
        : elementsIn(work.value).map((e) => plainly(e.of));
    case "loop":
      return [
        ...elementsOf(work).map((e) => plainly(e.of)),
        ...wholeOperands(work).flatMap(inMemory),
      ];
    case "loopValue":
      return [plainly(work.loop)];
  }
}

/** A value that is read as a whole: it, or what it reshapes, must have been computed. */
function inMemory(node: Node): readonly Read[] {
  return [...new Set([node, behindReshapes(node)])].map((of) => ({ of, under: null }));
}

function readsOfValue(value: Scalar): readonly Read[] {
  const choice = scalarChoice(value);
  if (choice === null) return elementsIn(value).map((e) => ({ of: e.of, under: null }));
  const { condition, arms } = choice;
  const inArm = (arm: Scalar, holds: boolean) =>
    elementsIn(arm).map((e): Read => ({
      of: e.of,
      under: { condition, holds },
    }));
  return [{ of: condition, under: null }, ...inArm(arms[0], true), ...inArm(arms[1], false)];
}

/** The condition and sides of a `where` whose condition is one scalar value. */
export function scalarChoice(value: Scalar): {
  readonly condition: Node;
  readonly arms: readonly [Scalar, Scalar];
} | null {
  if (
    value.kind !== "apply" ||
    value.node.op.lowering.kind !== "scalar" ||
    value.node.op.lowering.code.kind !== "select"
  )
    return null;
  const [condition, a, b] = value.arguments;
  if (
    condition?.kind !== "element" ||
    condition.shape.length > 0 ||
    a === undefined ||
    b === undefined
  )
    return null;
  return { condition: condition.of, arms: [a, b] };
}

/** For each value, what all its readers have in common. */
export function guardsOf(
  units: readonly Unit[],
  outputs: ReadonlySet<Node>,
): ReadonlyMap<Node, Guard> {
  const guards = new Map<Node, Guard>();
  for (const node of outputs) guards.set(node, []);
  // All readers of a value before it: in reading order some come later than what they read.
  for (const { node, keeps } of units) if (keeps !== undefined) guards.set(node, keeps.under);
  for (const unit of units.toSorted((a, b) => rankOf(b) - rankOf(a))) {
    const own = guards.get(unit.node) ?? [];
    for (const { of, under } of readsOf(unit)) {
      const demand =
        under === null || own.some((g) => sameLiteral(g, under)) ? own : [...own, under];
      const known = guards.get(of);
      guards.set(of, known === undefined ? demand : commonPrefix(known, demand));
    }
  }
  // Reading a number from a place that is there cannot fail.
  for (const { node } of units) if (node.op.lowering.kind === "leaf") guards.set(node, []);
  return withoutCheapWork(units, guards);
}

/** What keeps a value comes before all else: it is the record that is read. */
function rankOf({ node, keeps }: Unit): number {
  return keeps === undefined || keeps.value === node ? node.id : Infinity;
}

/**
 * Arithmetic on a few numbers is not worth a branch: where nothing else is
 * done under a condition, both sides are worked out, and one is chosen. It
 * cannot fail, and what is not chosen is not used.
 */
function withoutCheapWork(
  units: readonly Unit[],
  guards: ReadonlyMap<Node, Guard>,
): ReadonlyMap<Node, Guard> {
  const costly = units.filter((unit) => !isCheap(unit));
  const worthwhile = new Set(
    costly.flatMap((unit) => (guards.get(unit.node) ?? []).map(({ condition }) => condition)),
  );
  const kept = (guard: Guard) => guard.filter(({ condition }) => worthwhile.has(condition));
  return new Map([...guards].map(([node, guard]) => [node, kept(guard)]));
}

function isCheap({ work, loops, after, over = [] }: Unit): boolean {
  if (work.kind === "loopValue") return true;
  return (
    work.kind === "assign" &&
    loops.length === 0 &&
    after === null &&
    over.length === 0 &&
    isArithmetic(work.value)
  );
}

function isArithmetic(value: Scalar): boolean {
  switch (value.kind) {
    case "literal":
    case "size":
    case "local":
      return true;
    case "element":
      return value.index.length === 0;
    case "index": {
      const { variable } = value.index;
      return variable === null || isLoop(variable) || isArithmetic(variable);
    }
    case "apply": {
      const { lowering } = value.node.op;
      const isSimple =
        lowering.kind === "scalar" && ["infix", "prefix", "select"].includes(lowering.code.kind);
      return isSimple && value.arguments.every(isArithmetic);
    }
    default:
      return false;
  }
}

export function sameLiteral(a: GuardLiteral, b: GuardLiteral): boolean {
  return a.condition === b.condition && a.holds === b.holds;
}

export function sameGuard(a: Guard, b: Guard): boolean {
  return a.length === b.length && commonPrefix(a, b).length === a.length;
}

export function commonPrefix(a: Guard, b: Guard): Guard {
  let length = 0;
  for (const [i, literal] of a.entries()) {
    const other = b[i];
    if (other === undefined || !sameLiteral(literal, other)) break;
    length++;
  }
  return a.slice(0, length);
}
