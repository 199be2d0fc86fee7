import { expect, test } from "vitest";
import type { DType, TensorType } from "../../compiler/ir/type.js";
import { runMath } from "../support/runModule.js";

const of = (dtype: DType, ...shape: number[]): TensorType => ({ dtype, shape });

/** Operands of several dtypes, or whole numbers where floats are usual. */
const rows: readonly (readonly [math: string, types: Readonly<Record<string, TensorType>>])[] = [
  ["oneHot(i, 3) @ w", { i: of("i32", 4), w: of("f32", 3, 2) }],
  ['einsum("ij,jk->ik", oneHot(i, 3), w)', { i: of("i32", 4), w: of("f64", 3, 2) }],
  ["sum(oneHot(i, 3) * w)", { i: of("i32", 4), w: of("f32", 3) }],
  ["x @ w", { x: of("f64", 2, 3), w: of("f32", 3, 2) }],
  ["conv2d(x, w)", { x: of("f64", 1, 1, 3, 3), w: of("f32", 1, 1, 2, 2) }],
  ["conv1d(x, w)", { x: of("f32", 1, 1, 3), w: of("f64", 1, 1, 2) }],
  ["attention(q, k, v)", { q: of("f32", 2, 3), k: of("f64", 4, 3), v: of("f32", 4, 2) }],
  ["solve(a, b)", { a: of("f32", 2, 2), b: of("f64", 2) }],
  ["layerNorm(x, g, b)", { x: of("f32", 2, 3), g: of("f64", 3), b: of("f32", 3) }],
  ["rmsNorm(x, g)", { x: of("f32", 2, 3), g: of("f64", 3) }],
  ["batchNorm(x, g, b)", { x: of("f64", 2, 3), g: of("f32", 3), b: of("f32", 3) }],
  ["huber(p, t)", { p: of("f32", 3), t: of("f64", 3) }],
  ['meanSquaredError(p, t, reduction="none")', { p: of("f32", 3), t: of("f64", 3) }],
  ["scatterAdd(x, i, u)", { x: of("f32", 5), i: of("i32", 3), u: of("f64", 3) }],
  ["xlogy(p, t)", { p: of("f32", 3), t: of("f64") }],
  ["prod(i) * s", { i: of("i32", 3), s: of("f64") }],
  ["cumsum(i) * s", { i: of("i32", 3), s: of("f64") }],
  ["clip(i, 0, 1) * s", { i: of("i32", 3), s: of("f64") }],
  ["gelu(i) * s", { i: of("i32", 3), s: of("f64") }],
  ["norm(i) * s", { i: of("i32", 3), s: of("f64") }],
  ["std(i) * s", { i: of("i32", 3), s: of("f64") }],
];

test.each(rows)("%s", (math, parameterTypes) => {
  const doubled = Object.fromEntries(
    Object.entries(parameterTypes).map(([name, { dtype, shape }]) => [
      name,
      { dtype: dtype === "f32" ? ("f64" as const) : dtype, shape },
    ]),
  );
  const inputs = Object.fromEntries(
    Object.entries(parameterTypes).map(([name, { dtype, shape }]) => {
      const count = shape.reduce<number>((p, q) => p * Number(q), 1);
      const number = (i: number) => (dtype === "i32" ? i % 3 : 0.25 + ((3 * i) % 7) / 8);
      return [name, Array.from({ length: count }, (_, i) => number(i))];
    }),
  );
  const expected = runMath(math, { parameterTypes: doubled });
  const ones = expected.value(inputs).map(() => 1);
  const reference = expected.gradient(inputs, ones);
  for (const level of [0, 2] as const) {
    const { value, slopes } = runMath(math, { level, parameterTypes }).gradient(inputs, ones);
    value.forEach((x, i) => expect(x).toBeCloseTo(reference.value[i] ?? NaN, 5));
    for (const [name, slope] of Object.entries(slopes))
      slope.forEach((x, i) => expect(x).toBeCloseTo(reference.slopes[name]?.[i] ?? NaN, 5));
  }
});
