import { dimAdd, dimFloorDivide, dimMul, dimSub, type Dim } from "../../compiler/ir/dim.js";
import { makeNode, type Attr, type Node } from "../../compiler/ir/node.js";
import type { Op, Parameter } from "../../compiler/ir/op.js";
import { broadcastShapes, type Shape } from "../../compiler/ir/type.js";
import * as arithmetic from "../../compiler/ops/arithmetic.js";
import * as elementwise from "../../compiler/ops/elementwise.js";
import { registry } from "../../compiler/ops/index.js";
import { scatterSlices, take, takeAlong } from "../../compiler/ops/indexing.js";
import { constant, size } from "../../compiler/ops/leaf.js";
import { gemm, matmul } from "../../compiler/ops/matrix.js";
import { all, any, max, mean, min, sum } from "../../compiler/ops/reduce.js";
import {
  broadcastTo,
  concat,
  embed,
  iota,
  reshape,
  slice,
  transpose,
} from "../../compiler/ops/shape.js";
import type { ProgramBuilder } from "./programBuilder.js";

/** One more operation of a random program, on values so far; it may turn out not to be fit. */
export type Step = (builder: ProgramBuilder) => Node | null;

const { add, sub, mul, div, neg, where, pow, cast } = arithmetic;
const { abs, exp, log, maximum, minimum, relu, sigmoid, sin, softplus, sqrt, tanh } = elementwise;

/** A value so far. */
function some(b: ProgramBuilder, accepts: (node: Node) => boolean = () => true): Node {
  const found = b.pool.filter(accepts);
  return found.length > 0 ? b.draw.recent(found) : b.addInput({ dtype: "f64", shape: [2, 2] });
}

const hasAxes = (node: Node) => node.type.shape.length > 0;
const axesOf = (node: Node) => node.type.shape.map((_, axis) => axis);

/** A value that broadcasts with another. */
function partner(b: ProgramBuilder, node: Node): Node {
  return some(b, (other) => broadcastShapes(other.type.shape, node.type.shape) !== undefined);
}

/** A value of a shape: one there is, or an input. */
function shaped(b: ProgramBuilder, shape: Shape): Node {
  const same = b.pool.filter(({ type }) => type.shape.join() === shape.join());
  return same.length > 0 && b.draw.chance(0.7)
    ? b.draw.recent(same)
    : b.addInput({ dtype: "f64", shape });
}

function condition(b: ProgramBuilder, shape: Shape): Node | null {
  const found = b.conditions.filter(
    (node) => broadcastShapes(node.type.shape, shape)?.join() === shape.join(),
  );
  if (found.length > 0 && b.draw.chance(0.5)) return b.draw.recent(found);
  return compare(b);
}

function compare(b: ProgramBuilder): Node | null {
  const a = some(b);
  const { less, lessEqual, greater, greaterEqual, equal, notEqual } = arithmetic;
  const op = b.draw.pick([less, lessEqual, greater, greaterEqual, equal, notEqual]);
  const c = b.draw.chance(0.5) ? constant(b.draw.number()) : partner(b, a);
  return b.accept(() => (b.draw.chance(0.5) ? op(a, c) : op(c, a)));
}

function logic(b: ProgramBuilder): Node | null {
  if (b.conditions.length === 0) return compare(b);
  const p = b.draw.recent(b.conditions);
  const q = b.draw.pick(b.conditions);
  return b.draw.pick([
    () => b.accept(() => arithmetic.not(p)),
    () => b.accept(() => arithmetic.and(p, q)),
    () => b.accept(() => arithmetic.or(p, q)),
    () => b.accept(() => b.draw.pick([any, all])(p, { axes: b.draw.some(axesOf(p)) })),
    () => b.accept(() => cast(p, b.draw.pick(["f64", "i32"]))),
  ])();
}

function unary(b: ProgramBuilder): Node | null {
  const smoothOnes = [neg, sigmoid, sin, softplus, tanh, abs, relu];
  return b.accept(() => b.draw.pick(smoothOnes)(some(b)));
}

function infix(b: ProgramBuilder): Node | null {
  const a = some(b);
  const c = b.draw.chance(0.25) ? literal(b) : partner(b, a);
  const op = b.draw.pick([add, sub, mul, mul, div, maximum, minimum]);
  return b.accept(() => (b.draw.chance(0.5) ? op(a, c) : op(c, a)));
}

function literal(b: ProgramBuilder): Node {
  const named = b.pool.flatMap(({ type }) => type.shape).filter((dim) => typeof dim === "string");
  if (named.length > 0 && b.draw.chance(0.3)) return size(b.draw.pick(named));
  return constant(b.draw.pick([0, -0, 1, -1, 2, 0.5, 3, b.draw.number()]));
}

function power(b: ProgramBuilder): Node | null {
  const exponent = b.draw.pick([0, 1, 2, 3, 4, -1, 0.5, 1.5]);
  return b.accept(() => pow(some(b), constant(exponent)));
}

function reduction(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const op = b.draw.pick([sum, sum, mean, max, min]);
  return b.accept(() => op(x, { axes: b.draw.some(axesOf(x)), keepDims: b.draw.chance(0.4) }));
}

/** A product with a factor that fits, its batch axes perhaps fewer or of size 1. */
function product(b: ProgramBuilder): Node | null {
  const a = some(b, hasAxes);
  const { shape } = a.type;
  const inner = shape.at(-1) ?? 1;
  if (b.draw.chance(0.25)) {
    const fits = (node: Node) => node.type.shape.at(node.type.shape.length < 2 ? -1 : -2) === inner;
    const other = some(b, (node) => hasAxes(node) && fits(node));
    return b.accept(() => b.draw.pick([tanh, neg])(matmul(a, other)));
  }
  const [transposeA, transposeB] = [b.draw.chance(0.4), b.draw.chance(0.4)];
  if (shape.length < 2) return b.accept(() => matmul(a, shaped(b, [inner, b.draw.between(1, 3)])));
  const depth = shape.at(transposeA ? -2 : -1) ?? 1;
  const columns = b.draw.pick<Dim>([1, 2, 3, ...shape]);
  const batch = shape.slice(0, -2).map((dim) => (b.draw.chance(0.3) ? 1 : dim));
  const kept = b.draw.chance(0.3) ? [] : batch;
  const other = shaped(b, [...kept, ...(transposeB ? [columns, depth] : [depth, columns])]);
  const flipped = b.draw.chance(0.5);
  return b.accept(() =>
    flipped
      ? gemm(other, a, { transposeA: !transposeB, transposeB: !transposeA })
      : gemm(a, other, { transposeA, transposeB }),
  );
}

function reorder(b: ProgramBuilder): Node | null {
  const x = some(b, (node) => node.type.shape.length > 1);
  return b.accept(() => transpose(x, b.draw.shuffled(axesOf(x))));
}

function regroup(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const { shape } = x.type;
  const axis = b.draw.below(shape.length + 1);
  const dim = shape[axis] ?? 1;
  const next = shape[axis + 1];
  const to = b.draw.pick<() => Shape>([
    () => shape.toSpliced(axis, 0, 1),
    () => shape.filter((d) => d !== 1),
    () => [shape.reduce<Dim>(dimMul, 1)],
    () => (next === undefined ? shape : shape.toSpliced(axis, 2, dimMul(dim, next))),
    () => (dim === 4 ? shape.toSpliced(axis, 1, 2, 2) : shape.toReversed()),
    () => (dim === 6 ? shape.toSpliced(axis, 1, 3, 2) : shape.toReversed()),
  ])();
  return b.accept(() => reshape(x, to));
}

function repeat(b: ProgramBuilder): Node | null {
  const x = some(b);
  const shape = x.type.shape.map((dim) =>
    dim === 1 && b.draw.chance(0.7) ? b.draw.pick<Dim>([2, 3, "N"]) : dim,
  );
  const lead = b.draw.chance(0.5) ? [b.draw.pick<Dim>([1, 2, 3, "M"])] : [];
  return b.accept(() => broadcastTo(x, [...lead, ...shape]));
}

interface Cut {
  readonly start: Dim;
  readonly length: Dim;
  readonly step: number;
}

/** A walk along an axis that stays inside it in every environment. */
function cut(b: ProgramBuilder, dim: Dim): Cut {
  const whole: Cut = { start: 0, length: dim, step: 1 };
  const least = b.least(dim);
  if (least === 0 || b.draw.chance(0.3)) return whole;
  const skipped = b.draw.below(least);
  const ends = b.draw.below(least - skipped);
  return b.draw.pick<Cut>([
    { start: dimSub(dim, 1), length: dim, step: -1 },
    { start: skipped, length: dimSub(dim, skipped + ends), step: 1 },
    { start: 0, length: dimFloorDivide(dimAdd(dim, 1), 2), step: 2 },
    { start: dimSub(dim, 1), length: dimFloorDivide(dimAdd(dim, 1), 2), step: -2 },
    { start: dimSub(dim, 1 + skipped), length: 1, step: 1 },
  ]);
}

function part(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const cuts = x.type.shape.map((dim) => cut(b, dim));
  return b.accept(() =>
    slice(x, {
      start: cuts.map(({ start }) => start),
      length: cuts.map(({ length }) => length),
      step: cuts.map(({ step }) => step),
    }),
  );
}

function inside(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const offsets = x.type.shape.map(() => b.draw.below(2));
  const steps = x.type.shape.map(() => b.draw.between(1, 2));
  const shape = x.type.shape.map((dim, i) =>
    dimAdd(dimMul(dim, steps[i] ?? 1), (offsets[i] ?? 0) + b.draw.below(2)),
  );
  return b.accept(() => embed(x, { start: offsets, step: steps, shape }));
}

function join(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const axis = b.draw.below(x.type.shape.length);
  const others = Array.from({ length: b.draw.between(1, 2) }, () =>
    b.draw.chance(0.3)
      ? x
      : shaped(b, x.type.shape.with(axis, b.draw.pick<Dim>([1, 2, x.type.shape[axis] ?? 1]))),
  );
  return b.accept(() => concat(b.draw.shuffled([x, ...others]), axis));
}

/** Whole numbers below a dimension, of some shape. */
function indicesBelow(b: ProgramBuilder, dim: Dim, shape: Shape): Node {
  const same = b.integers.filter(
    (node) =>
      node.op.name === "input" &&
      node.type.shape.join() === shape.join() &&
      limits.get(node) === b.least(dim),
  );
  if (same.length > 0 && b.draw.chance(0.5)) return b.draw.pick(same);
  const node = b.addInput({ dtype: "i32", shape }, Math.max(1, b.least(dim)));
  limits.set(node, b.least(dim));
  return node;
}

const limits = new WeakMap<Node, number>();

function gather(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const { shape } = x.type;
  const axis = b.draw.below(shape.length);
  const dim = shape[axis] ?? 1;
  if (b.least(dim) === 0) return null;
  const count = b.draw.pick<Dim>([1, 2, 3, "N", dim]);
  if (b.draw.chance(0.4)) {
    const index = indicesBelow(b, dim, shape.with(axis, count));
    return b.accept(() => takeAlong(x, index, axis));
  }
  const indexShape = b.draw.pick<Shape>([[], [count], [count], [2, count]]);
  return b.accept(() => take(x, indicesBelow(b, dim, indexShape), axis));
}

function scatter(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const { shape } = x.type;
  const axis = b.draw.below(shape.length);
  const dim = b.draw.pick<Dim>([1, 2, 3]);
  const to = shape.with(axis, dim);
  if (b.draw.chance(0.5)) {
    const index = indicesBelow(b, dim, shape);
    const elements = registry.get("scatterElements");
    return elements === undefined
      ? null
      : b.accept(() => makeNode(elements, [index, x], { axis, shape: to }));
  }
  const index = indicesBelow(b, dim, [shape[axis] ?? 1]);
  return b.accept(() => scatterSlices(index, x, to, axis));
}

function choice(b: ProgramBuilder): Node | null {
  const a = some(b);
  const other = b.draw.chance(0.2) ? literal(b) : partner(b, a);
  const shape = broadcastShapes(a.type.shape, other.type.shape) ?? [];
  const c = condition(b, b.draw.chance(0.4) ? [] : shape);
  return c && b.accept(() => (b.draw.chance(0.5) ? where(c, a, other) : where(c, other, a)));
}

function scalarCondition(b: ProgramBuilder): Node | null {
  const found = b.conditions.filter((node) => node.type.shape.length === 0);
  if (found.length > 0 && b.draw.chance(0.6)) return b.draw.recent(found);
  const x = some(b);
  const single = x.type.shape.length === 0 ? x : mean(x);
  return b.accept(() => b.draw.pick([arithmetic.greater, arithmetic.less])(single, literal(b)));
}

/** An if: work on either side, of which one is done. */
function branch(b: ProgramBuilder): Node | null {
  const c = scalarCondition(b);
  if (c === null) return null;
  const a = some(b);
  const side = (): Node => {
    let x = b.draw.chance(0.2) ? partner(b, a) : a;
    for (let i = b.draw.below(4); i > 0; i--) {
      x = b.draw.pick<() => Node>([
        () => tanh(x),
        () => mul(x, partner(b, a)),
        () => exp(neg(abs(x))),
        () => sigmoid(x),
        () => (hasAxes(x) ? mul(x, sum(tanh(x), { axes: [0], keepDims: true })) : sin(x)),
        () => (b.conditions.includes(c) ? where(c, x, sin(x)) : x),
      ])();
    }
    return x;
  };
  return b.accept(() => where(c, side(), side()));
}

/** A choice whose other side is NaN or infinite where it is not taken. */
export function deadBranch(b: ProgramBuilder): Node | null {
  const x = some(b);
  const bound = constant(b.draw.pick([0, 0.5, -0.5, 1]));
  const scalar = x.type.shape.length === 0 || b.draw.chance(0.2);
  const probe = scalar && x.type.shape.length > 0 ? mean(x) : x;
  const isAbove = b.accept(() => arithmetic.greater(probe, bound));
  if (isAbove === null) return null;
  const shifted = sub(x, bound);
  let dangerous = b.draw.pick<() => Node>([
    () => sqrt(shifted),
    () => log(shifted),
    () => div(literal(b), relu(shifted)),
    () => pow(shifted, constant(b.draw.pick([0.5, 1.5, -1]))),
    () => div(x, sub(maximum(x, bound), bound)),
    () => exp(div(constant(1), shifted)),
    () => div(sqrt(relu(shifted)), shifted),
    () => log(relu(shifted)),
  ])();
  for (let i = b.draw.below(4); i > 0; i--) dangerous = onwards(b, dangerous);
  const safe = b.draw.pick<() => Node>([
    () => constant(0),
    () => tanh(x),
    () => mul(x, x),
    () => x,
  ])();
  const same = broadcastShapes(dangerous.type.shape, isAbove.type.shape);
  if (same === undefined) return null;
  const chosen = where(isAbove, dangerous, safe);
  return b.isSafe(chosen) ? b.accept(() => chosen) : null;
}

/** Further along a side that may be dead. */
function onwards(b: ProgramBuilder, x: Node): Node {
  const inner = x.type.shape.at(-1);
  return b.draw.pick<() => Node>([
    () => tanh(x),
    () => mul(x, partner(b, x)),
    () => add(x, partner(b, x)),
    () => mul(x, x),
    () => sqrt(abs(x)),
    () => sigmoid(x),
    () => (x.type.shape.length > 1 ? transpose(transpose(x)) : neg(x)),
    () => (x.type.shape.length === 2 && inner === x.type.shape[0] ? matmul(x, x) : sin(x)),
    () =>
      x.type.shape.length === 2 && inner !== undefined
        ? matmul(x, shaped(b, [inner, inner]))
        : sub(constant(1), x),
    () =>
      hasAxes(x) ? mul(x, sum(x, { axes: [x.type.shape.length - 1], keepDims: true })) : neg(x),
  ])();
}

function position(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const { shape } = x.type;
  if (shape.length === 0) return null;
  return b.accept(() => mul(x, cast(iota(shape, b.draw.below(shape.length)), "f64")));
}

const publicOps = [...registry.values()].filter((op) => op.internal !== true);

/** Any operation of the vocabulary, with any options. */
function anyOp(b: ProgramBuilder): Node | null {
  const op = b.draw.pick(publicOps);
  return b.accept(() => apply(b, op));
}

function apply(b: ProgramBuilder, op: Op): Node {
  const first = some(b);
  const inputs: Node[] = [];
  const attrs: Record<string, Attr> = {};
  for (const parameter of op.parameters) {
    const { kind } = parameter.kind;
    if (kind === "operand") {
      const isNext = inputs.length > 0;
      if (parameter.default !== undefined && b.draw.chance(0.5)) {
        if (typeof parameter.default === "number") inputs.push(constant(parameter.default));
      } else inputs.push(isNext ? operandFor(b, first) : first);
    } else if (kind === "operands" || kind === "rest") {
      inputs.push(first, ...(b.draw.chance(0.5) ? [operandFor(b, first)] : []));
    } else attrs[parameter.name] = attribute(b, parameter, first);
  }
  const types = inputs.map((x) => x.type);
  return makeNode(op, inputs, op.normalise?.(types, attrs) ?? attrs);
}

function operandFor(b: ProgramBuilder, first: Node): Node {
  if (b.integers.length > 0 && b.draw.chance(0.15)) return b.draw.pick(b.integers);
  if (b.conditions.length > 0 && b.draw.chance(0.1)) return b.draw.pick(b.conditions);
  return b.draw.chance(0.2) ? literal(b) : partner(b, first);
}

function attribute(b: ProgramBuilder, { kind, default: fallback }: Parameter, first: Node): Attr {
  const rank = first.type.shape.length;
  if (fallback !== undefined && b.draw.chance(0.4)) return fallback;
  switch (kind.kind) {
    case "boolean":
      return b.draw.chance(0.5);
    case "axis":
      return b.draw.between(-rank, rank - 1 + (rank === 0 ? 1 : 0));
    case "axes":
      return b.draw.pick<Attr>([null, [...b.draw.some(axesOf(first))], b.draw.between(-rank, 0)]);
    case "integer":
      return b.draw.between(-1, 2);
    case "number":
      return b.draw.number();
    case "choice":
      return b.draw.pick(kind.of);
    case "shape":
      return [...first.type.shape];
    case "integers":
      return [...b.draw.shuffled(axesOf(first))];
    case "pairs":
      return axesOf(first).map(() => [b.draw.below(2), b.draw.below(2)]);
    default:
      return fallback ?? null;
  }
}

/** Operations of all kinds, the common ones more often. */
export const steps: readonly Step[] = [
  ...Array<Step>(5).fill(infix),
  ...Array<Step>(3).fill(unary),
  ...Array<Step>(3).fill(reduction),
  ...Array<Step>(3).fill(product),
  ...Array<Step>(6).fill(anyOp),
  ...Array<Step>(2).fill(choice),
  ...Array<Step>(2).fill(branch),
  ...Array<Step>(2).fill(part),
  deadBranch,
  power,
  reorder,
  regroup,
  repeat,
  inside,
  join,
  gather,
  scatter,
  compare,
  logic,
  position,
];
