import { describe, expect, test } from "vitest";
import { typeErrors } from "./typeErrors.js";

/** Each is a model file an author may write; the editor has nothing to say. */
const accepted: Readonly<Record<string, string>> = {
  "the two-layer classifier": `
    import { matmul, relu, softmaxCrossEntropy, sum, type Labels, type Param, type Tensor } from "flatgrad";
    export function loss(
      x: Tensor<["N", 784]>, y: Labels<"N">,
      W1: Param<[784, 128]>, b1: Param<[128]>, W2: Param<[128, 10]>, b2: Param<[10]>,
    ) {
      const h = relu(matmul(x, W1) + b1);
      const scores = matmul(h, W2) + b2;
      return softmaxCrossEntropy(scores, y) + 1e-3 * (sum(W1 ** 2) + sum(W2 ** 2));
    }`,

  "functions of scalars": `
    import { log, sigmoid, where } from "flatgrad";
    export function staged(x: number, y: number): number {
      const sigy = sigmoid(y);
      let num = x + sigy;
      num /= sigmoid(x) + (x + y) ** 2;
      let s = sigmoid(num);
      s *= 2;
      return where(s > 0, log(s), -s) + Math.max(s, 0);
    }`,

  "a bundle of weights": `
    import { matmul, sigmoid, type Param, type Tensor } from "flatgrad";
    interface Layer { W: Param<["I", "O"]>; b: Param<["O"]> }
    type Weights = { first: Layer; second: Layer };
    const layer = (x: number, { W, b }: Layer) => sigmoid(matmul(x, W) + b);
    export function forward(x: Tensor<["N", "I"]>, weights: Weights) {
      return { scores: layer(layer(x, weights.first), weights.second) };
    }`,

  "infix arithmetic and comparison": `
    import { maximum, where, type Param, type Tensor } from "flatgrad";
    export function f(x: Tensor<[3]>, W: Param<[2, 3]>) {
      let total: number = W;
      total += x;
      total = -total % 2;
      total **= 2;
      const chosen = where(x > 0, total, 0) + where(x === x || !(x >= 1), 1, W);
      return maximum(chosen / W, x) - +x;
    }`,

  "branches and early returns": `
    import { sum, type Tensor } from "flatgrad";
    export function f(x: Tensor<["N"]>, s: number) {
      if (s > 0) return sum(x);
      else if (s < -1 && sum(x) > 3) return sum(x) * s;
      return s === 0 ? sum(x ** 2) : 0;
    }`,

  "arrays that are written": `
    import { sum, zeros, type Tensor } from "flatgrad";
    function add(y: Float64Array, i: number, v: number): void { y[i] += v; }
    export function f(x: Tensor<["N"], "f64">, W: Tensor<["N", 3]>, n: number) {
      const y = new Float64Array(x.length);
      const copy = new Float64Array(x);
      const A = zeros([x.length, 3]);
      const b = zeros(4, { dtype: "f32" });
      const filled = new Array<number>(3).fill(0);
      for (let i = 0; i < n; i++) {
        y[i] = x[i] * 2;
        y[i] += copy[i];
        A[i][2] -= W[i][2];
        add(y, i, b[0]);
        filled[0] = A[i][0] / 2;
      }
      const squares = x.map((v, i) => v * v + i);
      squares[0] = 1;
      const largest = squares.reduce((p, q) => Math.max(p, q), 0) + x.reduce((p, q) => p + q);
      let total = 0;
      x.forEach((v) => { total += v; });
      const rows = W.slice();
      rows[0][1] = 4;
      b.fill(2);
      for (const row of A) total += row[0];
      return sum(A) + total + largest + y[0] + filled[0] + sum(rows * 2);
    }`,

  "indexing, sizes and loops": `
    import { matmul, sum, type Tensor } from "flatgrad";
    export function f(x: Tensor<["N"]>, W: Tensor<[4, "N"], "f64">, B: Tensor<[2, 3, 4]>) {
      let total = x[0] + W[1][2] * x.length + B[0][1][2];
      for (let i = 0; i < x.shape[0]; i++) total += x[i] * W[0][i];
      for (const row of W) total += sum(row) + row[0];
      const [first, second] = x;
      const batch: number = matmul(B[0], W);
      return total + first * second + sum(matmul(W.T, W)[0]) + batch / (W.shape[0] * W.shape[1]);
    }`,

  "integer and bool tensors": `
    import { any, sum, take, where, type Labels, type Tensor } from "flatgrad";
    export function f(E: Tensor<["V", 8]>, i: Tensor<["N", "T"], "i32">, keep: Tensor<["N"], "bool">, y: Labels) {
      const rows = take(E, i);
      return sum(where(keep, sum(rows, { axis: [1, 2] }), y)) + (any(E > 3) ? take(E, 0, { axis: -1 })[0] : 1);
    }`,

  "operations whose operands come from infix arithmetic": `
    import { conv2d, einsum, matmul, outer, softmaxCrossEntropy, trace, transpose, type Labels, type Tensor } from "flatgrad";
    export function f(x: Tensor<["N", 3]>, W: Tensor<[3, 3]>, v: Tensor<[3]>, y: Labels<"N">) {
      const a = matmul(x + 1, W * 2);
      const b = matmul(transpose(W + 1), transpose(x - 1));
      const c = outer(v * 2, v) + einsum("ij,jk->ik", W, W ** 2) + conv2d(x * 1, W * 1);
      return softmaxCrossEntropy(a + b + c, y) + trace(W * c);
    }`,

  "all options": `
    import { attention, conv2d, gelu, huber, leakyRelu, max, multiclassHinge, softmax, softmaxCrossEntropy, std, transpose, tril, type Labels, type Tensor } from "flatgrad";
    export function f(x: Tensor<["N", 3]>, image: Tensor<["N", 3, 8, 8]>, w: Tensor<[4, 3, 3, 3]>, y: Labels<"N">) {
      return max(x, { axis: -1, keepDims: true }) + std(x, { axis: [0], ddof: 1 }) + softmax(x, { axis: 0 })
        + conv2d(image, w, { stride: [1, 2], padding: 1, dilation: 2, groups: 1 }) + gelu(x, { approximate: "tanh" })
        + softmaxCrossEntropy(x, y, { reduction: "none" })[0] + multiclassHinge(x, y, { margin: 2, reduction: "sum" })
        + huber(x, x, { delta: 0.5 }) + leakyRelu(x, 0.1) + transpose(image, [0, 2, 3, 1]) + tril(x, { k: -1 })
        + attention(x, x, x, { causal: true });
    }`,

  "helpers with named sizes, called with others": `
    import { matmul, relu, reshape, sum, type Tensor } from "flatgrad";
    const dense = (x: Tensor<["N", "I"]>, W: Tensor<["I", "O"]>) => matmul(x, W);
    export function f(x: Tensor<["B", 784]>, V: Tensor<[784, 16]>, W: Tensor<[16, 4]>) {
      const h = dense(relu(dense(x, V)), W);
      const centred = (h - sum(h, { axis: 0 })) as Tensor<["B", 4]>;
      return dense(centred, reshape(W, [4, 16])) + dense(sum(x, { axis: 0, keepDims: true }), V);
    }`,
};

describe("the editor accepts", () => {
  test.each(Object.entries(accepted))("%s", (_name, source) => {
    expect(typeErrors(source)).toEqual([]);
  });
});

/** Operations and the shape the editor infers: each is assigned to that type and to one that differs. */
const inferred: readonly (readonly [call: string, shape: string])[] = [
  ["matmul(x, W)", '["N", 4]'],
  ["matmul(v, W)", "[4]"],
  ["matmul(W, W.T)", "[3, 3]"],
  ["matmul(x, v)", '["N"]'],
  ["matmul(B, W)", "[2, 5, 4]"],
  ["transpose(W)", "[4, 3]"],
  ["transpose(B)", "[3, 5, 2]"],
  ["B.T", "[3, 5, 2]"],
  ["B[0]", "[5, 3]"],
  ["relu(matmul(x, W))", '["N", 4]'],
  ["softmax(W)", "[3, 4]"],
  ["maximum(W, W)", "[3, 4]"],
  ["outer(v, matmul(v, W))", "[3, 4]"],
  ["reshape(W, [2, 6])", "[2, 6]"],
  ["takeAlong(W, i)", "[3, 1]"],
];

describe("the editor infers the shape of", () => {
  test.each(inferred)("%s", (call, shape) => {
    const errors = typeErrors(`
      import { matmul, maximum, outer, relu, reshape, softmax, takeAlong, transpose, type Tensor } from "flatgrad";
      declare const x: Tensor<["N", 3]>, W: Tensor<[3, 4]>, v: Tensor<[3]>, B: Tensor<[2, 5, 3]>, i: Tensor<[3, 1], "i32">;
      export const right: Tensor<${shape}> = ${call};
      export const rank: Tensor<[1, 1, 1, 77]> = ${call};
      export const size: Tensor<${shape.replace(/[^ [,]+\]$/, "77]")}> = ${call};
      void [matmul, maximum, outer, relu, reshape, softmax, takeAlong, transpose, x, W, v, B, i];`);
    expect(errors.map(({ line }) => line)).toEqual([5, 6]);
  });
});

test("a sum of everything is a plain number", () => {
  const source = `
    import { sum, type Tensor } from "flatgrad";
    export function f(x: Tensor<["N", 3]>) {
      let total = sum(x);
      total += 1;
      return total[0];
    }`;
  expect(typeErrors(source)).toMatchObject([{ line: 6 }]);
});
