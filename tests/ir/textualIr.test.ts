import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CompileError } from "../../compiler/diagnostic.js";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { makeNode, withOrigin } from "../../compiler/ir/node.js";
import { parseGraph } from "../../compiler/ir/parse.js";
import { printGraph } from "../../compiler/ir/print.js";
import { verifyGraph } from "../../compiler/ir/verify.js";
import { add, mul, neg } from "../../compiler/ops/arithmetic.js";
import { relu } from "../../compiler/ops/elementwise.js";
import { registry } from "../../compiler/ops/index.js";
import { constant, input, size } from "../../compiler/ops/leaf.js";
import { gemm } from "../../compiler/ops/matrix.js";
import { sum } from "../../compiler/ops/reduce.js";
import { slice } from "../../compiler/ops/shape.js";
import { graphOf } from "../support/graphs.js";
import { randomGraph, randomSizes } from "../support/randomGraph.js";
import { bits, inputsOf, ordinaryNumber } from "../support/values.js";

const parse = (text: string) => parseGraph(text, registry);

/** The message of the diagnostic that parsing throws. */
function complaint(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.message;
  }
  throw new Error("the text was accepted");
}

describe("printGraph", () => {
  it("prints names, attributes, phases, literals and sizes", () => {
    const x = input("x", { dtype: "f32", shape: ["N", 4] });
    const w = input("params.W", { dtype: "f32", shape: [4, 4] });
    const product = gemm(x, w, { transposeB: true });
    const h = makeNode(relu(product).op, [product], {}, "h");
    const dh = withOrigin({ step: { line: { text: "" } }, phase: "backward" }, () =>
      makeNode(
        neg(h).op,
        [mul(h, constant(-0))],
        {},
        {
          name: "dh",
          derivedName: true,
        },
      ),
    );
    const total = add(sum(dh, { axes: [0, 1] }), size("2*N + 1"));
    const graph = graphOf({ value: total, one: constant(1, "i32") });
    expect(printGraph(graph)).toBe(
      `graph f(x: f32[N, 4], params.W: f32[4, 4]) {
  %0 = gemm(x, params.W) {transposeA: false, transposeB: true} : f32[N, 4]
  %1:h = relu(%0) : f32[N, 4]
backward:
  %2 = mul(%1, -0) : f32[N, 4]
  %3:~dh = neg(%2) : f32[N, 4]
forward:
  %4 = sum(%3) {axes: [0, 1], keepDims: false} : f32
  %5 = add(%4, size(2*N + 1)) : f64
  return value = %5, one = 1:i32
}
`,
    );
  });

  it("writes literals that an input hides in full", () => {
    const nan = input("nan", { dtype: "f64", shape: [] });
    const graph = graphOf({ y: add(nan, constant(NaN)) });
    const text = printGraph(graph);
    expect(text).toContain("constant() {value: nan, dtype: f64}");
    expect(printGraph(parse(text))).toBe(text);
  });

  it("keeps attributes that are text, flags, null and lists", () => {
    const x = input("x", { dtype: "f64", shape: ["N", 4] });
    const attrs = {
      axes: [0, 1],
      keepDims: false,
      a: null,
      b: "true",
      c: "i,j->k",
      d: [["N + 1"], []],
    };
    const op = sum(x).op;
    const graph = graphOf({ y: makeNode(op, [x], attrs) });
    const read = parse(printGraph(graph));
    expect(read.outputs[0]?.node.attrs).toEqual(attrs);
  });
});

describe("print, parse, print", () => {
  it("is a fixed point that keeps meaning, on random graphs", () => {
    const cases = randomGraph({ dtypes: ["f32", "f64"] }).chain((graph) =>
      fc.record({
        graph: fc.constant(graph),
        inputs: inputsOf(graph, ordinaryNumber, randomSizes),
      }),
    );
    fc.assert(
      fc.property(cases, ({ graph, inputs }) => {
        const text = printGraph(graph);
        const read = parse(text);
        verifyGraph(read, registry);
        expect(printGraph(read)).toBe(text);
        expect(bits(evaluateGraph(read, inputs, randomSizes))).toBe(
          bits(evaluateGraph(graph, inputs, randomSizes)),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("holds for every special number and dtype", () => {
    const values = [0, -0, Infinity, -Infinity, NaN, 1e-7, 1e21, 5e-324, -2.5];
    for (const dtype of ["f32", "f64", "i32", "bool"] as const) {
      for (const value of values) {
        const graph = graphOf({ y: constant(value, dtype) });
        const text = printGraph(graph);
        const read = parse(text);
        expect(read.outputs[0]?.node.attrs).toEqual(graph.outputs[0]?.node.attrs);
        expect(printGraph(read)).toBe(text);
      }
    }
  });

  it("holds for sizes with floors, and for named sizes in boxes", () => {
    const x = input("x", { dtype: "f64", shape: ["N"] });
    const half = "floor((N + 1) / 2)";
    const graph = graphOf({
      y: add(
        slice(x, { start: [0], length: [half], step: [2] }),
        mul(size(half), size("2*floor(N / 2)")),
      ),
    });
    const text = printGraph(graph);
    expect(printGraph(parse(text))).toBe(text);
  });
});

describe("parseGraph", () => {
  it("ignores comments and white space", () => {
    const graph = parse("graph f ( x : f64 ) { // a comment\n%7 = neg ( x ) : f64 return y = %7 }");
    expect(printGraph(graph)).toBe("graph f(x: f64) {\n  %0 = neg(x) : f64\n  return y = %0\n}\n");
  });

  it.each([
    ["", 'line 1: expected "graph"'],
    ["graph f(x: f64, x: f64) { return y = x }", "input x is declared twice"],
    ["graph f(x: f16) { return y = x }", "expected f32, f64, i32 or bool"],
    ["graph f(x: f64[N +]) { return y = x }", "N + is not a size"],
    ["graph f() {\n\n  return y = z }", "line 3: there is no input z"],
    ["graph f() { return y = %0 }", "%0 is used before it is defined"],
    ["graph f(x: f64) { %0 = foo(x) : f64 return }", "there is no operation foo"],
    ["graph f(x: f64) { %0 = neg(x) : f32 return }", "%0 is said to be f32 and is f64"],
    ["graph f(x: f64) { %0 = neg(x) : f64 %0 = neg(x) : f64 return }", "%0 is defined twice"],
    [
      "graph f(x: f64[2], y: f64[3]) { %0 = add(x, y) : f64[2] return }",
      "shapes [2] and [3] do not broadcast",
    ],
    ["graph f() { return y = 1 } 2", "expected nothing after the graph"],
    ["graph f() { return y = size(N }", 'expected ")"'],
    [`graph f(x: f64) { %0 = neg(x) {a: ${"[".repeat(50)}`, "lists are nested too deeply"],
  ])("refuses %j", (text, message) => {
    expect(complaint(text)).toContain("FG190: textual IR is malformed");
    expect(complaint(text)).toContain(message);
  });

  it("throws nothing but a diagnostic, whatever the text", () => {
    const valid = printGraph(
      graphOf({
        y: sum(mul(input("x", { dtype: "f32", shape: ["N", 2] }), size("2*N"))),
      }),
    );
    const mutated = fc
      .record({
        at: fc.nat(valid.length),
        drop: fc.nat(5),
        insert: fc.oneof(
          fc.string({ maxLength: 4 }),
          fc.constantFrom("(", "((((", "{", "}", ":", "%0", "[", "]", "floor("),
        ),
      })
      .map(({ at, drop, insert }) => valid.slice(0, at) + insert + valid.slice(at + drop));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string()), (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(CompileError);
        }
      }),
      { numRuns: 2000 },
    );
    expect(complaint("graph f(x: f64[" + "(".repeat(10_000))).toContain("FG190");
  });
});
