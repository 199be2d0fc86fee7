import type { Node } from "../../compiler/ir/node.js";
import { broadcastShapes, type Shape } from "../../compiler/ir/type.js";
import { constant, size } from "../../compiler/ops/leaf.js";
import type { ProgramBuilder } from "./programBuilder.js";

/** One more operation of a random program, on values so far; it may turn out not to be fit. */
export type Step = (builder: ProgramBuilder) => Node | null;

/** A value so far. */
export function some(b: ProgramBuilder, accepts: (node: Node) => boolean = () => true): Node {
  const found = b.pool.filter(accepts);
  return found.length > 0 ? b.draw.recent(found) : b.addInput({ dtype: "f64", shape: [2, 2] });
}

export const hasAxes = (node: Node) => node.type.shape.length > 0;
export const axesOf = (node: Node) => node.type.shape.map((_, axis) => axis);

/** A value that broadcasts with another. */
export function partner(b: ProgramBuilder, node: Node): Node {
  return some(b, (other) => broadcastShapes(other.type.shape, node.type.shape) !== undefined);
}

/** A value of a shape: one there is, or an input. */
export function shaped(b: ProgramBuilder, shape: Shape): Node {
  const same = b.pool.filter(({ type }) => type.shape.join() === shape.join());
  return same.length > 0 && b.draw.chance(0.7)
    ? b.draw.recent(same)
    : b.addInput({ dtype: "f64", shape });
}

export function literal(b: ProgramBuilder): Node {
  const named = b.pool.flatMap(({ type }) => type.shape).filter((dim) => typeof dim === "string");
  if (named.length > 0 && b.draw.chance(0.3)) return size(b.draw.pick(named));
  return constant(b.draw.pick([0, -0, 1, -1, 2, 0.5, 3, b.draw.number()]));
}
