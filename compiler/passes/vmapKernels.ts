import { dimMul, type Dim } from "../ir/dim.js";
import { makeNode, type Node } from "../ir/node.js";
import type { Shape } from "../ir/type.js";
import { nth } from "../ops/chain.js";
import { numberAttr } from "../ops/define.js";
import { reshape } from "../ops/shape.js";
import { moveAxis, wholeAt, type Batched, type BatchedCall, type BatchRule } from "./batched.js";
import { batchedConvolution } from "./vmapConvolution.js";

/** What a kernel does along one axis, it does one axis further. */
const alongNextAxis: BatchRule = (call) => {
  const { op, inputs, attrs } = call.node;
  const operands = inputs.map((_, i) => wholeAt(call, i));
  return makeNode(op, operands, { ...attrs, axis: numberAttr(attrs, "axis") + 1 });
};

/** Positions and scratch: the axis of these two stays the first of the result. */
const sortPositions: BatchRule = (call) => moveAxis(alongNextAxis(call), 1, 0);

/** A kernel over matrices takes any number of them. */
const overMatrices: BatchRule = (call) => {
  const { op, inputs, attrs, type } = call.node;
  const operands = inputs.map((_, i) => wholeAt(call, i));
  return reshape(makeNode(op, operands, attrs), [call.batch, ...type.shape]);
};

/** Right sides for one matrix are columns side by side; each else goes with its own matrix. */
const solves: BatchRule = (call) => {
  const { op, attrs } = call.node;
  const matrices = call.inputs.slice(0, -1);
  const right = nth(call.inputs, call.inputs.length - 1);
  if (matrices.some(({ isBatched }) => isBatched)) return overMatrices(call);
  const rank = right.node.type.shape.length;
  const sides = moveAxis(right.node, 0, rank - 2);
  const shape = sides.type.shape;
  const columns = dimMul(call.batch, nth(shape, rank - 1));
  const beside = reshape(sides, [...shape.slice(0, -2), columns]);
  const operands = [...matrices.map(({ node }: Batched) => node), beside];
  return moveAxis(reshape(makeNode(op, operands, attrs), shape), rank - 2, 0);
};

/** Images of all elements of the batch, one after the other. */
const overImages: BatchRule = (call) => {
  const { op, attrs, type } = call.node;
  const x = merged(wholeAt(call, 0), call);
  return reshape(makeNode(op, [x], attrs), [call.batch, ...type.shape]);
};

/** The batch and the axis behind it as one. */
function merged(x: Node, { batch }: BatchedCall): Node {
  const [first = 1, ...rest]: Shape = x.type.shape.slice(1);
  const count: Dim = dimMul(batch, first);
  return reshape(x, [count, ...rest]);
}

/** How the kernels of the runtime are called for a batch, by operation. */
export const batchedKernels: ReadonlyMap<string, BatchRule> = new Map<string, BatchRule>([
  ["cumsum", alongNextAxis],
  ["cumprod", alongNextAxis],
  ["linearRecurrence", alongNextAxis],
  ["sortPositions", sortPositions],
  ["poolPositions", overImages],
  ["factorise", overMatrices],
  ["choleskyFactor", overMatrices],
  ["determinant", overMatrices],
  ["logDeterminant", overMatrices],
  ["cofactors", overMatrices],
  ["solveFactored", solves],
  ["solveTriangular", solves],
  ["conv2d", batchedConvolution],
  ["conv2dInput", batchedConvolution],
  ["conv2dFilters", batchedConvolution],
]);
