import type { Node } from "../ir/node.js";
import { div, mul, pow } from "./arithmetic.js";
import { chain1, nth } from "./chain.js";
import { math, sqrt, unary } from "./elementwise.js";
import { defineElementwiseFormula } from "./grouped.js";
import { constant, one } from "./leaf.js";

const group = "Elementwise functions";

const example = (name: string) => ({ typescript: `${name}(x)`, math: `${name}(x)` });
const x = (inputs: readonly Node[]): Node => nth(inputs, 0);

defineElementwiseFormula({
  name: "exp2",
  group,
  summary: "2 to the power x.",
  gradient: "dx = dy · y · log 2",
  domain: [[-2, 2]],
  example: example("exp2"),
  expand: (inputs) => pow(constant(2), x(inputs)),
});

unary(
  "log2",
  "Logarithm to base 2.",
  math("log2"),
  Math.log2,
  (value, _y, dy) => div(dy, mul(value, constant(Math.LN2))),
  { gradient: "dx = dy / (x · log 2)", domain: [0.3, 3] },
);

unary(
  "log10",
  "Logarithm to base 10.",
  math("log10"),
  Math.log10,
  (value, _y, dy) => div(dy, mul(value, constant(Math.LN10))),
  { gradient: "dx = dy / (x · log 10)", domain: [0.3, 3] },
);

unary(
  "cbrt",
  "Cube root, of negative numbers too.",
  math("cbrt"),
  Math.cbrt,
  (_x, y, dy) => div(dy, mul(constant(3), mul(y, y))),
  { gradient: "dx = dy / (3 y²)", conventions: ["sqrt"], domain: [0.3, 3] },
);

defineElementwiseFormula({
  name: "rsqrt",
  group,
  summary: "1 / √x.",
  gradient: "dx = −dy · y / (2x)",
  vjp: chain1((value, y, dy) => div(mul(mul(constant(-0.5), dy), y), value)),
  domain: [[0.3, 3]],
  example: example("rsqrt"),
  expand: (inputs) => div(one(), sqrt(x(inputs))),
});

defineElementwiseFormula({
  name: "square",
  group,
  summary: "x · x.",
  gradient: "dx = 2 · dy · x",
  domain: [[-2, 2]],
  example: example("square"),
  expand: (inputs) => pow(x(inputs), constant(2)),
});

defineElementwiseFormula({
  name: "reciprocal",
  group,
  summary: "1 / x.",
  gradient: "dx = −dy · y / x",
  domain: [[0.4, 3]],
  example: example("reciprocal"),
  expand: (inputs) => div(one(), x(inputs)),
});
