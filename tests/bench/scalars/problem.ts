import { random } from "../../../runtime/random.js";
import type { Contender, Gradient } from "../contender.js";
import { importText } from "../evaluated.js";
import { secondsOf } from "../harness.js";

export type Kind = "quotient" | "neuron" | "rosenbrock";

/** A function of numbers, and the points at which its gradient is asked for, one after the other. */
export interface ScalarProblem {
  readonly kind: Kind;
  readonly title: string;
  readonly parameters: readonly string[];
  readonly points: readonly Float64Array[];
}

/** With a power of two of points. */
export function problem(
  kind: Kind,
  title: string,
  parameters: readonly string[],
  count: number,
): ScalarProblem {
  const numbers = random(1);
  const points = Array.from({ length: count }, () =>
    Float64Array.from(numbers.fillNormal(new Float64Array(parameters.length))),
  );
  return { kind, title, parameters, points };
}

/** The gradient at a point, from the value and the derivatives in the order of the parameters. */
export function gradientOf(
  { parameters }: ScalarProblem,
  value: number,
  derivatives: ArrayLike<number>,
): Gradient {
  return {
    value,
    parts: Object.fromEntries(parameters.map((name, i) => [name, [derivatives[i]!]])),
  };
}

type Drive<Prepared> = (
  points: readonly Prepared[],
  calls: number,
  call: (point: Prepared) => number,
) => number;

/**
 * Calls a gradient at one point after another. `call` returns a number that
 * uses what was computed; points are in the form it takes.
 */
export async function calling<Prepared>(
  name: string,
  points: readonly Prepared[],
  call: (point: Prepared) => number,
  gradient: Gradient,
): Promise<Contender> {
  // A loop of its own for each: one that calls many functions is slower.
  const { drive } = await importText<{ drive: Drive<Prepared> }>(`
export function drive(points, calls, call) {
  let total = 0;
  for (let i = 0; i < calls; i++) total += call(points[i & ${points.length - 1}]);
  return total;
}`);
  return { ...checked(name, (calls) => drive(points, calls, call)), gradient };
}

/** Times a run whose result shows that it computed something. */
export function checked(name: string, run: (calls: number) => number): Omit<Contender, "gradient"> {
  return {
    name,
    run(calls) {
      let total = 0;
      const seconds = secondsOf(() => {
        total = run(calls);
      });
      if (!Number.isFinite(total)) throw new Error(`${name}: the gradient is not finite`);
      return seconds;
    },
  };
}
