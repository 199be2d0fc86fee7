import type { Dim } from "../ir/dim.js";
import { makeNode, type Attrs, type Node } from "../ir/node.js";
import { TypeFault, type AxisMap, type Op } from "../ir/op.js";
import { formatShape, type Shape, type TensorType } from "../ir/type.js";
import { greaterEqual, lessEqual, where, add } from "./arithmetic.js";
import { chain1, nth } from "./chain.js";
import {
  defineOp,
  flatIndex,
  indices,
  numberAttr,
  operand,
  parameter,
  readAt,
  shapeAttr,
} from "./define.js";
import { defineFormula } from "./grouped.js";
import { constant } from "./leaf.js";
import { sum } from "./reduce.js";
import { iota } from "./shape.js";

const group = "Matrices";

/** @throws TypeFault FG305 unless the operand is a matrix or a batch of matrices. */
export function requireMatrix(name: string, { shape }: TensorType, i = 0): void {
  if (shape.length >= 2) return;
  throw new TypeFault("FG305", `${name}: shape ${formatShape(shape)} is not a matrix`, {
    operands: [i],
    accepted: "a matrix, or a batch of matrices",
  });
}

function triangle(
  name: string,
  summary: string,
  keeps: (column: Node, row: Node) => Node,
): (x: Node, k?: number) => Node {
  const op = defineFormula({
    name,
    group,
    summary,
    gradient: `dx = ${name}(dy)`,
    parameters: [
      operand("x"),
      parameter("k", { kind: "integer" }, 0, "The diagonal to start from; positive is above."),
    ],
    type: (inputs) => {
      requireMatrix(name, nth(inputs, 0));
      return nth(inputs, 0);
    },
    expand: (inputs, attrs) => {
      const x = nth(inputs, 0);
      const plane = x.type.shape.slice(-2);
      const border = add(iota(plane, 0), constant(numberAttr(attrs, "k"), "i32"));
      return where(keeps(iota(plane, 1), border), x, constant(0, x.type.dtype));
    },
    example: { typescript: `${name}(x, { k: 1 })`, math: `${name}(x, k=1)` },
  });
  return (x, k = 0) => makeNode(op, [x], { k });
}

export const tril = triangle(
  "tril",
  "The lower triangle of a matrix, or of each in a batch; zeros elsewhere.",
  lessEqual,
);
triangle(
  "triu",
  "The upper triangle of a matrix, or of each in a batch; zeros elsewhere.",
  greaterEqual,
);

/** The smaller of two sizes, where that is known. @throws TypeFault FG310 */
function shorter(name: string, shape: Shape, rows: Dim, columns: Dim): Dim {
  if (rows === columns) return rows;
  if (typeof rows === "number" && typeof columns === "number") return Math.min(rows, columns);
  throw new TypeFault(
    "FG310",
    `${name}: the shorter axis of shape ${formatShape(shape)} is not known`,
    { operands: [0], accepted: "square matrices, or sizes that are numbers" },
  );
}

/** Along the diagonal of axes `first` and `second` of x, which the last axis of the result runs. */
function diagonalMap(attrs: Attrs, rank: number): readonly AxisMap[] {
  const [first, second] = [numberAttr(attrs, "first"), numberAttr(attrs, "second")];
  let next = 0;
  return Array.from({ length: rank }, (_, axis) =>
    axis === first || axis === second
      ? { axis: rank - 2, stride: 1, offset: 0 }
      : { axis: next++, stride: 1, offset: 0 },
  );
}

const positionsOf = (map: readonly AxisMap[], index: readonly number[]): readonly number[] =>
  map.map(({ axis }) => index[axis ?? 0] ?? 0);

const takeDiagonalOp: Op = defineOp({
  name: "takeDiagonal",
  group,
  summary: "The elements at which two axes have the same index, as the last axis.",
  gradient: "dx = dy on the diagonal, zeros elsewhere",
  internal: true,
  parameters: [operand("x")],
  type: (inputs, attrs) => {
    const { dtype, shape } = nth(inputs, 0);
    const [first, second] = [numberAttr(attrs, "first"), numberAttr(attrs, "second")];
    const rest = shape.filter((_, axis) => axis !== first && axis !== second);
    const length = shorter("diagonal", shape, nth(shape, first), nth(shape, second));
    return { dtype, shape: [...rest, length] };
  },
  vjp: chain1((x, _y, dy, { attrs }) =>
    makeNode(placeDiagonalOp, [dy], { ...attrs, shape: [...x.type.shape] }),
  ),
  evaluate: (inputs, attrs, type) => {
    const x = nth(inputs, 0);
    const map = diagonalMap(attrs, x.shape.length);
    return {
      ...type,
      data: indices(type.shape).map((index) => readAt(x, positionsOf(map, index))),
    };
  },
  lowering: { kind: "view", map: (from, _to, attrs) => diagonalMap(attrs, from.length) },
});

const placeDiagonalOp: Op = defineOp({
  name: "placeDiagonal",
  group,
  summary: "The last axis along the diagonal of two axes, inside zeros.",
  gradient: "dx = the diagonal of dy",
  internal: true,
  parameters: [operand("x")],
  type: (inputs, attrs) => ({ dtype: nth(inputs, 0).dtype, shape: shapeAttr(attrs, "shape") }),
  vjp: chain1((_x, _y, dy, { attrs }) =>
    takeDiagonal(dy, numberAttr(attrs, "first"), numberAttr(attrs, "second")),
  ),
  evaluate: (inputs, attrs, type) => {
    const x = nth(inputs, 0);
    const map = diagonalMap(attrs, type.shape.length);
    const data = new Array<number>(type.shape.reduce((p, q) => p * q, 1)).fill(0);
    for (const index of indices(x.shape))
      data[flatIndex(type.shape, positionsOf(map, index))] = readAt(x, index);
    return { ...type, data };
  },
  lowering: { kind: "embed", map: (_from, to, attrs) => diagonalMap(attrs, to.length) },
});

/** The elements at which axes `first` and `second` have the same index, as the last axis. */
export function takeDiagonal(x: Node, first: number, second: number): Node {
  return makeNode(takeDiagonalOp, [x], { first, second });
}

/** The diagonal of the last two axes. */
export function diagonal(x: Node): Node {
  const rank = x.type.shape.length;
  return takeDiagonal(x, rank - 2, rank - 1);
}

defineFormula({
  name: "diagonal",
  group,
  summary: "The diagonal of a matrix, or of each in a batch.",
  gradient: "dx = dy on the diagonal, zeros elsewhere",
  parameters: [operand("x")],
  type: (inputs) => {
    const { dtype, shape } = nth(inputs, 0);
    requireMatrix("diagonal", nth(inputs, 0));
    const [rows, columns] = shape.slice(-2) as [Dim, Dim];
    return { dtype, shape: [...shape.slice(0, -2), shorter("diagonal", shape, rows, columns)] };
  },
  expand: (inputs) => diagonal(nth(inputs, 0)),
  example: { typescript: "diagonal(x)", math: "diagonal(x)" },
});

defineFormula({
  name: "trace",
  group,
  summary: "Sum of the diagonal of a matrix, or of each in a batch.",
  gradient: "dx = dy on the diagonal, zeros elsewhere",
  parameters: [operand("x")],
  type: (inputs) => {
    const { dtype, shape } = nth(inputs, 0);
    requireMatrix("trace", nth(inputs, 0));
    shorter("trace", shape, nth(shape, shape.length - 2), nth(shape, shape.length - 1));
    return { dtype: dtype === "bool" ? "i32" : dtype, shape: shape.slice(0, -2) };
  },
  expand: (inputs) => {
    const entries = diagonal(nth(inputs, 0));
    return sum(entries, { axes: [entries.type.shape.length - 1] });
  },
  example: { typescript: "trace(x)", math: "trace(x)" },
});
