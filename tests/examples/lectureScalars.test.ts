import { describe, expect, it } from "vitest";
import * as model from "../../examples/lecture-scalars/model.js";
import * as generated from "../../examples/lecture-scalars/model.grad.js";
import { checkGradient } from "../../runtime/index.js";
import { expectCurrent, printedBy } from "./support.js";

describe("lecture-scalars", () => {
  it("has a current generated module", () => expectCurrent("lecture-scalars"));

  it("differentiates the first circuit", () => {
    expect(generated.circuitGrad(-2, 5, -4)).toEqual({ value: -12, dx: -4, dy: -4, dz: 3 });
  });

  it("differentiates the neuron", () => {
    const { value, dw0, dx0, dw1, dx1, dw2 } = generated.neuronGrad(2, -1, -3, -2, -3);
    expect(value).toBeCloseTo(0.73, 2);
    expect(dw0).toBeCloseTo(-0.2, 2);
    expect(dx0).toBeCloseTo(0.39, 2);
    expect(dw1).toBeCloseTo(-0.39, 2);
    expect(dx1).toBeCloseTo(-0.59, 2);
    expect(dw2).toBeCloseTo(0.2, 2);
  });

  it("differentiates the staged function", () => {
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const expected = (3 + sigmoid(-4)) / (sigmoid(3) + 1);
    expect(generated.stagedGrad(3, -4).value).toBeCloseTo(expected, 14);
  });

  it("differentiates the gates, all to the larger input", () => {
    const expected = { value: -20, dx: -8, dy: 6, dz: 2, dw: 0 };
    expect(generated.gatesGrad(3, -4, 2, -1)).toEqual(expected);
  });

  const cases = {
    circuit: { f: model.circuit, at: { x: -2, y: 5, z: -4 }, grad: generated.circuitGrad },
    neuron: {
      f: model.neuron,
      at: { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 },
      grad: generated.neuronGrad,
    },
    staged: { f: model.staged, at: { x: 3, y: -4 }, grad: generated.stagedGrad },
    gates: { f: model.gates, at: { x: 3, y: -4, z: 2, w: -1 }, grad: generated.gatesGrad },
  };

  it.each(Object.entries(cases))("agrees with differences of the model: %s", (_, example) => {
    const f: (...inputs: number[]) => number = example.f;
    const grad = example.grad as (...inputs: readonly number[]) => Record<string, number>;
    const { value, ...slopes } = grad(...Object.values(example.at));
    expect(value).toBeCloseTo(f(...Object.values(example.at)), 14);
    const checks = checkGradient(
      (inputs) => f(...Object.values(inputs).map((x) => x[0]!)),
      arrays(example.at),
      arrays(slopes),
    );
    expect(checks).toHaveLength(f.length);
    expect(checks.filter(({ error }) => !(error < 1e-6))).toEqual([]);
  });

  it("prints values and gradients", async () => {
    const printed = await printedBy(() => import("../../examples/lecture-scalars/main.js"));
    expect(printed).toContain("-12.0000");
    expect(printed).toContain("-0.5898");
  });
});

function arrays(values: Readonly<Record<string, number>>): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Float64Array.of(value)]),
  );
}
