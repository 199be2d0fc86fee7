import fc from "fast-check";
import { expect, it } from "vitest";
import { CompileError } from "../../compiler/diagnostic.js";
import type { Graph } from "../../compiler/ir/graph.js";
import { random } from "../../runtime/index.js";
import { callerOf, compileGraph } from "../support/compileGraph.js";
import { valuesFor } from "../support/generated.js";
import { randomGraph, randomSizes } from "../support/randomGraph.js";

const model = { name: "random", source: { math: "" }, sizes: randomSizes };

function compiled(graph: Graph, memoryBudget?: number) {
  return compileGraph(graph, { target: "js", verify: true, memoryBudget, sizes: randomSizes });
}

/** The smallest budget that a graph can keep. */
function leastBudget(graph: Graph): number {
  try {
    compiled(graph, 0);
    return 0;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const bytes = error.diagnostics.map(({ accepted }) => /(\d+) bytes/.exec(accepted ?? "")?.[1]);
    return Number(bytes[0]);
  }
}

it("computes the same gradient of random graphs again", () => {
  const drawn = random(3);
  let again = 0;
  fc.assert(
    fc.property(randomGraph({ scalar: true, maxSteps: 30 }), (graph) => {
      const least = leastBudget(graph);
      const budget = drawn.uniform() < 0.7 ? least : Math.ceil(least * 1.3);
      const [plain, fitted] = [compiled(graph), compiled(graph, budget)];
      const [built] = plain.functions;
      if (built === undefined) throw new Error("nothing was compiled");
      const values = valuesFor(model, built);
      again += fitted.functions[0]?.memory.recomputed.size ?? 0;
      expect(callerOf(fitted, randomSizes).gradient(values)).toEqual(
        callerOf(plain, randomSizes).gradient(values),
      );
    }),
    { numRuns: 60, seed: 11 },
  );
  expect(again).toBeGreaterThan(60);
});
