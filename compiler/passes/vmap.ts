import { CompileError } from "../diagnostic.js";
import type { Dim } from "../ir/dim.js";
import { reachable } from "../ir/graph.js";
import { makeNode, withOrigin, type Attrs, type Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import { cast } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { numberAttr, numbersAttr, shapeAttr } from "../ops/define.js";
import { broadcastTo, embed, reshape, slice, transpose } from "../ops/shape.js";
import { runBetween } from "./between.js";
import { expandAll } from "./expand.js";

/** One value for all elements of a batch, or a value with the batch as its first axis. */
interface Batched {
  readonly node: Node;
  readonly isBatched: boolean;
}

/**
 * The outputs for a whole batch of values of `from` at once: each of `batches`
 * has the shape of the value it is for, behind a first axis of size `batch`.
 * The outputs have that axis too. Operations are followed by their kind of
 * lowering; formulas are written out first.
 *
 * @throws CompileError FG424 where an operation cannot be batched
 */
export function vmap(
  given: readonly Node[],
  from: readonly Node[],
  batches: readonly Node[],
  batch: Dim,
): readonly Node[] {
  const outputs = runBetween(from, given, [expandAll]);
  const images = new Map<Node, Node>(from.map((node, i) => [node, nth(batches, i)]));
  for (const node of reachable(outputs)) {
    if (images.has(node) || !node.inputs.some((x) => images.has(x))) continue;
    const inputs = node.inputs.map((x): Batched => {
      const image = images.get(x);
      return { node: image ?? x, isBatched: image !== undefined };
    });
    images.set(
      node,
      withOrigin(node.origin, () => batchedNode(node, inputs, batch)),
    );
  }
  return outputs.map((node) => images.get(node) ?? broadcastTo(node, [batch, ...node.type.shape]));
}

function batchedNode(node: Node, inputs: readonly Batched[], batch: Dim): Node {
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
    case "accumulate": {
      const made = makeNode(
        op,
        inputs.map((x, i) => aligned(x, rank, nth(node.inputs, i), node)),
        attrs,
      );
      return cast(made, type.dtype);
    }
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
      const whole = inputs.map(({ node: x, isBatched }) =>
        isBatched ? x : broadcastTo(x, [batch, ...x.type.shape]),
      );
      return makeNode(op, whole, { ...attrs, axis: numberAttr(attrs, "axis") + 1 });
    }
    case "matmul":
      return makeNode(
        op,
        inputs.map((x) => aligned(x, rank)),
        attrs,
      );
    default:
      throw notBatched(node);
  }
}

/** The operand with its own axes at the right of the batch; a lone number takes the dtype of the result. */
function aligned({ node, isBatched }: Batched, rank: number, before?: Node, out?: Node): Node {
  if (!isBatched) return node;
  const [batch = 1, ...own] = node.type.shape;
  const padding = new Array<Dim>(Math.max(0, rank - own.length)).fill(1);
  const padded = reshape(node, [batch, ...padding, ...own]);
  const isNumber = before?.type.shape.length === 0 && rank > 0 && isFloat(node.type.dtype);
  return isNumber && out !== undefined && isFloat(out.type.dtype)
    ? cast(padded, out.type.dtype)
    : padded;
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

function notBatched(node: Node): CompileError {
  return new CompileError([
    {
      code: "FG424",
      severity: "error",
      message: `${node.op.name} cannot be applied to a batch`,
      span: node.origin.step.span ?? node.origin.step.line.span,
      accepted:
        "elementwise operations, reductions, products, and what moves elements: reshape, broadcastTo, transpose, slices, concat",
      hint: "write the function for the whole batch, with a first axis of its own",
    },
  ]);
}
