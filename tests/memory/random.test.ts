import fc from "fast-check";
import { expect, it } from "vitest";
import { CompileError } from "../../compiler/diagnostic.js";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import type { Graph } from "../../compiler/ir/graph.js";
import { compile } from "../../compiler/pipeline.js";
import { random } from "../../runtime/index.js";
import { randomLoopCase, type LoopCase } from "../support/checkLoops.js";
import { callerOf, compileGraph } from "../support/compileGraph.js";
import { valuesFor } from "../support/generated.js";
import { randomGraph, randomSizes } from "../support/randomGraph.js";
import { writeLoops } from "../support/randomLoops.js";

const model = { name: "random", source: { math: "" }, sizes: randomSizes };

function compiled(graph: Graph, memoryBudget?: number) {
  return compileGraph(graph, { target: "js", verify: true, memoryBudget, sizes: randomSizes });
}

/** The smallest budget that can be kept; NaN where nobody knows the memory. */
function leastBudget(build: (memoryBudget: number) => unknown): number {
  try {
    build(0);
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
      const least = leastBudget((budget) => compiled(graph, budget));
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
    { numRuns: 40, seed: 11 },
  );
  expect(again).toBeGreaterThan(40);
});

function compiledLoops({ program, x }: LoopCase, memoryBudget?: number): string {
  const source = { entry: "loops.ts", files: { "loops.ts": writeLoops(program, true) } };
  const sizes = { N: x.length };
  return compile(source, { target: "js", functions: ["f"], verify: true, memoryBudget, sizes })
    .code;
}

function gradientOf(code: string, { x, w }: LoopCase): unknown {
  const module = evaluateModule(code);
  const work = module.get("createFWork")?.({ N: x.length });
  return module.get("fGrad")?.({ x: Float64Array.from(x), w }, work);
}

it("computes the same gradient of random loops again", () => {
  let changed = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const given = randomLoopCase(seed);
    if (given === null) continue;
    const least = leastBudget((budget) => compiledLoops(given, budget));
    if (Number.isNaN(least)) continue;
    const [plain, fitted] = [compiledLoops(given), compiledLoops(given, least)];
    if (fitted !== plain) changed++;
    expect(gradientOf(fitted, given)).toEqual(gradientOf(plain, given));
  }
  expect(changed).toBeGreaterThanOrEqual(3);
});
