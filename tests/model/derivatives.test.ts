import { expect, test } from "vitest";
import { typeErrors } from "./typeErrors.js";

const head = `import { grad, valueAndGrad, vjp, jvp, hvp, sin, sum, take, type Labels, type Param, type Tensor } from "flatgrad";\n`;

test("derivatives of functions have types", () => {
  const source = `${head}
    interface Net { W: Param<[3]>; b: Param<[]>; }
    function u(x: number, t: number) { return sin(x) * t; }
    function loss(net: Net, x: Tensor<[3]>, y: Labels<"N">): number {
      return sum(net.W * x) + net.b + sum(y);
    }
    function tensorOf(x: Tensor<[3]>) { return sin(x); }
    export function f(net: Net, x: Tensor<[3]>, y: Labels<"N">, s: number) {
      const ux = grad(u, "x");
      const uxx = grad((a: number, b: number) => ux(a, b), 0)(s, 1);
      const [du, dt] = grad(u)(s, 1);
      const [dNet, dx] = grad(loss)(net, x, y);
      const only = grad(loss, 0)(net, x, y);
      const both = grad(loss, [1, 0])(net, x, y);
      const [value, slope] = valueAndGrad((a: number) => a * a)(s);
      const along = jvp(u)(s, 1, 0, 1) + hvp((a: number) => a * a)(s, 1);
      const back = vjp(tensorOf)(x, x);
      return [uxx * du * dt, dNet.W, dx, only.b, both[1].W, value * slope, along, take(back, 0)];
    }`;
  expect(typeErrors(source)).toEqual([]);
});

test("sparse matrices and batches have types", () => {
  const source = `
    import { jacobian, sparseJacobian, sparseHessian, vmap, valueAndGrad, flip, sum, take, type Tensor } from "flatgrad";
    function g(x: Tensor<[5], "f64">) { return flip(x) ** 2; }
    function energy(x: Tensor<[5], "f64">) { return sum(x ** 2); }
    export function f(x: Tensor<[5], "f64">, xs: Tensor<[5, 7], "f64">) {
      const { data, row, col } = sparseJacobian(g, "x")(x);
      const h = sparseHessian(energy)(x);
      const along = vmap(energy, { inAxes: 1, outAxes: 0 })(xs);
      const [values, slopes] = vmap(valueAndGrad(energy), "x", { inAxes: [1] })(xs);
      return sum(data * take(x, col) * row) + sum(h.data) + sum(along) + sum(values) + sum(slopes) + sum(jacobian(g)(x));
    }`;
  expect(typeErrors(source)).toEqual([]);
});

test("a misuse is an error of types", () => {
  const source = `${head}
    export function f(x: number) {
      return grad(x * x)(x);
    }`;
  expect(typeErrors(source)).not.toEqual([]);
});
