import { polygamma as polygammaOf } from "../../runtime/polygamma.js";
import { roundHalfToEven } from "../../runtime/round.js";
import * as special from "../../runtime/special.js";
import { makeNode, type Node } from "../ir/node.js";
import { mul, neg } from "./arithmetic.js";
import { chain2 } from "./chain.js";
import { defineElementwise, floatType, operand } from "./define.js";
import { exp, runtime, unary } from "./elementwise.js";
import { constant, constantValue } from "./leaf.js";

const group = "Special functions";

/** 2/√π · exp(−x²). */
function bell(x: Node): Node {
  return mul(constant(2 / Math.sqrt(Math.PI)), exp(neg(mul(x, x))));
}

unary(
  "erf",
  "Error function 2/√π ∫₀ˣ exp(−t²) dt.",
  runtime("erf"),
  special.erf,
  (x, _y, dy) => mul(dy, bell(x)),
  { group, gradient: "dx = dy · 2/√π · exp(−x²)", numerics: "About 2 units in the last place." },
);

export const erfc = unary(
  "erfc",
  "1 − erf(x), exact for large x.",
  runtime("erfc"),
  special.erfc,
  (x, _y, dy) => neg(mul(dy, bell(x))),
  {
    group,
    gradient: "dx = −dy · 2/√π · exp(−x²)",
    numerics: "Small relative error down to underflow at x = 26.5.",
  },
);

unary(
  "lgamma",
  "Logarithm of the absolute value of the gamma function.",
  runtime("lgamma"),
  special.lgamma,
  (x, _y, dy) => mul(dy, digamma(x)),
  { group, gradient: "dx = dy · digamma(x)", domain: [0.4, 4] },
);

const digamma = unary(
  "digamma",
  "Derivative of lgamma.",
  runtime("digamma"),
  special.digamma,
  (x, _y, dy) => mul(dy, trigamma(x)),
  { group, gradient: "dx = dy · trigamma(x)", domain: [0.4, 4] },
);

const trigamma = unary(
  "trigamma",
  "Derivative of digamma.",
  runtime("trigamma"),
  special.trigamma,
  (x, _y, dy) => mul(dy, polygamma(2, x)),
  { group, gradient: "dx = dy · polygamma(2, x)", domain: [0.4, 4], internal: true },
);

/** A derivative of digamma, of the order that operand 0 says. */
const polygammaOp = defineElementwise({
  name: "polygamma",
  group,
  summary: "The n-th derivative of digamma.",
  gradient: "dx = dy · polygamma(n + 1, x)",
  internal: true,
  parameters: [operand("order"), operand("x")],
  code: runtime("polygamma"),
  element: (order, x) => polygammaOf(order, x),
  dtype: (inputs) => floatType(inputs.slice(1)),
  vjp: chain2(null, (order, x, _y, dy) => mul(dy, polygamma((constantValue(order) ?? NaN) + 1, x))),
});

function polygamma(order: number, x: Node): Node {
  return makeNode(polygammaOp, [constant(order), x]);
}

unary(
  "round",
  "The nearest whole number; halves go to the even one, as in NumPy.",
  runtime("roundHalfToEven"),
  roundHalfToEven,
  "zero",
  { group: "Rounding", gradient: "dx = 0", conventions: ["step"] },
);
