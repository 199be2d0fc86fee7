import * as special from "../../runtime/sinc.js";
import { makeNode, type Node } from "../ir/node.js";
import { add, div, mul, neg, sub } from "./arithmetic.js";
import { chain2 } from "./chain.js";
import { defineElementwise, floatType, operand } from "./define.js";
import { math, runtime, sqrt, unary } from "./elementwise.js";
import { constant, constantValue, one } from "./leaf.js";

const group = "Trigonometry";

const square = (x: Node): Node => mul(x, x);
/** 1 − x² without cancellation at ±1. */
const oneMinusSquare = (x: Node): Node => mul(sub(one(), x), add(one(), x));

unary(
  "tan",
  "Tangent, of radians.",
  math("tan"),
  Math.tan,
  (_x, y, dy) => mul(dy, add(one(), square(y))),
  { group, gradient: "dx = dy · (1 + y²)", domain: [-1.2, 1.2] },
);

unary(
  "asin",
  "Inverse sine, in radians.",
  math("asin"),
  Math.asin,
  (x, _y, dy) => div(dy, sqrt(oneMinusSquare(x))),
  { group, gradient: "dx = dy / √(1 − x²)", domain: [-0.8, 0.8] },
);

unary(
  "acos",
  "Inverse cosine, in radians.",
  math("acos"),
  Math.acos,
  (x, _y, dy) => neg(div(dy, sqrt(oneMinusSquare(x)))),
  { group, gradient: "dx = −dy / √(1 − x²)", domain: [-0.8, 0.8] },
);

unary(
  "atan",
  "Inverse tangent, in radians.",
  math("atan"),
  Math.atan,
  (x, _y, dy) => div(dy, add(one(), square(x))),
  { group, gradient: "dx = dy / (1 + x²)" },
);

const sinh = unary(
  "sinh",
  "Hyperbolic sine.",
  math("sinh"),
  Math.sinh,
  (x, _y, dy) => mul(dy, cosh(x)),
  { group, gradient: "dx = dy · cosh(x)" },
);

const cosh = unary(
  "cosh",
  "Hyperbolic cosine.",
  math("cosh"),
  Math.cosh,
  (x, _y, dy) => mul(dy, sinh(x)),
  { group, gradient: "dx = dy · sinh(x)" },
);

unary(
  "asinh",
  "Inverse hyperbolic sine.",
  math("asinh"),
  Math.asinh,
  (x, _y, dy) => div(dy, sqrt(add(square(x), one()))),
  { group, gradient: "dx = dy / √(x² + 1)" },
);

unary(
  "acosh",
  "Inverse hyperbolic cosine; NaN below 1.",
  math("acosh"),
  Math.acosh,
  // One root, so that the slope is NaN below 1 as the value is.
  (x, _y, dy) => div(dy, mul(sqrt(sub(x, one())), sqrt(add(x, one())))),
  { group, gradient: "dx = dy / √(x² − 1)", domain: [1.3, 3] },
);

unary(
  "atanh",
  "Inverse hyperbolic tangent.",
  math("atanh"),
  Math.atanh,
  (x, _y, dy) => div(dy, oneMinusSquare(x)),
  { group, gradient: "dx = dy / (1 − x²)", domain: [-0.8, 0.8] },
);

/** A derivative of sinc, of the order that operand 1 says: one operation stands for all of them. */
const sincDerivativeOp = defineElementwise({
  name: "sincDerivative",
  group,
  summary: "The n-th derivative of sinc.",
  gradient: "dx = dy · sincDerivative(x, n + 1)",
  internal: true,
  parameters: [operand("x"), operand("order")],
  code: runtime("sincDerivative"),
  element: (x, order) => special.sincDerivative(x, order),
  dtype: (inputs) => floatType(inputs.slice(0, 1)),
  vjp: chain2((x, order, _y, dy) => mul(dy, sincDerivative(x, orderOf(order) + 1)), null),
});

function orderOf(order: Node): number {
  const value = constantValue(order);
  if (value === undefined) throw new Error("the order of a derivative is a constant");
  return value;
}

function sincDerivative(x: Node, order: number): Node {
  return makeNode(sincDerivativeOp, [x, constant(order)]);
}

unary(
  "sinc",
  "sin(πx) / (πx), and 1 at 0: the normalised form of NumPy and PyTorch.",
  runtime("sinc"),
  special.sinc,
  (x, _y, dy) => mul(dy, sincDerivative(x, 1)),
  {
    group,
    gradient: "dx = dy · (cos(πx) − sinc(x)) / x, and 0 at 0",
    numerics: "The slope is summed as a series near 0, where the formula cancels.",
  },
);
