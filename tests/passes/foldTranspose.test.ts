import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { nodesOf, type Graph } from "../../compiler/ir/graph.js";
import type { Node } from "../../compiler/ir/node.js";
import { accumulate } from "../../compiler/ops/accumulate.js";
import { add, mul } from "../../compiler/ops/arithmetic.js";
import { relu } from "../../compiler/ops/elementwise.js";
import { input } from "../../compiler/ops/leaf.js";
import { gemm, matmul } from "../../compiler/ops/matrix.js";
import { sum } from "../../compiler/ops/reduce.js";
import { swapLast, transpose } from "../../compiler/ops/shape.js";
import { gradientGraph } from "../../compiler/passes/differentiate.js";
import { pass } from "../../compiler/passes/foldTranspose.js";
import { forwardPasses, jointPasses, runPasses } from "../../compiler/passes/index.js";
import { expression, graphOf, operations, outputOf } from "../support/graphs.js";
import { bits, inputsOf, ordinaryNumber } from "../support/values.js";

const f64 = (...shape: (number | string)[]) => ({
  dtype: "f64" as const,
  shape,
});
const a = input("a", f64(2, 3));
const b = input("b", f64(3, 4));
const aT = input("aT", f64(3, 2));
const bT = input("bT", f64(4, 3));
const e = input("e", f64(5, 4));
const batch = input("batch", f64(5, 2, 3));
const TN = { transposeA: true };
const NT = { transposeB: true };
const TT = { transposeA: true, transposeB: true };

const folded = (node: Node) => outputOf(pass.run(graphOf({ y: node })), "y");

describe("foldTranspose", () => {
  it.each<[string, Node, Node]>([
    ["aᵀ · b", gemm(swapLast(aT), b), gemm(aT, b, TN)],
    ["a · bᵀ", gemm(a, swapLast(bT)), gemm(a, bT, NT)],
    ["flags that are set", gemm(swapLast(a), b, TN), gemm(a, b)],
    ["double transposes", gemm(transpose(transpose(a)), b), gemm(a, b)],
    ["both transposed", gemm(swapLast(aT), swapLast(bT)), swapLast(gemm(bT, aT))],
    ["both flags", gemm(aT, bT, TT), swapLast(gemm(bT, aT))],
    ["(a · bᵀ)ᵀ", swapLast(gemm(a, bT, NT)), gemm(bT, a, NT)],
    ["(aᵀ · b)ᵀ", swapLast(gemm(aT, b, TN)), gemm(b, aT, TN)],
    ["(aᵀ · bᵀ)ᵀ", swapLast(gemm(aT, bT, TT)), gemm(bT, aT)],
    ["batches, last two axes only", gemm(swapLast(batch), a), gemm(batch, a, TN)],
    [
      "other axes beside the last two",
      gemm(transpose(batch, [2, 1, 0]), e),
      gemm(transpose(batch, [2, 0, 1]), e, TN),
    ],
    [
      "sums of products",
      swapLast(accumulate([gemm(a, bT, NT), swapLast(gemm(bT, aT))])),
      accumulate([gemm(bT, a, NT), gemm(bT, aT)]),
    ],
    [
      "sums of transposes",
      accumulate([swapLast(relu(a)), swapLast(a)]),
      swapLast(accumulate([relu(a), a])),
    ],
  ])("folds %s", (_what, before, after) => {
    expect(expression(folded(before))).toBe(expression(after));
    const graph = graphOf({ y: before });
    const result = pass.run(graph);
    fc.assert(
      fc.property(inputsOf(graph, ordinaryNumber), (inputs) => {
        expect(bits(evaluateGraph(result, inputs))).toBe(bits(evaluateGraph(graph, inputs)));
      }),
      { numRuns: 20 },
    );
  });

  it("keeps a product that is also used untransposed", () => {
    const product = gemm(a, bT, NT);
    const graph = pass.run(graphOf({ y: swapLast(product), z: product }));
    expect(operations(graph).filter((op) => op === "gemm")).toHaveLength(1);
  });

  it.each<[string, Node]>([
    ["(a · b)ᵀ, which would need both flags", swapLast(gemm(a, b))],
    ["axes beside the last two", gemm(transpose(batch, [1, 0, 2]), swapLast(a))],
  ])("leaves a transpose in %s", (_what, node) => {
    expect(operations(pass.run(graphOf({ y: node })))).toContain("transpose");
  });
});

// y = x · W in every way to write it with up to two transposes at each place.

interface Writing {
  readonly x: number;
  readonly w: number;
  readonly swapped: boolean;
  readonly outer: number;
}

const times = (n: number, node: Node): Node => (n === 0 ? node : times(n - 1, transpose(node)));

/** A product of x and W, with transposes strewn in; the parameters are stored so that the shapes fit. */
function written({ x, w, swapped, outer }: Writing): Node {
  // Stored transposed where an odd number of transposes turns them around.
  const stored = (name: string, rows: number, columns: number, n: number) =>
    input(name, f64(...(n % 2 === 0 ? [rows, columns] : [columns, rows])));
  const xs = stored("x", 4, 3, x + (swapped ? 1 : 0));
  const ws = stored("W", 3, 2, w + (swapped ? 1 : 0));
  const product = swapped ? matmul(times(w, ws), times(x, xs)) : matmul(times(x, xs), times(w, ws));
  return times(outer, product);
}

function gradientOf(loss: Node): Graph {
  const forward = runPasses(graphOf({ value: loss }), forwardPasses, {
    verify: true,
  });
  const joint = gradientGraph(forward, {
    wrt: forward.inputs,
    cotangent: "one",
  });
  return runPasses(joint, jointPasses, { verify: true });
}

const count = fc.nat(2);
const writings = fc.record({
  x: count,
  w: count,
  swapped: fc.boolean(),
  outer: count,
});

/** How x and W stand in memory as seen from y = x · W, or its transpose. */
function isTransposed({ x, w }: Writing): readonly [boolean, boolean] {
  return [x % 2 === 1, w % 2 === 1];
}

describe("the gradient of a matrix product", () => {
  it("is two more products and no transpose, whatever mixture was written", () => {
    fc.assert(
      fc.property(writings, (writing) => {
        const [xT, wT] = isTransposed(writing);
        // xᵀ · Wᵀ is no kernel: one transpose of its result is needed.
        fc.pre(!(xT && wT));
        const h = relu(written(writing));
        const graph = gradientOf(sum(mul(h, h)));
        const names = operations(graph);
        expect(names.filter((name) => name === "gemm")).toHaveLength(3);
        expect(transposedCopies(graph)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("is dW = xᵀ · dy, dx = dy · Wᵀ, the kernels TN and NT", () => {
    const graph = gradientOf(sum(relu(written({ x: 0, w: 0, swapped: false, outer: 0 }))));
    expect(flagsOf(outputOf(graph, "dW"))).toEqual(["x", "TN"]);
    expect(flagsOf(outputOf(graph, "dx"))).toEqual(["W", "NT"]);
  });

  it("sums products into a weight used twice, once transposed", () => {
    const x = input("x", f64(3, 3));
    const w = input("W", f64(3, 3));
    const z = input("z", f64(3, 3));
    const both = add(matmul(x, w), matmul(z, transpose(w)));
    const graph = gradientOf(sum(mul(both, both)));
    const dW = outputOf(graph, "dW");
    expect(dW.op.name).toBe("accumulate");
    expect(dW.inputs.map((node) => node.op.name)).toEqual(["gemm", "gemm"]);
    expect(operations(graph)).not.toContain("transpose");
  });
});

/** Transposes whose operand or user is a matrix product: those would be copies. */
function transposedCopies(graph: Graph): readonly string[] {
  const nodes = nodesOf(graph);
  return nodes
    .filter(
      (node) =>
        node.op.name === "transpose" &&
        nodes.some((user) => user.op.name === "gemm" && user.inputs.includes(node)),
    )
    .map(expression);
}

function flagsOf(node: Node): readonly string[] {
  const flag = (name: string) => (node.attrs[name] === true ? "T" : "N");
  const weight = node.inputs.find((operand) => operand.op.name === "input");
  return [String(weight?.name), flag("transposeA") + flag("transposeB")];
}
