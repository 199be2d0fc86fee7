import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { nodesOf, type Graph } from "../../compiler/ir/graph.js";
import type { Node } from "../../compiler/ir/node.js";
import type { Interval } from "../../compiler/lints/interval.js";
import { rangesOf } from "../../compiler/lints/ranges.js";
import { compile } from "../../compiler/pipeline.js";
import { randomGraph, randomSizes } from "../support/randomGraph.js";

/** Numbers around the ends that ranges have. */
const someNumber = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.5, -2, 40, -800),
  fc.double({ min: -3, max: 3, noNaN: true }),
);

/** The values of every node of a graph. */
function valuesOf(graph: Graph, draw: () => number): ReadonlyMap<Node, readonly number[]> {
  const nodes = nodesOf(graph);
  const inputs = graph.inputs.map((node) => {
    const shape = node.type.shape.map((dim) => (typeof dim === "number" ? dim : 2));
    const count = shape.reduce((product, size) => product * size, 1);
    const data = Array.from({ length: count }, draw);
    return [String(node.attrs["name"]), { dtype: node.type.dtype, shape, data }] as const;
  });
  const outputs = nodes.map((node, i) => ({ name: `${i}`, node }));
  const values = evaluateGraph({ ...graph, outputs }, Object.fromEntries(inputs), randomSizes);
  return new Map(nodes.map((node, i) => [node, values[`${i}`]?.data ?? []]));
}

/** Whether the interval holds the value, up to rounding; an end that is not reached may be rounded to. */
function holds({ low, high }: Interval, value: number): boolean {
  const slack = 1e-9 * Math.min(Math.max(1, Math.abs(value)), 1e9);
  return Number.isNaN(value) || (value >= low - slack && value <= high + slack);
}

function outside(graph: Graph, draw: () => number): string[] {
  const range = rangesOf(graph);
  return [...valuesOf(graph, draw)].flatMap(([node, values]) =>
    values
      .filter((value) => !holds(range(node), value))
      .map(
        (value) => `${node.op.name}: ${value} is not in [${range(node).low}, ${range(node).high}]`,
      ),
  );
}

test("no value of a random graph is outside its range", () => {
  fc.assert(
    fc.property(
      randomGraph(),
      fc.array(someNumber, { minLength: 30, maxLength: 30 }),
      (graph, numbers) => {
        let next = 0;
        expect(outside(graph, () => numbers[next++ % numbers.length] ?? 0)).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

/** Every operation that has a rule and that random graphs do not make, over the whole line and over parts of it. */
const CALLS = (
  "exp expm1 log log1p sqrt cbrt abs relu relu6 hardSigmoid hardTanh floor ceil round sign sigmoid tanh erf erfc " +
  "sin cos atan acos softplus logSigmoid logSoftmax softmax cumsum norm prod square reciprocal neg std variance max"
).split(" ");
const ARGUMENTS = [
  "x",
  "relu(x)",
  "-abs(x)",
  "clip(x, -1, 1)",
  "sigmoid(x)",
  "1 - tanh(x)",
  "x^2 + 1",
  "x^3",
  "2^x",
  "1 / (x^2 + 0.5)",
  "minimum(x, -1)",
  "where(x > 1, x, 2)",
  "where(x <= -1, 3, x)",
];

describe("no value is outside the range of", () => {
  test.each(CALLS)("%s", (call) => {
    const math = `f(x: f64[6]) = { ${ARGUMENTS.map((argument, i) => `y${i} = ${call}(${argument})`).join("; ")}; ${ARGUMENTS.map((_, i) => `sum(y${i})`).join(" + ")} }`;
    const graph = compile({ math }).functions[0]?.model.graph;
    if (graph === undefined) throw new Error("there is no graph");
    fc.assert(
      fc.property(fc.array(someNumber, { minLength: 6, maxLength: 6 }), (numbers) => {
        let next = 0;
        expect(outside(graph, () => numbers[next++ % 6] ?? 0)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});

/** Expressions and the range that is known of them. */
const RANGES: readonly (readonly [math: string, low: number, high: number, ends: string])[] = [
  ["x", -Infinity, Infinity, "()"],
  ["relu(x)", 0, Infinity, "[)"],
  ["exp(x)", 0, Infinity, "()"],
  ["sigmoid(x)", 0, 1, "(]"],
  ["1 - sigmoid(x)", 0, 1, "[)"],
  ["tanh(x) ^ 2", 0, 1, "[]"],
  ["1 + exp(x)", 1, Infinity, "()"],
  ["abs(x) + 2", 2, Infinity, "[)"],
  ["x - y", -Infinity, Infinity, "()"],
  ["x * x + y * y", 0, Infinity, "[)"],
  ["clip(x, -1, 3)", -1, 3, "[]"],
  ["maximum(x, 0.5)", 0.5, Infinity, "[)"],
  ["minimum(abs(x), 2)", 0, 2, "[]"],
  ["1 / (1 + x^2)", 0, 1, "(]"],
  ["x > 0 ? x : 1", 0, Infinity, "()"],
  ["x >= 0 ? x : 1", 0, Infinity, "[)"],
  ["a == 0 ? 1 : a", 0, Infinity, "()"],
  ["x < -2 ? x : -3", -Infinity, -2, "()"],
  ["-2 > x ? x : -2", -Infinity, -2, "(]"],
  ["sqrt(x)", 0, Infinity, "()"],
  ["sqrt(abs(x))", 0, Infinity, "[)"],
  ["cos(x) * relu(y)", -Infinity, Infinity, "()"],
];

test.each(RANGES)("%s", (expression, low, high, ends) => {
  const { functions } = compile({ math: `f(x, y) = { a = abs(x); (${expression}) + 0 * y }` });
  const graph = functions[0]?.model.graph;
  const sum = graph?.outputs[0]?.node;
  const node = sum?.inputs[0];
  if (graph === undefined || node === undefined) throw new Error("there is no graph");
  const range = rangesOf(graph)(node);
  const shown = `${range.reachesLow ? "[" : "("}${range.reachesHigh ? "]" : ")"}`;
  expect([range.low, range.high, shown]).toEqual([low, high, ends]);
});
