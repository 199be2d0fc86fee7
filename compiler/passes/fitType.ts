import type { Node } from "../ir/node.js";
import { isFloat, sameType, type TensorType } from "../ir/type.js";
import { cast } from "../ops/arithmetic.js";

/**
 * The node under the type that it must have in its place; null if its numbers
 * would change. A float scalar has no width of its own: f32 scalars and f64
 * constants make f64 scalars, where the operation that was replaced said f32.
 */
export function fitType(node: Node, type: TensorType): Node | null {
  if (sameType(node.type, type)) return node;
  const scalars = node.type.shape.length === 0 && type.shape.length === 0;
  return scalars && isFloat(node.type.dtype) && isFloat(type.dtype) ? cast(node, type.dtype) : null;
}
