import { describe, expect, it } from "vitest";
import { parseDim } from "../../compiler/ir/dim.js";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { add, div, mul, neg } from "../../compiler/ops/arithmetic.js";
import { exp } from "../../compiler/ops/elementwise.js";
import { constant, input, size } from "../../compiler/ops/leaf.js";
import { softmax } from "../../compiler/ops/losses.js";
import { matmul } from "../../compiler/ops/matrix.js";
import { mean, sum, variance } from "../../compiler/ops/reduce.js";
import { broadcastTo, slice } from "../../compiler/ops/shape.js";
import { graphOf } from "../support/graphs.js";
import { numericalGradient } from "../support/finiteDifferences.js";
import { scalar, tensor } from "../support/values.js";

const f64 = (...shape: (number | string)[]) => ({
  dtype: "f64" as const,
  shape,
});

describe("evaluateGraph", () => {
  it("binds inputs and named sizes", () => {
    const x = input("x", f64("N"));
    const graph = graphOf({ y: mul(x, size(parseDim("2*N + 1") ?? NaN)) });
    const result = evaluateGraph(graph, { x: tensor([1, 2, 3]) }, { N: 3 });
    expect(result["y"]).toEqual(tensor([7, 14, 21]));
  });

  it("resolves named sizes in attributes", () => {
    const x = input("x", f64("N"));
    const odd = slice(x, {
      start: ["N - 1"],
      length: ["floor(N / 2)"],
      step: [-2],
    });
    const result = evaluateGraph(
      graphOf({ y: odd, z: broadcastTo(x, ["M", "N"]) }),
      { x: tensor([1, 2, 3, 4]) },
      { N: 4, M: 2 },
    );
    expect(result["y"]).toEqual(tensor([4, 2]));
    expect(result["z"]).toEqual(tensor([1, 2, 3, 4, 1, 2, 3, 4], [2, 4]));
  });

  it("evaluates formulas through their expansion, also nested ones", () => {
    const x = input("x", f64(2, 2));
    const result = evaluateGraph(
      graphOf({
        mean: mean(x),
        variance: variance(x, { axes: [0] }),
        product: matmul(x, x),
        softmax: softmax(x, 1),
      }),
      { x: tensor([1, 2, 3, 4], [2, 2]) },
    );
    expect(result["mean"]).toEqual(scalar(2.5));
    expect(result["variance"]).toEqual(tensor([1, 1]));
    expect(result["product"]).toEqual(tensor([7, 10, 15, 22], [2, 2]));
    const sigmoid1 = 1 / (1 + Math.exp(-1));
    expect(result["softmax"]?.data[1]).toBeCloseTo(sigmoid1, 15);
  });

  it("rounds elements of f32 tensors, and no scalars", () => {
    const x = input("x", { dtype: "f32", shape: [1] });
    const s = input("s", { dtype: "f32", shape: [] });
    const graph = graphOf({
      tensor: div(x, constant(3)),
      total: sum(div(x, constant(3))),
      scalar: neg(s),
      repeated: mul(broadcastTo(s, [1]), x),
    });
    const result = evaluateGraph(graph, {
      x: tensor([0.1], [1], "f32"),
      s: scalar(0.1, "f32"),
    });
    const third = Math.fround(Math.fround(0.1) / 3);
    expect(result["tensor"]?.data).toEqual([third]);
    expect(result["total"]?.data).toEqual([third]);
    expect(result["scalar"]?.data).toEqual([-0.1]);
    expect(result["repeated"]?.data).toEqual([Math.fround(0.1 * Math.fround(0.1))]);
  });

  it("goes through deep graphs without recursion", () => {
    const x = input("x", f64());
    let y = x;
    for (let i = 0; i < 20_000; i++) y = add(y, constant(1));
    const result = evaluateGraph(graphOf({ y }), { x: scalar(0) });
    expect(result["y"]?.data).toEqual([20_000]);
  });

  it.each([
    [{}, "input x is not given"],
    [{ x: tensor([1, 2]) }, "input x has 2 elements and its shape [3] has 3"],
  ])("refuses inputs that do not fit: %j", (inputs, message) => {
    const graph = graphOf({ y: neg(input("x", f64("N"))) });
    expect(() => evaluateGraph(graph, inputs, { N: 3 })).toThrow(new RangeError(message));
  });

  it("refuses a size that is not given", () => {
    const graph = graphOf({ y: neg(input("x", f64("N"))) });
    expect(() => evaluateGraph(graph, { x: tensor([1]) })).toThrow(
      new RangeError("size N is not given"),
    );
  });
});

describe("numericalGradient", () => {
  it("is the gradient of a function whose gradient is known", () => {
    const x = input("x", f64(3));
    const gradient = numericalGradient({
      graph: graphOf({ value: sum(exp(x)) }),
      inputs: { x: tensor([0, 1, -1]) },
      output: "value",
      wrt: "x",
    });
    [1, Math.E, 1 / Math.E].forEach((expected, i) => expect(gradient[i]).toBeCloseTo(expected, 8));
  });
});
