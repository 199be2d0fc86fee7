import { dimAdd, dimAtLeast, dimMul, dimSub, type Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { dimOf } from "../ops/leaf.js";

/** `constant + Σ coefficient · leaf`, whole numbers all. */
interface Linear {
  readonly constant: Dim;
  readonly terms: ReadonlyMap<Node, number>;
}

/** Something that is known to be at least 0. */
export type Fact = Linear;

/** A condition that holds, or one that does not. */
export interface Assumption {
  readonly condition: Node;
  readonly holds: boolean;
}

/** Steps of a proof: enough for several nested loops. */
const MAX_STEPS = 200;

/** Whether a position is known to lie on an axis of this size. */
export function isWithin(position: Node, size: Dim, facts: readonly Fact[]): boolean {
  const index = linearOf(position);
  return (
    index !== undefined &&
    isNonNegative(index, facts) &&
    isNonNegative(combine({ constant: dimSub(size, 1), terms: new Map() }, index, -1), facts)
  );
}

/** What holds of the index of a range. */
export function factsOfRange(index: Node, start: Node, stop: Node, step: number): readonly Fact[] {
  const [i, from, to] = [index, start, stop].map(linearOf);
  const down = step < 0;
  const inside = from && i && combine(down ? from : i, down ? i : from, -1);
  const beforeEnd = to && i && shifted(combine(down ? i : to, down ? to : i, -1), -1);
  return [inside, beforeEnd].filter((fact) => fact !== undefined);
}

/** What follows from a condition on whole numbers. */
export function factsOf({ condition, holds }: Assumption): readonly Fact[] {
  const [a, b] = condition.inputs;
  if (a === undefined) return [];
  const both = () => condition.inputs.flatMap((one) => factsOf({ condition: one, holds }));
  const order = (low: Node | undefined, high: Node | undefined, gap: number) => {
    const [p, q] = [low, high].map((node) => node && linearOf(node));
    return p && q ? [shifted(combine(q, p, -1), -gap)] : [];
  };
  switch (condition.op.name) {
    case "logicalNot":
      return factsOf({ condition: a, holds: !holds });
    case "logicalAnd":
      return holds ? both() : [];
    case "logicalOr":
      return holds ? [] : both();
    case "less":
      return holds ? order(a, b, 1) : order(b, a, 0);
    case "lessEqual":
      return holds ? order(a, b, 0) : order(b, a, 1);
    case "greater":
      return holds ? order(b, a, 1) : order(a, b, 0);
    case "greaterEqual":
      return holds ? order(b, a, 0) : order(a, b, 1);
    case "equal":
      return holds ? [...order(a, b, 0), ...order(b, a, 0)] : [];
    case "notEqual":
      return holds ? [] : [...order(a, b, 0), ...order(b, a, 0)];
    default:
      return [];
  }
}

/** A whole number as a sum; undefined for what may have a fraction. */
function linearOf(node: Node): Linear | undefined {
  const dim = dimOf(node);
  if (dim !== undefined) return { constant: dim, terms: new Map() };
  const [a, b] = node.inputs;
  const operand = (x: Node | undefined) => x && linearOf(x);
  switch (node.op.name) {
    case "cast":
      if (node.type.dtype !== "i32" || a === undefined) return undefined;
      return dimOf(a) === undefined ? leaf(node) : linearOf(a);
    case "add":
    case "sub": {
      const [p, q] = [operand(a), operand(b)];
      if (p && q) return combine(p, q, node.op.name === "add" ? 1 : -1);
      break;
    }
    case "neg": {
      const p = operand(a);
      if (p) return combine({ constant: 0, terms: new Map() }, p, -1);
      break;
    }
    case "mul": {
      const scaled = product(operand(a), operand(b)) ?? product(operand(b), operand(a));
      if (scaled) return scaled;
      break;
    }
    default:
  }
  return leaf(node);
}

function leaf(node: Node): Linear | undefined {
  if (node.type.dtype !== "i32" || node.type.shape.length > 0) return undefined;
  return { constant: 0, terms: new Map([[node, 1]]) };
}

function product(p: Linear | undefined, q: Linear | undefined): Linear | undefined {
  if (p === undefined || q === undefined || p.terms.size > 0) return undefined;
  if (typeof p.constant === "number")
    return combine({ constant: 0, terms: new Map() }, q, p.constant);
  return q.terms.size === 0
    ? { constant: dimMul(p.constant, q.constant), terms: new Map() }
    : undefined;
}

function combine(p: Linear, q: Linear, factor: number): Linear {
  const terms = new Map(p.terms);
  for (const [node, coefficient] of q.terms) {
    const sum = (terms.get(node) ?? 0) + factor * coefficient;
    if (sum === 0) terms.delete(node);
    else terms.set(node, sum);
  }
  return { constant: dimAdd(p.constant, dimMul(q.constant, factor)), terms };
}

function shifted({ constant, terms }: Linear, by: number): Linear {
  return { constant: dimAdd(constant, by), terms };
}

/** Replaces what is unknown by its bounds, the youngest first: bounds of an index are older than it. */
function isNonNegative(goal: Linear, facts: readonly Fact[]): boolean {
  let steps = 0;
  const prove = ({ constant, terms }: Linear): boolean => {
    if (steps++ > MAX_STEPS) return false;
    const [youngest] = [...terms.keys()].toSorted((a, b) => b.id - a.id);
    if (youngest === undefined) return dimAtLeast(constant, 0);
    const wanted = terms.get(youngest) ?? 0;
    return [...facts, ...factsOfLeaf(youngest)].some((fact) => {
      const given = fact.terms.get(youngest) ?? 0;
      const factor = wanted / given;
      if (!(factor > 0) || !Number.isInteger(factor)) return false;
      return prove(combine({ constant, terms }, fact, -factor));
    });
  };
  return prove(goal);
}

/** What holds of a value whatever its operands are. */
function factsOfLeaf(node: Node): readonly Fact[] {
  const self = leaf(node);
  const inputs = node.inputs.map(linearOf);
  const [a, b] = inputs;
  if (self === undefined || !a || !b) return [];
  switch (node.op.name) {
    case "maximum":
      return [a, b].map((one) => combine(self, one, -1));
    case "minimum":
      return [a, b].map((one) => combine(one, self, -1));
    case "remainder": {
      const known = b.terms.size === 0 && dimAtLeast(b.constant, 1);
      return known ? [shifted(combine(b, self, -1), -1)] : [];
    }
    default:
      return [];
  }
}
