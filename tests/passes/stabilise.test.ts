import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { makeNode, type Node } from "../../compiler/ir/node.js";
import { add, cast, div, mul, neg, pow, sub } from "../../compiler/ops/arithmetic.js";
import {
  abs,
  exp,
  expm1,
  log,
  log1p,
  logSigmoid,
  sigmoid,
  softplus,
  sqrt,
} from "../../compiler/ops/elementwise.js";
import { constant, input, size } from "../../compiler/ops/leaf.js";
import { logSoftmax, logSumExp, softmax } from "../../compiler/ops/losses.js";
import { mean, sum } from "../../compiler/ops/reduce.js";
import { broadcastTo, reshape } from "../../compiler/ops/shape.js";
import { forwardPasses, runPasses } from "../../compiler/passes/index.js";
import { stableRules } from "../../compiler/passes/rules/stable.js";
import { applyRules } from "../../compiler/passes/applyRules.js";
import { expression, graphOf, outputOf } from "../support/graphs.js";
import { distance, inputsOf, ordinaryNumber, scalar, tensor } from "../support/values.js";

const x = input("x", { dtype: "f64", shape: [2, 3] });
const s = input("s", { dtype: "f64", shape: [] });
const v = input("v", { dtype: "f64", shape: [3] });
const f = input("f", { dtype: "f32", shape: [] });
const i = input("i", { dtype: "i32", shape: [3] });
const k = (value: number) => constant(value);
const rows = { axes: [1], keepDims: true };

/** Formulas with the one operation they mean. Both exp(x) of a quotient are separate, as the front ends make them. */
const cases: readonly (readonly [rule: string, before: Node, after: Node])[] = [
  ["log1p(exp(x)) = softplus(x)", log(add(k(1), exp(x))), softplus(x)],
  ["log1p(exp(x)) = softplus(x)", log(add(exp(x), k(1))), softplus(x)],
  ["log1p(exp(x)) = softplus(x)", log1p(exp(x)), softplus(x)],
  ["−softplus(−x) = logSigmoid(x)", neg(log(add(k(1), exp(neg(x))))), logSigmoid(x)],
  ["1 / (1 + exp(−x)) = sigmoid(x)", div(k(1), add(exp(neg(x)), k(1))), sigmoid(x)],
  ["1 / (1 + exp(−x)) = sigmoid(x)", div(k(1), add(k(1), exp(x))), sigmoid(neg(x))],
  [
    "1 / (1 + exp(−x)) = sigmoid(x)",
    pow(add(k(1), exp(mul(k(-2), x))), k(-1)),
    sigmoid(mul(k(2), x)),
  ],
  ["exp(x) / (1 + exp(x)) = sigmoid(x)", div(exp(x), add(k(1), exp(x))), sigmoid(x)],
  ["log(sigmoid(x)) = logSigmoid(x)", log(div(k(1), add(k(1), exp(neg(x))))), logSigmoid(x)],
  ["log1p(−sigmoid(x)) = logSigmoid(−x)", log(sub(k(1), sigmoid(x))), logSigmoid(neg(x))],
  ["log1p(−sigmoid(x)) = logSigmoid(−x)", log1p(neg(sigmoid(x))), logSigmoid(neg(x))],
  ["log(softmax(x)) = logSoftmax(x)", log(div(exp(x), sum(exp(x), rows))), logSoftmax(x, 1)],
  ["log(Σ exp(x)) = logSumExp(x)", log(sum(exp(x), { axes: [0, 1] })), logSumExp(x, [0, 1])],
  [
    "log(Σ exp(x)) = logSumExp(x)",
    log(reshape(sum(exp(x), { axes: [1] }), [2, 1])),
    reshape(logSumExp(x, [1]), [2, 1]),
  ],
  [
    "log(Σ exp(x) / n) = logSumExp(x) − log(n)",
    log(mean(exp(x), { axes: [1] })),
    sub(logSumExp(x, [1]), k(Math.log(3))),
  ],
  ["exp(x) / Σ exp(x) = softmax(x)", div(exp(x), sum(exp(x), rows)), softmax(x, 1)],
  [
    "exp(x) / Σ exp(x) = softmax(x)",
    div(exp(x), reshape(sum(exp(x), { axes: [1] }), [2, 1])),
    softmax(x, 1),
  ],
  [
    "exp(x) / Σ exp(x) = softmax(x)",
    div(exp(x), broadcastTo(sum(exp(x), { axes: [0] }), [2, 3])),
    softmax(x, 0),
  ],
  ["exp(x) / Σ exp(x) = softmax(x)", div(exp(v), sum(exp(v))), softmax(v, 0)],
  ["log(1 + x) = log1p(x)", log(add(x, k(1))), log1p(x)],
  ["log(1 − x) = log1p(−x)", log(sub(k(1), x)), log1p(neg(x))],
  ["exp(x) − 1 = expm1(x)", sub(exp(x), k(1)), expm1(x)],
  ["−1 + exp(x) = expm1(x)", add(k(-1), exp(x)), expm1(x)],
  ["√(x · x) = |x|", sqrt(mul(x, x)), abs(x)],
  ["√(x²) = |x|", sqrt(pow(x, k(2))), abs(x)],
];

const stabilised = (node: Node) =>
  outputOf(runPasses(graphOf({ y: node }), forwardPasses, { verify: true }), "y");

describe("every stable form", () => {
  it("is in the table", () => {
    expect(new Set(cases.map(([name]) => name))).toEqual(
      new Set(stableRules.map((rule) => rule.name)),
    );
  });

  it.each(cases)("%s", (_name, before, after) => {
    expect(expression(stabilised(before))).toBe(expression(after));
    const graph = graphOf({ y: before });
    const smooth = { ...graph, outputs: [{ name: "y", node: after }] };
    fc.assert(
      fc.property(inputsOf(graph, ordinaryNumber), (inputs) => {
        const [was, is] = [graph, smooth].map((g) => evaluateGraph(g, inputs));
        fc.pre((was?.["y"]?.data ?? []).every(Number.isFinite));
        expect(distance(was ?? {}, is ?? {})).toBeLessThan(1e-13);
      }),
      { numRuns: 60 },
    );
  });

  it.each(cases)("%s is needed: without it the form is not made", (name, before, after) => {
    const others = stableRules.filter((rule) => rule.name !== name);
    const graph = applyRules(graphOf({ y: before }), others);
    expect(expression(outputOf(graph, "y"))).not.toBe(expression(after));
  });
});

describe("stabilise", () => {
  it.each<[string, Node, number, number]>([
    ["log(1 + exp(1000))", log(add(k(1), exp(s))), 1000, 1000],
    ["1 / (1 + exp(1000))", div(k(1), add(k(1), exp(neg(s)))), -1000, 0],
    ["exp(1000) / (1 + exp(1000))", div(exp(s), add(k(1), exp(s))), 1000, 1],
    ["log(1 + 1e-20)", log(add(k(1), s)), 1e-20, 1e-20],
    ["exp(1e-20) − 1", sub(exp(s), k(1)), 1e-20, 1e-20],
    ["√(1e200²)", sqrt(mul(s, s)), -1e200, 1e200],
  ])("makes %s right", (_what, node, at, expected) => {
    const graph = graphOf({ y: stabilised(node) });
    const result = evaluateGraph(graph, { s: scalar(at) });
    expect(result["y"]?.data[0]).toBe(expected);
  });

  it("makes a hand-written softmax finite for large scores", () => {
    const graph = graphOf({ y: stabilised(div(exp(v), sum(exp(v)))) });
    const result = evaluateGraph(graph, { v: tensor([1000, 1000, 0]) });
    expect(result["y"]?.data).toEqual([0.5, 0.5, 0]);
  });

  it("looks through values the author named, and keeps those used elsewhere", () => {
    const e = makeNode(exp(x).op, [neg(x)], {}, "e");
    const p = makeNode(div(x, x).op, [k(1), add(k(1), e)], {}, "p");
    const alone = stabilised(p);
    expect(expression(alone)).toBe(expression(sigmoid(x)));
    expect(alone.name).toBe("p");

    const both = runPasses(graphOf({ p, e }), forwardPasses);
    expect(expression(outputOf(both, "p"))).toBe(expression(sigmoid(x)));
    expect(outputOf(both, "e")).toMatchObject({
      name: "e",
      op: { name: "exp" },
    });
  });

  it("recognises forms of f32 scalars, where constants are f64", () => {
    const sigmoidOfF = stabilised(div(k(1), add(k(1), exp(neg(f)))));
    expect(sigmoidOfF.op.name).toBe("cast");
    expect(sigmoidOfF.inputs[0]?.op.name).toBe("sigmoid");
    const logOfIt = stabilised(log(div(k(1), add(k(1), exp(neg(f))))));
    expect(expression(logOfIt)).toBe(expression(cast(logSigmoid(f), "f64")));
  });

  it("finds forms inside expanded operations, with a named size", () => {
    const xs = input("xs", { dtype: "f64", shape: ["N"] });
    expect(expression(stabilised(log(mean(exp(xs)))))).toBe(
      expression(sub(logSumExp(xs, [0]), log(size("N")))),
    );
  });

  it.each<[string, Node]>([
    ["integers, of which there is no logSumExp", log(sum(exp(i)))],
    ["a sum over another axis", div(exp(x), sum(exp(x)))],
    ["sums of other values", div(exp(x), sum(exp(neg(x)), rows))],
    ["other constants", log(add(k(2), exp(x)))],
    ["a mean by a negative count", log(div(sum(exp(v)), k(-3)))],
  ])("leaves %s", (_what, node) => {
    expect(expression(stabilised(node))).toBe(expression(node));
  });
});
