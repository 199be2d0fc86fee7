import { describe, expect, it } from "vitest";
import { makeNode, type Node } from "../../compiler/ir/node.js";
import { alias } from "../../compiler/ops/accumulate.js";
import { add, mul, neg, sub } from "../../compiler/ops/arithmetic.js";
import { exp, tanh } from "../../compiler/ops/elementwise.js";
import { constant, input, size } from "../../compiler/ops/leaf.js";
import { sum } from "../../compiler/ops/reduce.js";
import { pass } from "../../compiler/passes/cse.js";
import { graphOf, operations, outputOf } from "../support/graphs.js";

const x = input("x", { dtype: "f64", shape: ["N"] });
const y = input("y", { dtype: "f64", shape: ["N"] });

const named = (node: Node, name: string, derivedName?: true) =>
  makeNode(node.op, node.inputs, node.attrs, { name, derivedName });

/** The operands of the last operation after the pass. */
const operandsAfter = (node: Node) => outputOf(pass.run(graphOf({ y: node })), "y").inputs;

describe("cse", () => {
  it.each<[string, Node, Node]>([
    ["equal operations", exp(x), exp(x)],
    ["nested ones", tanh(exp(x)), tanh(exp(x))],
    ["either order of a sum", add(x, y), add(y, x)],
    ["either order of a product", mul(exp(x), y), mul(y, exp(x))],
    ["constants", mul(x, constant(2)), mul(x, constant(2))],
    ["sizes", mul(x, size("N")), mul(x, size("N"))],
  ])("merges %s", (_what, a, b) => {
    const [p, q] = operandsAfter(sub(a, b));
    expect(p).toBe(q);
  });

  it.each<[string, Node, Node]>([
    ["either order of a difference", sub(x, y), sub(y, x)],
    ["other attributes", sum(x), sum(x, { keepDims: true })],
    ["zeros of either sign", mul(x, constant(0)), mul(x, constant(-0))],
    ["constants of either width", mul(x, constant(1)), mul(x, constant(1, "f32"))],
    ["different inputs", exp(x), exp(y)],
  ])("keeps apart %s", (_what, a, b) => {
    const [p, q] = operandsAfter(sub(a, b));
    expect(p).not.toBe(q);
  });

  it("gives what is kept the author's name, from wherever it stood", () => {
    const [p, q] = operandsAfter(sub(exp(x), named(exp(x), "e")));
    expect(p).toBe(q);
    expect(p?.name).toBe("e");
  });

  it("prefers the author's name to one the compiler made up", () => {
    const [p] = operandsAfter(sub(named(exp(x), "t", true), named(exp(x), "e")));
    expect(p).toMatchObject({ name: "e", derivedName: undefined });
  });

  it("keeps the first of two names", () => {
    const [p] = operandsAfter(sub(named(exp(x), "a"), named(exp(x), "b")));
    expect(p?.name).toBe("a");
  });

  it("does not lend the name of a constant to other constants", () => {
    const two = named(constant(2), "two");
    const [p, q] = operandsAfter(sub(mul(x, two), mul(x, constant(2))));
    expect(p?.inputs[1]?.name).toBe("two");
    expect(q?.inputs[1]?.name).toBeUndefined();
  });

  it("keeps aliases, which are nothing but their names", () => {
    const e = sum(x);
    const [p, q] = operandsAfter(sub(alias(e, { name: "a" }), alias(e, { name: "b" })));
    expect([p?.name, q?.name]).toEqual(["a", "b"]);
  });

  it("keeps aliases without a name, which say which line they are from", () => {
    const e = sum(x);
    const [p, q] = operandsAfter(sub(alias(e, {}), alias(e, {})));
    expect(p).not.toBe(q);
  });

  it("keeps inputs and outputs", () => {
    const graph = pass.run(graphOf({ a: neg(x), b: neg(x), c: x }));
    expect(outputOf(graph, "a")).toBe(outputOf(graph, "b"));
    expect(graph.outputs.map((output) => output.name)).toEqual(["a", "b", "c"]);
    expect(operations(graph)).toEqual(["input", "neg"]);
  });
});
