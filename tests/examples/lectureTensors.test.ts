import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import {
  createLayerWork,
  createSquaredNormWork,
  layerVjp,
  squaredNormGrad,
} from "../../examples/lecture-tensors/model.grad.js";
import type { Cost } from "../../examples/lecture-tensors/large.js";
import { expectCurrent, expectGradients, printedBy } from "./support.js";

const x = [2, 1, -3, -3, 4, 2];
const w = [3, 2, 1, -1, 2, 1, 3, 2, 3, 2, 1, -2];
const dy = [2, 3, -3, 9, -8, 1, 4, 6];

describe("lecture-tensors", () => {
  it("has a current generated module", () => expectCurrent("lecture-tensors"));

  it("differentiates ‖W·x‖²", () => {
    const W = Float32Array.of(0.1, 0.5, -0.3, 0.8);
    const inputs = { W, x: Float32Array.of(0.2, 0.4) };
    const { value, dW, dx } = squaredNormGrad(inputs, createSquaredNormWork());
    expect(value).toBeCloseTo(0.116, 6);
    expectClose(dW, [0.088, 0.176, 0.104, 0.208]);
    expectClose(dx, [-0.112, 0.636]);
  });

  it("multiplies the gradient of a layer's output back", () => {
    const inputs = { x: Float32Array.from(x), w: Float32Array.from(w) };
    const work = createLayerWork({ N: 2, D: 3, M: 4 });
    const { value, dx, dw } = layerVjp(inputs, Float32Array.from(dy), work);
    expect([...value]).toEqual([-1, -1, 2, 6, 5, 2, 11, 7]);
    expect([...dx]).toEqual([0, 16, -9, -24, 9, -30]);
    expect([...dw]).toEqual([28, 3, -18, 0, -30, 7, 13, 33, -22, -7, 17, -15]);
  });

  it("agrees with finite differences", () => {
    expectGradients("lecture-tensors", {
      function: "squaredNorm",
      parameters: { W: Float64Array.of(0.1, 0.5, -0.3, 0.8), x: Float64Array.of(0.2, 0.4) },
    });
    expectGradients("lecture-tensors", {
      function: "layer",
      parameters: { x: Float64Array.from(x), w: Float64Array.from(w) },
      sizes: { N: 2, D: 3, M: 4 },
      cotangent: Float64Array.from(dy),
    });
  });

  it("takes memory of the order of its inputs, where a Jacobian would take 256 GiB", () => {
    const program =
      'import { large } from "./examples/lecture-tensors/large.ts"; console.log(JSON.stringify(large()));';
    const printed = execFileSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", program],
      { cwd: new URL("../..", import.meta.url), encoding: "utf8" },
    );
    const { inputBytes, peakBytes, jacobianBytes } = JSON.parse(printed) as Cost;
    expect(jacobianBytes).toBe(256 * 2 ** 30);
    expect(peakBytes).toBeGreaterThan(inputBytes);
    expect(peakBytes).toBeLessThan(12 * inputBytes);
  });

  it("prints values, gradients and memory", async () => {
    const printed = await printedBy(() => import("../../examples/lecture-tensors/main.js"));
    expect(printed).toContain("‖W·x‖² = 0.1160");
    expect(printed).toMatch(/would take +256 GiB/);
  });
});

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 6));
}
