import { derivative, parse } from "mathjs";
import type { Entrant } from "../contender.js";
import { versioned } from "../peers.js";
import { calling, gradientOf, type Kind, type ScalarProblem } from "../scalars/problem.js";

/** mathjs differentiates a formula symbolically, and calls closures made from the derivatives. */
export const entrants: readonly Entrant<ScalarProblem>[] = [mathjs];

type Scope = Record<string, number>;

async function mathjs(problem: ScalarProblem) {
  const { kind, parameters } = problem;
  const formula = parse(formulas[kind](parameters));
  const value = formula.compile();
  // Simplifying 99 terms for each of 100 variables takes minutes.
  const options = { simplify: kind !== "rosenbrock" };
  const derivatives = parameters.map((name) => derivative(formula, name, options).compile());
  const points = problem.points.map((point): Scope =>
    Object.fromEntries(parameters.map((name, i) => [name, point[i]!])),
  );
  const gradient = (scope: Scope) => derivatives.map((d) => Number(d.evaluate(scope)));
  const first = points[0]!;
  return calling(
    versioned("mathjs"),
    points,
    (scope) => Number(value.evaluate(scope)) + gradient(scope)[0]!,
    gradientOf(problem, Number(value.evaluate(first)), gradient(first)),
  );
}

const formulas: Readonly<Record<Kind, (parameters: readonly string[]) => string>> = {
  quotient: () => "(x + 1 / (1 + exp(-y))) / (1 / (1 + exp(-x)) + (x + y)^2)",
  neuron: () => "1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))",
  rosenbrock: (x) =>
    x
      .slice(1)
      .map((next, i) => `100 * (${next} - ${x[i]}^2)^2 + (1 - ${x[i]})^2`)
      .join(" + "),
};
