import { dimDivide, dimMul, dimProduct, type Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { elementCount } from "../ir/type.js";
import { nth } from "../ops/chain.js";
import { constantValue } from "../ops/leaf.js";

/**
 * What it costs to compute something, in additions of doubles in V8. Calls are
 * of the host's functions and of flatgrad's runtime.
 */
const scalarCosts = {
  infix: 1,
  prefix: 1,
  select: 1,
  convert: 1,
  call: 10,
  runtime: 15,
} as const;

/** What an element of an elementwise operation costs. Small whole powers become products. */
export function scalarCost(node: Node): number {
  const { lowering } = node.op;
  if (lowering.kind !== "scalar") return Infinity;
  const exponent = node.op.name === "pow" ? node.inputs[1] : undefined;
  const power = exponent && constantValue(exponent);
  const isProduct = power !== undefined && Number.isInteger(power) && power > 0 && power <= 4;
  return isProduct ? power - 1 : scalarCosts[lowering.code.kind];
}

/**
 * The work of computing all elements of a node from its operands; a formula of
 * other operations is taken for two calls. Null for what is never done twice:
 * loops, and functions over whole arrays, whose cost is not known here.
 */
export function workOf(node: Node): Dim | null {
  const { lowering } = node.op;
  const count = elementCount(node.type);
  switch (lowering.kind) {
    case "scalar":
      return dimMul(scalarCost(node), count);
    case "leaf":
    case "view":
    case "reshape":
    case "iota":
      return 0;
    case "at":
    case "gather":
    case "concat":
    case "embed":
    case "embedAt":
    case "update":
      return count;
    case "scatterAdd":
      return elementCount(nth(node.inputs, 1).type);
    case "reduce":
      return elementCount(nth(node.inputs, 0).type);
    case "accumulate":
      return dimMul(Math.max(1, node.inputs.length - 1), count);
    case "matmul":
      return dimMul(2, dimMul(innerOf(node), count));
    case "kernel":
      return convolutionWork(node, count);
    case "expand":
      return dimMul(2 * scalarCosts.call, count);
    case "loop":
    case "loopValue":
      return null;
  }
}

/** The axis a product sums over. */
function innerOf(node: Node): Dim {
  const { shape } = nth(node.inputs, 0).type;
  return nth(shape, shape.length - (node.attrs["transposeA"] === true ? 2 : 1));
}

/** A convolution multiplies and adds all of one filter for each element. */
function convolutionWork(node: Node, count: Dim): Dim | null {
  if (node.op.name !== "conv2d") return null;
  const { shape } = nth(node.inputs, 1).type;
  const filter = dimDivide(dimProduct(shape), nth(shape, 0));
  return filter === undefined ? null : dimMul(2, dimMul(filter, count));
}
