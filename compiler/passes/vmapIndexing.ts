import { dimProduct } from "../ir/dim.js";
import { makeNode, type Node } from "../ir/node.js";
import type { Shape } from "../ir/type.js";
import { nth } from "../ops/chain.js";
import { numberAttr, registry, shapeAttr } from "../ops/define.js";
import { scatterSlices, take, takeAlong } from "../ops/indexing.js";
import { broadcastTo, reshape } from "../ops/shape.js";
import { moveAxis, wholeAt, type BatchRule, type BatchedCall } from "./batched.js";

/** `take(x, indices)`: the axis stays where it is, unless each element has indices of its own. */
export const batchedTake: BatchRule = (call) => {
  const { node, inputs } = call;
  const [x, index] = [nth(inputs, 0), nth(inputs, 1)];
  const axis = numberAttr(node.attrs, "axis");
  if (!index.isBatched) return take(x.node, index.node, axis + 1);
  if (!x.isBatched) return moveAxis(take(x.node, index.node, axis), axis, 0);
  const shape = node.type.shape;
  const rank = index.node.type.shape.length - 1;
  const read = takeAlong(x.node, alongIndex(call, index.node, shape, axis, rank), axis + 1);
  return reshape(read, [call.batch, ...shape]);
};

/** `takeAlong(x, indices)`, one axis further. */
export const batchedTakeAlong: BatchRule = (call) =>
  takeAlong(wholeAt(call, 0), wholeAt(call, 1), numberAttr(call.node.attrs, "axis") + 1);

/** Updates added into zeros, slice by slice: the adjoint of take. */
export const batchedScatterSlices: BatchRule = (call) => {
  const { node, inputs, batch } = call;
  const [index, updates] = [nth(inputs, 0), nth(inputs, 1)];
  const axis = numberAttr(node.attrs, "axis");
  const shape: Shape = [batch, ...shapeAttr(node.attrs, "shape")];
  if (!index.isBatched) return scatterSlices(index.node, updates.node, shape, axis + 1);
  const given = wholeAt(call, 1).type.shape.slice(1);
  const rank = index.node.type.shape.length - 1;
  const places = alongIndex(call, index.node, given, axis, rank);
  const values = reshape(wholeAt(call, 1), places.type.shape);
  const scatterElements = registry.get("scatterElements");
  if (scatterElements === undefined) throw new Error("there is no operation scatterElements");
  return makeNode(scatterElements, [places, values], { axis: axis + 1, shape: [...shape] });
};

/** Updates added into zeros, element by element: the adjoint of takeAlong. */
export const batchedScatterElements: BatchRule = (call) =>
  makeNode(call.node.op, [wholeAt(call, 0), wholeAt(call, 1)], {
    axis: numberAttr(call.node.attrs, "axis") + 1,
    shape: [call.batch, ...shapeAttr(call.node.attrs, "shape")],
  });

/**
 * Indices [batch, …] for slices of a shape whose axes from `axis` on, `rank` of
 * them, are those of the indices, as one axis: an index for each element.
 */
function alongIndex(
  { batch }: BatchedCall,
  index: Node,
  shape: Shape,
  axis: number,
  rank: number,
): Node {
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + rank)];
  const count = dimProduct(shape.slice(axis, axis + rank));
  const column = reshape(index, [batch, ...before.map(() => 1), count, ...after.map(() => 1)]);
  return broadcastTo(column, [batch, ...before, count, ...after]);
}
