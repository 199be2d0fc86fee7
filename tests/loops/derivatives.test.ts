import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { nodesOf, type Graph } from "../../compiler/ir/graph.js";
import { parseGraph } from "../../compiler/ir/parse.js";
import { printGraph } from "../../compiler/ir/print.js";
import { verifyGraph } from "../../compiler/ir/verify.js";
import { isLoop, isLoopRecord } from "../../compiler/ops/loop.js";
import { registry } from "../../compiler/ops/index.js";
import { gradientGraph } from "../../compiler/passes/differentiate.js";
import {
  forwardPasses,
  fusingPasses,
  jointPasses,
  runPasses,
} from "../../compiler/passes/index.js";
import { pass as nameValues } from "../../compiler/passes/nameValues.js";
import { random } from "../../runtime/random.js";
import { adjointGap, symmetryGap } from "../support/derivatives.js";
import { numericalGradient } from "../support/finiteDifferences.js";
import { arrays, checkpointed, recurrence, rosenbrock, triangle, whileLoop } from "./builtLoops.js";

const standard = [0.3, -0.7, 1.1, 0.4, 0.9];

interface Case {
  readonly graph: Graph;
  readonly value: (x: readonly number[], w: number) => number;
}

const cases: Readonly<Record<string, Case>> = {
  recurrence: {
    graph: recurrence(),
    value: (x, w) => x.reduce((s, xi) => s * Math.cos(xi) + xi * w, w),
  },
  arrays: {
    graph: arrays(),
    value: (x, w) => {
      const y = x.map(() => 0);
      y[0] = w;
      for (let i = 1; i < x.length; i++)
        y[i] = (y[i - 1] ?? 0) * (y[i - 1] ?? 0) * (x[i] ?? 0) - (y[i - 1] ?? 0);
      return y.toReversed().reduce((total, yk) => total * 0.5 + Math.sin(yk), 0);
    },
  },
  rosenbrock: {
    graph: rosenbrock(),
    value: (x, w) => {
      let s = 0;
      for (let i = 0; i < x.length - 1; i++)
        s += w * ((x[i + 1] ?? 0) - (x[i] ?? 0) ** 2) ** 2 + (1 - (x[i] ?? 0)) ** 2;
      return s;
    },
  },
  triangle: {
    graph: triangle(),
    value: (x, w) => {
      let s = w;
      for (let i = 0; i < x.length; i++)
        for (let j = 0; j <= i; j++) s = s * (x[j] ?? 0) + (x[i] ?? 0) / (1 + s * s);
      return s;
    },
  },
  checkpoint: {
    graph: checkpointed(),
    value: (x, w) => x.reduce((y, xi) => y + Math.sin(xi * w) * xi, 0) * w,
  },
  while: {
    graph: whileLoop(),
    value: (x, w) => {
      let s = w;
      while (s < 10 * w) s = s > 2 ? s * (1 + w) + (x[0] ?? 0) : s + (x[1] ?? 0) * 1;
      return s;
    },
  },
};

describe.each(Object.entries(cases))("a loop: %s", (name, { graph, value }) => {
  const positive = name === "while" ? standard.map(Math.abs) : standard;
  const w = 0.8;
  const inputs = {
    x: { dtype: "f64" as const, shape: [positive.length], data: positive },
    w: { dtype: "f64" as const, shape: [], data: [w] },
  };
  const sizes = { N: positive.length };

  it("has the value of the program", () => {
    verifyGraph(graph, registry);
    expect(evaluateGraph(graph, inputs, sizes)["value"]?.data[0]).toBeCloseTo(
      value(positive, w),
      14,
    );
  });

  it("has the gradient of finite differences, after all passes", () => {
    const forward = runPasses(graph, [...forwardPasses, nameValues], { verify: true });
    const gradient = gradientGraph(forward, { wrt: forward.inputs, cotangent: "one" });
    for (const more of [[], fusingPasses]) {
      const joint = runPasses(gradient, [...jointPasses, ...more, nameValues], { verify: true });
      const results = evaluateGraph(joint, inputs, sizes);
      expect(results["value"]?.data[0]).toBeCloseTo(value(positive, w), 14);
      for (const wrt of ["x", "w"]) {
        const expected = numericalGradient({ graph, inputs, sizes, output: "value", wrt });
        const found = results[`d${wrt}`]?.data ?? [];
        expect(found.length).toBe(expected.length);
        found.forEach((slope, i) => expect(slope).toBeCloseTo(expected[i] ?? NaN, 6));
      }
    }
  });

  it("has a forward mode that agrees with reverse mode, and a symmetric Hessian", () => {
    const point = { values: inputs, sizes, source: random(1) };
    expect(adjointGap(graph, point)).toBeLessThan(1e-12);
    expect(symmetryGap(graph, point)).toBeLessThan(1e-10);
  });
});

describe("fusion of loops", () => {
  const loopsIn = (graph: Graph) => nodesOf(graph).filter(isLoop).length;
  const optimised = (graph: Graph) => {
    const forward = runPasses(graph, [...forwardPasses, nameValues]);
    const gradient = gradientGraph(forward, { wrt: forward.inputs, cotangent: "one" });
    return runPasses(gradient, [...jointPasses, ...fusingPasses]);
  };

  it("makes one loop of a sum and its gradient, which keeps nothing", () => {
    const graph = optimised(rosenbrock());
    expect(loopsIn(graph)).toBe(1);
    expect(nodesOf(graph).some(isLoopRecord)).toBe(false);
  });

  it("leaves a backward loop alone that must run backwards", () => {
    expect(loopsIn(optimised(recurrence()))).toBe(2);
  });
});

describe("checkpoint", () => {
  it("computes again in the backward pass what it would have kept", () => {
    const forward = runPasses(checkpointed(), [...forwardPasses, nameValues]);
    const gradient = gradientGraph(forward, { wrt: forward.inputs, cotangent: "one" });
    const graph = runPasses(gradient, [...jointPasses, ...fusingPasses], { verify: true });
    const sines = nodesOf(graph).filter(({ op }) => op.name === "sin");
    expect(sines.map(({ origin }) => origin.phase)).toEqual(["forward", "backward"]);
    expect(nodesOf(graph).some(isLoop)).toBe(false);
  });
});

describe("textual IR of loops", () => {
  it.each(Object.entries(cases))("reads back what it prints: %s", (_name, { graph }) => {
    const forward = runPasses(graph, [...forwardPasses, nameValues]);
    const gradient = gradientGraph(forward, { wrt: forward.inputs, cotangent: "one" });
    const text = printGraph(gradient);
    expect(text).toContain("body(");
    expect(printGraph(parseGraph(text, registry))).toBe(text);
  });
});
