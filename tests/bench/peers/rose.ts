import { add, compile, div, Dual, fn, mul, neg, opaque, Real, sub, Vec, vjp } from "rose";
import type { Entrant } from "../contender.js";
import { versioned } from "../peers.js";
import { calling, gradientOf, type Kind, type ScalarProblem } from "../scalars/problem.js";

/** Rose compiles functions of vectors to WebAssembly; it has no `exp`, so that it calls ours. */
export const entrants: readonly Entrant<ScalarProblem>[] = [rose];

async function rose(problem: ScalarProblem) {
  const Point = Vec(problem.parameters.length, Real);
  const f = fn([Point], Real, (v) => functions[problem.kind]([...v]));
  const both = fn([Point], { value: Real, gradient: Point }, (v) => {
    const { grad, ret } = vjp(f)(v);
    return { value: ret, gradient: grad(1) };
  });
  const gradient = await compile(both);
  const points = problem.points.map((point) => [...point]);
  const first = gradient(points[0]!);
  return calling(
    versioned("rose"),
    points,
    (point) => {
      const result = gradient(point);
      return result.value + result.gradient[0]!;
    },
    gradientOf(
      problem,
      first.value,
      Array.from(points[0]!, (_, i) => first.gradient[i]!),
    ),
  );
}

const exp = opaque([Real], Real, Math.exp);
exp.jvp = fn([Dual], Dual, ({ du, re }) => {
  const y = exp(re);
  return { re: y, du: mul(du, y) };
});

const sigmoid = (x: Real) => div(1, add(1, exp(neg(x))));
const squared = (x: Real) => mul(x, x);

const functions: Readonly<Record<Kind, (inputs: readonly Real[]) => Real>> = {
  quotient([x, y]) {
    const den = add(sigmoid(x!), squared(add(x!, y!)));
    return div(add(x!, sigmoid(y!)), den);
  },
  neuron([w0, x0, w1, x1, w2]) {
    return sigmoid(add(add(mul(w0!, x0!), mul(w1!, x1!)), w2!));
  },
  rosenbrock(x) {
    return x
      .slice(1)
      .map((next, i) => {
        const t = sub(next, squared(x[i]!));
        return add(mul(100, squared(t)), squared(sub(1, x[i]!)));
      })
      .reduce((sum, term) => add(sum, term));
  },
};
