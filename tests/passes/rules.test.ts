import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import type { Graph } from "../../compiler/ir/graph.js";
import { makeNode, type Node } from "../../compiler/ir/node.js";
import { accumulate, alias, variable } from "../../compiler/ops/accumulate.js";
import {
  add,
  cast,
  castOp,
  div,
  greater,
  mul,
  neg,
  not,
  pow,
  sub,
  where,
} from "../../compiler/ops/arithmetic.js";
import { exp, log, sqrt, tanh } from "../../compiler/ops/elementwise.js";
import { constant, input } from "../../compiler/ops/leaf.js";
import { gemm } from "../../compiler/ops/matrix.js";
import { addAt, at, embedAt, setAt } from "../../compiler/ops/positions.js";
import { registry } from "../../compiler/ops/index.js";
import { max, sum } from "../../compiler/ops/reduce.js";
import { broadcastTo, concat, embed, reshape, slice, transpose } from "../../compiler/ops/shape.js";
import { applyRules } from "../../compiler/passes/applyRules.js";
import type { Op } from "../../compiler/ir/op.js";
import type { Rule } from "../../compiler/passes/rule.js";
import { powerRules } from "../../compiler/passes/rules/powers.js";
import { pass, simplifyRules } from "../../compiler/passes/simplify.js";
import { expression, graphOf, outputOf } from "../support/graphs.js";
import { bits, distance, inputsOf, ordinaryNumber, specialNumber } from "../support/values.js";

const f64 = (...shape: number[]) => ({ dtype: "f64" as const, shape });
const x = input("x", f64(2, 3));
const y = input("y", f64(2, 3));
const z = input("z", f64(2, 3));
const s = input("s", f64());
const row = input("row", f64(3));
const column = input("column", f64(2, 1));
const single = input("single", f64(1, 3, 1));
const g = input("g", { dtype: "f32", shape: [] });
const f = input("f", { dtype: "f32", shape: [2, 3] });
const c = input("c", { dtype: "bool", shape: [2, 3] });
const k = (value: number) => constant(value);
const k32 = (value: number) => constant(value, "i32");
const b = input("b", { dtype: "bool", shape: [] });
const op = (name: string): Op => {
  const found = registry.get(name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
};
const box = (start: number[], length: number[], step: number[]) => ({
  start,
  length,
  step,
});

/** For every rule what it rewrites and what it makes of it. */
const cases: readonly (readonly [rule: string, before: Node, after: Node])[] = [
  ["1 · x = x", mul(k(1), x), x],
  ["1 · x = x", mul(f, k(1)), f],
  ["x / 1 = x", div(x, k(1)), x],
  ["−0 + x = x", add(x, k(-0)), x],
  ["x − 0 = x", sub(x, k(0)), x],
  ["−(−x) = x", neg(neg(x)), x],
  ["−1 · x = −x", mul(x, k(-1)), neg(x)],
  ["x / −1 = −x", div(x, k(-1)), neg(x)],
  ["x + (−y) = x − y", add(x, neg(y)), sub(x, y)],
  ["x + (−y) = x − y", add(neg(y), x), sub(x, y)],
  ["x − (−y) = x + y", sub(x, neg(y)), add(x, y)],
  ["(−x) · (−y) = x · y", mul(neg(x), neg(y)), mul(x, y)],
  ["(−x) / (−y) = x / y", div(neg(x), neg(y)), div(x, y)],
  ["(−x) · c = x · (−c)", mul(k(3), neg(x)), mul(x, k(-3))],
  ["2ᵐ · (2ⁿ · x) = 2ᵐ⁺ⁿ · x", mul(k(2), mul(x, k(-4))), mul(k(-8), x)],
  ["2ᵐ · (2ⁿ · x) = 2ᵐ⁺ⁿ · x", mul(k(2), mul(f, k(4))), mul(k(8), f)],
  ["0 + x = x, but for x = −0", add(k(0), x), x],
  ["0 − x = −x, but for x = 0", sub(k(0), x), neg(x)],
  ["−(a − b) = b − a, but for a = b", neg(sub(x, y)), sub(y, x)],
  ["c · (d · x) = (c · d) · x", mul(k(3), mul(k(0.5), x)), mul(k(1.5), x)],
  ["x / c = x · (1 / c)", div(x, k(8)), mul(x, k(0.125))],
  ["log(exp(x)) = x", log(exp(x)), x],
  ["exp(log(x)) = x, for x ≥ 0", exp(log(x)), x],

  ["x¹ = x", pow(x, k(1)), x],
  ["x⁰ = 1", pow(f, k(0)), broadcastTo(constant(1, "f32"), [2, 3])],
  ["x² = x · x", pow(x, k(2)), mul(x, x)],
  ["x⁻¹ = 1 / x", pow(x, k(-1)), div(k(1), x)],
  ["x³ = x · x · x", pow(x, k(3)), mul(mul(x, x), x)],
  ["x⁴ = (x · x) · (x · x)", pow(x, k(4)), mul(mul(x, x), mul(x, x))],
  ["x^½ = √x, but for −0 and −∞", pow(x, k(0.5)), sqrt(x)],

  ["where(true, a, b) = a", where(constant(1, "bool"), x, y), x],
  ["where(true, a, b) = a", where(constant(0, "bool"), x, y), y],
  ["where(c, x, x) = x", where(c, x, x), x],
  ["where(c, where(c, a, b), d) = where(c, a, d)", where(c, where(c, x, y), z), where(c, x, z)],
  ["where(c, a, where(c, b, d)) = where(c, a, d)", where(c, x, where(c, y, z)), where(c, x, z)],
  ["where(!c, a, b) = where(c, b, a)", where(not(c), x, y), where(c, y, x)],
  ["!!c = c", not(not(c)), c],
  ["cast to the same dtype", makeNode(castOp, [x], { dtype: "f64" }), x],
  ["cast of a lossless cast", cast(cast(f, "f64"), "f32"), f],
  ["cast of a lossless cast", cast(cast(greater(x, y), "i32"), "f64"), cast(greater(x, y), "f64")],

  ["a tensor under another name", alias(x, { name: "a" }), x],
  ["a variable of a derivative that has been taken", variable(x), x],
  ["reshape(reshape(x)) = reshape(x)", reshape(reshape(x, [6]), [3, 2]), reshape(x, [3, 2])],
  ["reshape to the same shape", makeNode(op("reshape"), [x], { shape: [2, 3] }), x],
  [
    "transpose(transpose(x)) = transpose(x)",
    transpose(transpose(single, [2, 0, 1]), [2, 0, 1]),
    transpose(single, [1, 2, 0]),
  ],
  ["transpose in the same order", makeNode(op("transpose"), [x], { axes: [0, 1] }), x],
  ["transpose of axes of size 1 = reshape", transpose(column), reshape(column, [1, 2])],
  ["broadcastTo the same shape", makeNode(op("broadcastTo"), [x], { shape: [2, 3] }), x],
  [
    "broadcastTo(broadcastTo(x))",
    broadcastTo(broadcastTo(row, [2, 3]), [4, 2, 3]),
    broadcastTo(row, [4, 2, 3]),
  ],
  [
    "broadcastTo(broadcastTo(x))",
    broadcastTo(reshape(row, [1, 1, 3]), [4, 2, 3]),
    broadcastTo(row, [4, 2, 3]),
  ],
  [
    "a view of a repeated scalar = a repeated scalar",
    transpose(broadcastTo(s, [2, 3])),
    broadcastTo(s, [3, 2]),
  ],
  [
    "a view of a repeated scalar = a repeated scalar",
    reshape(broadcastTo(s, [2, 3]), [6]),
    broadcastTo(s, [6]),
  ],
  ["elementwise operations broadcast by themselves", mul(broadcastTo(s, [2, 3]), x), mul(s, x)],
  [
    "elementwise operations broadcast by themselves",
    add(broadcastTo(row, [2, 3]), broadcastTo(column, [2, 3])),
    add(row, column),
  ],
  ["elementwise operations broadcast by themselves", add(reshape(row, [1, 3]), x), add(row, x)],
  ["elementwise operations take scalars of either width", log(cast(g, "f64")), cast(log(g), "f64")],
  ["elementwise operations take scalars of either width", add(cast(s, "f32"), k(2)), add(s, k(2))],
  [
    "a scalar is converted before it is repeated",
    cast(broadcastTo(s, [2, 3]), "f32"),
    broadcastTo(cast(s, "f32"), [2, 3]),
  ],
  [
    "axes of size 1 are not given to be dropped",
    reshape(mul(reshape(row, [3, 1]), reshape(s, [1, 1])), [3]),
    mul(reshape(reshape(row, [3, 1]), [3]), reshape(reshape(s, [1, 1]), [1])),
  ],
  ["a scalar under no name", neg(alias(s, {})), neg(s)],
  [
    "a constant under a derived name",
    neg(alias(constant(2), { name: "dt1", derivedName: true })),
    neg(constant(2)),
  ],
  ["slice of the whole", makeNode(op("slice"), [x], { ...box([0, 0], [2, 3], [1, 1]) }), x],
  [
    "slice(slice(x)) = slice(x)",
    slice(slice(x, box([1, 2], [1, 3], [1, -1])), box([0, 1], [1, 2], [1, 1])),
    slice(x, box([1, 1], [1, 2], [1, -1])),
  ],
  [
    "slice(embed(x)) = x",
    slice(embed(x, { start: [1, 0], step: [1, 2], shape: [4, 6] }), box([1, 0], [2, 3], [1, 2])),
    x,
  ],
  ["embed of the whole", embed(x, { start: [0, 0], step: [1, 1], shape: [2, 3] }), x],
  ["slice(concat(…, x, …)) = x", slice(concat([y, x, z], 0), box([2, 0], [2, 3], [1, 1])), x],
  ["concat of one", makeNode(op("concat"), [x], { axis: 0 }), x],

  ["a sum of one element is the element", sum(single, { axes: [0, 2] }), reshape(single, [3])],
  ["a sum of one element is the element", max(column, { axes: [1], keepDims: true }), column],
  [
    "a sum of one element is the element",
    makeNode(op("sum"), [x], { axes: [], keepDims: false }),
    x,
  ],
  [
    "a reduction before axes are inserted",
    max(reshape(x, [2, 1, 3]), { axes: [1, 2], keepDims: true }),
    reshape(max(x, { axes: [1] }), [2, 1, 1]),
  ],
  [
    "a matrix product over an axis of size 1 = an outer product",
    gemm(column, reshape(row, [1, 3])),
    mul(column, reshape(row, [1, 3])),
  ],
  [
    "a matrix product over an axis of size 1 = an outer product",
    gemm(reshape(row, [1, 3]), column, { transposeA: true, transposeB: true }),
    mul(reshape(reshape(row, [1, 3]), [3, 1]), reshape(column, [1, 2])),
  ],
  ["a single contribution", makeNode(accumulate([x, y]).op, [x]), x],
  [
    "contributions of zero do not count",
    accumulate([x, broadcastTo(k(0), [2, 3]), y]),
    accumulate([x, y]),
  ],
  [
    "contributions of zero do not count",
    accumulate([broadcastTo(k(0), [2, 3]), broadcastTo(k(0), [2, 3])]),
    broadcastTo(k(0), [2, 3]),
  ],
  ["x[p] after x[p] = v is v", at(setAt(x, row, [k32(1)], true), [k32(1)]), row],
  ["x[p] after x[p] = v is v", at(embedAt(row, [k32(0)], [2, 3], true), [k32(0)]), row],
  ["x[p] after x[p] = v is v", at(broadcastTo(s, [4]), [k32(2)]), s],
  [
    "where(c, place(v, p), 0) = place(where(c, v, 0), p)",
    where(b, embedAt(s, [k32(1), k32(2)], [2, 3], true), broadcastTo(k(0), [2, 3])),
    embedAt(where(b, s, k(0)), [k32(1), k32(2)], [2, 3], true),
  ],
  [
    "where(c, place(v, p), 0) = place(where(c, v, 0), p)",
    where(b, broadcastTo(k(0), [3]), embedAt(s, [k32(1)], [3], false)),
    embedAt(where(b, k(0), s), [where(b, k32(0), k32(1))], [3], false),
  ],
  [
    "where(c, place(v, p), y) = place(where(c, v, 0), p) + where(c, 0, y)",
    where(b, embedAt(s, [k32(1)], [3], true), row),
    accumulate([embedAt(where(b, s, k(0)), [k32(1)], [3], true), where(b, k(0), row)]),
  ],
  [
    "where(c, x with x[p] = v, x) = x with x[p] = where(c, v, x[p])",
    where(b, setAt(row, s, [k32(1)], true), row),
    setAt(row, where(b, s, at(row, [k32(1)])), [k32(1)], true),
  ],
  [
    "where(c, x with x[p] = v, x) = x with x[p] = where(c, v, x[p])",
    where(b, row, addAt(row, s, [k32(2)], false)),
    addAt(row, where(b, k(0), s), [where(b, k32(0), k32(2))], false),
  ],
  ["(a + b) + c = a + b + c", accumulate([accumulate([x, y]), z]), accumulate([x, y, z])],
  ["a + (b + c) = a + b + c", accumulate([z, accumulate([x, y])]), accumulate([z, x, y])],
];

const rules: readonly Rule[] = [...simplifyRules, ...powerRules];

function ruleOf(name: string): Rule {
  const rule = rules.find((candidate) => candidate.name === name);
  if (rule === undefined) throw new Error(`there is no rule ${name}`);
  return rule;
}

/** Both graphs get all inputs of the first, so that they take the same values. */
function pair(before: Node, after: Node): readonly [Graph, Graph] {
  const graph = graphOf({ y: before });
  return [graph, { ...graph, outputs: [{ name: "y", node: after }] }];
}

describe("every rule", () => {
  it("is in the table, and has a name of its own", () => {
    const names = rules.map((rule) => rule.name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(cases.map(([name]) => name))).toEqual(new Set(names));
  });

  it.each(cases)("%s", (name, before, after) => {
    const rule = ruleOf(name);
    const [graph, expected] = pair(before, after);
    const rewritten = applyRules(graph, [rule]);
    expect(expression(outputOf(rewritten, "y"))).toBe(expression(after));

    const bitwise = rule.exact && rule.upTo !== "scalarWidth";
    const element = bitwise ? specialNumber : ordinaryNumber.map(Math.abs);
    const tolerance = rule.upTo === "scalarWidth" ? 2 ** -24 : 1e-14;
    fc.assert(
      fc.property(inputsOf(graph, element), (inputs) => {
        const [was, is] = [graph, expected].map((each) => evaluateGraph(each, inputs));
        const zeroSign = rule.upTo !== "zeroSign";
        if (bitwise) expect(bits(is ?? {}, { zeroSign })).toBe(bits(was ?? {}, { zeroSign }));
        else expect(distance(was ?? {}, is ?? {})).toBeLessThanOrEqual(tolerance);
      }),
      { numRuns: 60 },
    );
  });

  it("that is inexact is off unless asked for", () => {
    const graph = graphOf({ y: log(exp(x)) });
    expect(expression(outputOf(pass.run(graph), "y"))).toBe(expression(log(exp(x))));
    const inexact = pass.run(graph, { inexact: true });
    expect(expression(outputOf(inexact, "y"))).toBe(expression(x));
  });
});

describe("rules do not apply", () => {
  const i = input("i", { dtype: "i32", shape: [3] });
  const shared = accumulate([x, y]);
  const f32s = [x, y, z].map((node) => cast(node, "f32"));
  it.each<[string, Node]>([
    ["where the type would change", mul(i, k(1))],
    ["to x · 0, which is NaN at ∞", mul(x, k(0))],
    ["to x − x, which is NaN at ∞", sub(x, x)],
    ["to x + 0, which is 0 at −0", add(x, k(0))],
    ["to a broadcast that gives the shape", neg(broadcastTo(row, [2, 3]))],
    ["to a broadcast that gives the dtype", mul(broadcastTo(s, [2, 3]), f)],
    ["to a cast that loses digits", cast(cast(x, "f32"), "f64")],
    ["to other elements", slice(x, box([0, 0], [2, 2], [1, 2]))],
    ["to a sum that is used elsewhere", add(accumulate([shared, z]), shared)],
    [
      "to a sum whose f32 elements are rounded",
      accumulate([accumulate(f32s.slice(0, 2)), ...f32s.slice(2)]),
    ],
    ["to factors below one, whose product may underflow", mul(k(2), mul(k(0.5), x))],
    ["to a contribution that says where it is from", accumulate([alias(s, {}), g])],
    ["to axes that operands have of themselves", reshape(mul(column, column), [2])],
    [
      "to axes of a value the author named",
      reshape(makeNode(op("mul"), [reshape(row, [3, 1]), k(3)], {}, "h"), [3]),
    ],
    ["to a scalar alias, which costs nothing", alias(s, { name: "a" })],
  ])("%s", (_reason, node) => {
    const simplified = outputOf(pass.run(graphOf({ y: node })), "y");
    expect(expression(simplified)).toBe(expression(node));
  });
});

describe("applyRules", () => {
  it("keeps the author's name on what replaces the named value", () => {
    const named = makeNode(op("mul"), [tanh(x), k(1)], {}, "h");
    const graph = pass.run(graphOf({ y: neg(named) }));
    expect(outputOf(graph, "y").inputs[0]).toMatchObject({
      name: "h",
      op: { name: "tanh" },
    });
  });

  it("leaves the name of a value that has one", () => {
    const inner = makeNode(op("tanh"), [x], {}, "inner");
    const graph = pass.run(graphOf({ y: neg(makeNode(op("mul"), [inner, k(1)], {}, "h")) }));
    expect(outputOf(graph, "y").inputs[0]?.name).toBe("inner");
  });

  it("keeps step and phase of what it rewrites", () => {
    const graph = graphOf({ y: add(x, neg(y)) });
    expect(outputOf(pass.run(graph), "y").origin).toBe(outputOf(graph, "y").origin);
  });

  it("returns the graph itself where there is nothing to do", () => {
    const graph = graphOf({ y: add(x, y) });
    expect(pass.run(graph)).toBe(graph);
  });

  it("converts a scalar whose width differs", () => {
    const scalar = sum(f);
    const graph = pass.run(graphOf({ y: mul(scalar, k(1)) }));
    expect(expression(outputOf(graph, "y"))).toBe(expression(cast(scalar, "f64")));
  });

  it("notices rules that undo each other", () => {
    const there: Rule = {
      name: "there and back",
      exact: true,
      rewrite: (node) =>
        node.op.name === "sub"
          ? add(...(node.inputs as [Node, Node]))
          : node.op.name === "add"
            ? sub(...(node.inputs as [Node, Node]))
            : null,
    };
    expect(() => applyRules(graphOf({ y: add(x, y) }), [there])).toThrow("rules undo each other");
  });
});
