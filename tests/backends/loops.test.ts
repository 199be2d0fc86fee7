import { transformSync } from "esbuild";
import { format } from "prettier";
import { describe, expect, test } from "vitest";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { compile } from "../../compiler/pipeline.js";
import { plainFunction } from "../support/plainFunction.js";

type Plain = (x: Float64Array, w: number) => number;

/** Programs of an array and a number, which run as they stand. */
const programs = {
  rosenbrock: `
    let s = 0;
    for (let i = 0; i < x.length - 1; i++) {
      const a = x[i + 1] - x[i] * x[i];
      s += w * a * a + (1 - x[i]) * (1 - x[i]);
    }
    return s;`,
  recurrence: `
    let s = w;
    for (let i = x.length - 1; i >= 0; i -= 2) s = Math.sin(s * x[i]) + x[i];
    return s;`,
  "an array read while it is written": `
    const y = new Float64Array(x.length);
    y[0] = w;
    for (let i = 1; i < x.length; i++) y[i] = 0.5 * y[i - 1] * y[i - 1] + x[i];
    let s = 0;
    for (let i = 0; i < x.length; i++) s += y[i] * y[i] * x[i];
    return s;`,
  "an element read before and after it is changed": `
    const y = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) y[i] = x[i] * w;
    let s = 0;
    for (let i = 1; i < x.length; i++) {
      const before = y[i - 1];
      y[i - 1] = Math.sin(y[i]) * before;
      s += before * y[i - 1];
    }
    return s;`,
  "two carried numbers that change places": `
    let a = w;
    let b = 1;
    for (let i = 0; i < x.length; i++) {
      const c = a * x[i];
      a = b;
      b = c + Math.cos(b);
    }
    return a * b;`,
  "a triangle": `
    let s = w;
    for (let i = 0; i < x.length; i++)
      for (let j = 0; j <= i; j++) s = s * Math.cos(x[j]) + x[i] / (1 + s * s);
    return s;`,
  "while to a fixed point": `
    let s = w;
    while (s * s > 0.01) s = 0.7 * s * Math.cos(s * x[0]);
    return s + x[0];`,
  "a while inside a loop": `
    let s = w;
    for (let i = 0; i < x.length; i++) {
      let v = x[i];
      while (v * v > 0.1) v = v * 0.7 * Math.cos(v * s);
      s = s * Math.sin(v) + v;
    }
    return s;`,
  "a while under a condition, inside a while": `
    let s = w;
    let i = 0;
    while (i < x.length && s < 10) {
      let v = x[i];
      if (v > 0) {
        while (v > 0.2) v = v * 0.6 * Math.cos(0.1 * s);
      }
      s = s * Math.cos(v) + v;
      i++;
    }
    return s;`,
  "a branch that stores": `
    const y = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) {
      if (x[i] > 0) y[i] = x[i] * w;
      else y[i] += Math.exp(x[i]);
    }
    let s = 0;
    for (let i = 0; i < x.length; i++) s += y[i] * y[x.length - 1 - i];
    return s;`,
} as const;

const points: readonly (readonly [readonly number[], number])[] = [
  [[0.3, -0.7, 1.1, 0.4, 0.9], 0.8],
  [[0.6, 1.4], 1.2],
  [[0.35], -0.9],
];

function source(body: string): string {
  return `import type { Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">, w: number): number {${body}
}
`;
}

function plain(body: string): Plain {
  const { code } = transformSync(`function f(x, w) {${body}}`, { loader: "ts" });
  return plainFunction(code, "f") as Plain;
}

function slopes(f: Plain, x: readonly number[], w: number): readonly number[] {
  const h = 1e-6;
  const at = (i: number, by: number) =>
    f(
      Float64Array.from(x, (value, j) => value + (i === j ? by : 0)),
      w + (i === x.length ? by : 0),
    );
  return [...x, w].map((_, i) => (at(i, h) - at(i, -h)) / (2 * h));
}

function compiled(body: string, level: 0 | 2, target: "ts" | "js"): string {
  const files = { "model.ts": source(body) };
  return compile({ entry: "model.ts", files }, { level, target, verify: true }).code;
}

describe.each(Object.entries(programs))("a loop: %s", (_name, body) => {
  test.each([0, 2] as const)("-O%d gives the value and the slopes, call after call", (level) => {
    const f = plain(body);
    const module = evaluateModule(compiled(body, level, "js"));
    for (const [x, w] of points) {
      const work = module.get("createFWork")?.({ N: x.length });
      for (let call = 0; call < 2; call++) {
        const inputs = { x: Float64Array.from(x), w };
        expect(module.get("f")?.(inputs, work)).toBeCloseTo(f(inputs.x, w), 12);
        const result = module.get("fGrad")?.(inputs, work) as { dx: Float64Array; dw: number };
        const found = [...result.dx, result.dw];
        slopes(f, x, w).forEach((slope, i) => expect(found[i]).toBeCloseTo(slope, 6));
      }
    }
  });

  test.each([0, 2] as const)("-O%d is formatted", async (level) => {
    const code = compiled(body, level, "ts");
    expect(await format(code, { parser: "typescript" })).toBe(code);
  });
});

describe("memory of loops", () => {
  const gradientOf = (body: string) => {
    const code = compiled(body, 2, "js");
    return code.slice(code.indexOf("function fGrad"));
  };

  test("gradients of elements are added in place, nothing is kept", () => {
    const code = gradientOf(programs.rosenbrock);
    expect(code.match(/^ *for \(/gm)).toHaveLength(1);
    expect(code).toContain("dx[i] = dx_i ");
    expect(code).toContain("const { dx } = work.gradient;");
  });

  test("an array is changed where it stands", () => {
    const code = gradientOf(programs["an array read while it is written"]);
    expect(code).toMatch(/\by_?\[i\] = /);
    expect(code).not.toMatch(/ {4}\w+\.fill\(/);
    expect(code.match(/^ *for \(/gm)?.length).toBeLessThanOrEqual(4);
  });

  test("what inner loops keep lies on one tape, with the start of each part", () => {
    const code = gradientOf(programs["a while inside a loop"]);
    expect(code).toContain("vsStarts[i] = vsEnd;");
    expect(code).toMatch(/vs\[vStart \+ iteration\]/);
  });

  test("a tape grows while the loop runs, and stays as long", () => {
    const module = evaluateModule(compiled(programs["while to a fixed point"], 2, "js"));
    const work = module.get("createFWork")?.({ N: 1 }) as {
      readonly gradient: Readonly<Record<string, Float64Array>>;
    };
    const call = (w: number) => module.get("fGrad")?.({ x: Float64Array.of(0.001), w }, work);
    call(1e30);
    const tapes = Object.values(work.gradient).filter((tape) => tape.length > 64);
    expect(tapes.length).toBeGreaterThan(0);
    call(0.5);
    call(1e30);
    expect(Object.values(work.gradient).filter((tape) => tape.length > 64)).toEqual(tapes);
    expect(Object.values(work.gradient).some((tape) => tapes[0] === tape)).toBe(true);
  });
});
