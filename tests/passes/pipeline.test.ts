import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { nodesOf, type Graph } from "../../compiler/ir/graph.js";
import { parseGraph } from "../../compiler/ir/parse.js";
import { printGraph } from "../../compiler/ir/print.js";
import { isFloat } from "../../compiler/ir/type.js";
import { registry } from "../../compiler/ops/index.js";
import { pass as cse } from "../../compiler/passes/cse.js";
import { gradientGraph } from "../../compiler/passes/differentiate.js";
import { expandAll, expandUngrouped } from "../../compiler/passes/expand.js";
import { pass as fold } from "../../compiler/passes/fold.js";
import { pass as foldTranspose } from "../../compiler/passes/foldTranspose.js";
import { forwardPasses, jointPasses, runPasses, type Pass } from "../../compiler/passes/index.js";
import { pass as powers } from "../../compiler/passes/powers.js";
import { pass as simplify } from "../../compiler/passes/simplify.js";
import { pass as stabilise } from "../../compiler/passes/stabilise.js";
import { randomGraph, randomSizes, type RandomGraphOptions } from "../support/randomGraph.js";
import {
  bits,
  distance,
  inputsOf,
  ordinaryNumber,
  specialNumber,
  type Values,
} from "../support/values.js";
import { numericalSlopes } from "../support/finiteDifferences.js";

interface Case {
  readonly graph: Graph;
  readonly inputs: Values;
}

function cases(
  element: fc.Arbitrary<number>,
  options: RandomGraphOptions = {},
): fc.Arbitrary<Case> {
  return randomGraph(options).chain((graph) =>
    fc.record({
      graph: fc.constant(graph),
      inputs: inputsOf(graph, element, randomSizes),
    }),
  );
}

const evaluate = (graph: Graph, inputs: Values) => evaluateGraph(graph, inputs, randomSizes);

describe("on random graphs with special numbers", () => {
  it.each<[Pass]>([[fold], [simplify], [cse], [expandUngrouped], [expandAll], [foldTranspose]])(
    "$name keeps the bits",
    (pass) => {
      fc.assert(
        fc.property(cases(specialNumber, { dtypes: ["f32", "f64"] }), ({ graph, inputs }) => {
          const result = runPasses(graph, [pass], { verify: true });
          // Which zero a sum of zeros gives is left open.
          const zeroSign = pass !== simplify;
          expect(bits(evaluate(result, inputs), { zeroSign })).toBe(
            bits(evaluate(graph, inputs), { zeroSign }),
          );
        }),
        { numRuns: 300 },
      );
    },
  );
});

describe("on random graphs with ordinary numbers", () => {
  it.each<[string, readonly Pass[], boolean]>([
    ["stabilise", [stabilise], false],
    ["powers", [powers], false],
    ["all forward passes", forwardPasses, false],
    ["all joint passes", jointPasses, false],
    ["all passes, the inexact rules too", [...forwardPasses, ...jointPasses], true],
  ])("%s keep the value", (_name, passes, inexact) => {
    fc.assert(
      fc.property(cases(ordinaryNumber), ({ graph, inputs }) => {
        const result = runPasses(graph, passes, { verify: true, inexact });
        const [was, is] = [evaluate(graph, inputs), evaluate(result, inputs)];
        expect(distance(was, is)).toBeLessThan(1e-12);
      }),
      { numRuns: 300 },
    );
  });

  it("all passes are idempotent and leave nothing to expand", () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => {
        const once = runPasses(graph, jointPasses);
        const kinds = nodesOf(once).map((node) => node.op.lowering.kind);
        expect(kinds).not.toContain("expand");
        expect(printGraph(runPasses(once, jointPasses))).toBe(printGraph(once));
      }),
      { numRuns: 200 },
    );
  });

  it("all passes are deterministic: equal text in, equal text out", () => {
    fc.assert(
      fc.property(randomGraph(), (graph) => {
        const again = parseGraph(printGraph(graph), registry);
        expect(printGraph(runPasses(again, jointPasses))).toBe(
          printGraph(runPasses(graph, jointPasses)),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("joint passes keep the gradient", () => {
    fc.assert(
      fc.property(cases(ordinaryNumber, { scalar: true, maxSteps: 8 }), ({ graph, inputs }) => {
        const forward = runPasses(graph, forwardPasses, { verify: true });
        const joint = gradientGraph(forward, {
          wrt: forward.inputs.filter((node) => isFloat(node.type.dtype)),
          cotangent: "one",
        });
        const result = runPasses(joint, jointPasses, { verify: true });
        const [was, is] = [evaluate(joint, inputs), evaluate(result, inputs)];
        expect(distance(was, is)).toBeLessThan(1e-11);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the whole chain", () => {
  it("agrees with finite differences where the function is smooth", () => {
    fc.assert(
      fc.property(
        cases(fc.double({ min: 0.1, max: 0.9, noNaN: true }), {
          scalar: true,
          maxSteps: 6,
        }),
        ({ graph, inputs }) => {
          const forward = runPasses(graph, forwardPasses);
          const joint = gradientGraph(forward, {
            wrt: forward.inputs,
            cotangent: "one",
          });
          const result = evaluate(runPasses(joint, jointPasses), inputs);
          for (const wrt of Object.keys(inputs)) {
            const { left, right } = numericalSlopes({
              graph,
              inputs,
              sizes: randomSizes,
              output: "value",
              wrt,
            });
            // At a kink the slopes differ by more than the curvature explains.
            const slopes = left.map((l, i) => [l, right[i] ?? NaN] as const);
            fc.pre(slopes.every(([l, r]) => Math.abs(r - l) < 2e-5));
            slopes.forEach(([l, r], i) =>
              expect(result[`d${wrt}`]?.data[i]).toBeCloseTo((l + r) / 2, 4),
            );
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("runPasses", () => {
  it("names the pass that leaves a graph invalid", () => {
    const broken: Pass = {
      name: "broken",
      run: (graph) => ({ ...graph, inputs: [] }),
    };
    fc.assert(
      fc.property(randomGraph(), (graph) => {
        fc.pre(nodesOf(graph).some((node) => node.op.name === "input"));
        expect(() => runPasses(graph, [broken], { verify: true })).toThrow(
          "after pass broken: graph f is not valid",
        );
      }),
      { numRuns: 5 },
    );
  });
});
