import { describe, expect, it } from "vitest";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { compile } from "../../compiler/pipeline.js";

type Gradients = Readonly<Record<string, number | Float64Array>>;

/** The gradient of `f(x, w)` at a point. */
function gradient(body: string, x: readonly number[], w: number, helpers = ""): Gradients {
  const text = `import type { Tensor } from "flatgrad";
${helpers}
export function f(x: Tensor<["N"], "f64">, w: number): number {
${body}
}`;
  const { code } = compile(
    { entry: "model.ts", files: { "model.ts": text } },
    { target: "js", verify: true },
  );
  const module = evaluateModule(code);
  const work = module.get("createFWork")?.({ N: x.length });
  return module.get("fGrad")?.({ x: Float64Array.from(x), w }, work) as Gradients;
}

describe("loops, once wrong", () => {
  it("hand on the initial value where no iteration runs, though the body makes it a constant", () => {
    const body = `  let s = 0;
  for (let i = 0; i < x.length; i++) s += x[i] * w;
  let k = 0;
  while (k < 1 && s > 100) {
    s = 3;
    k += 1;
  }
  return s;`;
    const { value, dx, dw } = gradient(body, [1, 2, 3], 0.5);
    expect([value, ...(dx as Float64Array), dw]).toEqual([3, 0.5, 0.5, 0.5, 6]);
    expect(gradient(body, [100, 2, 3], 2)).toMatchObject({ value: 3, dw: 0 });
  });

  it("do not copy an input under another name", () => {
    const body = `  let s = Math.exp(w);
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) y[i] += s / (1.5 + Math.sin(y[i] * y[i]) ** 2);
  for (let i = 0; i < x.length; i++) s += y[i] * x[i];
  return s;`;
    const { value, dw } = gradient(body, [1, 2], 0);
    expect(value).toBeCloseTo(1 + 2, 14);
    expect(dw).toBeCloseTo(1 + 2, 14);
  });

  it("return nothing from a loop in a loop where no iteration ever does", () => {
    const body = `  let s = w;
  for (let i = 0; i < x.length; i++) {
    s += x[i] * w;
    for (let j = 0; j < x.length; j++) {
      if (Math.sin(0.25) > Math.exp(0.5)) return x[i];
    }
  }
  return s;`;
    const { value, dx, dw } = gradient(body, [1, 2], 3);
    expect([value, ...(dx as Float64Array), dw]).toEqual([12, 3, 3, 4]);
  });

  it("end a procedure that returns without a value", () => {
    const helpers = `function copy(x: Tensor<["N"], "f64">, y: Float64Array) {
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < 1; j++) {
      if (x[i] > 5) return;
    }
    y[i] = x[i];
  }
  y[0] += 100 * x[0];
}`;
    const body = `  const y = new Float64Array(x.length);
  copy(x, y);
  let s = 0;
  for (let i = 0; i < x.length; i++) s += w * y[i];
  return s;`;
    const returned = gradient(body, [1, 6, 3], 2, helpers);
    expect([returned["value"], ...(returned["dx"] as Float64Array)]).toEqual([2, 2, 0, 0]);
    const whole = gradient(body, [1, 4, 3], 2, helpers);
    expect([whole["value"], ...(whole["dx"] as Float64Array)]).toEqual([216, 202, 2, 2]);
  });
});
