import { describe, expect, it } from "vitest";
import { compile } from "../../compiler/pipeline.js";
import { runMath } from "../support/runModule.js";

const inf = Infinity;

/** The slopes of a function of x and y at a point. */
function slopesAt(math: string, x: number, y: number): readonly unknown[] {
  const { slopes } = runMath(math).gradient({ x: [x], y: [y] });
  return [slopes["x"]?.[0], slopes["y"]?.[0]];
}

describe("the gradient of a quotient", () => {
  it("divides by the denominator once, and by no other number", () => {
    const math = "f(x, y) = { num = sin(x); den = exp(y); 3 * (num / den) }";
    const { code } = compile({ math });
    const backward = code.slice(code.indexOf("// backward of"));
    expect(backward).toContain("const dnum = 3 / den;");
    expect(backward).toMatch(/const dden = -\w+ \* dnum;/);
    expect(backward.match(/ \/ /g)?.length).toBeLessThanOrEqual(3);
  });

  it.each([
    { x: 3, y: 2, expected: [1 / 2, -3 / 4] },
    { x: 3, y: 0, expected: [inf, -inf] },
    { x: -3, y: 0, expected: [inf, inf] },
    { x: 0, y: 0, expected: [inf, NaN] },
    { x: 3, y: inf, expected: [0, -0] },
    { x: inf, y: 2, expected: [0.5, -inf] },
    { x: 0, y: 2, expected: [0.5, -0] },
    { x: 1e300, y: 2 ** -17, expected: [2 ** 17, -inf] },
    { x: 1e-300, y: 1e-150, expected: [1e150, -1] },
  ])("is exact at x = $x, y = $y", ({ x, y, expected }) => {
    expect(slopesAt("f(x, y) = x / y", x, y)).toEqual(expected);
  });

  it("neither overflows nor vanishes where a slope is between the two", () => {
    const [dx, dy] = slopesAt("f(x, y) = 1e200 * (x / y)", 1e300, 1e100);
    expect(Number(dx) / 1e100).toBeCloseTo(1, 12);
    expect(Number(dy) / -1e300).toBeCloseTo(1, 12);
    const [, small] = slopesAt("f(x, y) = 1e-200 * (x / y)", 1e-300, 1e-150);
    expect(Number(small) / -1e-200).toBeCloseTo(1, 12);
  });

  it("is 0 by a denominator below the reach of 1 / y, if only that is asked for", () => {
    const { slopes } = runMath("f(x, y) = stopGradient(x) / y").gradient({ x: [0], y: [1e-310] });
    expect(slopes["y"]).toEqual([-0]);
  });

  it("sums what a broadcast operand receives, not what the other is made of", () => {
    const run = runMath("f(x: f64[3], y: f64[2, 3]) = sum(x / y)");
    const { slopes } = run.gradient({ x: [1, 2, 3], y: [1, 2, 4, 0.5, 0.25, 0.125] });
    expect(slopes["x"]).toEqual([1 + 2, 0.5 + 4, 0.25 + 8]);
    expect(slopes["y"]).toEqual([-1, -0.5, -0.1875, -4, -32, -192]);
  });
});

describe("the gradient of rsqrt", () => {
  it.each([
    [4, -1 / 16],
    [0, -inf],
    [inf, -0],
    [1e-200, -5e299],
    [-1, NaN],
  ])("at %d is %d", (x, expected) => {
    const { slopes } = runMath("f(x) = rsqrt(x)").gradient({ x: [x] });
    if (Number.isFinite(expected) && expected !== 0)
      expect(slopes["x"]![0]! / expected).toBeCloseTo(1, 14);
    else expect(slopes["x"]).toEqual([expected]);
  });
});
