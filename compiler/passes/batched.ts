import { CompileError } from "../diagnostic.js";
import type { Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import { cast } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { broadcastTo, reshape, transpose } from "../ops/shape.js";

/** One value for all elements of a batch, or a value with the batch as its first axis. */
export interface Batched {
  readonly node: Node;
  readonly isBatched: boolean;
}

/** An operation that is to be done for a whole batch. */
export interface BatchedCall {
  readonly node: Node;
  readonly inputs: readonly Batched[];
  readonly batch: Dim;
}

/** How an operation is done for a whole batch at once; its result has the batch as its first axis. */
export type BatchRule = (call: BatchedCall) => Node;

/** The value with the batch as its first axis: repeated where it is one for all. */
export function whole({ node, isBatched }: Batched, batch: Dim): Node {
  return isBatched ? node : broadcastTo(node, [batch, ...node.type.shape]);
}

/** The operand with its own axes at the right of the batch; a lone number takes the dtype of the result. */
export function aligned(
  { node, isBatched }: Batched,
  rank: number,
  before?: Node,
  out?: Node,
): Node {
  if (!isBatched) return node;
  const [batch = 1, ...own] = node.type.shape;
  const padding = new Array<Dim>(Math.max(0, rank - own.length)).fill(1);
  const padded = reshape(node, [batch, ...padding, ...own]);
  const isNumber = before?.type.shape.length === 0 && rank > 0 && isFloat(node.type.dtype);
  return isNumber && out !== undefined && isFloat(out.type.dtype)
    ? cast(padded, out.type.dtype)
    : padded;
}

/** Operand `i`, repeated where it is one for all. */
export function wholeAt({ inputs, batch }: BatchedCall, i: number): Node {
  return whole(nth(inputs, i), batch);
}

/** The value with one of its axes in another place, the others in their order. */
export function moveAxis(x: Node, from: number, to: number): Node {
  const others = x.type.shape.map((_, i) => i).filter((i) => i !== from);
  return transpose(x, others.toSpliced(to, 0, from));
}

/** What is thrown where an operation has no rule for batches. */
export function notBatched(node: Node, reason = "cannot be applied to a batch"): CompileError {
  return new CompileError([
    {
      code: "FG424",
      severity: "error",
      message: `${node.op.name} ${reason}`,
      span: node.origin.step.span ?? node.origin.step.line.span,
      accepted:
        "operations on tensors; images and filters that both vary need a batch whose size is a number",
      hint: "write the function for the whole batch, with a first axis of its own",
    },
  ]);
}
