import { describe, expect, it } from "vitest";
import { compile } from "../../compiler/pipeline.js";
import { runMath } from "../support/runModule.js";

const inner = "g(x, w) = sum(sin(x * w) * exp(x))";
const plain = `${inner}\nf(x: f64[N], w) = w * g(x, w)^2`;
const checkpointed = `${inner}\nf(x: f64[N], w) = w * checkpoint(g)(x, w)^2`;
const only = { functions: ["f"] };
const inputs = { x: [0.3, -0.8, 1.4], w: [0.7] };

/** The code of the gradient function alone. */
function gradientOf(math: string): string {
  const { code } = compile({ math }, { target: "js", functions: ["f"] });
  return code.slice(code.indexOf("export function fGrad"));
}

const count = (text: string, word: string) => text.split(word).length - 1;

describe("checkpoint", () => {
  it("has the value and the gradient of the function", () => {
    const sizes = { N: 3 };
    const expected = runMath(plain, only).gradient(inputs, undefined, sizes);
    const found = runMath(checkpointed, only).gradient(inputs, undefined, sizes);
    expect(found.value[0]).toBeCloseTo(expected.value[0] ?? NaN, 14);
    for (const wrt of ["x", "w"]) {
      found.slopes[wrt]?.forEach((slope, i) =>
        expect(slope).toBeCloseTo(expected.slopes[wrt]?.[i] ?? NaN, 13),
      );
    }
  });

  it("computes again what it would have kept", () => {
    expect(count(gradientOf(plain), "Math.exp(")).toBe(1);
    expect(count(gradientOf(checkpointed), "Math.exp(")).toBe(2);
  });

  it("works on functions of several results, in loops, and twice", () => {
    const run = runMath(
      `${inner}\nh(x, w) = grad(g, "w")(x, w)\nf(x: f64[N], w) = checkpoint(h)(x, w)`,
      only,
    );
    const direct = runMath(`${inner}\nf(x: f64[N], w) = grad(g, "w")(x, w)`, only);
    const sizes = { N: 3 };
    const [a, b] = [run, direct].map((one) => one.gradient(inputs, undefined, sizes));
    expect(a?.slopes["w"]?.[0]).toBeCloseTo(b?.slopes["w"]?.[0] ?? NaN, 12);
  });

  it("takes a function alone", () => {
    expect(() => compile({ math: `${inner}\nf(x: f64[N], w) = checkpoint(g, "x")(x, w)` })).toThrow(
      /checkpoint takes a function alone/,
    );
  });

  it("keeps nothing of a chain of layers but what lies between them", () => {
    const layers = (call: (i: number) => string) =>
      [
        "layer(x: f64[64, 64], w: f64[64, 64]) = tanh(tanh(tanh(x @ w) @ w) @ w)",
        `f(x: f64[64, 64], w: f64[64, 64]) = {`,
        ...Array.from({ length: 4 }, (_, i) => `  h${i + 1} = ${call(i)}`),
        "  sum(h4)",
        "}",
      ].join("\n");
    const bytes = (math: string) =>
      Number(
        /arena of ([\d,]+) bytes/.exec(compile({ math }, only).code)?.[1]?.replaceAll(",", ""),
      );
    const name = (i: number) => (i === 0 ? "x" : `h${i}`);
    const all = bytes(layers((i) => `layer(${name(i)}, w)`));
    const less = bytes(layers((i) => `checkpoint(layer)(${name(i)}, w)`));
    expect(less).toBeLessThan(0.75 * all);
  });
});
