import { makeNode, type Node } from "../ir/node.js";
import type { Op, Parameter } from "../ir/op.js";
import { add, and, div, greater, less, mul, neg, where } from "./arithmetic.js";
import { chain1, nth } from "./chain.js";
import { numberAttr, operand, parameter } from "./define.js";
import { abs, expm1, maximum, minimum, sigmoid, softplus, tanh } from "./elementwise.js";
import { defineElementwiseFormula } from "./grouped.js";
import { constant, one, zero } from "./leaf.js";
import { erfc } from "./specialFunctions.js";

const group = "Activations";

type Details = Pick<Op, "gradient" | "numerics" | "conventions" | "vjp">;

function activation(name: string, summary: string, details: Details, expand: (x: Node) => Node) {
  const op = defineElementwiseFormula({
    ...details,
    name,
    group,
    summary,
    domain: [[-2.5, 2.5]],
    example: { typescript: `${name}(x)`, math: `${name}(x)` },
    expand: (inputs) => expand(nth(inputs, 0)),
  });
  return (x: Node): Node => makeNode(op, [x]);
}

/** The slope of a ramp: 1 strictly between its ends. */
const between = (low: number, high: number) =>
  chain1((x, _y, dy) => where(and(greater(x, constant(low)), less(x, constant(high))), dy, zero()));

const clamp = (x: Node, low: number, high: number): Node =>
  minimum(maximum(x, constant(low)), constant(high));

activation(
  "softsign",
  "x / (1 + |x|).",
  {
    gradient: "dx = dy / (1 + |x|)²",
    vjp: chain1((x, _y, dy) => {
      const scale = add(one(), abs(x));
      return div(div(dy, scale), scale);
    }),
  },
  (x) => div(x, add(one(), abs(x))),
);

activation(
  "relu6",
  "x clipped to [0, 6].",
  { gradient: "dx = dy where 0 < x < 6, else 0", conventions: ["relu"], vjp: between(0, 6) },
  (x) => clamp(x, 0, 6),
);

activation(
  "hardTanh",
  "x clipped to [−1, 1].",
  { gradient: "dx = dy where −1 < x < 1, else 0", conventions: ["relu"], vjp: between(-1, 1) },
  (x) => clamp(x, -1, 1),
);

const hardSigmoid = activation(
  "hardSigmoid",
  "x / 6 + 1/2 clipped to [0, 1].",
  {
    gradient: "dx = dy / 6 where −3 < x < 3, else 0",
    conventions: ["relu"],
    vjp: chain1((x, _y, dy) =>
      where(and(greater(x, constant(-3)), less(x, constant(3))), div(dy, constant(6)), zero()),
    ),
  },
  (x) => clamp(add(div(x, constant(6)), constant(0.5)), 0, 1),
);

activation(
  "hardSwish",
  "x · hardSigmoid(x).",
  {
    gradient: "dx = dy · (hardSigmoid(x) + x · hardSigmoid′(x))",
    conventions: ["relu"],
  },
  (x) => mul(x, hardSigmoid(x)),
);

/** x where positive, else alpha · (exp(x) − 1). */
function expLinear(x: Node, alpha: number): Node {
  return where(greater(x, zero()), x, mul(constant(alpha), expm1(x)));
}

// Klambauer et al. 2017, "Self-normalizing neural networks".
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

activation(
  "selu",
  "Scaled elu that keeps mean 0 and variance 1 (Klambauer et al. 2017).",
  { gradient: "dx = dy · λ where x > 0, else dy · λ · α · exp(x)" },
  (x) => mul(constant(seluScale), expLinear(x, seluAlpha)),
);

activation(
  "silu",
  "x · sigmoid(x), also called swish.",
  { gradient: "dx = dy · (σ + x · σ · (1 − σ))" },
  (x) => mul(x, sigmoid(x)),
);

activation(
  "mish",
  "x · tanh(softplus(x)) (Misra 2019).",
  { gradient: "dx = dy · (t + x · (1 − t²) · sigmoid(x)), with t = tanh(softplus(x))" },
  (x) => mul(x, tanh(softplus(x))),
);

/** An activation with one option. */
function withOption(
  name: string,
  summary: string,
  option: Parameter,
  examples: { readonly typescript: string; readonly math: string },
  gradient: string,
  expand: Op["lowering"] extends infer L
    ? L extends { readonly kind: "expand"; expand: infer E }
      ? E
      : never
    : never,
): void {
  defineElementwiseFormula({
    name,
    group,
    summary,
    gradient,
    parameters: [operand("x"), option],
    domain: [[-2.5, 2.5]],
    example: examples,
    expand,
  });
}

withOption(
  "leakyRelu",
  "x where positive, else negativeSlope · x.",
  parameter("negativeSlope", { kind: "number" }, 0.01),
  { typescript: "leakyRelu(x, 0.1)", math: "leakyRelu(x, 0.1)" },
  "dx = dy where x > 0, else dy · negativeSlope",
  (inputs, attrs) => {
    const x = nth(inputs, 0);
    const slope = constant(numberAttr(attrs, "negativeSlope"));
    return where(greater(x, zero()), x, mul(slope, x));
  },
);

withOption(
  "elu",
  "x where positive, else alpha · (exp(x) − 1).",
  parameter("alpha", { kind: "number" }, 1),
  { typescript: "elu(x)", math: "elu(x, alpha=0.5)" },
  "dx = dy where x > 0, else dy · alpha · exp(x)",
  (inputs, attrs) => expLinear(nth(inputs, 0), numberAttr(attrs, "alpha")),
);

withOption(
  "gelu",
  "x · Φ(x), with Φ the distribution function of the normal distribution; exact, or by the tanh formula (Hendrycks and Gimpel 2016).",
  parameter("approximate", { kind: "choice", of: ["none", "tanh"] }, "none"),
  { typescript: 'gelu(x, { approximate: "tanh" })', math: 'gelu(x, approximate="tanh")' },
  "dx = dy · (Φ(x) + x · φ(x))",
  (inputs, attrs) => {
    const x = nth(inputs, 0);
    return attrs["approximate"] === "tanh" ? tanhGelu(x) : erfGelu(x);
  },
);

/** Through erfc, whose relative error stays small for large negative x. */
function erfGelu(x: Node): Node {
  const tail = erfc(mul(neg(x), constant(Math.SQRT1_2)));
  return mul(mul(constant(0.5), x), tail);
}

function tanhGelu(x: Node): Node {
  const cubic = mul(mul(constant(0.044715), x), mul(x, x));
  const angle = mul(constant(Math.sqrt(2 / Math.PI)), add(x, cubic));
  // (1 + tanh a) / 2 = sigmoid(2a), which does not cancel for large negative x.
  return mul(x, sigmoid(mul(constant(2), angle)));
}
