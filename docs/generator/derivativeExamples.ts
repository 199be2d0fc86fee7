/** One derivative with a program that takes it; the program's last function is `f`. */
export interface DerivativeExample {
  readonly title: string;
  readonly text: string;
  readonly language: "math" | "typescript";
  readonly program: string;
}

/** One example of each derivative, in the order of the page. */
export const DERIVATIVES: readonly DerivativeExample[] = [
  {
    title: "grad(f, wrt?)",
    text: "The gradient of a function of one number.",
    language: "math",
    program: `u(x, t) = sin(x) * exp(-t)
f(x, t) = grad(u, "t")(x, t) - grad(grad(u, "x"), "x")(x, t)`,
  },
  {
    title: "valueAndGrad(f, wrt?)",
    text: "The value and the gradient, a list of two.",
    language: "typescript",
    program: `import { valueAndGrad } from "flatgrad";

export function f(x: number) {
  const [value, slope] = valueAndGrad((t: number) => t ** 3)(x);
  return value + slope ** 2;
}`,
  },
  {
    title: "vjp(f, wrt?)",
    text: "Jᵀu, in reverse: the cotangent u comes last and is like the result.",
    language: "math",
    program: `g(x) = [x^2, sin(x)]
f(x, u) = vjp(g)(x, [u, 1])`,
  },
  {
    title: "jvp(f, wrt?)",
    text: "J v, forward: a tangent for each argument differentiated by, after the arguments.",
    language: "math",
    program: `g(x, y) = x * y^2
f(x, y, v, w) = jvp(g)(x, y, v, w)`,
  },
  {
    title: "hvp(f, wrt?)",
    text: "H v, forward over reverse, for a function of one number. Its cost is a small multiple of that of the gradient, whatever the size of H.",
    language: "math",
    program: `g(x) = sum(x^3)
f(x: f64[N], v: f64[N]) = hvp(g)(x, v)`,
  },
  {
    title: "jacobian(f, wrt?)",
    text: "All of J: the axes of the result, then those of the argument. It is one batch of tangents where the argument is smaller than the result, else one of cotangents. A number counts as smaller than a named size.",
    language: "math",
    program: `g(x, t) = exp(-x[0] * t) * x[1]
f(x: f64[2], t: f64[N]) = jacobian(g, "x")(x, t)`,
  },
  {
    title: "hessian(f, wrt?)",
    text: "All second derivatives of a function of one number by one argument: its axes twice.",
    language: "math",
    program: `g(x) = sum(x)^2 + sum(x^3)
f(x: f64[N]) = hessian(g)(x)`,
  },
  {
    title: "sparseJacobian(f, wrt?)",
    text: "J in coordinate form, named as SciPy's `coo_array`: `data[k]` stands in row `row[k]` and column `col[k]`. Rows ascend, columns within a row too, and none comes twice; result and argument count as flat, in row-major order. Which elements there are is found while compiling. Columns that share no row get one colour, and one tangent serves for all columns of a colour; or one cotangent for rows, if these need fewer. Here two tangents do for a hundred columns.",
    language: "math",
    program: `g(x) = x[1:]^2 - x[:-1]
f(x: f64[100]) = sparseJacobian(g)(x).data`,
  },
  {
    title: "sparseHessian(f, wrt?)",
    text: "H in coordinate form, both triangles, from one product for each colour of a star colouring: an arrow needs two, a band its width. Here an arrow, as a quadratic form.",
    language: "typescript",
    program: `import { sparseHessian, sum, take, type Tensor } from "flatgrad";

function energy(x: Tensor<[50], "f64">) {
  return sum(x ** 2) * 0.5 + take(x, 0) * sum(x);
}

export function f(x: Tensor<[50], "f64">, v: Tensor<[50], "f64">) {
  const { data, row, col } = sparseHessian(energy)(x);
  return sum(take(v, row) * data * take(v, col));
}`,
  },
  {
    title: "vmap(f, batches?, { inAxes, outAxes })",
    text: "The function for every element of a batch at once. The second argument names the arguments that are batches, by default all; `inAxes` is their batch axis, one for all or a list of one for each, and `outAxes` that of the result, 0 by default. Every operation has a form for a batch; an author's rule stays that of each element.",
    language: "math",
    program: `loss(w, x) = (sum(w * x) - 1)^2
f(w: f64[3], x: f64[3, N]) = vmap(grad(loss, "w"), "x", inAxes=1)(w, x)`,
  },
  {
    title: "customGradient(f, backward)",
    text: "A function with a chain rule of the author's: `backward` is given the arguments, the value and the gradient of the value, and returns the gradient of the argument, or of several a list. It must be linear in the last. Second derivatives and tangents follow from it.\n\nThe solution z of an equation F(z, a) = 0 is where this pays. Reverse mode through the iterations that find z costs memory and time for each of them, and differentiates their errors. By the implicit function theorem dz/da = −(∂F/∂a) / (∂F/∂z) at the solution, however it was found. Here it is Kepler's equation, by six steps of Newton's method; the gradient reads z alone.",
    language: "typescript",
    program: `import { cos, customGradient, grad, sin } from "flatgrad";

/** z with z − e · sin z = m. */
function solve(m: number, e: number) {
  let z = m;
  for (let i = 0; i < 6; i++) z -= (z - e * sin(z) - m) / (1 - e * cos(z));
  return z;
}

const anomaly = customGradient(solve, (m: number, e: number, z: number, dz: number) => {
  const dm = dz / (1 - e * cos(z));
  return [dm, dm * sin(z)];
});

export function f(m: number, e: number) {
  return grad(anomaly, "e")(m, e);
}`,
  },
  {
    title: "checkpoint(f)",
    text: "The function itself, whose values the backward pass computes again instead of keeping them.",
    language: "math",
    program: `g(x) = sin(x) * exp(x)
h(x) = checkpoint(g)(x)
f(x) = grad(h)(x)`,
  },
];
