import { makeNode, type Node } from "../ir/node.js";
import { cast } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { numberAttr, numbersAttr } from "../ops/define.js";
import { maskOfElements } from "../ops/grouped.js";
import { mean, sum } from "../ops/reduce.js";
import { aligned, notBatched, wholeAt, type BatchedCall, type BatchRule } from "./batched.js";

/**
 * Formulas with a chain rule of their own, which stays theirs: written out,
 * `norm` would have no gradient at 0, and an author's rule would be lost.
 */
export function batchedFormula(call: BatchedCall): Node {
  const { op } = call.node;
  if (op.maskVjp === maskOfElements) return elementwise(call);
  const rule = formulas.get(op.name);
  if (rule === undefined) throw notBatched(call.node);
  return rule(call);
}

/** Elements of operands that are aligned at the right, behind the batch. */
export const elementwise: BatchRule = ({ node, inputs }) => {
  const { op, attrs, type } = node;
  const rank = type.shape.length;
  const operands = inputs.map((x, i) => aligned(x, rank, nth(node.inputs, i), node));
  return cast(makeNode(op, operands, attrs), type.dtype);
};

/** All operands repeated for the batch, the operation itself unchanged. */
export const repeated: BatchRule = (call) => {
  const { op, inputs, attrs } = call.node;
  return makeNode(
    op,
    inputs.map((_, i) => wholeAt(call, i)),
    attrs,
  );
};

const alongNextAxis: BatchRule = (call) => {
  const { op, attrs } = call.node;
  return makeNode(op, [wholeAt(call, 0)], { ...attrs, axis: numberAttr(attrs, "axis") + 1 });
};

const alongNextAxes: BatchRule = (call) => {
  const { op, attrs } = call.node;
  const axes = numbersAttr(attrs, "axes").map((axis) => axis + 1);
  return makeNode(op, [wholeAt(call, 0)], { ...attrs, axes });
};

/** The loss of every example, combined for each element of the batch. */
const classLoss: BatchRule = (call) => {
  const { op, attrs } = call.node;
  const [scores, labels] = [wholeAt(call, 0), wholeAt(call, 1)];
  const losses = makeNode(op, [scores, labels], { ...attrs, reduction: "none" });
  const axes = losses.type.shape.map((_, i) => i).slice(1);
  if (attrs["reduction"] === "none" || axes.length === 0) return losses;
  return attrs["reduction"] === "sum" ? sum(losses, { axes }) : mean(losses, { axes });
};

const formulas: ReadonlyMap<string, BatchRule> = new Map<string, BatchRule>([
  ["softmax", alongNextAxis],
  ["logSoftmax", alongNextAxis],
  ["logSumExp", alongNextAxes],
  ["norm", alongNextAxes],
  ["standardise", alongNextAxes],
  ["unitPower", alongNextAxes],
  ["softmaxCrossEntropy", classLoss],
  ["multiclassHinge", classLoss],
  ["cotangent", repeated],
  ["customGradient", repeated],
]);
