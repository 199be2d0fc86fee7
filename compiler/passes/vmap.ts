import type { Dim } from "../ir/dim.js";
import { reachable } from "../ir/graph.js";
import { makeNode, withOrigin, type Attrs, type Node } from "../ir/node.js";
import { nth } from "../ops/chain.js";
import { numberAttr, numbersAttr, shapeAttr } from "../ops/define.js";
import { broadcastTo, embed, reshape, slice, transpose } from "../ops/shape.js";
import { aligned, notBatched, whole, type Batched, type BatchedCall } from "./batched.js";
import { runBetween } from "./between.js";
import { expandUngrouped } from "./expand.js";
import {
  batchedScatterElements,
  batchedScatterSlices,
  batchedTake,
  batchedTakeAlong,
} from "./vmapIndexing.js";
import { batchedFormula, elementwise, repeated } from "./vmapFormulas.js";
import { batchedKernels } from "./vmapKernels.js";
import { isSequential, vmapByLoop } from "./vmapLoop.js";

/**
 * The outputs for a whole batch of values of `from` at once: each of `batches`
 * has the shape of the value it is for, behind a first axis of size `batch`.
 * The outputs have that axis too. Operations are followed by their kind of
 * lowering; formulas without a chain rule of their own are written out first.
 * What has loops of its own becomes a loop over the batch.
 *
 * @throws CompileError FG424 where an operation cannot be batched
 */
export function vmap(
  given: readonly Node[],
  from: readonly Node[],
  batches: readonly Node[],
  batch: Dim,
): readonly Node[] {
  const outputs = runBetween(from, given, [expandUngrouped]);
  if (isSequential(outputs, from)) return vmapByLoop(outputs, from, batches, batch);
  const images = new Map<Node, Node>(from.map((node, i) => [node, nth(batches, i)]));
  for (const node of reachable(outputs)) {
    if (images.has(node) || !node.inputs.some((x) => images.has(x))) continue;
    const inputs = node.inputs.map((x): Batched => {
      const image = images.get(x);
      return { node: image ?? x, isBatched: image !== undefined };
    });
    images.set(
      node,
      withOrigin(node.origin, () => batchedNode({ node, inputs, batch })),
    );
  }
  return outputs.map((node) => {
    const image = images.get(node);
    return whole({ node: image ?? node, isBatched: image !== undefined }, batch);
  });
}

function batchedNode(call: BatchedCall): Node {
  const { node, inputs, batch } = call;
  const { op, attrs, type } = node;
  const rank = type.shape.length;
  const same = () =>
    makeNode(
      op,
      inputs.map(({ node: x }) => x),
      attrs,
    );
  const first = () => nth(inputs, 0).node;
  switch (op.lowering.kind) {
    case "scalar":
      return elementwise(call);
    case "accumulate":
      return repeated(call);
    case "reduce":
      return makeNode(op, [first()], {
        ...attrs,
        axes: numbersAttr(attrs, "axes").map((a) => a + 1),
      });
    case "reshape":
      return op.name === "reshape" ? reshape(first(), [batch, ...type.shape]) : same();
    case "view":
    case "embed":
      return moved(node, nth(inputs, 0), batch);
    case "concat": {
      const all = inputs.map((x) => whole(x, batch));
      return makeNode(op, all, { ...attrs, axis: numberAttr(attrs, "axis") + 1 });
    }
    case "matmul":
      return makeNode(
        op,
        inputs.map((x) => aligned(x, rank)),
        attrs,
      );
    case "gather":
      return (op.lowering.along ? batchedTakeAlong : batchedTake)(call);
    case "scatterAdd":
      return (op.lowering.along ? batchedScatterElements : batchedScatterSlices)(call);
    case "kernel": {
      const rule = batchedKernels.get(op.name);
      if (rule === undefined) throw notBatched(node);
      return rule(call);
    }
    case "expand":
      return batchedFormula(call);
    default:
      throw notBatched(node);
  }
}

/** What only moves elements leaves the first axis where it is. */
function moved(node: Node, x: Batched, batch: Dim): Node {
  const { op, attrs, type } = node;
  const box = (attr: string, front: Dim): readonly Dim[] => [front, ...shapeAttr(attrs, attr)];
  switch (op.name) {
    case "broadcastTo":
      return broadcastTo(aligned(x, type.shape.length), [batch, ...type.shape]);
    case "transpose":
      return transpose(x.node, [0, ...numbersAttr(attrs, "axes").map((a) => a + 1)]);
    case "slice":
      return slice(x.node, {
        start: box("start", 0),
        length: box("length", batch),
        step: [1, ...numbersAttr(attrs, "step")],
      });
    case "takeDiagonal":
      return makeNode(op, [x.node], nextDiagonal(attrs));
    case "placeDiagonal":
      return makeNode(op, [x.node], { ...nextDiagonal(attrs), shape: [...box("shape", batch)] });
    case "embed": {
      const wider: Attrs = {
        start: [...box("start", 0)],
        step: [1, ...numbersAttr(attrs, "step")],
        shape: [...box("shape", batch)],
      };
      return embed(x.node, wider);
    }
    default:
      throw notBatched(node);
  }
}

/** The two axes of a diagonal, one further. */
function nextDiagonal(attrs: Attrs): Attrs {
  return { first: numberAttr(attrs, "first") + 1, second: numberAttr(attrs, "second") + 1 };
}
