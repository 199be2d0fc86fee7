import { dimMul, dimSub, type Dim } from "../../compiler/ir/dim.js";
import { makeNode, type Node } from "../../compiler/ir/node.js";
import { TypeFault } from "../../compiler/ir/op.js";
import { sameShape } from "../../compiler/ir/type.js";
import * as arithmetic from "../../compiler/ops/arithmetic.js";
import * as elementwise from "../../compiler/ops/elementwise.js";
import { constant } from "../../compiler/ops/leaf.js";
import { matmul } from "../../compiler/ops/matrix.js";
import { registry } from "../../compiler/ops/index.js";
import { take } from "../../compiler/ops/indexing.js";
import { all, mean, sum } from "../../compiler/ops/reduce.js";
import { broadcastTo, concat, reshape, slice, transpose } from "../../compiler/ops/shape.js";
import type { ProgramBuilder } from "./programBuilder.js";
import { indicesBelow } from "./programMoves.js";
import { hasAxes, literal, partner, shaped, some } from "./programOperands.js";

const { add, sub, mul, div, neg, where, pow } = arithmetic;
const { abs, exp, log, maximum, relu, sigmoid, sin, sqrt, tanh } = elementwise;

/** A choice whose other side is NaN or infinite where it is not taken. */
export function deadBranch(b: ProgramBuilder): Node | null {
  const x = some(b);
  const bound = constant(b.draw.pick([0, 0.5, -0.5, 1]));
  let dangerous = danger(b, x, bound);
  const byRow = hasAxes(x) && b.draw.chance(0.3);
  for (let i = b.draw.below(byRow ? 2 : 4); i > 0; i--) dangerous = onwards(b, dangerous);
  if (byRow) dangerous = alongRows(b, dangerous);
  const move = b.draw.chance(0.4) && hasAxes(x) ? moveOf(b, x) : (node: Node) => node;
  const isLive = b.accept(() => liveness(b, x, bound, byRow, move));
  const isMovable = sameShape(dangerous.type.shape, x.type.shape);
  const moved = isMovable ? made(() => move(dangerous)) : dangerous;
  if (isLive === null || moved === null) return null;
  const safe = b.draw.pick<() => Node>([
    () => constant(0),
    () => tanh(move(x)),
    () => mul(move(x), move(x)),
    () => move(x),
  ])();
  const chosen = made(() => where(isLive, moved, safe));
  return chosen !== null && b.isSafe(chosen) ? b.accept(() => chosen) : null;
}

/** What has no value, or no slope, for x at or below a bound. */
function danger(b: ProgramBuilder, x: Node, bound: Node): Node {
  const shifted = sub(x, bound);
  return b.draw.pick<() => Node>([
    () => sqrt(shifted),
    () => log(shifted),
    () => div(literal(b), relu(shifted)),
    () => pow(shifted, constant(b.draw.pick([0.5, 1.5, -1]))),
    () => div(x, sub(maximum(x, bound), bound)),
    () => exp(div(constant(1), shifted)),
    () => div(sqrt(relu(shifted)), shifted),
    () => log(relu(shifted)),
  ])();
}

/** Whether x is above the bound: each element, all of a row, or the mean. */
function liveness(
  b: ProgramBuilder,
  x: Node,
  bound: Node,
  byRow: boolean,
  move: (node: Node) => Node,
): Node {
  if (!byRow)
    return arithmetic.greater(
      x.type.shape.length > 0 && b.draw.chance(0.2) ? mean(x) : move(x),
      bound,
    );
  const rows = all(arithmetic.greater(x, bound), {
    axes: [x.type.shape.length - 1],
    keepDims: true,
  });
  return move(broadcastTo(rows, x.type.shape));
}

/** An operation that mixes the elements of a row. */
function alongRows(b: ProgramBuilder, x: Node): Node {
  const axis = x.type.shape.length - 1;
  const name = b.draw.pick(["softmax", "logSoftmax", "cumsum", "cumprod", "sort", "sum", "max"]);
  const op = registry.get(name);
  if (axis < 0 || op === undefined) return x;
  const attrs = op.normalise?.([x.type], { axis, keepDims: true, descending: false }) ?? {};
  const result = made(() => makeNode(op, [x], attrs));
  return result === null ? x : result;
}

/** A way to rearrange elements, for values and conditions alike. */
function moveOf(b: ProgramBuilder, x: Node): (node: Node) => Node {
  const { shape } = x.type;
  const rank = shape.length;
  const axis = b.draw.below(rank);
  const dim = shape[axis] ?? 1;
  const zeros = shape.map(() => 0);
  const ones = shape.map(() => 1);
  const start = zeros.map((z, i) => (i === axis ? dimSub(dim, 1) : z));
  const reversed = { start, length: shape, step: ones.with(axis, -1) };
  const index = b.least(dim) > 0 ? indicesBelow(b, dim, [b.draw.between(1, 3)]) : null;
  return b.draw.pick<(node: Node) => Node>([
    (node) => slice(node, reversed),
    (node) => transpose(node),
    (node) => concat([node, node], axis),
    (node) => reshape(node, [shape.reduce<Dim>(dimMul, 1)]),
    (node) => (index === null ? node : take(node, index, axis)),
    (node) => reshape(node, shape.toSpliced(axis, 0, 1)),
    (node) => broadcastTo(node, [2, ...shape]),
  ]);
}

/** Null for operands that do not fit. */
function made(make: () => Node): Node | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeFault) return null;
    throw error;
  }
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
