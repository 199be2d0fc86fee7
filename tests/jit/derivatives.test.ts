import { describe, expect, it } from "vitest";
import { jit } from "../../compiler/jit.js";

const source = `
  import { sum, type Param, type Tensor } from "flatgrad";
  interface Net { w: Param<["N"], "f64">; b: Param<[], "f64">; }
  export function f(net: Net, x: Tensor<["N"], "f64">) {
    return sum(net.w ** 2 * x) * net.b;
  }`;
const inputs = { net: { w: [1, 2], b: 3 }, x: [4, 5] };

describe("derivatives other than the gradient", () => {
  it("moves numbers along tangents", () => {
    const f = jit("x^2 * y");
    expect(f.jvp({ x: 3, y: 2 }, { x: 1, y: 10 })).toEqual({ value: 18, tangent: 12 + 90 });
    expect(f.hvp({ x: 3, y: 2 }, { x: 1, y: 10 })).toEqual({
      value: 18,
      products: { x: 4 + 60, y: 6 },
    });
    expect(f.jacobian({ x: 3, y: 2 })).toEqual({ value: 18, jacobian: { x: 12, y: 9 } });
    expect(f.hessian({ x: 3, y: 2 })).toEqual({
      value: 18,
      hessian: [
        [4, 6],
        [6, 0],
      ],
    });
  });

  it("moves tensors and bundles, which keep their structure", () => {
    const f = jit({ source });
    const tangents = { net: { w: [1, 0], b: 2 } };
    expect(f.jvp(inputs, tangents)).toEqual({ value: 72, tangent: 2 * 4 * 3 + 2 * 24 });
    expect(f.hvp(inputs, tangents)).toEqual({
      value: 72,
      products: { net: { w: [2 * 4 * 3 + 2 * 4 * 2, 2 * 2 * 5 * 2], b: 2 * 4 } },
    });
    expect(f.jacobian(inputs)).toEqual({
      value: 72,
      jacobian: { net: { w: [24, 60], b: 24 } },
    });
    expect(f.hessian(inputs)).toEqual({
      value: 72,
      hessian: [
        [
          [
            [24, 0],
            [0, 30],
          ],
          [8, 20],
        ],
        [[8, 20], 0],
      ],
    });
  });

  it("gives Jacobians in the form of the value", () => {
    const f = jit("x^2");
    expect(f.jacobian({ x: [1, 2] }).jacobian).toEqual({
      x: [
        [2, 0],
        [0, 4],
      ],
    });
    expect(f.jacobian({ x: Float64Array.of(1, 2) }).jacobian).toEqual({
      x: Float64Array.of(2, 0, 0, 4),
    });
  });

  it("gives sparse matrices by their coordinates", () => {
    expect(jit("f(x: f64[3]) = x[1:3] * x[0:2]").sparseJacobian({ x: [1, 2, 3] })).toEqual({
      value: [2, 6],
      jacobian: { x: { data: [2, 1, 3, 2], row: [0, 0, 1, 1], col: [0, 1, 1, 2] } },
    });
    expect(jit("f(x: f64[2]) = x[0] * x[1]^2").sparseHessian({ x: [1, 3] })).toEqual({
      value: 9,
      hessian: { data: [6, 6, 2], row: [0, 1, 1], col: [1, 0, 1] },
    });
  });

  it("compiles each kind once for each choice of types", () => {
    const f = jit("x^2");
    f.jacobian({ x: 2 });
    const { code } = f;
    f.value({ x: 2 });
    f.jacobian({ x: 3 });
    expect(f.code).toBe(code);
    expect(code).toContain("export function fJacobian(");
  });

  it("refuses tangents that do not fit, naming them", () => {
    const f = jit({ source });
    expect(() => f.jvp(inputs, { net: { w: [1, 0, 0], b: 2 } })).toThrow(
      "tangent of net.w has 3 elements, expected 2",
    );
    expect(() => f.jvp(inputs, { net: { w: [1, 0] } })).toThrow("`b` is missing");
    expect(() => f.jvp(inputs, { net: { w: [1, 0], b: 1 }, x: [1, 1] })).toThrow(
      "there is no tangent of `x`; expected net",
    );
    expect(() => jit("x^2").hvp({ x: [1, 2] }, { x: [1, 1] })).toThrow("FG403");
    expect(() => jit("x^2").hessian({ x: [1, 2] })).toThrow("FG403");
  });
});
