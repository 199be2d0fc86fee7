import { describe, expect, test } from "vitest";
import { runMath } from "../support/runModule.js";
import { math, run } from "./support.js";

const clipped = "g(x) = x^2; b(x, y, dy) = 10 * x * dy";

describe("the author's rule replaces the derivative", () => {
  test("of a number", () => {
    const ran = runMath(`${clipped}; f(x) = 3 * customGradient(g, b)(x)`, { functions: ["f"] });
    expect(ran.value({ x: [2] })).toEqual([12]);
    expect(ran.gradient({ x: [2] }).slopes["x"]).toEqual([60]);
  });

  test("a rule that is right gives right second derivatives, forward too", () => {
    const text =
      "g(x, y) = x^3 * y; b(x, y, v, d) = [3 * x^2 * y * d, x^3 * d]; h(x, y) = customGradient(g, b)(x, y)";
    const at = { x: 2, y: 5 };
    expect(run(math(`${text}; f(x, y) = grad(grad(h, 0), 0)(x, y)`), at)["value"]).toBe(60);
    expect(run(math(`${text}; f(x, y) = grad(grad(h, 0), 1)(x, y)`), at)["value"]).toBe(12);
    expect(run(math(`${text}; f(x, y) = jvp(h)(x, y, 1, 1)`), at)["value"]).toBe(68);
    expect(run(math(`${text}; f(x, y) = jvp(grad(h, 0))(x, y, 1, 0)`), at)["value"]).toBe(60);
  });

  test("of a tensor, with a rule that reads the value", () => {
    const text =
      "g(x) = exp(x); b(x, y, dy) = y * dy * 2; f(x: f64[3]) = sum(customGradient(g, b)(x)^2)";
    const ran = runMath(text, { functions: ["f"] });
    const x = [0, 1, -1];
    const slopes = ran.gradient({ x }).slopes["x"] ?? [];
    x.forEach((value, i) => expect(slopes[i]).toBeCloseTo(4 * Math.exp(2 * value), 12));
  });

  test("without a derivative, nothing of the rule is computed", () => {
    const ran = runMath(`${clipped}; f(x, y) = customGradient(g, b)(x) + y`, { functions: ["f"] });
    expect(ran.compiled.functions[0]?.programs.forward.operations).toBe(2);
  });

  test("a fixed point: the implicit function theorem in place of its iterations", () => {
    const steps = Array.from({ length: 30 }, () => "z = 0.5 * (z + a / z)").join("; ");
    const text = `root(a) = { z = a; ${steps}; z }; b(a, z, dz) = dz / (2 * z); f(a) = customGradient(root, b)(a)`;
    const ran = runMath(text, { functions: ["f"] });
    expect(ran.gradient({ a: [9] })).toEqual({ value: [3], slopes: { a: [1 / 6] } });
  });
});

test.each([
  ["g(x) = x^2; b(x, y, dy) = [dy, dy]; f(x) = customGradient(g, b)(x)", "FG423"],
  ["g(x) = x^2; b(x, y, dy) = sum(dy) * [1, 2]; f(x: [3]) = customGradient(g, b)(x)", "FG423"],
  ["g(x) = x^2; f(x) = customGradient(g)(x)", "FG202"],
  ["g(x) = x^2; f(x) = customGradient(g, 1)(x)", "FG420"],
])("%s: %s", (text, code) => {
  expect(math(text).codes).toContain(code);
});
