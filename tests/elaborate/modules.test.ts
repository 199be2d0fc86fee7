import { describe, expect, test } from "vitest";
import { DiagnosticSink } from "../../compiler/diagnostic.js";
import { elaborate } from "../../compiler/elaborate/elaborate.js";
import { elaborateFiles, math, only, run, typescript } from "./support.js";

const layers = `
  import { exp } from "flatgrad";
  export const SCALE = 2 * 3;
  const hidden = [1, 2, 4];
  export const total = hidden[0] + hidden[2] + hidden.length;
  export function sigmoidOf(x: number) { return 1 / (1 + exp(helper(x))); }
  function helper(x: number) { return -x; }`;

describe("imports", () => {
  test.each(["./layers.js", "./layers.ts", "./layers", "../models/layers.js"])(
    "from %s",
    (path) => {
      const program = elaborateFiles({
        "models/net.ts": `
          import { SCALE, sigmoidOf as s, total } from "${path}";
          export function f(x: number) { return s(x) * SCALE + total; }`,
        "models/layers.ts": layers,
      });
      expect(run(program, { x: 0 })).toEqual({ value: 0.5 * 6 + 8 });
    },
  );

  test("of a whole module", () => {
    const program = elaborateFiles({
      "net.ts": `
        import * as layers from "./layers.js";
        import * as fg from "flatgrad";
        export function f(x: number) { return layers.sigmoidOf(x) * layers.SCALE + fg.exp(x); }`,
      "layers.ts": layers,
    });
    expect(run(program, { x: 0 })).toEqual({ value: 4 });
  });

  test("modules that import each other", () => {
    const program = elaborateFiles({
      "a.ts": `import { g } from "./b.js"; export const k = 2; export function f(x: number) { return g(x); }`,
      "b.ts": `import { k } from "./a.js"; export function g(x: number) { return x * k; }`,
    });
    expect(run(program, { x: 5 })).toEqual({ value: 10 });
  });
});

describe("which functions", () => {
  const text = `
    export function f(x: number) { return helper(x); }
    /**
     * Twice.
     * @gradient x
     */
    export function g(x: number) { return 2 * x; }
    function helper(x: number) { return x; }`;

  test("the exported ones, in order", () => {
    const names = typescript(text).functions.map(({ name }) => name);
    expect(names).toEqual(["f", "g"]);
    expect(math("g(x) = x\nh(x) = g(x)").functions).toHaveLength(2);
  });

  test("those asked for", () => {
    const program = typescript(text, { functions: ["g"] });
    expect(program.functions).toHaveLength(1);
    expect(only(program)).toMatchObject({
      name: "g",
      doc: "Twice.",
      tags: [{ name: "gradient", text: "x" }],
    });
  });

  test("one with an error does not take the others along", () => {
    const program = math("f(x) = y\ng(x) = x");
    expect(program.codes).toEqual(["FG201"]);
    expect(program.functions.map(({ name }) => name)).toEqual(["g"]);
  });
});

test("math functions call each other, and their own names come first", () => {
  const program = math(`sigmoid(x) = 1 / (1 + exp(-x))
    sum(a, b) = a + b
    f(x) = { pi = 3; sum(sigmoid(x), pi) }`);
  expect(run(program, { x: 0 })).toEqual({ value: 3.5 });
});

describe("math functions without types", () => {
  test("called by others, need not make sense of scalars", () => {
    const program = math("layer(x, w) = relu(x @ w)\nf(x: [4, 3], w: [3, 3]) = sum(layer(x, w))");
    expect(program.codes).toEqual([]);
    expect(program.functions.map(({ name }) => name)).toEqual(["f"]);
  });

  test("asked for by name, are elaborated as written", () => {
    const text = "layer(x, w) = relu(x @ w)\nf(x: [4, 3], w: [3, 3]) = sum(layer(x, w))";
    expect(math(text, { functions: ["layer"] }).codes).toEqual(["FG305"]);
    const types = { x: { dtype: "f64", shape: [3] }, w: { dtype: "f64", shape: [3] } } as const;
    const program = math(text, { functions: ["layer"], parameterTypes: types });
    expect(run(program, { x: [1, 2, 3], w: [1, 1, 1] })).toEqual({ value: 6 });
  });
});

test("an unknown entry or function is reported", () => {
  expect(
    typescript("export function loss(x: number) { return x; }", { functions: ["los"] }).frames,
  ).toEqual([
    "error FG217: model.ts has no exported function `los`\naccepted: loss\nhint: did you mean `loss`?",
  ]);
  expect(elaborate(new Map(), "a.ts", new DiagnosticSink())).toEqual([]);
});
