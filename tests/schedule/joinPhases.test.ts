import { describe, expect, it } from "vitest";
import { compile } from "../../compiler/pipeline.js";
import { runMath, type Runnable } from "../support/runModule.js";

const parameters = "x: f64[N], y: f64[N], w: f64";

/** The body of the gradient of a function of x, y and w. */
function gradientText(formula: string): string {
  const { code } = compile({ math: `f(${parameters}) = ${formula}` }, { target: "js" });
  return code.slice(code.indexOf("export function fGrad"));
}

const loops = (text: string) => text.match(/^ *for \(/gm)?.length ?? 0;

const numbersOf = (run: Runnable, N: number) => {
  const x = Array.from({ length: N }, (_, i) => 0.3 + Math.sin(2 * i));
  const y = Array.from({ length: N }, (_, i) => 1.7 + Math.cos(3 * i));
  const { slopes, value } = run.gradient({ x, y, w: [0.6] }, undefined, { N });
  return [...value, ...Object.values(slopes).flat()];
};

/** Formulas whose gradient is one loop, and those whose backward pass has to wait. */
const together = [
  "sum(sin(x)^2 * y)",
  "mean((x - w * y)^2)",
  "sum((x + sigmoid(y)) / (sigmoid(x) + (x + y)^2))",
  "sum(exp(x) * tanh(y) + exp(x)^2)",
  "w * sum(x^3 / y)",
  "sum(where(x > 0, sqrt(y), x * y) * tanh(x))",
];
const apart = [
  "sum(exp(x) / sum(exp(x)) * y)",
  "(sum(sin(x) * y))^2",
  "sum(exp(x - mean(x)))",
  "sum(cumsum(sin(x))^2)",
  "norm(tanh(x) * y)",
];

describe("forward and backward work on the same elements", () => {
  it.each(together)("is one loop: %s", (formula) => {
    const text = gradientText(formula);
    expect(loops(text)).toBe(1);
    const { memory } = text.match(/const \{ (?<memory>[\w, ]+) \} = work\.gradient/)!.groups!;
    expect(memory!.split(", ")).toHaveLength(2);
    expect(memory!).toMatch(/^d\w+, d\w+$/);
  });

  it.each(apart)("is more than one where the backward pass has to wait: %s", (formula) => {
    expect(loops(gradientText(formula))).toBeGreaterThan(1);
  });

  it.each([...together, ...apart])("has the same gradient as without fusion: %s", (formula) => {
    const math = `f(${parameters}) = ${formula}`;
    const [fused, plain] = [runMath(math), runMath(math, { level: 0 })];
    for (const N of [0, 1, 2, 7]) {
      const expected = numbersOf(plain, N);
      numbersOf(fused, N).forEach((found, i) => {
        if (Number.isNaN(expected[i])) expect(found).toBeNaN();
        else expect(found).toBeCloseTo(expected[i]!, 11);
      });
    }
  });

  it("keeps what something else reads", () => {
    const { code } = compile(
      { math: "f(x: f64[N], V: f64[4, N]) = { h = tanh(x); sum(h^2) + sum(V @ h) }" },
      { target: "js" },
    );
    const text = code.slice(code.indexOf("export function fGrad"));
    expect(text).toMatch(/\bh\[i\] = /);
  });

  it("says in the loop where the backward pass begins", () => {
    const text = gradientText("{ s = sigmoid(x); sum(s * y) }");
    expect(text.slice(text.indexOf("  // forward"), text.indexOf("  const { result }")))
      .toMatchInlineSnapshot(`
      "  // forward
        // (1) s = sigmoid(x)
        // (2) sum(s * y)
        let value = 0;
        for (let i = 0; i < N; i++) {
          const s_i = sigmoid(x[i]);
          s[i] = s_i;
          value += s_i * y[i];
          // backward of (1) s = sigmoid(x)
          dx[i] = y[i] * ((1 - s_i) * s_i);
        }

      "
    `);
  });
});
