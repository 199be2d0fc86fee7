import { describe, expect, test } from "vitest";
import { runMath } from "../support/runModule.js";
import { slopeFunction } from "../support/slopeFunction.js";

/**
 * Second derivatives of functions of each element of x, at points where the
 * branch not taken has none: f″(x) for each element.
 */
const rows: readonly (readonly [math: string, x: readonly number[], second: readonly number[]])[] =
  [
    ["where(x > 0, sqrt(x), 0)", [-1, 0, 4], [0, 0, -1 / 32]],
    ["where(x > 0, log(x), x * x)", [0, -1, 2], [2, 2, -0.25]],
    ["where(x == 0, 0, 1 / x)", [0, 2], [0, 0.25]],
    ["where(x > 0, where(x > 1, log(x - 1), sqrt(1 - x)), 0)", [-1, 0.75, 2], [0, -2, -1]],
    ["where(x > 0, x ** 1.5, 0)", [-1, 0, 4], [0, 0, 0.375]],
    ["where(x > 0, softsign(1 / x), 0)", [0, 1], [0, 0.25]],
    ["relu(x) ** 2", [-1, 0, 3], [0, 0, 2]],
    ["where(x > 0, take(sqrt(x), [0, 1, 2]), 0)", [-1, 0, 4], [0, 0, -1 / 32]],
    ["xlogy(x, x)", [1, 2], [1, 0.5]],
    ["x ** 2", [0, -3], [2, 2]],
    ["x ** 3", [0, -3], [0, -18]],
    ["sigmoid(x)", [-1000, 1000], [0, 0]],
    ["softplus(x)", [-1000, 0, 1000], [0, 0.25, 0]],
    ["logSigmoid(x)", [-1000, 0, 1000], [0, -0.25, 0]],
  ];

describe.each([0, 2] as const)("-O%i", (level) => {
  test.each(rows)("%s", (math, x, second) => {
    const parameterTypes = { x: { dtype: "f64" as const, shape: [x.length] } };
    const slopes = slopeFunction(runMath(math, { level, parameterTypes }), { level });
    const ones = x.map(() => 1);
    const found = slopes.gradient({ x, dvalue: ones, vdx: ones }).slopes["x"];
    expect(found).toHaveLength(second.length);
    second.forEach((slope, i) => expect(found?.[i]).toBeCloseTo(slope, 12));
  });
});

test("of prod with a zero: the products of the others", () => {
  const run = runMath("prod(x)", { parameterTypes: { x: { dtype: "f64", shape: [3] } } });
  const slopes = slopeFunction(run);
  const hessian = [0, 1, 2].map(
    (i) => slopes.gradient({ x: [2, 0, 3], dvalue: [1], vdx: [0, 0, 0].with(i, 1) }).slopes["x"],
  );
  expect(hessian).toEqual([
    [0, 3, 0],
    [3, 0, 2],
    [0, 2, 0],
  ]);
});

test("of norm and std at their kinks: finite", () => {
  for (const math of ["norm(x)", "std(x)"]) {
    const run = runMath(math, { parameterTypes: { x: { dtype: "f64", shape: [2] } } });
    const found = slopeFunction(run).gradient({ x: [0, 0], dvalue: [1], vdx: [1, 2] }).slopes["x"];
    expect(found).toEqual([0, 0]);
  }
});
