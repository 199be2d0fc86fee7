import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodesOf } from "../../compiler/ir/graph.js";
import { isFloat } from "../../compiler/ir/type.js";
import { registry } from "../../compiler/ops/index.js";
import { forwardPasses, runPasses } from "../../compiler/passes/index.js";
import { jvpGraph } from "../../compiler/passes/jvp.js";
import { random } from "../../runtime/random.js";
import { calls } from "../ops/calls.js";
import { adjointGap, symmetryGap, tangentCost } from "../support/derivatives.js";
import { drawInputs, typesOf } from "../support/drawCall.js";
import { math, only } from "../elaborate/support.js";
import { randomGraph, randomSizes } from "../support/randomGraph.js";
import { inputsOf, ordinaryNumber } from "../support/values.js";

const operations = [...registry.values()].filter((op) => op.internal !== true);

describe.each(operations.map((op) => [op.name, op] as const))("%s", (name, op) => {
  const graphs = (calls[name] ?? []).map((call, i) => {
    const shapes = Object.values(call.inputs).map(({ shape }) => `[${shape.join(",")}]`);
    return [`${call.expression} of ${shapes.join(", ")}`, call, i] as const;
  });

  test.each(graphs)("%s: forward is the transpose of reverse", (_title, call, i) => {
    const { graph } = only(math(call.expression, { parameterTypes: typesOf(call) }));
    if (!graph.outputs.some(({ node }) => isFloat(node.type.dtype))) return;
    const source = random(7000 + i);
    const values = drawInputs(source, op, call);
    expect(adjointGap(graph, { values, sizes: call.sizes, source })).toBeLessThan(1e-11);
    expect(symmetryGap(graph, { values, sizes: call.sizes, source })).toBeLessThan(1e-9);
  });
});

const point = fc.record({ graph: randomGraph(), seed: fc.nat(1000) }).chain(({ graph, seed }) =>
  fc.record({
    graph: fc.constant(graph),
    seed: fc.constant(seed),
    values: inputsOf(graph, ordinaryNumber, randomSizes),
  }),
);

test("on random programs, forward is the transpose of reverse", () => {
  fc.assert(
    fc.property(point, ({ graph, values, seed }) => {
      const at = { values, sizes: randomSizes, source: random(seed) };
      expect(adjointGap(graph, at)).toBeLessThan(1e-11);
    }),
    { numRuns: 200 },
  );
});

test("on random programs, second derivatives are symmetric", () => {
  fc.assert(
    fc.property(point, ({ graph, values, seed }) => {
      const at = { values, sizes: randomSizes, source: random(seed) };
      expect(symmetryGap(graph, at)).toBeLessThan(1e-9);
    }),
    { numRuns: 100 },
  );
});

describe("the cost of a tangent", () => {
  const tensor = { dtype: "f64" as const, shape: [4, 4] };
  test.each([
    ["sin(x) * y + x / y", 3.5],
    ["tanh(tanh(tanh(tanh(x))))", 4],
    ["x @ y", 4],
    ["softmax(x @ y)", 3.5],
    ["sum(relu(x @ y + x))", 4],
  ])("%s: at most %f times the operations", (expression, most) => {
    const { graph } = only(math(expression, { parameterTypes: { x: tensor, y: tensor } }));
    expect(tangentCost(graph)).toBeLessThanOrEqual(most);
  });

  test("a chain of n steps has a tangent of order n", () => {
    const cost = (n: number) => {
      const steps = Array.from({ length: n }, () => "a = sin(a) * x");
      return tangentCost(only(math(`f(x) = { a = x; ${steps.join("; ")}; a }`)).graph);
    };
    expect(cost(160) / cost(20)).toBeLessThan(1.1);
  });
});

test("the result reads no cotangent", () => {
  const { graph } = only(math("f(x, y) = exp(x * y) / (x + y)"));
  const forward = runPasses(graph, forwardPasses);
  const inputs = new Set(jvpGraph(forward, forward.inputs).graph.inputs);
  const tangent = jvpGraph(forward, forward.inputs).graph;
  for (const node of nodesOf(tangent)) {
    if (node.op.name === "input") expect(node.attrs["name"]).not.toBe("cotangent");
  }
  expect(inputs.size).toBe(4);
});

test("the side of a branch that is not taken does not matter", () => {
  const { graph } = only(math("f(x) = x > 0 ? sqrt(x) : x * x"));
  const forward = runPasses(graph, forwardPasses);
  const { graph: tangent } = jvpGraph(forward, forward.inputs);
  expect(tangent.outputs.map(({ name }) => name)).toEqual(["value", "vvalue"]);
});
