import { compile, type Source } from "../../compiler/pipeline.js";
import { random } from "../../runtime/random.js";
import { importText } from "./evaluated.js";
import { compare, cpuSeconds, type Candidate } from "./harness.js";
import { neuronAsInTheLecture, neuronTuned, stagedAsInTheLecture, stagedTuned } from "./byHand.js";
import { rosenbrock } from "./rosenbrock.js";
import { duration, printTable } from "./table.js";
import { readFileSync } from "node:fs";

const rounds = { rounds: 201, roundSeconds: 0.002 };

/** Gradients of scalar functions: generated code against backward passes written by hand. */
export async function benchScalars(): Promise<void> {
  await benchScalar(
    "staged quotient",
    "stagedGrad",
    ["x", "y"],
    [stagedTuned, stagedAsInTheLecture],
  );
  await benchScalar(
    "sigmoid neuron",
    "neuronGrad",
    ["w0", "x0", "w1", "x1", "w2"],
    [neuronTuned, neuronAsInTheLecture],
  );
  await report("Rosenbrock function of 100 variables", await rosenbrock());
}

async function benchScalar(
  title: string,
  name: string,
  parameters: readonly string[],
  [tuned, asInTheLecture]: readonly [string, string],
): Promise<void> {
  const texts = [
    ["by hand, tuned", tuned],
    ["generated, -O2", generated(2)],
    ["generated, -O0", generated(0)],
    ["by hand, as in the lecture", asInTheLecture],
    ["by hand, tuned, once more", tuned],
  ] as const;
  const candidates = await Promise.all(
    texts.map(([label, code]) => scalarCandidate(label, code, name, parameters)),
  );
  await report(title, candidates);
}

const path = "examples/lecture-scalars/model.ts";

function generated(level: 0 | 2): string {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const source: Source = { entry: path, files: { [path]: text } };
  return compile(source, { level, target: "js", standalone: true }).code;
}

const points = 1024;

/** Calls a gradient at one point after another, and uses all it returns. */
async function scalarCandidate(
  label: string,
  code: string,
  name: string,
  parameters: readonly string[],
): Promise<Candidate> {
  const { length } = parameters;
  const given = parameters.map((_, i) => `points[at + ${i}]`).join(", ");
  const used = parameters.map((parameter) => `result.d${parameter}`).join(" + ");
  const driver = `
export function run(points, calls) {
  let total = 0;
  for (let i = 0; i < calls; i++) {
    const at = (i & ${points - 1}) * ${length};
    const result = ${name}(${given});
    total += result.value + ${used};
  }
  return total;
}`;
  const { run } = await importText<{ run: (points: Float64Array, calls: number) => number }>(
    code + driver,
  );
  const values = Float64Array.from(random(1).fillNormal(new Float32Array(points * length)));
  return {
    name: label,
    run(calls) {
      let total = 0;
      const seconds = cpuSeconds(() => {
        total = run(values, calls);
      });
      if (!Number.isFinite(total)) throw new Error(`${label}: the gradient is not finite`);
      return seconds;
    },
  };
}

async function report(title: string, candidates: readonly Candidate[]): Promise<void> {
  const measured = await compare(candidates, rounds);
  printTable(
    title,
    ["value and gradient", "one call", "speed"],
    measured.map(({ name, seconds, speed }) => [name, duration(seconds), speed.toFixed(3)]),
  );
}
