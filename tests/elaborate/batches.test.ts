import { describe, expect, test } from "vitest";
import { math, run } from "./support.js";

const matrix = (text: string, inputs: Parameters<typeof run>[1], sizes = {}) =>
  run(math(text), inputs, sizes)["value"];

describe("vmap", () => {
  test.each([
    ["elementwise", "g(x) = sin(x) * 2 + x^2"],
    ["a reduction", "g(x) = x - sum(x)"],
    ["softmax", "g(x) = softmax(x)"],
    ["branches", "g(x) = where(x > 0, x, exp(x))"],
    ["moves", "g(x) = concat([x[1:3], x[0:1]])"],
  ])("%s, row by row", (_name, text) => {
    const x = [
      [0.5, -1, 2],
      [1, 0.25, -0.5],
    ];
    const whole = matrix(`${text}; f(x: f64[N, 3]) = vmap(g)(x)`, { x }, { N: 2 });
    const rows = x.map((row) => matrix(`${text}; f(x: f64[3]) = g(x)`, { x: row }));
    expect(whole).toEqual(rows);
  });

  test("over some of the arguments, with a product", () => {
    const text =
      'g(x, w) = tanh(x @ w); f(x: f64[2, 3], w: f64[3, 3]) = vmap(g, "x")(x, w) - tanh(x @ w)';
    const w = [
      [1, 2, 3],
      [0, 1, 0],
      [1, 0, -1],
    ];
    const found = matrix(text, {
      x: [
        [1, 2, 3],
        [0.1, 0, -0.2],
      ],
      w,
    });
    expect(found).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test("of a gradient: one for each example", () => {
    const text = "e(x) = sum(x^3); f(x: f64[N, 2]) = vmap(grad(e))(x)";
    expect(
      matrix(
        text,
        {
          x: [
            [1, 2],
            [3, 4],
          ],
        },
        { N: 2 },
      ),
    ).toEqual([
      [3, 12],
      [27, 48],
    ]);
  });

  test.each([
    ["g(x) = sort(x); f(x: [4, 3]) = vmap(g)(x)", "FG424"],
    ["g(x) = x^2; f(x) = vmap(g)(x)", "FG421"],
    ["g(x, y) = x * y; f(x: [3], y: [4]) = vmap(g)(x, y)", "FG421"],
  ])("%s: %s", (text, code) => {
    expect(math(text).codes).toContain(code);
  });
});

describe("jacobian", () => {
  test("by rows, where the result is smaller", () => {
    const text =
      "g(x) = [sum(x^2), x[0] * x[1]]; h(x) = stack(g(x)); f(x: f64[3]) = jacobian(h)(x)";
    expect(matrix(text, { x: [1, 2, 3] })).toEqual([
      [2, 4, 6],
      [2, 1, 0],
    ]);
  });

  test("by columns, where the argument is smaller", () => {
    const text = "g(x) = concat([x^2, x, x * sum(x)]); f(x: f64[2]) = jacobian(g)(x)";
    expect(matrix(text, { x: [1, 2] })).toEqual([
      [2, 0],
      [0, 4],
      [1, 0],
      [0, 1],
      [4, 1],
      [2, 5],
    ]);
  });
});

describe("hessian", () => {
  test("of a function of a tensor of a named size", () => {
    const text = "g(x) = sum(x)^2 + sum(x^3); f(x: f64[N]) = hessian(g)(x)";
    expect(matrix(text, { x: [1, 2] }, { N: 2 })).toEqual([
      [8, 2],
      [2, 14],
    ]);
  });

  test("by one of several numbers", () => {
    expect(run(math('g(x, y) = x^3 * y; f(x, y) = hessian(g, "x")(x, y)'), { x: 2, y: 5 })).toEqual(
      {
        value: 60,
      },
    );
    expect(math("g(x, y) = x * y; f(x, y) = hessian(g)(x, y)").codes).toContain("FG425");
  });
});
