import { describe, expect, it } from "vitest";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { compile } from "../../compiler/pipeline.js";

const source = `import { type Tensor, grad, hessian, hvp, jacobian, jvp, vmap } from "flatgrad";
type Vector = Tensor<["N"], "f64">;
function g(x: Vector, w: number): number {
  let s = w;
  for (let i = 0; i < x.length; i++) s = s * Math.cos(x[i]!) + x[i]! * w;
  return s;
}
function steps(x: Vector, w: number): number {
  let s = w;
  let k = 0;
  while (s < 3) {
    s = s * 1.5 + x[0]! * x[0]!;
    k += 1;
  }
  return s * k;
}
export function secondDerivatives(x: Vector, w: number) {
  return hessian(g, "x")(x, w);
}
export function product(x: Vector, w: number, v: Vector) {
  return hvp(g, "x")(x, w, v);
}
export function tangent(x: Vector, w: number, v: Vector) {
  return jvp(g, "x")(x, w, v);
}
export function rows(x: Tensor<["M", "N"], "f64">, w: number) {
  return vmap(g, "x")(x, w);
}
export function manySteps(x: Tensor<["M", "N"], "f64">, w: number) {
  return vmap(steps, "x")(x, w);
}
export function penalty(x: Vector, w: number): number {
  const slope = grad(g, "w")(x, w);
  return slope * slope;
}
`;

const { code } = compile(
  { entry: "model.ts", files: { "model.ts": source } },
  { target: "js", verify: true },
);
const module = evaluateModule(code);

function call(name: string, inputs: object, sizes: object): unknown {
  const work = module.get(`create${name.charAt(0).toUpperCase()}${name.slice(1)}Work`);
  return module.get(name)?.(inputs, work?.(sizes));
}

type Vector = readonly number[];
const g = (x: Vector, w: number) => x.reduce((s, xi) => s * Math.cos(xi) + xi * w, w);
const steps = (x: Vector, w: number) => {
  let s = w;
  let k = 0;
  for (; s < 3; k++) s = s * 1.5 + (x[0] ?? 0) ** 2;
  return s * k;
};

const x = [0.3, -0.7, 1.1];
const w = 0.8;
const v = [0.5, -1.5, 2];
const floats = (values: Vector) => Float64Array.from(values);

/** Second differences of g along two axes. */
function second(i: number, j: number): number {
  const h = 1e-4;
  const at = (a: number, b: number) =>
    g(
      x.map((value, k) => value + (k === i ? a : 0) + (k === j ? b : 0)),
      w,
    );
  return (at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4 * h * h);
}

const expectClose = (found: unknown, expected: Vector, digits: number) =>
  expected.forEach((value, i) =>
    expect((found as ArrayLike<number>)[i]).toBeCloseTo(value, digits),
  );

describe("derivatives of functions with loops, inside a program", () => {
  const hessian = x.flatMap((_, i) => x.map((_value, j) => second(i, j)));

  it("hessian", () => {
    expectClose(call("secondDerivatives", { x: floats(x), w }, { N: 3 }), hessian, 6);
  });

  it("hvp", () => {
    const expected = x.map((_, i) => v.reduce((s, vj, j) => s + (hessian[3 * i + j] ?? 0) * vj, 0));
    expectClose(call("product", { x: floats(x), w, v: floats(v) }, { N: 3 }), expected, 6);
  });

  it("jvp", () => {
    const h = 1e-6;
    const moved = (by: number) =>
      g(
        x.map((value, i) => value + by * (v[i] ?? 0)),
        w,
      );
    const expected = (moved(h) - moved(-h)) / (2 * h);
    expect(call("tangent", { x: floats(x), w, v: floats(v) }, { N: 3 })).toBeCloseTo(expected, 8);
  });

  it("vmap, whose elements may run through a loop a different number of times", () => {
    const batch = floats([...x, 0.1, 0.2, 0.3]);
    const sizes = { M: 2, N: 3 };
    expectClose(call("rows", { x: batch, w }, sizes), [g(x, w), g([0.1, 0.2, 0.3], w)], 14);
    const starts = floats([0.1, 0, 0, 1.4, 0, 0]);
    const expected = [steps([0.1], w), steps([1.4], w)];
    expect(expected[0]).not.toBe(expected[1]);
    expectClose(call("manySteps", { x: starts, w }, sizes), expected, 14);
  });

  it("grad inside a loss", () => {
    const h = 1e-5;
    const slope = (x1: Vector, w1: number) => (g(x1, w1 + h) - g(x1, w1 - h)) / (2 * h);
    const loss = (x1: Vector) => slope(x1, w) ** 2;
    const work = module.get("createPenaltyWork")?.({ N: 3 });
    const result = module.get("penaltyGrad")?.({ x: floats(x), w }, work) as {
      readonly value: number;
      readonly dx: Float64Array;
    };
    expect(result.value).toBeCloseTo(loss(x), 8);
    const expected = x.map(
      (_, i) =>
        (loss(x.map((value, k) => value + (k === i ? h : 0))) -
          loss(x.map((value, k) => value - (k === i ? h : 0)))) /
        (2 * h),
    );
    expectClose(result.dx, expected, 4);
  });
});
