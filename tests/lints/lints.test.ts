import { describe, expect, test } from "vitest";
import { jit } from "../../compiler/jit.js";
import { compile } from "../../compiler/pipeline.js";

function warnings(math: string) {
  return compile({ math }).diagnostics.filter(({ code }) => code.startsWith("FG41"));
}

const codes = (math: string) => warnings(math).map(({ code }) => code);

/** Ordinary programs, none of which is warned of. */
const QUIET = [
  "f(x) = log(x) + sqrt(x) + 1 / x + acos(x) + x ^ 0.5 + x ^ -1",
  "f(x, y) = x / y + log(x / y) + sqrt(x - y)",
  "f(x: [N]) = sum(x / sum(x)) + sum(x) / N + mean(x)",
  "f(x: [N]) = sum(x / sum(exp(x)))",
  "f(x: [N]) = sum(rsqrt(x)) + sum(reciprocal(x))",
  "f(x: [N]) = norm(x) + std(x) + hypot(x[0], x[1]) + logSumExp(x)",
  "f(x: [N]) = sum((x - mean(x)) / sqrt(variance(x) + 1e-5))",
  "f(x: [N]) = sum((x - mean(x)) / (std(x) + 1e-6))",
  "f(x: [N, 3], g: [3], b: [3]) = sum(layerNorm(x, g, b)^2)",
  "f(x: [N]) = sum(log(1 + exp(x))) + sum(1 / (1 + exp(-x))) + sum(log(sigmoid(x))) + sum(log(1 - sigmoid(x)))",
  "f(x: [N]) = log(sum(exp(x))) + log(mean(exp(x)))",
  "f(x: [N, 3]) = sum(softmax(x) * log(softmax(x)))",
  "f(x: [N, 3]) = { e = exp(x); p = e / sum(e, axis=1, keepDims=true); sum(p * log(p)) }",
  "f(x: [N, 3]) = { e = exp(x - max(x)); sum((e / sum(e))^2) }",
  "f(p: [N], y: [N]) = { q = sigmoid(p); -mean(y * log(q) + (1 - y) * log(1 - q)) }",
  "f(x: [N]) = sum(log(clip(x, 1e-7, 1 - 1e-7))) + sum(log(maximum(x, 1e-9))) + sum(sqrt(x^2 + 1))",
  "f(x: [N]) = sum(x / (1 + abs(x))) + sum(x / sqrt(1 + x^2)) + sum(1 / cosh(x))",
  // What is in an arm that is not taken has no effect.
  "f(x) = x > 0 ? sqrt(abs(x)) : 0",
  "f(x: [N]) = sum(where(x != 0, 1 / abs(x), 0))",
  "f(x: [N]) = { n = norm(x); safe = n > 0 ? n : 1; sum(x / safe) }",
  "f(x: [N]) = { n = norm(x); safe = where(n == 0, 1, n); sum(x / safe) }",
  // What the result does not depend on is not computed.
  "f(x: [N]) = { unused = log(relu(x)); sum(x) }",
  "f(x) = (-x)^2 + (-2)^3 * x + (-x)^3",
];

test.each(QUIET)("%s", (math) => {
  expect(codes(math)).toEqual([]);
});

/** Programs, the code that is reported, and all of the hint. */
const NOISY: readonly (readonly [math: string, code: string, hint: string])[] = [
  ["f(x: [3]) = sum(log2(abs(x)))", "FG410", "keep it away from there: write log2(abs(x) + 1e-7)"],
  [
    "f(x: [3]) = sum(log1p(-relu6(x) / 6))",
    "FG410",
    "keep it away from there: write log1p(maximum(-relu6(x) / 6, -1 + 1e-7))",
  ],
  [
    "f(x: [3]) = log(softmax(x)[0])",
    "FG411",
    "take the logarithm first: use logSoftmax(scores), or softmaxCrossEntropy(scores, labels) for the mean loss",
  ],
  ["f(x: [3], y: [3]) = -log(sum(softmax(x) * y))", "", ""],
  [
    "f(x: [3], y: i32[3]) = -log(sum(softmax(x) * (y == 1)))",
    "FG411",
    "take the logarithm first: use logSoftmax(scores), or softmaxCrossEntropy(scores, labels) for the mean loss",
  ],
  ["f(x: [3]) = sqrt(mean((x - mean(x))^2))", "FG412", "write sqrt(mean((x - mean(x))^2) + 1e-12)"],
  [
    "f(x: [4, 3]) = sum(sqrt(sum(x * x, axis=1)))",
    "FG412",
    "write norm(x) over the same axis, whose gradient at 0 is 0",
  ],
  [
    "f(x, y) = { d = x - y; sqrt(d * d + y^2) }",
    "FG412",
    "write hypot(d, y), whose gradient at 0 is 0",
  ],
  ["f(x) = sqrt((x + 1) ^ 2)", "FG413", "write abs(x + 1), which is what is compiled"],
  [
    "f(x: [3], y: [3]) = sum(x * y) / (norm(x) * norm(y))",
    "FG414",
    "write sum(x * y) / (norm(x) * norm(y) + 1e-12)",
  ],
  ["f(x) = 1 / (1 - sigmoid(x))", "FG414", "write 1 / (1 - sigmoid(x) + 1e-12)"],
  ["f(x) = rsqrt(x ^ 2)", "FG414", "keep it away from 0: write x ^ 2 + 1e-12 in its place"],
  ["f(x) = abs(x) ^ -2", "FG414", "keep it away from 0: write abs(x) + 1e-12 in its place"],
  ["f(x) = acosh(cosh(x))", "FG415", "write acosh(maximum(cosh(x), 1 + 1e-7))"],
  ["f(x) = atanh(sin(x))", "FG415", "stay inside: write atanh(clip(sin(x), -1 + 1e-7, 1 - 1e-7))"],
  ["f(x) = (-3) ^ x", "FG416", "write 3 for the base, or a whole number for the exponent"],
];

test.each(NOISY)("%s: %s", (math, code, hint) => {
  const found = warnings(math).map((one) => [one.severity, one.code, one.hint]);
  expect(found).toEqual(code === "" ? [] : [["warning", code, hint]]);
});

/** A warning, a point at the pole, and the rewrite that is offered. */
const REWRITES: readonly (readonly [warned: string, rewrite: string, x: number[]])[] = [
  ["f(x: f64[2]) = sum(log(relu(x)))", "f(x: f64[2]) = sum(log(relu(x) + 1e-7))", [-1, 2]],
  ["f(x: f64[2]) = sqrt(sum(x^2))", "f(x: f64[2]) = norm(x)", [0, 0]],
  ["f(x: f64[2]) = sqrt(x[0]^2 + x[1]^2)", "f(x: f64[2]) = hypot(x[0], x[1])", [0, 0]],
  ["f(x: f64[2]) = sum(x / norm(x))", "f(x: f64[2]) = sum(x / (norm(x) + 1e-12))", [0, 0]],
  [
    "f(x: f64[2]) = sum(acos(clip(x, -1, 1)))",
    "f(x: f64[2]) = sum(acos(clip(x, -1 + 1e-7, 1 - 1e-7)))",
    [1, 0],
  ],
  ["f(x: f64[2]) = log(softmax(x)[0])", "f(x: f64[2]) = logSoftmax(x)[0]", [-900, 900]],
  [
    "f(x: f64[2]) = { e = exp(x) * x; sum((e / sum(e))^2) }",
    "f(x: f64[2]) = { e = exp(x - max(x)) * x; sum((e / sum(e))^2) }",
    [800, 1],
  ],
];

describe("at the pole", () => {
  test.each(REWRITES)("%s is not finite, %s is", (warned, rewrite, x) => {
    expect(codes(warned)).toHaveLength(1);
    expect(codes(rewrite)).toEqual([]);
    const finite = (math: string) => {
      const { value, grads } = jit(math).grad({ x });
      return [value, grads["x"]].flat().every(Number.isFinite);
    };
    expect([finite(warned), finite(rewrite)]).toEqual([false, true]);
  });
});
