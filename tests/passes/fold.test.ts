import { describe, expect, it } from "vitest";
import { makeNode, type Node } from "../../compiler/ir/node.js";
import { add, cast, div, less, mul, neg, sub } from "../../compiler/ops/arithmetic.js";
import { exp } from "../../compiler/ops/elementwise.js";
import { constant, input, size } from "../../compiler/ops/leaf.js";
import { pass } from "../../compiler/passes/fold.js";
import { expression, graphOf, outputOf } from "../support/graphs.js";

const x = input("x", { dtype: "f64", shape: ["N"] });
const n = size("N");
const twoMN = "2*M*N";
const k = (value: number) => constant(value);

const fold = (node: Node) => outputOf(pass.run(graphOf({ y: node })), "y");

describe("fold", () => {
  it.each<[string, Node, Node]>([
    ["nested constants", mul(add(k(1), k(2)), exp(k(0))), k(3)],
    ["signed zeros", neg(k(0)), k(-0)],
    ["infinities", div(k(1), k(-0)), k(-Infinity)],
    ["NaN", sub(k(Infinity), k(Infinity)), k(NaN)],
    ["comparisons", less(k(1), k(2)), constant(1, "bool")],
    ["conversions", cast(k(2.5), "i32"), constant(2, "i32")],
    ["sums of sizes", add(n, k(1)), size("N + 1")],
    ["products of sizes", mul(k(2), mul(n, size("M"))), size(twoMN)],
    ["differences of sizes", sub(add(n, k(1)), n), k(1)],
    ["constants inside tensors", mul(x, add(k(1), k(1))), mul(x, k(2))],
  ])("computes %s", (_what, before, after) => {
    expect(expression(fold(before))).toBe(expression(after));
  });

  it.each<[string, Node]>([
    ["a fraction of a size", mul(n, k(0.5))],
    ["a quotient of sizes", div(n, k(2))],
    ["a size plus −0", add(n, k(-0))],
    ["tensors", mul(x, k(2))],
    ["i32 arithmetic on sizes", add(cast(n, "i32"), constant(1, "i32"))],
  ])("leaves %s", (_what, node) => {
    expect(expression(fold(node))).toBe(expression(node));
  });

  it("keeps the author's name of a computed constant", () => {
    const named = makeNode(add(k(1), k(2)).op, [k(1), k(2)], {}, "three");
    expect(fold(mul(x, named)).inputs[1]?.name).toBe("three");
  });
});
