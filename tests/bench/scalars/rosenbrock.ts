import { compile } from "../../../compiler/pipeline.js";
import type { Entrant } from "../contender.js";
import { importText } from "../evaluated.js";
import { checked, gradientOf, type ScalarProblem } from "./problem.js";
import { rosenbrockSymbolic } from "./symbolic.js";

/** One loop that carries what it knows of the next element. */
const tuned = `
export function rosenbrockGrad(x, dx) {
  let value = 0;
  let fromBefore = 0;
  let a = x[0];
  for (let i = 0; i < 99; i++) {
    const b = x[i + 1];
    const t = b - a * a;
    const u = 1 - a;
    value += 100 * t * t + u * u;
    dx[i] = fromBefore - 400 * a * t - 2 * u;
    fromBefore = 200 * t;
    a = b;
  }
  dx[99] = fromBefore;
  return value;
}
`;

const plain = `
export function rosenbrockGrad(x, dx) {
  let value = 0;
  dx.fill(0);
  for (let i = 0; i < 99; i++) {
    const t = x[i + 1] - x[i] * x[i];
    const u = 1 - x[i];
    value += 100 * t * t + u * u;
    dx[i] -= 400 * x[i] * t + 2 * u;
    dx[i + 1] += 200 * t;
  }
  return value;
}
`;

/** How a form of the code is called: `pointOf` what it takes, `call` its gradient, `last` the last derivative. */
interface Form {
  readonly setUp: string;
  readonly pointOf: string;
  readonly call: string;
  readonly value: string;
  readonly derivatives: string;
  readonly last: string;
}

const loop: Form = {
  setUp: "const dx = new Float64Array(100);",
  pointOf: "(x) => x",
  call: "rosenbrockGrad(point, dx)",
  value: "result",
  derivatives: "dx.slice()",
  last: "dx[99]",
};

const ours: Form = {
  setUp: "const work = createRosenbrockWork({});",
  pointOf: "(x) => ({ x })",
  call: "rosenbrockGrad(point, work)",
  value: "result.value",
  derivatives: "result.dx.slice()",
  last: "result.dx[99]",
};

const structure: Form = {
  setUp: "",
  pointOf: "(x) => Object.fromEntries(Array.from(x, (value, i) => [`x${i}`, value]))",
  call: "rosenbrockGrad(point)",
  value: "result.value",
  derivatives: "Object.values(result.dp)",
  last: "result.dp.x99",
};

interface Driven {
  readonly run: (points: readonly unknown[], calls: number) => number;
  readonly pointOf: (x: Float64Array) => unknown;
  readonly first: (point: unknown) => {
    readonly value: number;
    readonly derivatives: ArrayLike<number>;
  };
}

/** Called where a caller would call it, in a module of its own. */
function written(label: string, form: Form, text: () => string): Entrant<ScalarProblem> {
  return async (problem) => {
    const { call, derivatives, last, setUp, value } = form;
    const driver = `
${setUp}
export const pointOf = ${form.pointOf};
export function run(points, calls) {
  let total = 0;
  for (let i = 0; i < calls; i++) {
    const point = points[i & ${problem.points.length - 1}];
    const result = ${call};
    total += ${value} + ${last};
  }
  return total;
}
export function first(point) {
  const result = ${call};
  return { value: ${value}, derivatives: ${derivatives} };
}`;
    const driven = await importText<Driven>(text() + driver);
    const points = problem.points.map(driven.pointOf);
    const first = driven.first(points[0]);
    return {
      ...checked(label, (calls) => driven.run(points, calls)),
      gradient: gradientOf(problem, first.value, first.derivatives),
    };
  };
}

const math = "rosenbrock(x: f64[100]) = sum(100 * (x[1:] - x[:-1]^2)^2 + (1 - x[:-1])^2)";

function generated(level: 0 | 2): string {
  return compile({ math }, { level, target: "js", standalone: true }).code;
}

const loops = `import type { Tensor } from "flatgrad";
export function rosenbrock(x: Tensor<[100], "f64">): number {
  let s = 0;
  for (let i = 0; i < 99; i++) {
    const t = x[i + 1]! - x[i]! * x[i]!;
    const u = 1 - x[i]!;
    s += 100 * t * t + u * u;
  }
  return s;
}`;

function generatedLoop(): string {
  const files = { "model.ts": loops };
  return compile({ entry: "model.ts", files }, { target: "js", standalone: true }).code;
}

export const rosenbrockEntrants: readonly Entrant<ScalarProblem>[] = [
  written("by hand, tuned", loop, () => tuned),
  written("flatgrad, of a loop", ours, generatedLoop),
  written("flatgrad, of tensors", ours, () => generated(2)),
  written("flatgrad -O0, of tensors", ours, () => generated(0)),
  written("by hand, plain loop", loop, () => plain),
  written("symbolic formulas", structure, () => rosenbrockSymbolic(100)),
];

/** The first once more: how far its speed is from 1 is the noise. */
export const rosenbrockAgain = written("by hand, tuned, once more", loop, () => tuned);
