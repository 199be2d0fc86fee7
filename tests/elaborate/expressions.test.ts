import { describe, expect, test } from "vitest";
import { body, math, only, run, typescript } from "./support.js";

describe("numbers known at build time", () => {
  test.each([
    ["2 * 3 + 1", 7],
    ["2 ^ 3 ^ 2", 512],
    ["-7 % 3", -1],
    ["sqrt(2) * pi", Math.SQRT2 * Math.PI],
    ["1 / 0", Infinity],
    ["-inf", -Infinity],
    ["1 < 2 ? 3 : 4", 3],
    ["!(1 < 2) || 2 == 2 ? 3 : 4", 3],
    ["where(1 > 2, 3, 4)", 4],
  ])("%s folds", (text, value) => {
    expect(body(math(`f(x) = x + (${text})`))).toEqual([
      `%0:value = add(x, ${printed(value)}) : f64`,
    ]);
  });

  function printed(value: number): string {
    return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
  }

  test("Math constants and functions fold", () => {
    const text = `export function f(x: number) {
      return x * Math.max(1, Math.SQRT2, Math.exp(0)) + Math.min(Math.E, 3) + Math.pow(2, 3);
    }`;
    expect(run(typescript(text), { x: 2 })).toEqual({
      value: 2 * Math.SQRT2 + Math.E + 8,
    });
  });

  test("what is not chosen at build time is not looked at", () => {
    expect(body(math("f(x) = 1 < 2 ? x + 1 : unknown"))).toEqual(["%0:value = add(x, 1) : f64"]);
    expect(math("f(x) = (1 > 2 && unknown) ? 1 : x").codes).toEqual([]);
  });

  test("a number among integers is an integer", () => {
    expect(body(math("f(i: i32[3]) = i * 2 + 0.5"))).toEqual([
      "%0 = mul(i, 2:i32) : i32[3]",
      "%1:value = add(%0, 0.5) : f64[3]",
    ]);
    expect(body(math("f(i: i32) = i == 2"))).toEqual(["%0:value = equal(i, 2:i32) : bool"]);
  });

  test("the arms of where take after what is compared", () => {
    expect(body(math("f(x: [3]) = where(x > 0, 1, 0.5)"))).toEqual([
      "%0 = greater(x, 0) : bool[3]",
      "%1:value = where(%0, 1, 0.5) : f64[3]",
    ]);
  });
});

describe("operators", () => {
  test.each([
    ["x + y", 7],
    ["x - y", 3],
    ["x * y", 10],
    ["x / y", 2.5],
    ["x % y", 1],
    ["x ^ y", 25],
    ["-x + +y", -3],
    ["where(x < y, 1, 2)", 2],
    ["where(x >= 5 && y <= 2, 1, 2)", 1],
    ["where(x != 5 || !(y == 2), 1, 2)", 2],
    ["maximum(x, y) - minimum(x, y)", 3],
    ["x > y ? x : y", 5],
  ])("%s", (text, value) => {
    expect(run(math(`f(x, y) = ${text}`), { x: 5, y: 2 })).toEqual({ value });
  });

  test("@ is matmul", () => {
    const f = math("f(x: f64[2, 2], w: f64[2, 2]) = x @ w");
    const x = [
      [1, 2],
      [3, 4],
    ];
    expect(run(f, { x, w: x })).toEqual({
      value: [
        [7, 10],
        [15, 22],
      ],
    });
  });

  test("a list of numbers is a tensor", () => {
    const f = math("f(x: f64[3]) = x * [1, 2, 3] + [0.5, 0, 0]");
    expect(run(f, { x: [1, 1, 1] })).toEqual({ value: [1.5, 2, 3] });
    expect(body(math("f(x: [2, 3]) = take(x, [0, 2], axis=1)"))).toEqual([
      "%0 = stack(0:i32, 2:i32) {axis: 0} : i32[2]",
      "%1:value = take(x, %0) {axis: 1} : f32[2, 2]",
    ]);
  });

  test("a whole number serves where integers are asked for", () => {
    expect(body(math("f(x: [2, 3]) = take(x, 1)"))).toEqual([
      "%0:value = take(x, 1:i32) {axis: 0} : f32[3]",
    ]);
  });
});

describe("calls of operations", () => {
  test("options by position, by keyword and in an object", () => {
    const expected = ["%0:value = sum(x) {axes: [0], keepDims: true} : f32[1, 3]"];
    const imports = 'import { sum, type Tensor } from "flatgrad";';
    const programs = [
      math("f(x: [2, 3]) = sum(x, 0, true)"),
      math("f(x: [2, 3]) = sum(x, keepDims=true, axis=-2)"),
      math("f(x: [2, 3]) = sum(x=x, axis=[0], keepDims=true)"),
      typescript(`${imports}
        export function f(x: Tensor<[2, 3]>) { return sum(x, { axis: 0, keepDims: true }); }`),
      typescript(`${imports} const options = { axis: -2, keepDims: true };
        export function f(x: Tensor<[2, 3]>) { return sum(x, options); }`),
    ];
    for (const program of programs) {
      expect(body(program).map(sortAttributes)).toEqual(expected);
    }
  });

  function sortAttributes(line: string): string {
    return line.replace(/\{(.*)\}/, (_all, attributes: string) => {
      const parts = attributes.split(/, (?=\w+:)/).toSorted();
      return `{${parts.join(", ")}}`;
    });
  }

  test("lists of operands", () => {
    const f = math("f(x: f64[2], y) = concat([x, stack([y, 1])])");
    expect(run(f, { x: [1, 2], y: 3 })).toEqual({ value: [1, 2, 3, 1] });
  });

  test("sizes in shapes", () => {
    const text = `import { reshape, type Tensor } from "flatgrad";
      export function f(x: Tensor<["N", 6]>) {
        return [reshape(x, ["N", 2, 3]), reshape(x, [x.shape[0] * 2, 3]), reshape(x, ["2*N", -1])];
      }`;
    expect(body(typescript(text))).toEqual([
      "%0:value0 = reshape(x) {shape: [N, 2, 3]} : f32[N, 2, 3]",
      "%1:value1 = reshape(x) {shape: [2*N, 3]} : f32[2*N, 3]",
      "%2:value2 = reshape(x) {shape: [2*N, 3]} : f32[2*N, 3]",
    ]);
    expect(body(math("f(x: [N, 6]) = reshape(x, [3*N, 2])"))).toEqual([
      "%0:value = reshape(x) {shape: [3*N, 2]} : f32[3*N, 2]",
    ]);
  });
});

describe("members", () => {
  test("sizes are build-time values where they are numbers", () => {
    const f = math(
      "f(x: [4, 3]) = [x.shape[0], x.length, x.ndim, x.rank, x.size, x.shape.length] ",
    );
    expect(Object.values(run(f, { x: [[0]] }))).toEqual([4, 4, 2, 2, 12, 2]);
  });

  test("named sizes are computed with, and compared as far as they are known", () => {
    const f = math("f(x: f64[N, 3]) = sum(x) / (x.length * 2 - N)");
    expect(body(f).at(-1)).toBe("%1:value = div(%0, size(N)) : f64");
    const decided = "f(x: [N, 3]) = N + 1 > N && N >= 0 && N != N + 1 ? sum(x) : 0";
    expect(body(math(decided))).toHaveLength(1);
    expect(body(math("f(x: [N, 3]) = N > 3 ? sum(x) : 0"))).toContain(
      "%0 = greater(size(N), 3) : bool",
    );
  });

  test("T reverses the axes", () => {
    expect(body(math("f(x: [2, 3, 4]) = x.T"))).toEqual([
      "%0:value = transpose(x) {axes: [2, 1, 0]} : f32[4, 3, 2]",
    ]);
    expect(only(math("f(x: [2]) = x.T")).graph.outputs[0]?.node.op.name).toBe("input");
  });
});
