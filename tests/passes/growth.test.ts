import { describe, expect, it } from "vitest";
import type { Graph } from "../../compiler/ir/graph.js";
import { jointPasses, runPasses, type Pass } from "../../compiler/passes/index.js";
import { runPass } from "../../compiler/passes/insideLoops.js";
import { constant } from "../../compiler/ops/leaf.js";
import { compile } from "../../compiler/pipeline.js";
import { straightLineSource } from "../support/straightLine.js";

function compiled(lines: number): Graph {
  const files = { "model.ts": straightLineSource(lines) };
  const [model] = compile({ entry: "model.ts", files }).functions;
  if (model === undefined) throw new Error("nothing was compiled");
  return model.stages.gradient;
}

/** How many nodes are made on the way to code. */
function nodesMade(lines: number): number {
  const before = constant(0).id;
  compiled(lines);
  return constant(0).id - before;
}

it("the nodes made grow as the program does", () => {
  expect(nodesMade(400) / nodesMade(100)).toBeLessThan(4.5);
});

describe("a pass with nothing to do", () => {
  const settled = runPasses(compiled(40), [...jointPasses, ...jointPasses]);
  it.each<[string, Pass]>(jointPasses.map((pass) => [pass.name, pass]))(
    "%s gives back the graph it was given",
    (_name, pass) => {
      expect(runPass(pass, settled)).toBe(settled);
    },
  );
});
