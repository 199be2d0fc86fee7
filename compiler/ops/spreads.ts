import { dimProduct } from "../ir/dim.js";
import type { Attrs, Node } from "../ir/node.js";
import type { TensorType } from "../ir/type.js";
import { div, equal, mul, where } from "./arithmetic.js";
import { normaliseAxes, reducedShape } from "./axes.js";
import { chain1, nth } from "./chain.js";
import { numberAttr, numbersAttr, operand, parameter } from "./define.js";
import { sqrt } from "./elementwise.js";
import { defineFormula, maskOfReduced } from "./grouped.js";
import { zero } from "./leaf.js";
import { defineReduction, max, min, refuseEmpty, spread, sum, variance } from "./reduce.js";
import { exclusiveProduct } from "./scans.js";
import { reshape, transpose } from "./shape.js";

const group = "Reductions";
const axis = parameter("axis", { kind: "axes" }, null, "One axis or several; all if absent.");
const keepDims = parameter(
  "keepDims",
  { kind: "boolean" },
  false,
  "Keep reduced axes with size 1.",
);

function reducedFloat(inputs: readonly TensorType[], attrs: Attrs): TensorType {
  const { dtype, shape } = nth(inputs, 0);
  return {
    dtype: dtype === "f32" ? "f32" : "f64",
    shape: reducedShape(shape, numbersAttr(attrs, "axes"), attrs["keepDims"] === true),
  };
}

const optionsOf = (attrs: Attrs) => ({
  axes: numbersAttr(attrs, "axes"),
  keepDims: attrs["keepDims"] === true,
});

defineFormula({
  name: "std",
  group,
  summary: "Standard deviation: the square root of the variance, over axes.",
  gradient: "dx = dy · (x − mean) / ((n − ddof) · y), and 0 for a constant row",
  conventions: ["norm"],
  parameters: [
    operand("x"),
    axis,
    parameter("ddof", { kind: "number" }, 0, "Subtracted from the count in the divisor."),
    keepDims,
  ],
  normalise: normaliseAxes("std"),
  type: (inputs, attrs) => {
    refuseEmpty("std", nth(inputs, 0).shape, numbersAttr(attrs, "axes"));
    return reducedFloat(inputs, attrs);
  },
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const options = optionsOf(attrs);
    // The mean of equal elements may differ from them in the last bit, and the variance from 0.
    const constant = equal(max(x, options), min(x, options));
    const root = sqrt(variance(x, { ...options, ddof: numberAttr(attrs, "ddof") }));
    return where(constant, zero(), root);
  },
  example: {
    typescript: "std(x, { axis: 0, ddof: 1 })",
    math: "std(x, axis=0, ddof=1)",
  },
});

defineFormula({
  name: "norm",
  group,
  summary: "Euclidean length √(Σ x²), over axes.",
  gradient: "dx = dy · x / y, and 0 where y is 0",
  conventions: ["norm"],
  parameters: [operand("x"), axis, keepDims],
  normalise: normaliseAxes("norm"),
  type: reducedFloat,
  vjp: chain1((x, y, dy, { attrs }) =>
    mul(spread(where(equal(y, zero()), zero(), div(dy, y)), x, attrs), x),
  ),
  maskVjp: maskOfReduced,
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    return sqrt(sum(mul(x, x), optionsOf(attrs)));
  },
  example: { typescript: "norm(x, { axis: 1 })", math: "norm(x, axis=1)" },
});

defineReduction({
  name: "prod",
  summary: "Product over axes.",
  example: { typescript: "prod(x, { axis: 0 })", math: "prod(x, axis=0)" },
  gradient: "dx = dy · the product of the others",
  numerics: "The product of the others is computed as such, not as y / x.",
  conventions: ["prod"],
  combine: "multiply",
  start: 1,
  step: (total, next) => total * next,
  vjp: chain1((x, _y, dy, { attrs }) => mul(spread(dy, x, attrs), productOfOthers(x, attrs))),
});

/** For each element, the product of all others along `attrs.axes`: those before times those behind. */
function productOfOthers(x: Node, attrs: Attrs): Node {
  const { shape } = x.type;
  const axes = numbersAttr(attrs, "axes");
  const kept = shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...kept, ...axes];
  const last = transpose(x, order);
  const row = dimProduct(axes.map((i) => nth(shape, i)));
  const flat = reshape(last, [...kept.map((i) => nth(shape, i)), row]);
  const others = mul(
    exclusiveProduct(flat, kept.length, false),
    exclusiveProduct(flat, kept.length, true),
  );
  return transpose(
    reshape(others, last.type.shape),
    order.map((_, i) => order.indexOf(i)),
  );
}
