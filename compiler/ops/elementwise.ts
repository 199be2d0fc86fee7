import type { Node } from "../ir/node.js";
import type { Op, ScalarCode } from "../ir/op.js";
import * as special from "../../runtime/special.js";
import { add, div, equal, greater, less, mul, neg, sub, where } from "./arithmetic.js";
import { chain1, chain2 } from "./chain.js";
import { applier, defineElementwise, floatType, operand } from "./define.js";
import { constant, one, zero } from "./leaf.js";

type Range = readonly [low: number, high: number];

interface Unary {
  readonly group?: string;
  readonly internal?: boolean;
  readonly gradient: string;
  readonly numerics?: string;
  readonly conventions?: readonly string[];
  readonly domain?: Range;
}

export const math = (callee: string): ScalarCode => ({
  kind: "call",
  callee: `Math.${callee}`,
});
export const runtime = (callee: string): ScalarCode => ({ kind: "runtime", callee });

/** A function of one number and its chain rule, from x, the saved y = f(x), and dy. */
export function unary(
  name: string,
  summary: string,
  code: ScalarCode,
  element: (x: number) => number,
  slope: ((x: Node, y: Node, dy: Node) => Node) | "zero",
  { group = "Elementwise functions", domain = [-2, 2], ...rest }: Unary,
): (x: Node) => Node {
  const op: Op = defineElementwise({
    name,
    group,
    summary,
    parameters: [operand("x")],
    code,
    element,
    dtype: floatType,
    domain: [domain],
    example: { typescript: `${name}(x)`, math: `${name}(x)` },
    ...(slope === "zero" ? { derivative: "zero" as const } : { vjp: chain1(slope) }),
    ...rest,
  });
  return applier(op);
}

// Exponentials and logarithms

export const exp = unary(
  "exp",
  "e to the power x.",
  math("exp"),
  Math.exp,
  (_x, y, dy) => mul(dy, y),
  {
    gradient: "dx = dy · y",
  },
);

export const log = unary(
  "log",
  "Natural logarithm.",
  math("log"),
  Math.log,
  (x, _y, dy) => div(dy, x),
  {
    gradient: "dx = dy / x",
    domain: [0.3, 3],
  },
);

export const log1p = unary(
  "log1p",
  "log(1 + x), exact for small x.",
  math("log1p"),
  Math.log1p,
  (x, _y, dy) => div(dy, add(one(), x)),
  {
    gradient: "dx = dy / (1 + x)",
    domain: [-0.6, 3],
  },
);

export const expm1 = unary(
  "expm1",
  "exp(x) − 1, exact for small x.",
  math("expm1"),
  Math.expm1,
  (_x, y, dy) => mul(dy, add(y, one())),
  {
    gradient: "dx = dy · (y + 1)",
  },
);

// Roots and powers

export const sqrt = unary(
  "sqrt",
  "Square root.",
  math("sqrt"),
  Math.sqrt,
  (_x, y, dy) => div(mul(constant(0.5), dy), y),
  {
    gradient: "dx = 0.5 · dy / y",
    conventions: ["sqrt"],
    domain: [0.3, 3],
  },
);

export const abs = unary(
  "abs",
  "Distance from zero.",
  math("abs"),
  Math.abs,
  (x, _y, dy) => mul(dy, sign(x)),
  {
    gradient: "dx = dy · sign(x)",
    conventions: ["abs"],
  },
);

// Trigonometry

export const sin = unary(
  "sin",
  "Sine, of radians.",
  math("sin"),
  Math.sin,
  (x, _y, dy) => mul(dy, cos(x)),
  {
    gradient: "dx = dy · cos(x)",
  },
);

export const cos = unary(
  "cos",
  "Cosine, of radians.",
  math("cos"),
  Math.cos,
  (x, _y, dy) => neg(mul(dy, sin(x))),
  {
    gradient: "dx = −dy · sin(x)",
  },
);

export const tanh = unary(
  "tanh",
  "Hyperbolic tangent.",
  math("tanh"),
  Math.tanh,
  (_x, y, dy) => mul(dy, sub(one(), mul(y, y))),
  {
    gradient: "dx = dy · (1 − y²)",
  },
);

// Rounding

export const sign = unary("sign", "−1, 0 or 1.", math("sign"), Math.sign, "zero", {
  group: "Rounding",
  gradient: "dx = 0",
  conventions: ["step"],
});

unary("floor", "The largest whole number not above x.", math("floor"), Math.floor, "zero", {
  group: "Rounding",
  gradient: "dx = 0",
  conventions: ["step"],
});

unary("ceil", "The smallest whole number not below x.", math("ceil"), Math.ceil, "zero", {
  group: "Rounding",
  gradient: "dx = 0",
  conventions: ["step"],
});

// Activations

const activation = "Activations";

export const sigmoid = unary(
  "sigmoid",
  "Logistic function 1 / (1 + exp(−x)).",
  runtime("sigmoid"),
  special.sigmoid,
  // Grouped, as in the lecture: the slope from the saved output.
  (_x, s, ds) => mul(ds, mul(sub(one(), s), s)),
  {
    group: activation,
    gradient: "dx = dy · (1 − y) · y",
    numerics: "Exact zeros and ones at ±1000, never NaN.",
  },
);

export const logSigmoid = unary(
  "logSigmoid",
  "log(sigmoid(x)).",
  runtime("logSigmoid"),
  special.logSigmoid,
  (x, _y, dy) => mul(dy, sigmoid(neg(x))),
  {
    group: activation,
    gradient: "dx = dy · sigmoid(−x)",
    numerics: "Finite for all finite x.",
  },
);

export const softplus = unary(
  "softplus",
  "log(1 + exp(x)).",
  runtime("softplus"),
  special.softplus,
  (x, _y, dy) => mul(dy, sigmoid(x)),
  {
    group: activation,
    gradient: "dx = dy · sigmoid(x)",
    numerics: "Finite for all finite x.",
  },
);

export const relu = unary(
  "relu",
  "max(x, 0).",
  { kind: "call", callee: "Math.max", trailing: [0] },
  (x) => (x > 0 ? x : x === x ? 0 : x),
  // From the saved output, so that x itself need not be kept.
  (_x, y, dy) => where(greater(y, zero()), dy, zero()),
  {
    group: activation,
    gradient: "dx = dy where y > 0, else 0",
    conventions: ["relu"],
  },
);

// Two operands

const binaryParameters = [operand("a"), operand("b")];

/** 1 where `a` wins, ½ at a tie, 0 where it loses. */
function share(dy: Node, wins: Node, ties: Node): Node {
  return where(wins, dy, where(ties, mul(constant(0.5), dy), zero()));
}

export const maximum = applier(
  defineElementwise({
    name: "maximum",
    group: "Selection",
    summary: "The larger of two values, elementwise.",
    example: { typescript: "maximum(a, b)", math: "maximum(a, b)" },
    gradient: "da = dy where a > b, half of it at a tie; db likewise",
    conventions: ["maximum"],
    parameters: binaryParameters,
    code: math("max"),
    element: Math.max,
    vjp: chain2(
      (a, b, _y, dy) => share(dy, greater(a, b), equal(a, b)),
      (a, b, _y, dy) => share(dy, greater(b, a), equal(a, b)),
    ),
  }),
);

export const minimum = applier(
  defineElementwise({
    name: "minimum",
    group: "Selection",
    summary: "The smaller of two values, elementwise.",
    example: { typescript: "minimum(a, b)", math: "minimum(a, b)" },
    gradient: "da = dy where a < b, half of it at a tie; db likewise",
    conventions: ["maximum"],
    parameters: binaryParameters,
    code: math("min"),
    element: Math.min,
    vjp: chain2(
      (a, b, _y, dy) => share(dy, less(a, b), equal(a, b)),
      (a, b, _y, dy) => share(dy, less(b, a), equal(a, b)),
    ),
  }),
);
