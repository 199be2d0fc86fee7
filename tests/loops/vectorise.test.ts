import { describe, expect, it } from "vitest";
import { nodesOf } from "../../compiler/ir/graph.js";
import { isLoop } from "../../compiler/ops/loop.js";
import { compile } from "../../compiler/pipeline.js";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { forwardPasses, runPasses } from "../../compiler/passes/index.js";

function compiled(body: string) {
  const text = `import { sum, type Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">, w: number): number {
  const y = new Float64Array(x.length);
  ${body}
  return sum(y);
}`;
  return compile({ entry: "m.ts", files: { "m.ts": text } }, { target: "js", verify: true });
}

function loopsIn(body: string): number {
  const [f] = compiled(body).functions;
  if (f === undefined) throw new Error("there is no function");
  return nodesOf(runPasses(f.stages.graph, forwardPasses)).filter(isLoop).length;
}

function gradient(body: string) {
  const module = evaluateModule(compiled(body).code);
  const x = Float64Array.of(0.5, -1, 2);
  return module.get("fGrad")?.({ x, w: 3 }, module.get("createFWork")?.({ N: 3 }));
}

describe("loops over elements", () => {
  it.each([
    ["an element at a time", "for (let i = 0; i < x.length; i++) y[i] = x[i]! * w + i;"],
    ["under a condition", "for (let i = 0; i < x.length; i++) if (x[i]! > 0) y[i] = x[i]! * w;"],
    ["added to", "for (let i = 0; i < x.length; i++) y[i]! += x[i]! ** 2;"],
    ["from what it was", "for (let i = 0; i < x.length; i++) y[i] = Math.cos(y[i]!) * x[i]!;"],
  ])("are tensor operations: %s", (_name, body) => {
    expect(loopsIn(body)).toBe(0);
  });

  it.each([
    ["that read what they wrote", "for (let i = 1; i < x.length; i++) y[i] = y[i - 1]! + x[i]!;"],
    ["of a part", "for (let i = 0; i < x.length - 1; i++) y[i] = x[i + 1]!;"],
    [
      "that carry a number",
      "let s = 0; for (let i = 0; i < x.length; i++) { s += x[i]!; y[i] = s; }",
    ],
    [
      "backwards through another",
      "for (let i = 0; i < x.length; i++) y[i] = x[x.length - 1 - i]!;",
    ],
  ])("stay loops: %s", (_name, body) => {
    expect(loopsIn(body)).toBe(1);
  });

  it("have the gradient of the loop", () => {
    const body = "for (let i = 0; i < x.length; i++) if (x[i]! > 0) y[i] = x[i]! ** 2 * w + i;";
    expect(gradient(body)).toEqual({
      value: 0.25 * 3 + (4 * 3 + 2),
      dx: Float64Array.of(3, 0, 12),
      dw: 4.25,
    });
  });
});
