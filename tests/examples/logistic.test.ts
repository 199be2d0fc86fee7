import { describe, expect, it } from "vitest";
import { createLossWork, lossGrad } from "../../examples/logistic/model.grad.js";
import { expectCurrent, expectGradients, printedBy } from "./support.js";

const w = Float32Array.of(2, -3, -3);

describe("logistic", () => {
  it("has a current generated module", () => expectCurrent("logistic"));

  it("is −log σ(wᵀx), with gradient −σ(−wᵀx)·x", () => {
    const { value, dw } = lossGrad({ w, x: Float32Array.of(-1, -2, 1) }, createLossWork({ D: 3 }));
    const chance = 1 / (1 + Math.exp(-1));
    expect(value).toBeCloseTo(-Math.log(chance), 12);
    expect(dw[0]).toBeCloseTo(1 - chance, 7);
    expect(dw[1]).toBeCloseTo(2 * (1 - chance), 7);
    expect(dw[2]).toBeCloseTo(chance - 1, 7);
  });

  it("does not overflow, though the model as written would", () => {
    const { value, dw } = lossGrad({ w, x: Float32Array.of(-500, 0, 0) }, createLossWork({ D: 3 }));
    expect(value).toBe(1000);
    expect([...dw].map(Math.abs)).toEqual([500, 0, 0]);
  });

  it("agrees with finite differences", () => {
    for (const x of [Float64Array.of(-1, -2, 1), Float64Array.of(1, 2, 1)]) {
      expectGradients("logistic", {
        function: "loss",
        parameters: { w },
        data: { x },
        sizes: { D: 3 },
      });
    }
  });

  it("prints three cases", async () => {
    const printed = await printedBy(() => import("../../examples/logistic/main.js"));
    expect(printed).toContain("= 1000.0000");
  });
});
