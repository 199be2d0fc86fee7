import { describe, expect, test } from "vitest";
import { verifyGraph } from "../../compiler/ir/verify.js";
import { asJavaScript, sizesAt, type Numbers } from "./asJavaScript.js";
import { loopPrograms } from "./loopPrograms.js";
import { body, only, run, typescript } from "./support.js";

const HEAD = 'import { type Tensor } from "flatgrad";\n';

/** All numbers of a result, in order. */
function evaluated(text: string, args: readonly Numbers[]): readonly number[] {
  const model = typescript(HEAD + text);
  const { graph } = only(model);
  const names = graph.inputs.map((node) => String(node.attrs["name"]));
  const inputs = Object.fromEntries(names.map((name, i) => [name, args[i] ?? 0]));
  const sizes = sizesAt(
    graph.inputs.map(({ type }) => type.shape),
    args,
  );
  return Object.values(run(model, inputs, sizes)).flatMap((value) => [value].flat(2));
}

describe("loops give what they give as JavaScript", () => {
  test.each(loopPrograms)("%s", (_name, text, points) => {
    const model = typescript(HEAD + text);
    expect(model.frames.filter((frame) => !frame.includes("FG404"))).toEqual([]);
    verifyGraph(only(model).graph);
    for (const args of points) {
      const expected = asJavaScript(text, args);
      expect(evaluated(text, args), `at ${JSON.stringify(args)}`).toEqual(
        expected.map((number) => expect.closeTo(number, 10)),
      );
    }
  });
});

describe("the operation", () => {
  const sum = `export function f(x: Tensor<["N"], "f64">) {
    let s = 0;
    for (let i = 1; i < x.length; i++) s += x[i] * x[i - 1];
    return s;
  }`;

  test("has the names of the author, and reads nothing but its inputs", () => {
    expect(body(typescript(HEAD + sum))).toEqual([
      "%0 = cast(size(N)) {dtype: i32} : i32",
      "%1 = loop(1:i32, %0, 0, x) {ranged: true, step: 1, descending: false, carried: 1, sliced: 0, count: N - 1, trips: null, checkpoint: false} : bool",
      "body(i: i32, s: f64, x: f64[N]) {",
      "%0 = at(x, i) {inBounds: true} : f64",
      "%1 = sub(i, 1:i32) : i32",
      "%2 = at(x, %1) {inBounds: true} : f64",
      "%3 = mul(%0, %2) : f64",
      "%4:s = add(s, %3) : f64",
      "return next0 = %4",
      "}",
      "%2:s = loopResult(%1) {index: 0, dtype: f64, shape: []} : f64",
    ]);
  });

  test("carries last where it stopped, if it may stop early", () => {
    const lines = body(
      typescript(`export function f(x: number) {
        let s = x;
        while (s > 1) s /= 2;
        return s;
      }`),
    );
    expect(lines.slice(1, -1)).toEqual([
      "body(iteration: i32, s: f64, trips$: i32) {",
      "%0 = greater(s, 1) : bool",
      "%1:s = div(s, 2) : f64",
      "%2 = add(iteration, 1:i32) : i32",
      "return while = %0, next0 = %1, next1 = %2",
      "}",
    ]);
  });

  const reads: readonly (readonly [head: string, position: string, proven: boolean])[] = [
    ["let i = 0; i < x.length; i++", "i", true],
    ["let i = 0; i < x.length; i++", "i + 1", false],
    ["let i = 0; i < x.length - 1; i++", "i + 1", true],
    ["let i = x.length - 1; i >= 0; i--", "i", true],
    ["let i = x.length - 1; i >= 0; i--", "x.length - 1 - i", true],
    ["let i = 1; i <= x.length; i++", "i - 1", true],
    ["let i = 1; i <= x.length; i++", "i", false],
    ["let i = 0; 2 * i < x.length; i++", "2 * i", false],
    ["let i = 0; i < n; i++", "i", false],
    ["let i = 0; i < n; i++", "Math.min(Math.max(i, 0), x.length - 1)", false],
    ["let i = 0; i < x.length; i += 7", "i", true],
    ["let i = 2; i < 40; i++", "i % 3", false],
  ];
  test.each(reads)("%s: x[%s] is known to lie in range: %s", (head, position, proven) => {
    const model = typescript(`import { type Tensor } from "flatgrad";
      export function f(x: Tensor<["N"], "f64">, n: number) {
        let s = 0;
        for (${head}) s += x[${position}];
        return s * n;
      }`);
    expect(body(model).some((line) => line.includes(`inBounds: ${proven}`))).toBe(true);
    expect(body(model).some((line) => line.includes(`inBounds: ${!proven}`))).toBe(false);
  });

  test("is unrolled where it is short", () => {
    const short = typescript(
      "export function f(x: number) { let s = x; for (let i = 0; i < 8; i++) s = s * x; return s; }",
    );
    expect(body(short)).toHaveLength(8);
    const axes = typescript(`import { sum, type Tensor } from "flatgrad";
      export function f(x: Tensor<[2, 3, 4], "f64">) {
        let s = 0;
        for (let i = 0; i < 9; i++) s += sum(sum(x, { axis: i % 3 }));
        return s;
      }`);
    expect(body(axes).some((line) => line.includes("loop("))).toBe(false);
  });
});
