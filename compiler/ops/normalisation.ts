import { makeNode, type Attrs, type Node } from "../ir/node.js";
import { TypeFault, type Op } from "../ir/op.js";
import {
  broadcastShapes,
  formatShape,
  promoteTypes,
  sameShape,
  type Shape,
  type TensorType,
} from "../ir/type.js";
import { add, div, mul, sub } from "./arithmetic.js";
import { chain1, nth } from "./chain.js";
import { numberAttr, numbersAttr, operand, parameter } from "./define.js";
import { sqrt } from "./elementwise.js";
import { defineFormula, maskOfRows } from "./grouped.js";
import { requireFloat } from "./indexing.js";
import { constant, one } from "./leaf.js";
import { mean, variance } from "./reduce.js";
import { reshape } from "./shape.js";

const group = "Normalisation layers";
const epsilon = parameter("epsilon", { kind: "number" }, 1e-5, "Added under the square root.");

const rows = maskOfRows((attrs) => numbersAttr(attrs, "axes"));
const along = (attrs: Attrs) => ({ axes: numbersAttr(attrs, "axes"), keepDims: true });
const epsilonOf = (attrs: Attrs): Node => constant(numberAttr(attrs, "epsilon"));

/** 1 / √(power + ε), for each row. */
function inverseRoot(power: Node, attrs: Attrs): Node {
  return div(one(), sqrt(add(power, epsilonOf(attrs))));
}

const deviation = (x: Node, attrs: Attrs): Node => inverseRoot(variance(x, along(attrs)), attrs);
const size = (x: Node, attrs: Attrs): Node => inverseRoot(mean(mul(x, x), along(attrs)), attrs);

/**
 * The core of layerNorm and batchNorm. Kept whole while differentiating: the
 * gradient of the formula would pass through mean and variance, and cancel.
 */
const standardiseOp: Op = defineFormula({
  name: "standardise",
  group,
  summary: "x brought to mean 0 and variance 1 along axes.",
  gradient: "dx = (dy − mean(dy) − y · mean(dy · y)) / √(variance + ε)",
  internal: true,
  parameters: [operand("x")],
  type: (inputs) => nth(inputs, 0),
  vjp: chain1((x, y, dy, { attrs }) => {
    const centred = sub(dy, mean(dy, along(attrs)));
    const projected = mul(y, mean(mul(dy, y), along(attrs)));
    return mul(sub(centred, projected), deviation(x, attrs));
  }),
  maskVjp: rows,
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    return mul(sub(x, mean(x, along(attrs))), deviation(x, attrs));
  },
});

const unitPowerOp: Op = defineFormula({
  name: "unitPower",
  group,
  summary: "x divided by its root mean square along axes.",
  gradient: "dx = (dy − y · mean(dy · y)) / √(mean x² + ε)",
  internal: true,
  parameters: [operand("x")],
  type: (inputs) => nth(inputs, 0),
  vjp: chain1((x, y, dy, { attrs }) =>
    mul(sub(dy, mul(y, mean(mul(dy, y), along(attrs)))), size(x, attrs)),
  ),
  maskVjp: rows,
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    return mul(x, size(x, attrs));
  },
});

/** @throws TypeFault unless x has the axis and the weights broadcast to x. */
function normType(name: string, rank: number, shapeOfWeights: (shape: Shape, x: Shape) => Shape) {
  return (inputs: readonly TensorType[]): TensorType => {
    inputs.forEach((_, i) => requireFloat(name, inputs, i));
    const { shape } = nth(inputs, 0);
    if (shape.length < rank) {
      throw new TypeFault("FG305", `${name}: shape ${formatShape(shape)} has no axis of features`, {
        operands: [0],
        accepted: `at least ${rank} ${rank === 1 ? "axis" : "axes"}`,
      });
    }
    inputs.slice(1).forEach((weight, i) => {
      const common = broadcastShapes(shapeOfWeights(weight.shape, shape), shape);
      if (common !== undefined && sameShape(common, shape)) return;
      throw new TypeFault(
        "FG301",
        `${name}: weights of shape ${formatShape(weight.shape)} do not fit ${formatShape(shape)}`,
        { operands: [0, i + 1], accepted: "one weight for each feature" },
      );
    });
    return { dtype: promoteTypes(inputs), shape };
  };
}

const asGiven = (weights: Shape): Shape => weights;

defineFormula({
  name: "layerNorm",
  group,
  summary: "Each row (last axis) brought to mean 0 and variance 1, then scaled and shifted.",
  gradient:
    "dx = (g − mean(g) − n · mean(g · n)) / √(variance + ε), with g = dy · scale and n the normalised row",
  numerics: "The variance in two passes; its divisor is the number of features.",
  parameters: [operand("x"), operand("scale"), operand("shift"), epsilon],
  type: normType("layerNorm", 1, asGiven),
  expand: (inputs, attrs) => {
    const [x, scale, shift] = [nth(inputs, 0), nth(inputs, 1), nth(inputs, 2)];
    const axes = [x.type.shape.length - 1];
    const rowsOfX = makeNode(standardiseOp, [x], { axes, epsilon: attrs["epsilon"] ?? null });
    return add(mul(rowsOfX, scale), shift);
  },
  example: { typescript: "layerNorm(x, scale, shift)", math: "layerNorm(x, g, b)" },
});

defineFormula({
  name: "rmsNorm",
  group,
  summary: "Each row (last axis) divided by its root mean square, then scaled.",
  gradient:
    "dx = (g − n · mean(g · n)) / √(mean x² + ε), with g = dy · scale and n the normalised row",
  parameters: [operand("x"), operand("scale"), epsilon],
  type: normType("rmsNorm", 1, asGiven),
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const axes = [x.type.shape.length - 1];
    const rowsOfX = makeNode(unitPowerOp, [x], { axes, epsilon: attrs["epsilon"] ?? null });
    return mul(rowsOfX, nth(inputs, 1));
  },
  example: { typescript: "rmsNorm(x, scale)", math: "rmsNorm(x, g)" },
});

/** One weight for each feature (axis 1), with axes of 1 behind. */
function perFeature(weights: Shape, x: Shape): Shape {
  return weights.length === 1 ? [...weights, ...x.slice(2).map(() => 1)] : weights;
}

defineFormula({
  name: "batchNorm",
  group,
  summary:
    "Each feature (axis 1) brought to mean 0 and variance 1 over the batch, then scaled and shifted.",
  gradient: "as layerNorm, with means over the batch",
  numerics: "Statistics of this batch, as in training; the divisor of the variance is the count.",
  parameters: [operand("x"), operand("scale"), operand("shift"), epsilon],
  type: normType("batchNorm", 2, perFeature),
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const { shape } = x.type;
    const axes = shape.map((_, i) => i).filter((i) => i !== 1);
    const features = makeNode(standardiseOp, [x], { axes, epsilon: attrs["epsilon"] ?? null });
    const [scale, shift] = [nth(inputs, 1), nth(inputs, 2)].map((weight) =>
      reshape(weight, perFeature(weight.type.shape, shape)),
    ) as [Node, Node];
    return add(mul(features, scale), shift);
  },
  example: { typescript: "batchNorm(x, scale, shift)", math: "batchNorm(x, g, b)" },
});
