import { describe, expect, test } from "vitest";
import { body, math, run, typescript } from "./support.js";

const x = [
  [1, 2, 3, 4],
  [5, 6, 7, 8],
  [9, 10, 11, 12],
];

/** NumPy's result for each, worked out by hand. */
const slices: readonly (readonly [string, unknown])[] = [
  ["x[1]", [5, 6, 7, 8]],
  ["x[-1]", [9, 10, 11, 12]],
  ["x[1, 2]", 7],
  ["x[1][2]", 7],
  ["x[-1, -4]", 9],
  ["x[:, 1]", [2, 6, 10]],
  [
    "x[1:, :2]",
    [
      [5, 6],
      [9, 10],
    ],
  ],
  [
    "x[1:100]",
    [
      [5, 6, 7, 8],
      [9, 10, 11, 12],
    ],
  ],
  ["x[-2:, -1]", [8, 12]],
  [
    "x[::2, ::-1]",
    [
      [4, 3, 2, 1],
      [12, 11, 10, 9],
    ],
  ],
  ["x[0, 3:0:-2]", [4, 2]],
  ["x[0, ::3]", [1, 4]],
  ["x[..., 0]", [1, 5, 9]],
  ["x[0, ...]", [1, 2, 3, 4]],
  ["x[0, None]", [[1, 2, 3, 4]]],
  ["x[:, 0][:, None]", [[1], [5], [9]]],
  ["x[0][newaxis, 1:3]", [[2, 3]]],
];

describe("indexing as in NumPy", () => {
  test.each(slices)("%s", (text, value) => {
    expect(run(math(`f(x: f64[3, 4]) = ${text}`), { x })).toEqual({ value });
  });

  test("an empty slice has no elements", () => {
    expect(body(math("f(x: [3, 4]) = x[2:1]"))).toEqual([
      "%0:value = slice(x) {start: [0, 0], length: [0, 4], step: [1, 1]} : f32[0, 4]",
    ]);
  });

  test("slices of named sizes", () => {
    expect(body(math("f(x: [N]) = x[1:]"))).toEqual([
      "%0:value = slice(x) {start: [1], length: [N - 1], step: [1]} : f32[N - 1]",
    ]);
    expect(body(math("f(x: [N]) = x[:-2]"))).toEqual([
      "%0:value = slice(x) {start: [0], length: [N - 2], step: [1]} : f32[N - 2]",
    ]);
    const last = typescript(`import { type Tensor } from "flatgrad";
      export function f(x: Tensor<["N"]>) { return x[x.length - 1]; }`);
    expect(run(last, { x: [1, 2, 7] }, { N: 3 })).toEqual({ value: 7 });
  });
});

describe("indices known at run time", () => {
  test("become take, after the static ones", () => {
    expect(body(math("f(x: [3, 4], i: i32) = x[1:, i]"))).toEqual([
      "%0 = slice(x) {start: [1, 0], length: [2, 4], step: [1, 1]} : f32[2, 4]",
      "%1:value = take(%0, i) {axis: 1} : f32[2]",
    ]);
  });

  test("scalars and tensors of integers", () => {
    const f = math("f(x: f64[3, 4], i: i32, j: i32[2]) = x[i, 0] + x[2, j]");
    expect(run(f, { x, i: 1, j: [3, 0] })).toEqual({ value: [17, 14] });
    const g = math("f(x: f64[3, 4], i: i32, j: i32) = x[i, j] + x[i][j]");
    expect(run(g, { x, i: 2, j: 1 })).toEqual({ value: 20 });
    const h = math("f(x: f64[3, 4]) = x[[2, 0], 1]");
    expect(run(h, { x })).toEqual({ value: [10, 2] });
  });
});

test("lists and objects", () => {
  const f = typescript(`export function f(x: number) {
    const p = { a: [x, x + 1], b: 3 };
    return p.a[1] * p["b"] + p.a.length;
  }`);
  expect(run(f, { x: 1 })).toEqual({ value: 8 });
});
