import type { Attrs, Node } from "../ir/node.js";
import type { Op } from "../ir/op.js";
import { promoteTypes, type Shape, type TensorType } from "../ir/type.js";
import { add, lessEqual, mul, neg, sub, where } from "./arithmetic.js";
import { xlogy } from "./binary.js";
import { nth } from "./chain.js";
import { broadcastAll, numberAttr, operand, parameter } from "./define.js";
import { abs, softplus } from "./elementwise.js";
import { defineFormula } from "./grouped.js";
import { requireFloat } from "./indexing.js";
import { constant, one } from "./leaf.js";
import { mean, sum } from "./reduce.js";
import { broadcastTo } from "./shape.js";

const group = "Losses";

const reduction = (fallback: "mean" | "sum") =>
  parameter("reduction", { kind: "choice", of: ["mean", "sum", "none"] }, fallback);

/** Combines the losses of elements as the author asked. */
function reduceLoss(loss: Node, shape: Shape, attrs: Attrs): Node {
  if (attrs["reduction"] === "none") return loss;
  const full = broadcastTo(loss, shape);
  return attrs["reduction"] === "sum" ? sum(full) : mean(full);
}

/** A loss of two operands that broadcast, element by element. */
function elementLoss(
  definition: Pick<Op, "name" | "summary" | "gradient" | "numerics" | "conventions" | "domain"> & {
    readonly operands: readonly [string, string];
    readonly options?: Op["parameters"];
    readonly reduction?: "mean" | "sum";
    readonly example: Op["example"];
    readonly element: (a: Node, b: Node, attrs: Attrs) => Node;
  },
): void {
  const { operands, options = [], reduction: fallback = "mean", element, ...rest } = definition;
  const shapeOf = (types: readonly TensorType[]) => broadcastAll(rest.name, types);
  defineFormula({
    ...rest,
    group,
    parameters: [...operands.map((name) => operand(name)), ...options, reduction(fallback)],
    type: (inputs, attrs) => {
      requireFloat(rest.name, inputs, 0);
      requireFloat(rest.name, inputs, 1);
      const shape = shapeOf(inputs);
      return { dtype: promoteTypes(inputs), shape: attrs["reduction"] === "none" ? shape : [] };
    },
    expand: (inputs, attrs) => {
      const shape = shapeOf(inputs.map((input) => input.type));
      return reduceLoss(element(nth(inputs, 0), nth(inputs, 1), attrs), shape, attrs);
    },
  });
}

elementLoss({
  name: "meanAbsoluteError",
  summary: "Absolute difference, averaged over all elements.",
  gradient: "dp = sign(p − t) / n",
  conventions: ["abs"],
  operands: ["prediction", "target"],
  element: (p, t) => abs(sub(p, t)),
  example: { typescript: "meanAbsoluteError(p, t)", math: "meanAbsoluteError(p, t)" },
});

elementLoss({
  name: "huber",
  summary: "Half the squared difference up to delta, linear beyond; averaged over all elements.",
  gradient: "dp = clip(p − t, −delta, delta) / n",
  operands: ["prediction", "target"],
  options: [parameter("delta", { kind: "number" }, 1)],
  element: (p, t, attrs) => {
    const delta = constant(numberAttr(attrs, "delta"));
    const difference = sub(p, t);
    const distance = abs(difference);
    const near = mul(constant(0.5), mul(difference, difference));
    const far = mul(delta, sub(distance, mul(constant(0.5), delta)));
    return where(lessEqual(distance, delta), near, far);
  },
  example: { typescript: "huber(p, t, { delta: 0.5 })", math: "huber(p, t, delta=0.5)" },
});

elementLoss({
  name: "binaryCrossEntropy",
  summary:
    "−t · log σ(z) − (1 − t) · log(1 − σ(z)), from logits z and targets t in [0, 1]; averaged.",
  gradient: "dz = (σ(z) − t) / n, dt = −z / n",
  numerics: "From logits: no log of a rounded probability, finite for all finite z.",
  operands: ["logits", "target"],
  domain: [
    [-2, 2],
    [0.1, 0.9],
  ],
  // log σ(z) = −softplus(−z) and log(1 − σ(z)) = −softplus(z); neither cancels for t = 0 or 1.
  element: (z, t) => add(mul(t, softplus(neg(z))), mul(sub(one(), t), softplus(z))),
  example: { typescript: "binaryCrossEntropy(z, t)", math: "binaryCrossEntropy(z, t)" },
});

elementLoss({
  name: "klDivergence",
  summary: "p · log(p / q) of two distributions, summed over all elements.",
  gradient: "dp = log(p / q) + 1, dq = −p / q",
  conventions: ["xlogy"],
  operands: ["p", "q"],
  reduction: "sum",
  domain: [
    [0.2, 2],
    [0.3, 2],
  ],
  element: (p, q) => sub(xlogy(p, p), xlogy(p, q)),
  example: { typescript: "klDivergence(p, q)", math: "klDivergence(p, q)" },
});
