import { describe, expect, it } from "vitest";
import { runMath } from "../support/runModule.js";

/** The function itself and its gradient, as generated. */
function textOf(math: string): string {
  const { code } = runMath(math).compiled;
  return code.slice(code.indexOf("export function f("));
}

const count = (text: string, part: string) => text.split(part).length - 1;

describe("elements a loop reads again after a call or a store", () => {
  it("are read once, first of all", () => {
    const text = textOf("f(x: f64[N], y: f64[N]) = sum(exp(x) * cos(y) + x * y)");
    const loop = text.slice(text.indexOf("for ("), text.indexOf("return"));
    expect(loop).toMatch(/^for .*\n +const x_i = x\[i\];\n +const y_i = y\[i\];\n/);
    expect(count(loop, "x[i]")).toBe(1);
    expect(count(loop, "y[i]")).toBe(1);
  });

  it("are read where they stand if nothing comes in between", () => {
    expect(textOf("f(x: f64[N]) = sum(x * x + sqrt(abs(x)))")).not.toContain("x_i");
  });

  it("are not read ahead of the condition they are read under", () => {
    const text = textOf("f(x: f64[N, N]) = sum(exp(tril(x)) * sin(triu(x)))");
    expect(text).toMatch(/\? x\[i \* N \+ j\] : 0/);
    expect(text).not.toContain("const x_ij");
  });

  it("keep the value and the gradient, whatever the shape", () => {
    const math =
      "f(x: f64[M, 3], y: f64[3]) = sum(exp(x * y) + where(x > y, sin(x), cos(y)) * tanh(x + y) / (2 + x^2))";
    const [fast, plain] = [runMath(math), runMath(math, { level: 0 })];
    for (const M of [0, 1, 4]) {
      const x = Array.from({ length: 3 * M }, (_, i) => Math.sin(5 * i + 1));
      const inputs = { x, y: [0.1, -0.4, 0.3] };
      const [found, expected] = [fast, plain].map((run) => run.gradient(inputs, undefined, { M }));
      const numbers = ({ slopes, value }: NonNullable<typeof found>) => [
        ...value,
        ...slopes["x"]!,
        ...slopes["y"]!,
      ];
      numbers(found!).forEach((one, i) => expect(one).toBeCloseTo(numbers(expected!)[i]!, 12));
    }
  });
});
