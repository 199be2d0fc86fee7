import { expect, it } from "vitest";
import { compile } from "../../compiler/pipeline.js";
import { randomCase } from "../support/checkSource.js";
import { compileGraph } from "../support/compileGraph.js";
import { randomProgram } from "../support/randomProgram.js";
import { writeProgram } from "../support/randomSource.js";
import { typeErrors } from "../support/typeErrors.js";

const seeds = Array.from({ length: 12 }, (_, i) => 500 + i);

it("generated TypeScript of random programs passes the strictest checks", () => {
  const tensors = seeds.flatMap((seed) => {
    const { graph } = randomProgram(seed);
    return ([0, 2] as const).map((level) => {
      const { code } = compileGraph(graph, { level, target: "ts", standalone: seed % 4 === 0 });
      return [`tensors${seed}O${level}.ts`, code] as const;
    });
  });
  const numbers = seeds.flatMap((seed) => {
    const given = randomCase(seed, "typescript");
    if (given === null) return [];
    const files = { "model.ts": writeProgram(given.program, "typescript") };
    const { code } = compile({ entry: "model.ts", files }, { level: seed % 2 === 0 ? 0 : 2 });
    return [[`numbers${seed}.ts`, code] as const];
  });
  expect(typeErrors(Object.fromEntries([...tensors, ...numbers]))).toEqual([]);
});
