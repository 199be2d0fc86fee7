import type { Source } from "../../compiler/pipeline.js";

/** A program to compile and run in tests of generated code. */
export interface CorpusModel {
  readonly name: string;
  readonly source: Source;
  /** Values of named sizes. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Integers are drawn below this number; 3 unless given. */
  readonly indexLimit?: number;
  /** Parameters to differentiate. */
  readonly wrt?: readonly string[];
}

function math(name: string, text: string, rest: Partial<CorpusModel> = {}): CorpusModel {
  return { name, source: { math: text }, ...rest };
}

/** A model file that imports all it needs; `text` starts with its first parameter. */
function typescript(name: string, text: string, rest: Partial<CorpusModel> = {}): CorpusModel {
  const used = vocabulary.filter((word) => new RegExp(`\\b${word}\\(`).test(text));
  const types = ["Labels", "Param", "Tensor"].filter((word) => text.includes(`${word}<`));
  const names = [...used, ...types.map((type) => `type ${type}`)];
  const imports = names.length === 0 ? "" : `import { ${names.join(", ")} } from "flatgrad";\n\n`;
  return { name, source: { entry: "model.ts", files: { "model.ts": imports + text } }, ...rest };
}

const vocabulary =
  "broadcastTo concat exp log logSoftmax logSumExp matmul max maximum mean meanSquaredError min multiclassHinge relu reshape sigmoid softmax softmaxCrossEntropy sqrt stack sum take takeAlong tanh transpose variance where".split(
    " ",
  );

const scalars: readonly CorpusModel[] = [
  math(
    "staged lecture example",
    "sigy = sigmoid(y); num = x + sigy; sigx = sigmoid(x); xpy = x + y; xpysqr = xpy^2; den = sigx + xpysqr; num / den",
  ),
  math("product and maximum", "f(x, y, z, w) = 2 * (x*y + maximum(z, w))"),
  math("long sum on one line", longSum()),
  math("powers", "f(x, y) = x^2 + x^3 + (2 + y^2)^x + x^-1 + sqrt(1 + x^2)"),
  math("deep right nesting", "f(a, b, c) = a - (b - (c - a * (b / (c / (2 + a^2)))))"),
  math("comparisons and logic", "f(x, y) = (x > y && x > 0) || y > 1 ? x * y : x - y"),
  math("special functions", "f(x) = softplus(x) + logSigmoid(x) + log1p(x^2) + expm1(x) + tanh(x)"),
  math(
    "names that are reserved",
    "f(value, work, inputs) = { class_ = value * work; class_ + inputs }",
  ),
  typescript(
    "if and early return",
    `/** Huber's loss, by hand. */
export function huber(prediction: number, target: number): number {
  const e = prediction - target;
  if (Math.abs(e) <= 0.5) return 0.5 * e * e;
  return 0.5 * (Math.abs(e) - 0.25);
}
`,
  ),
  typescript(
    "reassigned variables",
    `export function f(x: number, y: number): number {
  let s = x;
  s += y * x;
  if (s > 0) {
    s = s * 2;
    s -= Math.sin(y);
  } else {
    s = Math.exp(s);
  }
  s *= x;
  return s;
}
`,
  ),
  typescript(
    "objects and tuples of numbers",
    `export function polar(p: { x: number; y: number }, [a, b]: [number, number]) {
  const r = Math.sqrt(p.x * p.x + p.y * p.y + 1);
  return { r: r * a, angle: [p.x * b, p.y / r] as const };
}
`,
  ),
  typescript(
    "nested functions and constants",
    `const SCALE = 0.5;
function inner(x: number): number {
  const t = x * SCALE;
  return t * t + Math.cos(t);
}
function middle(x: number, y: number): number {
  return inner(x) * inner(y) - inner(x + y);
}
export function outer(x: number, y: number): number {
  return middle(x, y) + middle(y, x * x);
}
`,
  ),
  typescript(
    "branch with a dead NaN",
    `export function f(x: number): number {
  return x * x + (x > 10 ? Math.sqrt(x - 10) : 0);
}
`,
  ),
  typescript(
    "functions that are called as the runtime's are",
    `export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
export function multiply(A: Tensor<[3, 4]>, B: Tensor<[4, 3]>) {
  return sum(tanh(matmul(A, B)));
}
export function checkLength(x: Tensor<["N"]>, s: number) {
  return sum(x * sigmoid(s));
}
`,
    { sizes: { N: 3 } },
  ),
  typescript(
    "several functions in a module",
    `export function first(x: number): number {
  return Math.exp(-x * x);
}
/**
 * Second of two.
 *
 * With a longer description.
 */
export function second(x: number, y: number): number {
  return first(x) * first(y);
}
`,
  ),
];

/** More operands than fit a line, and a forking input. */
function longSum(): string {
  const names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];
  const products = names.map((name, i) => `${name} * ${names[(i + 1) % 6]}`);
  return `f(${names.join(", ")}) = ${products.join(" + ")} - sin(alpha * beta * gamma + delta)`;
}

const tensors: readonly CorpusModel[] = [
  typescript(
    "two-layer classifier",
    `/** Two-layer classifier with L2 regularisation. */
export function loss(
  x: Tensor<["N", 5]>, y: Labels<"N">,
  W1: Param<[5, 4]>, b1: Param<[4]>, W2: Param<[4, 3]>, b2: Param<[3]>,
) {
  const h = relu(matmul(x, W1) + b1);
  const scores = matmul(h, W2) + b2;
  return softmaxCrossEntropy(scores, y) + 1e-3 * (sum(W1 ** 2) + sum(W2 ** 2));
}
`,
    { sizes: { N: 6 } },
  ),
  typescript(
    "bundle of weights",
    `interface Params { W: Tensor<["D", 3]>; layer: { b: Tensor<[3]>; scale: number } }
export function loss(params: Params, x: Tensor<["N", "D"]>) {
  const { W, layer } = params;
  return mean(sigmoid(matmul(x, W) * layer.scale + layer.b));
}
`,
    { sizes: { N: 4, D: 3 }, wrt: ["params"] },
  ),
  typescript(
    "object result",
    `export function heads(x: Tensor<["N", 3]>, W: Tensor<[3, 2]>, s: number) {
  const y = matmul(x, W);
  return { y, norm: sum(y * y) * s, pair: [max(y, { axis: 1 }), s * 2] as const };
}
`,
    { sizes: { N: 4 } },
  ),
  typescript(
    "array and number result",
    `export function f(x: Tensor<["N", 3]>, s: number) {
  const y = tanh(x * s);
  return { y, norm: sum(y * y) * s };
}
`,
    { sizes: { N: 4 } },
  ),
  math("tensor result", "f(x: f64[N, 3], w: f64[3]) = tanh(x * w + 1)", { sizes: { N: 5 } }),
  math(
    "sums over every axis",
    "f(x: [2, 3, 4], w: [3, 4], v: [2, 4], u: [2, 3]) = sum(w * sum(x, axis=0)) + sum(v * sum(x^2, axis=1)) + sum(u * mean(x, axis=2)) + sum(x^3)",
  ),
  math(
    "sums over several axes, kept",
    "f(x: [2, 3, 4]) = sum((x - mean(x, axis=[0, 2], keepDims=true))^2) + sum(sum(x^2, axis=[0, 1])^2)",
  ),
  math(
    "maxima and minima",
    "f(x: [N, 4]) = sum(max(x, axis=1) * min(x, axis=1)) + max(x) + sum(max(x, axis=0))",
    { sizes: { N: 3 } },
  ),
  math(
    "broadcasting both ways",
    "f(c: [N, 1], r: [1, M], s, t: [M]) = sum((c * r + s)^2 / (2 + cos(r - t)))",
    { sizes: { N: 3, M: 4 } },
  ),
  math(
    "transposes around products",
    "f(A: [3, 4], B: [3, 5], C: [5, 4]) = sum((A.T @ B) * C.T) + sum((B @ C).T^2) + sum(A @ A.T)",
  ),
  math("batched products", "f(x: [N, 2, 3], w: [3, 4], z: [N, 4, 2]) = sum((x @ w @ z)^2)", {
    sizes: { N: 3 },
  }),
  math("batches that broadcast", "f(x: [2, 1, 3, 2], y: [4, 2, 3]) = mean(tanh(x @ y))"),
  math("vectors and matrices", "f(A: [3, 4], x: [4], y: [3]) = (y @ A) @ x + x @ x + sum(A @ x)"),
  math("norm of a product", "f(W: f64[2, 2], x: f64[2]) = sum((W @ x)^2)"),
  math(
    "slices",
    "f(x: [N, 6]) = sum(x[:, 1:4] * x[:, ::2]) + sum(x[:, ::-1] * x) + sum(x[0]^2) + x[-1, 2]",
    { sizes: { N: 3 } },
  ),
  math(
    "concat and stack",
    "f(x: [N, 2], y: [N, 3], z: [2]) = sum(concat([x, y, x^2], axis=1)^2) + sum(stack([z, z * z], axis=1)^3)",
    { sizes: { N: 3 } },
  ),
  math("take", "f(x: [4, 3], i: i32[N]) = sum(take(x, i, axis=0)^2 * exp(take(x, i)))", {
    sizes: { N: 5 },
  }),
  math("take along", "f(x: [N, 3], i: i32[N, 1]) = mean(takeAlong(x, i, axis=1)^2 + sum(x))", {
    sizes: { N: 4 },
  }),
  math("take at one index", "f(x: [4, 3], k: i32) = sum(take(x, k)^3)"),
  math(
    "softmaxes",
    "f(x: [N, 4], w: [N, 4]) = sum(w * softmax(x)) + sum(w * logSoftmax(x, axis=0)) + sum(logSumExp(x, axis=1)^2)",
    { sizes: { N: 3 } },
  ),
  math(
    "losses",
    "f(s: [N, 3], y: i32[N], p: [N], t: [N]) = softmaxCrossEntropy(s, y) + multiclassHinge(s, y) + meanSquaredError(p, t)",
    { sizes: { N: 4 } },
  ),
  math("where with a dead NaN", "f(x: [N]) = sum(where(x > 0, sqrt(x), x * 0.5) + log(abs(x)))", {
    sizes: { N: 6 },
  }),
  math("dead branch into a product", "f(x: [3, 3], w: [3, 3]) = sum(where(x > 0, log(x), 1) @ w)"),
  math("reshapes", "f(x: [N, 6], w: [3, 4]) = sum((reshape(x, [-1, 2, 3]) @ w)^2)", {
    sizes: { N: 2 },
  }),
  math(
    "flattened rows",
    "f(x: [2, 3, 4]) = sum(reshape(transpose(x, [2, 0, 1]), [8, 3])^2 @ [1, 2, 3])",
  ),
  math("variance of rows", "f(x: [N, 4]) = sum(variance(x, axis=1) / (1 + mean(x, axis=1)^2))", {
    sizes: { N: 3 },
  }),
  math("integers and truth values", "f(x: [4], i: i32[4], b: bool[4]) = sum(where(b, x * i, x^2))"),
  typescript(
    "truth values among the results",
    `export function f(x: Tensor<[3]>, s: number) {
  return { positive: x > s, above: s > 1, scaled: x * s };
}
`,
  ),
  math(
    "axes of size one",
    "f(x: [1, 3, 1], y: [3, 1], z: [1]) = sum(x * y + z) + sum(max(x, axis=0))",
  ),
  math("size zero", "f(x: [N, 3], w: [3, 2]) = sum(tanh(x @ w)) + sum(w^2)", { sizes: { N: 0 } }),
  math("size one", "f(x: [N, 3], w: [3, 2]) = mean(softmax(x @ w) * 2)", { sizes: { N: 1 } }),
  math("sizes that add up", "f(x: [N], y: [M]) = { z = concat([x, y]); sum(z * z[::-1]) }", {
    sizes: { N: 3, M: 2 },
  }),
  math("output is an input", "f(x: [3], s) = x"),
  math("unused input", "f(x: [3], y: [3]) = sum(x^2)"),
  math(
    "value used many times",
    "f(x: [N]) = { y = exp(x); z = y * y + y; sum(z * y) + mean(z) + max(y) }",
    {
      sizes: { N: 4 },
    },
  ),
  math(
    "names that are taken",
    "f(work: [3], inputs: [3], i: [3], sizes) = sum(work * inputs * i) * sizes",
  ),
  typescript(
    "reassigned tensors",
    `export function f(x: Tensor<["N", 3]>, w: Tensor<[3]>, flag: number) {
  let h = x * w;
  for (let i = 0; i < 3; i++) {
    h = tanh(h + w) * 0.5;
  }
  if (flag > 0) h = h * h;
  else h = h + x;
  return mean(h);
}
`,
    { sizes: { N: 3 } },
  ),
  typescript(
    "early return of tensors",
    `export function f(x: Tensor<["N"]>, s: number) {
  const total = sum(x);
  if (total > 100) return total;
  const y = x * s;
  if (s < 0) {
    return sum(y * y);
  }
  return sum(exp(y));
}
`,
    { sizes: { N: 4 } },
  ),
  {
    name: "modules of modules",
    source: {
      entry: "src/model.ts",
      files: {
        "src/model.ts": `import { sum, type Tensor } from "flatgrad";
import { dense } from "./layers.js";

export function f(x: Tensor<["N", 3]>, W: Tensor<[3, 3]>, b: Tensor<[3]>) {
  return sum(dense(dense(x, W, b), W, b));
}
`,
        "src/layers.ts": `import { matmul, type Tensor } from "flatgrad";
import { squash } from "./squash.js";

export function dense(x: Tensor<["N", 3]>, W: Tensor<[3, 3]>, b: Tensor<[3]>) {
  return squash(matmul(x, W) + b);
}
`,
        "src/squash.ts": `import { tanh } from "flatgrad";

export function squash(x: number) {
  return 1.5 * tanh(x);
}
`,
      },
    },
    sizes: { N: 2 },
  },
];

/** Programs that between them use every part of the backend. */
export const corpus: readonly CorpusModel[] = [...scalars, ...tensors];
