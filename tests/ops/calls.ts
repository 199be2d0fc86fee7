import type { Dim } from "../../compiler/ir/dim.js";
import type { Sizes } from "../support/values.js";

/** An input of a call: its shape, and where its numbers are drawn from. */
export interface CallInput {
  readonly shape: readonly Dim[];
  /** An i32 below this bound. */
  readonly below?: number;
  /** Floats in this interval; else as the operation's domain says for the operand of this position. */
  readonly domain?: readonly [low: number, high: number];
  /** Adds this multiple of the identity to the last two axes. */
  readonly dominant?: number;
}

/** A call of an operation with its inputs, in the order of the operands. */
export interface Call {
  readonly expression: string;
  readonly inputs: Readonly<Record<string, CallInput>>;
  readonly sizes: Sizes;
}

type Written = readonly Dim[] | CallInput;

/** Named sizes at which calls are made. */
const sizes: Sizes = { N: 3, M: 2, Z: 0 };

function call(expression: string, inputs: Readonly<Record<string, Written>>): Call {
  const read = (written: Written): CallInput => ("shape" in written ? written : { shape: written });
  return {
    expression,
    inputs: Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, read(value)])),
    sizes,
  };
}

/** Ranks 0 to 4, sizes 1 and 0, and named ones. */
const anyShape: readonly (readonly Dim[])[] = [
  [],
  [3],
  [1],
  [0],
  [2, 3],
  [2, 0],
  [1, 2, 3],
  [2, 1, 3, 2],
  ["N", 2],
  ["Z", 2],
];

/** Pairs that broadcast on either side. */
const pairs: readonly (readonly [readonly Dim[], readonly Dim[]])[] = [
  [[], []],
  [[3], [3]],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [[], [2, 3]],
  [[2, 3], []],
  [
    [2, 1],
    [1, 3],
  ],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[1], [2, 2, 1, 3]],
  [["N", 1], [2]],
  [
    [1, "M"],
    ["N", 1],
  ],
  [[0, 3], [3]],
  [
    ["Z", 3],
    ["Z", 1],
  ],
];

const unary = (names: string): Record<string, readonly Call[]> =>
  Object.fromEntries(
    names.split(" ").map((name) => [name, anyShape.map((x) => call(`${name}(x)`, { x }))]),
  );

const binary = (names: string): Record<string, readonly Call[]> =>
  Object.fromEntries(
    names.split(" ").map((name) => [name, pairs.map(([x, y]) => call(`${name}(x, y)`, { x, y }))]),
  );

/** Calls whose results are truth values or whole numbers, as floats that depend on a parameter. */
const whole = (list: readonly Call[]): readonly Call[] =>
  list.map(({ expression, inputs, sizes: own }) => ({
    expression: `(${expression}) * 0.5 + s`,
    inputs: { ...inputs, s: { shape: [] } },
    sizes: own,
  }));

const wholeBinary = (names: string): Record<string, readonly Call[]> =>
  Object.fromEntries(Object.entries(binary(names)).map(([name, list]) => [name, whole(list)]));

/** Reductions over all axes, one, a negative one, several, with kept axes; over size 1 and named sizes. */
const reduction = (name: string, emptyAllowed = true, several = true): readonly Call[] => [
  call(`${name}(x)`, { x: [] }),
  call(`${name}(x)`, { x: [2, 3] }),
  call(`${name}(x)`, { x: [1] }),
  call(`${name}(x, axis=0)`, { x: [3] }),
  call(`${name}(x, axis=0)`, { x: [2, 3] }),
  call(`${name}(x, axis=-1)`, { x: ["N", 2] }),
  call(`${name}(x, axis=0)`, { x: ["N", 2] }),
  call(`${name}(x, axis=1, keepDims=true)`, { x: [2, 3, 2] }),
  call(`${name}(x, keepDims=true)`, { x: ["N", 2] }),
  ...(several
    ? [
        call(`${name}(x, axis=[0, 2])`, { x: [2, 3, 2] }),
        call(`${name}(x, axis=[-1, 0], keepDims=true)`, { x: [2, 1, 3, 2] }),
      ]
    : []),
  ...(emptyAllowed
    ? [call(`${name}(x, axis=1)`, { x: [2, 0] }), call(`${name}(x)`, { x: ["Z", 2] })]
    : [call(`${name}(x, axis=1)`, { x: [0, 2] })]),
];

const alongAxis = (name: string, options = ""): readonly Call[] => [
  call(`${name}(x, axis=0${options})`, { x: [4] }),
  call(`${name}(x, axis=0${options})`, { x: [1] }),
  call(`${name}(x, axis=0${options})`, { x: [3, 2] }),
  call(`${name}(x, axis=-1${options})`, { x: [2, 4] }),
  call(`${name}(x, axis=1${options})`, { x: [2, 3, 2] }),
  call(`${name}(x, axis=-2${options})`, { x: [2, 1, 3, 2] }),
  call(`${name}(x, axis=0${options})`, { x: ["N", 2] }),
  call(`${name}(x, axis=1${options})`, { x: [2, "N"] }),
  call(`${name}(x, axis=0${options})`, { x: ["Z", 2] }),
];

const elementLoss = (name: string, options = ""): readonly Call[] => [
  call(`${name}(p, t${options})`, { p: [], t: [] }),
  call(`${name}(p, t${options})`, { p: [4, 3], t: [4, 3] }),
  call(`${name}(p, t${options}, reduction="sum")`, { p: ["N", 2], t: ["N", 2] }),
  call(`${name}(p, t${options}, reduction="none")`, { p: [2, 3], t: [3] }),
  call(`${name}(p, t${options}, reduction="mean")`, { p: [3], t: [2, 3] }),
];

const labels = (shape: readonly Dim[], below: number): CallInput => ({ shape, below });

const classLoss = (name: string, options = ""): readonly Call[] => [
  call(`${name}(s, y${options})`, { s: [5, 4], y: labels([5], 4) }),
  call(`${name}(s, y${options})`, { s: ["N", 3], y: labels(["N"], 3) }),
  call(`${name}(s, y${options}, reduction="sum")`, { s: [2, 2, 3], y: labels([2, 2], 3) }),
  call(`${name}(s, y${options}, reduction="none")`, { s: [4, 1], y: labels([4], 1) }),
  call(`${name}(s, y${options}, reduction="none")`, { s: [3], y: labels([], 3) }),
];

/** A matrix far from singular. */
const dominant = (...shape: readonly Dim[]): CallInput => ({ shape, dominant: 4 });

const squares = (name: string): readonly Call[] => [
  call(`${name}(a)`, { a: dominant(1, 1) }),
  call(`${name}(a)`, { a: dominant(2, 2) }),
  call(`${name}(a)`, { a: dominant(4, 4) }),
  call(`${name}(a)`, { a: dominant(2, 3, 3) }),
  call(`${name}(a)`, { a: dominant(2, 1, 2, 2) }),
  call(`${name}(a)`, { a: dominant("N", "N") }),
  call(`${name}(a)`, { a: dominant("M", "N", "N") }),
];

const triangles = (name: string): readonly Call[] => [
  call(`${name}(x)`, { x: [3, 3] }),
  call(`${name}(x, k=1)`, { x: [3, 4] }),
  call(`${name}(x, k=-1)`, { x: [2, 4, 3] }),
  call(`${name}(x)`, { x: ["N", "M"] }),
  call(`${name}(x)`, { x: [1, 1] }),
  call(`${name}(x)`, { x: [0, 2] }),
];

const pools = (name: string): readonly Call[] => [
  call(`${name}(x, 2)`, { x: [2, 2, 4, 6] }),
  call(`${name}(x, 3, stride=2)`, { x: [1, 2, 7, 7] }),
  call(`${name}(x, 3, stride=2, padding=1)`, { x: [1, 1, 6, 5] }),
  call(`${name}(x, [2, 1], stride=[1, 2])`, { x: ["N", 1, 3, 4] }),
  call(`${name}(x, [1, 2], padding=[0, 1])`, { x: [1, "M", "N", 4] }),
  call(`${name}(x, 1)`, { x: [1, 1, 1, 1] }),
];

/** How each operation is called in the tests of the registry. */
export const calls: Readonly<Record<string, readonly Call[]>> = {
  ...unary(
    "neg exp expm1 exp2 log log1p log2 log10 sqrt rsqrt cbrt square reciprocal abs sin " +
      "cos tan asin acos atan sinh cosh tanh asinh acosh atanh sinc sign floor ceil round " +
      "trunc erf erfc lgamma digamma sigmoid logSigmoid softplus softsign relu relu6 selu " +
      "silu mish hardTanh hardSigmoid hardSwish stopGradient",
  ),
  ...binary("add sub mul div remainder pow maximum minimum atan2 hypot xlogy"),
  ...wholeBinary("less lessEqual greater greaterEqual equal notEqual"),
  leakyRelu: [call("leakyRelu(x)", { x: [2, 3] }), call("leakyRelu(x, 0.2)", { x: [] })],
  elu: [call("elu(x)", { x: [2, 3] }), call("elu(x, alpha=0.5)", { x: ["N"] })],
  gelu: [
    call("gelu(x)", { x: [2, 3] }),
    call('gelu(x, approximate="tanh")', { x: ["N", 2] }),
    call("gelu(x)", { x: [] }),
  ],
  clip: [
    call("clip(x, -0.5, 0.7)", { x: [2, 3] }),
    call("clip(x, low, high)", { x: [2, 3], low: [3], high: [] }),
    call("clip(x, low, high)", { x: [3], low: ["N", 1], high: [] }),
    call("clip(x, low, high)", { x: [], low: [], high: [] }),
  ],
  where: [
    call("where(x > y, x * x, exp(y))", { x: [2, 3], y: [2, 3] }),
    call("where(x > 0, x, y)", { x: [3], y: [2, 3] }),
    call("where(x > 0, x * y, sin(y))", { x: [], y: ["N", 2] }),
    call("where(x > y, 1, y)", { x: [2, 1], y: [3] }),
  ],
  logicalAnd: whole([call("logicalAnd(x > 0, y > 0)", { x: [2, 3], y: [3] })]),
  logicalOr: whole([call("logicalOr(x > 0, y > 0)", { x: [3], y: ["N", 1] })]),
  logicalNot: whole([call("logicalNot(x > 0)", { x: [2, 3] })]),

  sum: reduction("sum"),
  mean: reduction("mean", false),
  prod: reduction("prod"),
  max: reduction("max", false),
  min: reduction("min", false),
  variance: [
    ...reduction("variance", false),
    call("variance(x, axis=1, ddof=1)", { x: [2, 4] }),
    call("variance(x, ddof=1, keepDims=true)", { x: ["N", 2] }),
  ],
  std: [
    ...reduction("std", false),
    call("std(x, axis=1, ddof=1)", { x: [2, 4] }),
    call("std(x, ddof=1)", { x: ["N", 2] }),
  ],
  norm: reduction("norm"),
  logSumExp: reduction("logSumExp", false),
  any: whole([
    call("any(x > 0, axis=1)", { x: [2, 3] }),
    call("any(x > 0, keepDims=true)", { x: ["N", 2] }),
  ]),
  all: whole([call("all(x > -1, axis=0)", { x: [2, 3] }), call("all(x > 0)", { x: ["Z", 2] })]),
  argmax: whole(reduction("argmax", false, false)),
  argmin: whole(reduction("argmin", false, false)),
  cumsum: alongAxis("cumsum"),
  cumprod: alongAxis("cumprod"),
  softmax: alongAxis("softmax"),
  logSoftmax: alongAxis("logSoftmax"),
  sort: [...alongAxis("sort"), ...alongAxis("sort", ", descending=true")],
  argsort: whole([...alongAxis("argsort"), ...alongAxis("argsort", ", descending=true")]),
  topK: [
    call("topK(x, 2)", { x: [5] }),
    call("topK(x, 2, axis=0)", { x: [3, 2] }),
    call("topK(x, 1, axis=1)", { x: ["N", 3, 2] }),
    call("topK(x, 0)", { x: [2, 3] }),
    call("topK(x, 3)", { x: [2, 3] }),
  ],

  broadcastTo: [
    call("broadcastTo(x, [4, 3, 5])", { x: [3, 1] }),
    call("broadcastTo(x, [2, 3])", { x: [] }),
    call('broadcastTo(x, ["N", 2])', { x: ["N", 1] }),
  ],
  reshape: [
    call("reshape(x, [4, 6])", { x: [2, 3, 4] }),
    call("reshape(x, [2, -1])", { x: [2, 3, 4] }),
    call("reshape(x, [-1])", { x: ["N", 2] }),
    call("reshape(x, [1, 1])", { x: [] }),
    call("reshape(x, [])", { x: [1] }),
  ],
  transpose: [
    call("transpose(x)", { x: [3, 5] }),
    call("transpose(x, [2, 0, 1])", { x: [2, 3, 4] }),
    call("transpose(x, [-1, 0, 1])", { x: ["N", 2, "M"] }),
    call("transpose(x)", { x: [3] }),
  ],
  concat: [
    call("concat([x, y], axis=1)", { x: [2, 3], y: [2, 4] }),
    call("concat([x, y, x])", { x: ["N"], y: [2] }),
    call("concat([x, y], axis=-1)", { x: [2, 1, 2], y: [2, 1, 0] }),
    call("concat([x])", { x: [2] }),
  ],
  stack: [
    call("stack([x, y])", { x: [2, 3], y: [2, 3] }),
    call("stack([x, y, x], axis=-1)", { x: ["N"], y: ["N"] }),
    call("stack([x, y])", { x: [], y: [] }),
  ],
  flip: [
    call("flip(x)", { x: [2, 3] }),
    call("flip(x, axis=1)", { x: [3, 4] }),
    call("flip(x, axis=[0, -1])", { x: ["N", 2, 3] }),
    call("flip(x)", { x: [] }),
    call("flip(x, axis=0)", { x: ["Z", 2] }),
  ],
  pad: [
    call("pad(x, [[1, 2], [0, 1]])", { x: [2, 3] }),
    call("pad(x, 1)", { x: ["N", 2] }),
    call("pad(x, [[1, 0], [2, 1]], value=2.5)", { x: [2, 3] }),
    call("pad(x, 0)", { x: [3] }),
    call("pad(x, 1, value=-1)", { x: [0] }),
  ],
  tile: [
    call("tile(x, [2, 3])", { x: [2, 3] }),
    call("tile(x, [2])", { x: [2, 3] }),
    call("tile(x, [2, 1, 3])", { x: ["N", 2] }),
    call("tile(x, [3])", { x: [] }),
    call("tile(x, [0])", { x: [2] }),
  ],
  take: [
    call("take(x, i, axis=0)", { x: [5, 3], i: labels([7], 5) }),
    call("take(x, i, axis=-1)", { x: [2, 3], i: labels([2, 2], 3) }),
    call("take(x, i, axis=1)", { x: ["N", 4, 2], i: labels(["M"], 4) }),
    call("take(x, i)", { x: [4], i: labels([], 4) }),
    call("take(x, i)", { x: [4, 2], i: labels([0], 4) }),
  ],
  takeAlong: [
    call("takeAlong(x, i, axis=1)", { x: [3, 5], i: labels([3, 2], 5) }),
    call("takeAlong(x, i, axis=0)", { x: [3, 2], i: labels([4, 2], 3) }),
    call("takeAlong(x, i, axis=-1)", { x: ["N", 2, 3], i: labels(["N", 2, 1], 3) }),
  ],
  scatterAdd: [
    call("scatterAdd(x, i, u, axis=0)", { x: [4, 3], i: labels([6], 4), u: [6, 3] }),
    call("scatterAdd(x, i, u, axis=-1)", { x: [2, 3], i: labels([2, 2], 3), u: [2, 2, 2] }),
    call("scatterAdd(x, i, u)", { x: ["N", 2], i: labels(["M"], 3), u: ["M", 2] }),
    call("scatterAdd(x, i, u)", { x: [3], i: labels([4], 3), u: [] }),
  ],
  oneHot: whole([
    call("oneHot(i, 4)", { i: labels([3], 4) }),
    call("oneHot(i, 2)", { i: labels(["N", 2], 3) }),
    call("oneHot(i, 3)", { i: labels([], 3) }),
  ]),
  tril: triangles("tril"),
  triu: triangles("triu"),
  diagonal: [
    call("diagonal(x)", { x: [4, 4] }),
    call("diagonal(x)", { x: [2, 4, 3] }),
    call("diagonal(x)", { x: ["M", "N", "N"] }),
    call("diagonal(x)", { x: [1, 3] }),
    call("diagonal(x)", { x: [0, 0] }),
  ],
  trace: [
    call("trace(x)", { x: [4, 4] }),
    call("trace(x)", { x: [2, 4, 3] }),
    call("trace(x)", { x: ["N", "N"] }),
    call("trace(x)", { x: [1, 1] }),
  ],

  matmul: [
    call("x @ w", { x: [3, 4], w: [4, 5] }),
    call("x @ w", { x: [4], w: [4, 5] }),
    call("x @ w", { x: [4, 5], w: [5] }),
    call("x @ w", { x: [6], w: [6] }),
    call("x @ w", { x: [2, 3, 4], w: [4, 2] }),
    call("x @ w", { x: [2, 1, 3, 4], w: [3, 4, 2] }),
    call("x @ w", { x: ["N", 4], w: [4, "M"] }),
    call("x @ w", { x: [1, 1], w: [1, 1] }),
    call("x @ w", { x: [2, 0], w: [0, 3] }),
    call("x @ w", { x: ["Z", 2], w: [2, 3] }),
  ],
  outer: [
    call("outer(x, y)", { x: [3], y: [4] }),
    call("outer(x, y)", { x: ["N"], y: [1] }),
    call("outer(x, y)", { x: [0], y: [2] }),
  ],
  einsum: [
    call('einsum("ij,jk->ik", x, y)', { x: [2, 3], y: [3, 2] }),
    call('einsum("bij,bjk->bik", x, y)', { x: [2, 3, 4], y: [2, 4, 2] }),
    call('einsum("ij,kj,k->i", x, y, z)', { x: [3, 4], y: [5, 4], z: [5] }),
    call('einsum("ii->i", x)', { x: [3, 3] }),
    call('einsum("ii", x)', { x: ["N", "N"] }),
    call('einsum("ijij->j", x)', { x: [2, 3, 2, 3] }),
    call('einsum("ij->ji", x)', { x: ["N", 2] }),
    call('einsum("ij->", x)', { x: [2, 3] }),
    call('einsum("ij,ij->i", x, y)', { x: [2, 3], y: [2, 3] }),
    call('einsum("i,j", x, y)', { x: [2], y: [3] }),
    call('einsum("i,i", x, y)', { x: [3], y: [3] }),
    call('einsum("ki,kj->ij", x, y)', { x: ["N", 2], y: ["N", 3] }),
    call('einsum("ik,jk->ji", x, y)', { x: [2, 4], y: [3, 4] }),
    call('einsum("...ij,...jk->...ik", x, y)', { x: [2, 3, 2], y: [2, 2] }),
    call('einsum("...i,...i", x, y)', { x: [2, 1, 3], y: [4, 3] }),
    call('einsum("i...->...i", x)', { x: [2, 3, 4] }),
    call('einsum("bhtd,bhsd->bhts", x, y)', { x: [2, 2, 3, 2], y: [2, 2, 4, 2] }),
    call('einsum("abc,cd,da->b", x, y, z)', { x: [2, 3, 2], y: [2, 4], z: [4, 2] }),
    call('einsum("iij,jk->ik", x, y)', { x: [3, 3, 2], y: [2, 3] }),
    call('einsum("ij,j->i", x, y)', { x: [3, 4], y: [1] }),
    call('einsum("ab,cd->", x, y)', { x: [2, 2], y: [3, 1] }),
    call('einsum(",i->i", x, y)', { x: [], y: [3] }),
  ],
  cholesky: [...squares("cholesky"), call("cholesky(a @ transpose(a))", { a: dominant(3, 3) })],
  solve: [
    call("solve(a, b)", { a: dominant(3, 3), b: [3] }),
    call("solve(a, b)", { a: dominant(3, 3), b: [3, 2] }),
    call("solve(a, b)", { a: dominant(2, 3, 3), b: [3, 2] }),
    call("solve(a, b)", { a: dominant(3, 3), b: [2, 3, 1] }),
    call("solve(a, b)", { a: dominant("N", "N"), b: ["N", "M"] }),
    call("solve(a, b)", { a: dominant(1, 1), b: [1] }),
  ],
  inverse: squares("inverse"),
  det: squares("det"),
  logDet: squares("logDet"),

  softmaxCrossEntropy: classLoss("softmaxCrossEntropy"),
  multiclassHinge: [
    ...classLoss("multiclassHinge"),
    ...classLoss("multiclassHinge", ", margin=0.3"),
  ],
  meanSquaredError: elementLoss("meanSquaredError"),
  meanAbsoluteError: elementLoss("meanAbsoluteError"),
  huber: [...elementLoss("huber"), ...elementLoss("huber", ", delta=0.4")],
  binaryCrossEntropy: elementLoss("binaryCrossEntropy"),
  klDivergence: elementLoss("klDivergence"),

  layerNorm: [
    call("layerNorm(x, g, b)", { x: [3, 6], g: [6], b: [6] }),
    call("layerNorm(x, g, b, epsilon=0.1)", { x: ["N", 2, 4], g: [4], b: [4] }),
    call("layerNorm(x, g, b)", { x: [4], g: [4], b: [] }),
    call("layerNorm(x, 2, 0)", { x: [2, "N"] }),
  ],
  rmsNorm: [
    call("rmsNorm(x, g)", { x: [3, 6], g: [6] }),
    call("rmsNorm(x, g, epsilon=0.1)", { x: ["N", 2, 4], g: [4] }),
    call("rmsNorm(x, g)", { x: [2, "N"], g: ["N"] }),
  ],
  batchNorm: [
    call("batchNorm(x, g, b)", { x: [6, 4], g: [4], b: [4] }),
    call("batchNorm(x, g, b)", { x: [2, 3, 2, 2], g: [3], b: [3] }),
    call("batchNorm(x, g, b, epsilon=0.01)", { x: ["N", 2, 3], g: [2], b: [2] }),
  ],
  conv1d: [
    call("conv1d(x, w)", { x: [2, 3, 8], w: [4, 3, 3] }),
    call("conv1d(x, w, padding=1, stride=2)", { x: ["N", 1, 5], w: [2, 1, 3] }),
    call("conv1d(x, w, dilation=2, groups=2)", { x: [1, 4, 7], w: [2, 2, 2] }),
    call("conv1d(x, w)", { x: [1, 2, "N"], w: [1, 2, 2] }),
  ],
  conv2d: [
    call("conv2d(x, w)", { x: [2, 3, 5, 5], w: [4, 3, 3, 3] }),
    call("conv2d(x, w, stride=2, padding=1)", { x: [1, 2, 6, 5], w: [3, 2, 3, 3] }),
    call("conv2d(x, w, dilation=2, groups=2)", { x: [1, 4, 7, 7], w: [4, 2, 3, 3] }),
    call("conv2d(x, w, stride=[1, 2], padding=[2, 0], dilation=[2, 1])", {
      x: ["N", 1, 4, 5],
      w: [2, 1, 2, 3],
    }),
    call("conv2d(x, w, groups=3)", { x: [1, 3, 3, 3], w: [3, 1, 2, 2] }),
    call("conv2d(x, w)", { x: [1, 1, 1, 1], w: [1, 1, 1, 1] }),
    call("conv2d(x, w, padding=1)", { x: ["M", 2, "N", "N"], w: [1, 2, 3, 3] }),
  ],
  maxPool2d: pools("maxPool2d"),
  avgPool2d: pools("avgPool2d"),
  attention: [
    call("attention(q, k, v)", { q: [2, 4, 3], k: [2, 5, 3], v: [2, 5, 2] }),
    call("attention(q, k, v, causal=true)", { q: [2, 4, 3], k: [2, 4, 3], v: [2, 4, 3] }),
    call("attention(q, k, v)", { q: ["N", 2], k: ["M", 2], v: ["M", 3] }),
    call("attention(q, k, v, causal=true)", { q: ["N", 2], k: ["N", 2], v: ["N", 3] }),
    call("attention(q, k, v)", { q: [2, 1, 3, 2], k: [3, 4, 2], v: [4, 2] }),
  ],
  dropout: [
    call("dropout(x, s)", { x: [3, 4], s: labels([], 100) }),
    call("dropout(x, s, rate=0.2)", { x: ["N", 2, 3], s: [] }),
    call("dropout(x, 7, rate=0)", { x: [3] }),
    call("dropout(x, 7)", { x: [] }),
  ],
};
