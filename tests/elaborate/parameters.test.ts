import { describe, expect, test } from "vitest";
import { leavesOf } from "../../compiler/ir/structure.js";
import { formatType } from "../../compiler/ir/type.js";
import { elaborateFiles, math, only, run, typescript } from "./support.js";
import type { Elaborated } from "./support.js";

/** Binding name, name and type of each input. */
function inputs(elaborated: Elaborated): string[] {
  return only(elaborated).graph.inputs.map(
    (node) => `${String(node.attrs["name"])} ${node.name}: ${formatType(node.type)}`,
  );
}

function wrt(elaborated: Elaborated): string[] {
  return only(elaborated).wrt.map((node) => String(node.attrs["name"]));
}

describe("types of math strings", () => {
  test.each([
    ["x", "x x: f64"],
    ["x: f32", "x x: f32"],
    ["x: bool", "x x: bool"],
    ["x: [3]", "x x: f32[3]"],
    ["x: []", "x x: f32"],
    ["x: f64[N, 3]", "x x: f64[N, 3]"],
    ["x: i32[2 * N + M * M - 1]", "x x: i32[M*M + 2*N - 1]"],
  ])("%s", (parameter, expected) => {
    expect(inputs(math(`f(${parameter}) = 1`))).toEqual([expected]);
  });

  test("given for parameters without one", () => {
    const parameterTypes = { x: { dtype: "f32", shape: ["N"] } } as const;
    const program = math("f(x, y) = sum(x) * y", { parameterTypes });
    expect(inputs(program)).toEqual(["x x: f32[N]", "y y: f64"]);
  });

  test("precision f64 widens every f32", () => {
    const parameterTypes = { y: { dtype: "f32", shape: [] } } as const;
    const options = { precision: "f64", parameterTypes } as const;
    expect(inputs(math("f(x: [3], y, i: i32) = sum(x) * y", options))).toEqual([
      "x x: f64[3]",
      "y y: f64",
      "i i: i32",
    ]);
  });
});

describe("types of TypeScript", () => {
  const header = `
    import { sum, type Labels, type Param as P, type Tensor } from "flatgrad";
    import * as fg from "flatgrad";
    import type { Layer } from "./layers.js";
    const H = 4 * 2;
    type Shape = ["N", typeof H];
    type Width = 5;
    interface Both { layer: Layer; rest: [number, Tensor<[2], "f64">] }`;
  const layers = `
    import type { Param } from "flatgrad";
    export interface Layer { W: Param<[3, 2]>; b: Param<[2]> }`;
  const files = (parameter: string) =>
    elaborateFiles({
      "models/net.ts": `${header}
        export function f(${parameter}) { return 1; }`,
      "models/layers.ts": layers,
    });

  test.each([
    ["x: number", ["x x: f64"]],
    ["x: boolean", ["x x: bool"]],
    ["x: Tensor<[]>", ["x x: f32"]],
    ['x: Tensor<["N", 784]>', ["x x: f32[N, 784]"]],
    ['x: Tensor<["2*N + 1"], "f64">', ["x x: f64[2*N + 1]"]],
    ['x: fg.Tensor<["N"], "i32">', ["x x: i32[N]"]],
    ["x: P<[3]>", ["x x: f32[3]"]],
    ['x: Labels<"N">', ["x x: i32[N]"]],
    ["x: Tensor<Shape>", ["x x: f32[N, 8]"]],
    ["x: Tensor<[Width, typeof H]>", ["x x: f32[5, 8]"]],
    [
      "p: Both",
      [
        "p.layer.W W: f32[3, 2]",
        "p.layer.b b: f32[2]",
        "p.rest.0 rest0: f64",
        "p.rest.1 rest1: f64[2]",
      ],
    ],
    [
      "{ W, b }: Layer, [c, d]: [number, number]",
      [
        "params.W W: f32[3, 2]",
        "params.b b: f32[2]",
        "params2.0 params20: f64",
        "params2.1 params21: f64",
      ],
    ],
  ])("%s", (parameter, expected) => {
    expect(inputs(files(parameter))).toEqual(expected);
  });

  test("keep their structure", () => {
    const [parameter] = only(files("p: Both")).parameters;
    expect(parameter?.name).toBe("p");
    expect(parameter?.structure).toMatchObject({
      kind: "object",
      fields: [
        { name: "layer", value: { kind: "object" } },
        { name: "rest", value: { kind: "tuple" } },
      ],
    });
    expect(parameter === undefined ? [] : leavesOf(parameter.structure)).toEqual(
      only(files("p: Both")).graph.inputs.map(() => expect.anything()),
    );
  });

  test("what is declared Param is differentiated, else all floats", () => {
    expect(wrt(files("x: Tensor<[3]>, p: Both, i: Labels<3>"))).toEqual(["p.layer.W", "p.layer.b"]);
    expect(wrt(files("x: Tensor<[3]>, s: number, i: Labels<3>, c: boolean"))).toEqual(["x", "s"]);
  });
});

describe("arguments of inlined functions", () => {
  test("named sizes are the callee's own", () => {
    const program = typescript(`
      import { matmul, reshape, sum, type Tensor } from "flatgrad";
      function flat(x: Tensor<["N", "K"]>) { return reshape(x, ["N*K"]); }
      function rows(x: Tensor<["M", "N"]>, y: Tensor<["N"]>) { return matmul(x, y); }
      export function f(x: Tensor<["B", 3]>, y: Tensor<[3]>) {
        return { flat: flat(x), square: flat(matmul(x.T, x)), rows: rows(x, y) };
      }`);
    const types = only(program).graph.outputs.map(
      ({ name, node }) => `${name}: ${formatType(node.type)}`,
    );
    expect(types).toEqual(["flat: f32[3*B]", "square: f32[9]", "rows: f32[B]"]);
  });

  test("number and untyped parameters take tensors too", () => {
    const program = typescript(`
      import { type Tensor } from "flatgrad";
      const square = (x: number) => x * x;
      export function f(x: Tensor<[2], "f64">, s: number) { return square(x) * square(s) * square(3); }`);
    expect(run(program, { x: [1, 2], s: 2 })).toEqual({ value: [36, 144] });
    const strings = "g(x, y) = x + y\nf(x: f64[2]) = g(y=1, x=x)";
    expect(run(math(strings), { x: [1, 2] })).toEqual({ value: [2, 3] });
  });
});

test("results keep their structure and get names", () => {
  const program = typescript(`export function f(x: number) {
    const kept = x + 1;
    return { loss: x * 2, parts: [kept, x * 3], same: kept, input: x, three: 3 };
  }`);
  const { graph, result } = only(program);
  expect(graph.outputs.map(({ name, node }) => `${name} ${node.name}`)).toEqual([
    "loss loss",
    "parts.0 kept",
    "parts.1 parts1",
    "same kept",
    "input x",
    "three three",
  ]);
  expect(result).toMatchObject({
    kind: "object",
    fields: [
      { name: "loss", value: { kind: "leaf", value: "loss" } },
      { name: "parts", value: { kind: "tuple" } },
      { name: "same" },
      { name: "input" },
      { name: "three" },
    ],
  });
});
