import { nodesOf, type Graph } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { constantValue } from "../ops/leaf.js";
import {
  above,
  closed,
  everything,
  inverted,
  larger,
  magnitude,
  negated,
  notNegative,
  plus,
  point,
  positive,
  rising,
  times,
  union,
  type Interval,
} from "./interval.js";

/** The numbers each value of a graph can be, as far as its operations say; inputs can be any. */
export function rangesOf(graph: Graph): (node: Node) => Interval {
  const known = new Map<Node, Interval>();
  const range = (node: Node) => known.get(node) ?? everything;
  for (const node of nodesOf(graph)) {
    const [x = everything, y = everything, z = everything] = node.inputs.map(range);
    const rule = RULES.get(node.op.name);
    known.set(node, rule?.(x, y, z, node, range) ?? everything);
  }
  return range;
}

type Rule = (
  x: Interval,
  y: Interval,
  z: Interval,
  node: Node,
  range: (node: Node) => Interval,
) => Interval;

const unit = closed(0, 1);

/** Both sides of a saturating function reach their limit, by rounding. */
const saturating =
  (low: number, high: number, f: (value: number) => number): Rule =>
  (x) => {
    const image = rising(x, f);
    return {
      ...image,
      reachesLow: image.reachesLow || image.low === low,
      reachesHigh: image.reachesHigh || image.high === high,
    };
  };

const first: Rule = (x) => x;
const allOperands: Rule = (_x, _y, _z, node, range) => union(...node.inputs.map(range));
const withZeros: Rule = (x) => union(x, point(0));
const lesser = (x: Interval, y: Interval) => negated(larger(negated(x), negated(y)));

function sumRange(x: Interval, { inputs: [operand], type }: Node): Interval {
  const count = (shape: Node["type"]["shape"]) =>
    shape.reduce<number>((product, dim) => (typeof dim === "number" ? product * dim : NaN), 1);
  const terms = operand === undefined ? NaN : count(operand.type.shape) / count(type.shape);
  if (terms > 0) return times(x, point(terms));
  return {
    ...x,
    low: x.low >= 0 ? x.low : -Infinity,
    high: x.high <= 0 ? x.high : Infinity,
    reachesLow: x.low >= 0 && x.reachesLow,
    reachesHigh: x.high <= 0 && x.reachesHigh,
  };
}

function powerRange(x: Interval, node: Node): Interval {
  const [base, exponent] = node.inputs;
  const c = exponent === undefined ? undefined : constantValue(exponent);
  const b = base === undefined ? undefined : constantValue(base);
  if (c === undefined) return b !== undefined && b > 0 ? positive : everything;
  if (c < 0) return inverted(raised(x, -c));
  return raised(x, c);
}

/** x to a constant power above 0; a power with a fraction has values for x ≥ 0 only. */
function raised(x: Interval, exponent: number): Interval {
  const power = (value: number) => value ** exponent;
  if (exponent % 2 === 0) return rising(magnitude(x), power);
  if (Number.isInteger(exponent)) return rising(x, power);
  return rising(fromZero(x), power);
}

/** What a root is taken of; that a value may be negative does not say that it comes to 0. */
function fromZero(x: Interval): Interval {
  return x.low < 0 ? above(x, 0, false) : x;
}

/** A choice; where it compares one of its arms with a constant, that arm is as the comparison says. */
function whereRange(_x: Interval, y: Interval, z: Interval, { inputs }: Node): Interval {
  const [condition, a, b] = inputs;
  return union(compared(y, a, condition, true), compared(z, b, condition, false));
}

function compared(x: Interval, arm?: Node, condition?: Node, holds?: boolean): Interval {
  const [left, right] = condition?.inputs ?? [];
  if (arm === undefined || condition === undefined) return x;
  const isLeft = left === arm;
  const other = isLeft ? right : right === arm ? left : undefined;
  const bound = other && constantValue(other);
  if (bound === undefined) return x;
  const { name } = condition.op;
  if (name === (holds === true ? "notEqual" : "equal")) return without(x, bound);
  const greater = ["greater", "greaterEqual"].includes(name);
  if (!greater && !["less", "lessEqual"].includes(name)) return x;
  const orEqual = name.endsWith("Equal") === holds;
  return (greater === isLeft) === holds
    ? above(x, bound, orEqual)
    : negated(above(negated(x), -bound, orEqual));
}

function without(x: Interval, value: number): Interval {
  return {
    ...x,
    reachesLow: x.reachesLow && x.low !== value,
    reachesHigh: x.reachesHigh && x.high !== value,
  };
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["constant", (_x, _y, _z, node) => point(constantValue(node) ?? NaN)],
  ["size", () => closed(1, Infinity)],
  ["add", (x, y) => plus(x, y)],
  ["sub", (x, y, _z, { inputs: [a, b] }) => (a === b ? point(0) : plus(x, negated(y)))],
  ["mul", (x, y, _z, { inputs: [a, b] }) => (a === b ? raised(x, 2) : times(x, y))],
  ["div", (x, y) => times(x, inverted(y))],
  ["neg", (x) => negated(x)],
  ["pow", (x, _y, _z, node) => powerRange(x, node)],
  ["maximum", (x, y) => larger(x, y)],
  ["minimum", (x, y) => lesser(x, y)],
  ["clip", (x, y, z) => lesser(larger(x, y), z)],
  ["where", (x, y, z, node) => whereRange(x, y, z, node)],
  ["sum", (x, _y, _z, node) => sumRange(x, node)],
  ["accumulate", (_x, _y, _z, node, range) => node.inputs.map(range).reduce(plus, point(0))],
  [
    "prod",
    (x) => (x.low >= 0 ? (x.low === 0 && x.reachesLow ? notNegative : positive) : everything),
  ],
  ["cumsum", (x) => (x.low >= 0 ? { ...x, high: Infinity, reachesHigh: false } : everything)],
  ["norm", () => notNegative],
  ["hypot", () => notNegative],
  ["exp", (x) => rising(x, Math.exp)],
  ["expm1", (x) => rising(x, Math.expm1)],
  ["log", (x) => (x.low > 0 ? rising(x, Math.log) : { ...everything, high: Math.log(x.high) })],
  ["log1p", (x) => (x.low > -1 ? rising(x, Math.log1p) : everything)],
  ["sqrt", (x) => rising(fromZero(x), Math.sqrt)],
  ["cbrt", (x) => rising(x, Math.cbrt)],
  ["abs", (x) => magnitude(x)],
  ["relu", (x) => larger(x, point(0))],
  ["relu6", (x) => lesser(larger(x, point(0)), point(6))],
  ["hardSigmoid", () => unit],
  ["hardTanh", () => closed(-1, 1)],
  ["floor", (x) => ({ ...rising(x, Math.floor), reachesLow: x.low > -Infinity })],
  ["round", (x) => ({ ...rising(x, Math.round), reachesLow: x.low > -Infinity })],
  ["sign", () => closed(-1, 1)],
  // 1 is reached by rounding; 0 only where exp overflows, far out.
  ["sigmoid", () => ({ ...unit, reachesLow: false })],
  ["tanh", saturating(-1, 1, Math.tanh)],
  ["erf", () => closed(-1, 1)],
  ["erfc", () => closed(0, 2)],
  ["sin", () => closed(-1, 1)],
  ["cos", () => closed(-1, 1)],
  ["cosh", () => closed(1, Infinity)],
  ["atan", () => ({ ...closed(-Math.PI / 2, Math.PI / 2), reachesLow: false, reachesHigh: false })],
  ["acos", () => closed(0, Math.PI)],
  ["softplus", () => positive],
  ["logSigmoid", () => negated(notNegative)],
  ["logSoftmax", () => negated(notNegative)],
  ["softmaxCrossEntropy", () => notNegative],
  ["softmax", () => unit],
  ...["less", "lessEqual", "greater", "greaterEqual", "equal", "notEqual"].map(truth),
  ...["logicalAnd", "logicalOr", "logicalNot", "any", "all"].map(truth),
  ...["broadcastTo", "reshape", "transpose", "slice", "alias", "stopGradient", "cast"].map(keeps),
  ...["max", "min", "take", "takeAlong", "takeDiagonal"].map(keeps),
  ...["embed", "placeDiagonal"].map((name): [string, Rule] => [name, withZeros]),
  ...["concat", "stack"].map((name): [string, Rule] => [name, allOperands]),
]);

function truth(name: string): [string, Rule] {
  return [name, () => unit];
}

function keeps(name: string): [string, Rule] {
  return [name, first];
}
