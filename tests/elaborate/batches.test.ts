import { describe, expect, test } from "vitest";
import { nodesOf } from "../../compiler/ir/graph.js";
import { runMath } from "../support/runModule.js";
import { math, run, typescript } from "./support.js";

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

  test("of a function that changes a variable around it, which it would do once for all", () => {
    const program = (inner: string) => `import { sum, vmap, type Tensor } from "flatgrad";
export function f(x: Tensor<[3], "f64">): number {
  let s = 0;
  const y = vmap((v: number) => { ${inner}return v * 2; })(x);
  return s + sum(y);
}`;
    const { codes } = typescript(program("s += v; "));
    expect(codes).toEqual(["FG424"]);
    expect(run(typescript(program("")), { x: [1, 2, 3] })["value"]).toBe(12);
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

  test("of an author's rule, which stays", () => {
    const text =
      "r(x) = round(x); b(x, y, dy) = dy * 3; g(x) = sum(customGradient(r, b)(x)^2); f(x: f64[2, 2]) = grad(h)(x); h(x) = sum(vmap(g)(x))";
    const x = [
      [1.2, 2],
      [3, 3.6],
    ];
    expect(run(math(`${text}; last(x: f64[2, 2]) = f(x)`), { x })["value"]).toEqual([
      [6, 12],
      [18, 24],
    ]);
  });

  test("of a formula with a convention, which stays: no NaN at a norm of 0", () => {
    const text = "h(x) = sum(vmap(norm)(x)); f(x: f64[2, 2]) = grad(h)(x)";
    const x = [
      [0, 0],
      [0, -4],
    ];
    expect(matrix(text, { x })).toEqual([
      [0, 0],
      [0, -1],
    ]);
  });

  test("contributions to a gradient of which some are the same for all", () => {
    const text =
      'e(x, w) = sum(x * w) + sum(w^2); f(x: f64[2, 3], w: f64[3]) = vmap(grad(e, "w"), "x")(x, w)';
    const x = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect(matrix(text, { x, w: [1, 1, 2] })).toEqual([
      [3, 4, 7],
      [6, 7, 10],
    ]);
  });

  describe("axes", () => {
    const x = [
      [1, 2, 3],
      [4, 5, 6],
    ];

    test("of the arguments and of the result", () => {
      const g = "g(x) = concat([x, stack([sum(x)])])";
      expect(matrix(`${g}; f(x: f64[2, 3]) = vmap(g, inAxes=1)(x)`, { x })).toEqual([
        [1, 4, 5],
        [2, 5, 7],
        [3, 6, 9],
      ]);
      expect(matrix(`${g}; f(x: f64[2, 3]) = vmap(g, inAxes=-1, outAxes=1)(x)`, { x })).toEqual([
        [1, 2, 3],
        [4, 5, 6],
        [5, 7, 9],
      ]);
    });

    test("one for each batch", () => {
      const text =
        'g(x, y) = x * 10 + y; f(x: f64[2, 3], y: f64[3, 2]) = vmap(g, ["x", "y"], inAxes=[1, 0])(x, y)';
      const y = [
        [1, 2],
        [3, 4],
        [5, 6],
      ];
      expect(matrix(text, { x, y })).toEqual([
        [11, 42],
        [23, 54],
        [35, 66],
      ]);
    });

    test("as options of TypeScript; of every tensor of an object", () => {
      const text = `
        import { vmap, sum, type Tensor } from "flatgrad";
        interface Two { a: Tensor<[2, 3], "f64">; b: Tensor<[4, 3], "f64">; }
        export function f(two: Two) {
          return vmap((one: { a: Tensor<[2], "f64">; b: Tensor<[4], "f64"> }) => sum(one.a) * sum(one.b), { inAxes: 1 })(two);
        }`;
      const b = [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [1, 1, 1],
      ];
      expect(run(typescript(text), { "two.a": x, "two.b": b })["value"]).toEqual([10, 14, 18]);
    });

    test.each([
      ["g(x) = x^2; f(x: [3, 2]) = vmap(g, inAxes=2)(x)", "FG421"],
      ["g(x) = sum(x); f(x: [3, 2]) = vmap(g, outAxes=1)(x)", "FG303"],
      ["g(x) = x^2; f(x: [3, 2]) = vmap(g, inAxes=[0, 1])(x)", "FG214"],
      ["g(x) = x^2; f(x: [3, 2]) = vmap(g, inAxes=0.5)(x)", "FG214"],
      ["g(x) = x^2; f(x: [3, 2]) = vmap(g, outAxes=[0])(x)", "FG214"],
      ["g(x) = x^2; f(x: [3, 2]) = vmap(g, axis=0)(x)", "FG203"],
      ["g(x) = sum(x); f(x: [3]) = grad(g, inAxes=0)(x)", "FG203"],
      ['g(x) = x^2; f(x: [3, 2]) = vmap(g, "y")(x)', "FG401"],
    ])("%s: %s", (text, code) => {
      expect(math(text).codes).toEqual([code]);
    });
  });

  describe("nested in any order", () => {
    const e = "e(r) = sum(sort(r)^3) * norm(r) + prod(r)";
    const both = "k(x) = sum(vmap(e)(x)); p(r) = e(r[0:2]) + e(r[2:4])";
    const inner = "m(r) = sum(vmap(e)(reshape(r, [2, 2])))";
    const x = [
      [1, 2.5, -3, 4],
      [-5, 6, 7, 0.5],
    ];
    test.each([
      ["vmap(m)(x)", "stack([p(x[0]), p(x[1])])"],
      ["vmap(grad(m))(x)", "stack([grad(p)(x[0]), grad(p)(x[1])])"],
      ["grad(gm)(x)", "grad(gp)(x)"],
      ["vmap(hessian(e))(x)", "stack([hessian(e)(x[0]), hessian(e)(x[1])])"],
      ["vmap(hessian(m))(x)", "stack([hessian(p)(x[0]), hessian(p)(x[1])])"],
      ["hvp(k)(x, x)", "stack([hvp(e)(x[0], x[0]), hvp(e)(x[1], x[1])])"],
      ["vmap(hvp(e))(x, x)", "stack([hvp(e)(x[0], x[0]), hvp(e)(x[1], x[1])])"],
      ["vmap(jvp(e))(x, x)", "stack([jvp(e)(x[0], x[0]), jvp(e)(x[1], x[1])])"],
      ["jvp(k)(x, x)", "jvp(e)(x[0], x[0]) + jvp(e)(x[1], x[1])"],
      ["jacobian(vmap(e))(x)[1, 1]", "grad(e)(x[1])"],
      ["vmap(vjp(sort))(x, x^2)", "stack([vjp(sort)(x[0], x[0]^2), vjp(sort)(x[1], x[1]^2)])"],
    ])("%s", (program, reference) => {
      const head = `${e}; ${both}; ${inner}; gm(x) = sum(vmap(grad(e))(x)^2); gp(x) = sum(grad(e)(x[0])^2) + sum(grad(e)(x[1])^2)`;
      const ran = [program, reference].map((body) =>
        runMath(`${head}; f(x: f64[2, 4]) = ${body}`, { functions: ["f"] }).value({ x: x.flat() }),
      );
      const [found = [], expected = []] = ran;
      expect(found).toHaveLength(expected.length);
      expected.forEach((value, i) =>
        expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThan(
          1e-11 * Math.max(1, Math.abs(value)),
        ),
      );
    });
  });

  test.each([
    ["f(x: [N, 1, 1, 4, 4], w: [N, 1, 1, 2, 2]) = vmap(conv2d)(x, w)", "FG424"],
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

describe("a Jacobian takes as many products as the smaller of both has elements", () => {
  /** The shapes of the matrix products of the Jacobian. */
  const products = (text: string, W: string) => {
    const { compiled } = runMath(
      `g(x, W) = tanh(W @ x); f(x: ${text}, W: ${W}) = jacobian(g, "x")(x, W)`,
      { functions: ["f"] },
    );
    const graph = compiled.functions[0]?.stages.graph;
    if (graph === undefined) throw new Error("nothing was compiled");
    const shapes = nodesOf(graph)
      .filter(({ op }) => op.lowering.kind === "matmul")
      .map(({ type }) => type.shape);
    return shapes.map((shape) => shape.join(" × "));
  };

  test("forward: columns", () => {
    expect(products("f64[2]", "f64[50, 2]")).toContain("2 × 50 × 1");
  });

  test("reverse: rows", () => {
    expect(products("f64[50]", "f64[3, 50]")).toContain("3 × 50 × 1");
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
