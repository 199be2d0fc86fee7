import { readFileSync } from "node:fs";
import { compile, type Source } from "../../../compiler/pipeline.js";
import type { Entrant } from "../contender.js";
import { importText } from "../evaluated.js";
import { checked, gradientOf, type ScalarProblem } from "./problem.js";

const names: Readonly<Record<string, string>> = { quotient: "stagedGrad", neuron: "neuronGrad" };

interface Driven {
  readonly run: (points: Float64Array, calls: number) => number;
  readonly first: (points: Float64Array) => {
    readonly value: number;
    readonly d: readonly number[];
  };
}

/**
 * Code of a function of separate numbers that returns { value, dx, … }: by
 * hand, or generated. Called where a caller would call it, so that the engine
 * may inline it.
 */
export function code(
  label: string,
  text: (problem: ScalarProblem) => string,
): Entrant<ScalarProblem> {
  return async (problem) => {
    const { kind, parameters, points } = problem;
    const { length } = parameters;
    const given = parameters.map((_, i) => `points[at + ${i}]`).join(", ");
    const parts = parameters.map((parameter) => `result.d${parameter}`);
    const driver = `
export function run(points, calls) {
  let total = 0;
  for (let i = 0; i < calls; i++) {
    const at = (i & ${points.length - 1}) * ${length};
    const result = ${names[kind]}(${given});
    total += result.value + ${parts.join(" + ")};
  }
  return total;
}
export function first(points) {
  const at = 0;
  const result = ${names[kind]}(${given});
  return { value: result.value, d: [${parts.join(", ")}] };
}`;
    const { first, run } = await importText<Driven>(text(problem) + driver);
    const flat = Float64Array.from(points.flatMap((point) => [...point]));
    const { d, value } = first(flat);
    return {
      ...checked(label, (calls) => run(flat, calls)),
      gradient: gradientOf(problem, value, d),
    };
  };
}

const path = "examples/lecture-scalars/model.ts";

/** What the compiler makes of the lecture's example. */
export function generated(level: 0 | 2): string {
  const text = readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
  const source: Source = { entry: path, files: { [path]: text } };
  return compile(source, { level, target: "js", standalone: true }).code;
}
