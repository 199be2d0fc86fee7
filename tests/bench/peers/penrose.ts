import { add, addN, div, exp, mul, neg, squared, sub, variable, type Num } from "@penrose/core";
import { genGradient } from "@penrose/core/dist/engine/Autodiff";
import type { Entrant } from "../contender.js";
import { versioned } from "../peers.js";
import { calling, gradientOf, type Kind, type ScalarProblem } from "../scalars/problem.js";

/** Penrose compiles a graph of scalars to WebAssembly: the form its own optimiser calls. */
export const entrants: readonly Entrant<ScalarProblem>[] = [penrose];

async function penrose(problem: ScalarProblem) {
  const inputs = problem.parameters.map(() => variable(0));
  const gradient = await genGradient(inputs, [functions[problem.kind](inputs)], []);
  const masks = {
    inputMask: inputs.map(() => true),
    objMask: [true],
    constrMask: [],
  };
  const derivatives = new Float64Array(inputs.length);
  const call = (point: Float64Array) => gradient(masks, point, 0, derivatives).phi;
  const value = call(problem.points[0]!);
  return calling(
    versioned("@penrose/core"),
    problem.points,
    (point) => call(point) + derivatives[0]!,
    gradientOf(problem, value, derivatives.slice()),
  );
}

const sigmoid = (x: Num) => div(1, add(1, exp(neg(x))));

const functions: Readonly<Record<Kind, (inputs: readonly Num[]) => Num>> = {
  quotient([x, y]) {
    const den = add(sigmoid(x!), squared(add(x!, y!)));
    return div(add(x!, sigmoid(y!)), den);
  },
  neuron([w0, x0, w1, x1, w2]) {
    return sigmoid(addN([mul(w0!, x0!), mul(w1!, x1!), w2!]));
  },
  rosenbrock(x) {
    return addN(
      x.slice(1).map((next, i) => {
        const t = sub(next, squared(x[i]!));
        return add(mul(100, squared(t)), squared(sub(1, x[i]!)));
      }),
    );
  },
};
