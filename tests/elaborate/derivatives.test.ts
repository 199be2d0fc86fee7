import { describe, expect, test } from "vitest";
import { compile } from "../../compiler/pipeline.js";
import { runMath } from "../support/runModule.js";
import { math, run, typescript } from "./support.js";

const typescriptRun = (text: string, inputs: Parameters<typeof run>[1], sizes = {}) =>
  run(
    typescript(
      `import * as fg from "flatgrad";\nimport { grad, valueAndGrad, vjp, jvp, hvp, sin, exp, sum, type Tensor, type Param } from "flatgrad";\n${text}`,
    ),
    inputs,
    sizes,
  );

describe("in math strings", () => {
  test.each([
    ["g(x) = x^3; f(x) = grad(g)(x)", { x: 2 }, 12],
    ["g(x) = x^3; f(x) = grad(grad(g))(x)", { x: 2 }, 12],
    ["g(x) = x^3; f(x) = grad(grad(grad(g)))(x)", { x: 2 }, 6],
    ["f(x) = grad(sin)(x)", { x: 0 }, 1],
    ['g(x, y) = x * y^2; f(x, y) = grad(g, "y")(x, y)', { x: 2, y: 3 }, 12],
    ["g(x, y) = x * y^2; f(x, y) = grad(g, wrt = 1)(x, y)", { x: 2, y: 3 }, 12],
    ["g(x, y) = x * y^2; f(x, y) = jvp(g)(x, y, 1, 2)", { x: 2, y: 3 }, 33],
    ["g(x, y) = x * y^2; f(x, y) = sum(stack(hvp(g)(x, y, 1, 2)))", { x: 2, y: 3 }, 12 + 14],
    ["g(x) = [x * x, sin(x)]; f(x) = vjp(g)(x, [1, 0])", { x: 3 }, 6],
    ["g(x) = x^3; f(x) = grad(jvp(g))(x, 1)[0]", { x: 2 }, 12],
    ["g(x) = x^3; f(x) = jvp(grad(g))(x, 5)", { x: 2 }, 60],
    ["g(x) = log(sigmoid(x)); f(x) = grad(g)(x)", { x: -1000 }, 1],
    ["g(x) = x > 0 ? sqrt(x) : 0; f(x) = grad(g)(x)", { x: -1 }, 0],
  ] as const)("%s", (text, inputs, value) => {
    expect(run(math(text), inputs)["value"]).toBeCloseTo(value, 12);
  });

  test("the gradient by several is a list in their order", () => {
    const found = run(math("g(x, y) = x * y^2; f(x, y) = grad(g)(x, y)"), { x: 2, y: 3 });
    expect(found).toEqual({ "value.0": 9, "value.1": 12 });
  });

  test("of tensors", () => {
    const text = "g(x) = sum(x^3); f(x: f64[N]) = grad(g)(x)";
    expect(run(math(text), { x: [1, 2] }, { N: 2 })["value"]).toEqual([3, 12]);
  });
});

describe("what a derivative is taken by is not lost where a value has a name", () => {
  test.each([
    ["g(x) = { y = x + 1; y }; h(t) = jvp(g)(2, t); f(t) = grad(h)(t)", 3, 1],
    ["g(x) = { y = x * 2; y }; h(t) = vjp(g)(1, t); f(t) = grad(h)(t)", 3, 2],
    ['k(x, w) = { y = x * 1.0; y * w }; h(w) = grad(k, "x")(2, w); f(w) = grad(h)(w)', 3, 1],
    ['k(x, w) = { y = x; z = y * w; z }; h(w) = grad(k, "x")(w, w); f(w) = grad(h)(w)', 3, 1],
    ["g(x) = { y = x * 2; z = y * y; z }; h(t) = hvp(g)(t, t); f(t) = grad(h)(t)", 3, 8],
    ["g(x) = { y = x + 0; y^2 }; f(x) = { a = x; b = grad(g)(a); c = b; c }", 3, 6],
    [
      "g(x) = x^2; b(x, y, dy) = { d = dy * 1; e = d; e }; f(x) = grad(h)(x); h(x) = customGradient(g, b)(x)",
      3,
      1,
    ],
    [
      "g(x) = x^2; b(x, y, dy) = { d = dy + 0; d }; h(x) = { z = customGradient(g, b)(x); z }; f(x) = jvp(h)(x, 5)",
      3,
      5,
    ],
  ] as const)("%s", (text, x, value) => {
    const found = runMath(text, { functions: ["f"] });
    const name = String(found.compiled.functions[0]?.model.parameters[0]?.name);
    expect(found.value({ [name]: [x] })).toEqual([value]);
  });

  test.each([
    ["g(x) = { y = x * 2; y }; f(x: f64[2]) = jacobian(g)(x)", [2, 0, 0, 2]],
    ["g(x) = { y = x + 2; y }; f(x: f64[2]) = jacobian(g)(x)", [1, 0, 0, 1]],
    [
      "g(x) = { y = x + 2; z = concat([y, y]); z }; f(x: f64[2]) = jacobian(g)(x)",
      [1, 0, 0, 1, 1, 0, 0, 1],
    ],
    ["g(x) = { y = x * 2; z = sum(y^2); z }; f(x: f64[2]) = hessian(g)(x)", [8, 0, 0, 8]],
    ["g(x) = { y = x + 0; y }; h(t) = sum(vjp(g)(t, t) * t); f(x: f64[2]) = grad(h)(x)", [6, 2]],
    ["g(x) = { y = x + 0; y }; h(t) = sum(jvp(g)(t, t) * t); f(x: f64[2]) = grad(h)(x)", [6, 2]],
    ["g(x) = { y = x + 0; y }; h(x) = vmap(g)(x); f(x: f64[2]) = h(x)", [3, 1]],
  ] as const)("%s", (text, value) => {
    expect(runMath(text, { functions: ["f"] }).value({ x: [3, 1] })).toEqual(value);
  });
});

describe("in TypeScript", () => {
  test("of an arrow function that reads what is around it", () => {
    const text =
      "export function f(x: number, y: number) { return grad((t: number) => t * t * y)(x); }";
    expect(typescriptRun(text, { x: 3, y: 5 })).toEqual({ value: 30 });
  });

  test("an inner derivative does not see the outer variable (no perturbation confusion)", () => {
    const text =
      "export function f(x: number) { return grad((a: number) => a * grad((b: number) => a + b)(1))(x); }";
    expect(typescriptRun(text, { x: 3 })).toEqual({ value: 1 });
  });

  test("valueAndGrad gives both", () => {
    const text =
      "export function f(x: number) { const [v, g] = valueAndGrad((t: number) => t * t)(x); return v + 10 * g; }";
    expect(typescriptRun(text, { x: 3 })).toEqual({ value: 69 });
  });

  test("of parameters in objects: the gradient has their structure", () => {
    const text = `
      interface Net { w: Param<[2], "f64">; b: Param<[], "f64">; }
      function loss(net: Net, x: Tensor<[2], "f64">) { return sum(net.w * x) + net.b * net.b; }
      export function f(net: Net, x: Tensor<[2], "f64">) {
        const g = grad(loss, 0)(net, x);
        return { w: g.w, b: g.b };
      }`;
    const found = typescriptRun(text, { "net.w": [1, 2], "net.b": 3, x: [5, 7] });
    expect(found).toEqual({ w: [5, 7], b: 6 });
  });

  test("through a namespace import", () => {
    const text =
      "export function f(x: number) { return fg.grad((t: number) => fg.exp(2 * t))(x); }";
    expect(typescriptRun(text, { x: 0 })).toEqual({ value: 2 });
  });

  test("a value that is the argument itself", () => {
    const text = "export function f(x: number) { return grad((t: number) => t)(x); }";
    expect(typescriptRun(text, { x: 4 })).toEqual({ value: 1 });
  });
});

describe("inside what is compiled", () => {
  const slope = (at: (x: number) => number, x: number) => (at(x + 1e-5) - at(x - 1e-5)) / 2e-5;

  test("a gradient penalty: the loss reads a gradient and is differentiated", () => {
    const text = 'd(x, w) = tanh(w * x); loss(w, x) = (grad(d, "x")(x, w) - 1)^2';
    const { code } = compile({ math: text }, { target: "js", functions: ["loss"] });
    expect(code).toContain("lossGrad");
    const ran = runMath(text, { functions: ["loss"] });
    const at = (w: number) => ran.value({ w: [w], x: [0.7] })[0] ?? NaN;
    expect(ran.gradient({ w: [0.5], x: [0.7] }).slopes["w"]?.[0]).toBeCloseTo(slope(at, 0.5), 8);
  });

  test("a physics-informed residual: u_t − u_xx of a network", () => {
    const text = `u(x, t, a, b) = a * sin(x) * exp(b * t)
ux(x, t, a, b) = grad(u, "x")(x, t, a, b)
residual(a, b, x, t) = grad(u, "t")(x, t, a, b) - grad(ux, "x")(x, t, a, b)`;
    const ran = runMath(text, { functions: ["residual"] });
    const [a, b, x, t] = [2, -0.5, 0.3, 0.2];
    const inputs = { a: [a], b: [b], x: [x], t: [t] };
    const exact = (b + 1) * a * Math.sin(x) * Math.exp(b * t);
    expect(ran.value(inputs)[0]).toBeCloseTo(exact, 12);
    const slopes = ran.gradient(inputs).slopes;
    expect(slopes["a"]?.[0]).toBeCloseTo(exact / a, 12);
    const db = a * Math.sin(x) * Math.exp(b * t) * (1 + (b + 1) * t);
    expect(slopes["b"]?.[0]).toBeCloseTo(db, 12);
  });

  test("over tensors, with a product in it", () => {
    const text =
      'e(x, w) = sum(tanh(x @ w)^2); loss(w: f64[3, 2], x: f64[4, 3]) = sum(grad(e, "x")(x, w)^2)';
    const ran = runMath(text, { functions: ["loss"] });
    const w = [0.1, -0.2, 0.3, 0.4, -0.5, 0.6];
    const x = Array.from({ length: 12 }, (_, i) => Math.sin(i));
    const found = ran.gradient({ w, x }).slopes["w"] ?? [];
    w.forEach((value, i) => {
      const at = (moved: number) => ran.value({ w: w.with(i, moved), x })[0] ?? NaN;
      expect(found[i]).toBeCloseTo(slope(at, value), 7);
    });
  });
});

describe("what is refused", () => {
  test.each([
    ["f(x) = grad(x^2)(x)", "FG420"],
    ["g(x) = x^2; f(x) = grad(g, x)(x)", "FG420"],
    ["g(x) = x^2; f(x: [3]) = grad(g)(x)", "FG403"],
    ['g(x) = x^2; f(x) = grad(g, "y")(x)', "FG401"],
    ["g(x) = sum(x^2); f(x: [3], v: [2]) = jvp(g)(x, v)", "FG421"],
    ["g(x) = x^2; f(x) = jvp(g)(x)", "FG202"],
    ["g(x) = x^2; f(x) = grad()(x)", "FG202"],
    ["g(x) = x^2; f(x) = grad(g, by = 1)(x)", "FG203"],
    ["g(x) = x^2; f(x) = grad(g)", "FG215"],
  ])("%s: %s", (text, code) => {
    expect(math(text).codes).toContain(code);
  });
});
