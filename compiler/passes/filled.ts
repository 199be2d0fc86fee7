import type { Node } from "../ir/node.js";
import { cast } from "../ops/arithmetic.js";
import { constant, zero } from "../ops/leaf.js";
import { broadcastTo } from "../ops/shape.js";

/** A derivative of the type of what it belongs to; zeros where there is none. */
export function filled(derivative: Node | null, { type: { dtype, shape } }: Node): Node {
  if (shape.length === 0) return derivative === null ? constant(0, dtype) : cast(derivative, dtype);
  return broadcastTo(cast(derivative ?? zero(), dtype), shape);
}
