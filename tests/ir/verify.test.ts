import { describe, expect, it } from "vitest";
import type { Graph } from "../../compiler/ir/graph.js";
import type { Attrs, Node } from "../../compiler/ir/node.js";
import { verifyGraph } from "../../compiler/ir/verify.js";
import { add, mul, neg } from "../../compiler/ops/arithmetic.js";
import { registry } from "../../compiler/ops/index.js";
import { input } from "../../compiler/ops/leaf.js";
import { graphOf } from "../support/graphs.js";

const x = input("x", { dtype: "f64", shape: ["N"] });
const y = add(x, x);

/** A graph whose only output is a node put together by hand. */
function withOutput(node: Partial<Node>): Graph {
  return {
    ...graphOf({ y }),
    outputs: [{ name: "y", node: { ...y, ...node } }],
  };
}

function violations(graph: Graph): string {
  try {
    verifyGraph(graph, registry);
  } catch (error) {
    return String(error);
  }
  return "";
}

describe("verifyGraph", () => {
  it("accepts a valid graph", () => {
    expect(violations(graphOf({ y: mul(neg(y), x) }))).toBe("");
  });

  it.each<[string, Graph, string]>([
    [
      "an operand made after its user",
      withOutput({ inputs: [x, neg(y)] }),
      "which is not before it",
    ],
    [
      "a wrong type",
      withOutput({
        type: x.type,
        inputs: [neg(y), y].map((n) => ({
          ...n,
          id: -1,
          type: { dtype: "f32", shape: [2] },
        })),
      }),
      "has type f64[N] and the operation gives f32[2]",
    ],
    [
      "operands that do not fit",
      withOutput({
        inputs: [x, input("z", { dtype: "f64", shape: [7] })],
        id: 1e9,
      }),
      "do not broadcast",
    ],
    ["too few operands", withOutput({ inputs: [x] }), "has 1 operands instead of 2"],
    [
      "an unregistered operation",
      withOutput({ op: { ...y.op, name: "foo" } }),
      "is of no registered operation",
    ],
    ["a name that is no identifier", withOutput({ name: "a; b" }), 'has the name "a; b"'],
    [
      "an input that is not listed",
      { ...graphOf({ y }), inputs: [] },
      "is used and not listed as an input",
    ],
    ["an input listed twice", { ...graphOf({ y }), inputs: [x, x] }, "input x is listed twice"],
    ["an input that is none", { ...graphOf({ y }), inputs: [x, y] }, "is listed as an input"],
    [
      "an output listed twice",
      {
        ...graphOf({ y }),
        outputs: [
          { name: "y", node: y },
          { name: "y", node: x },
        ],
      },
      "output y is listed twice",
    ],
    [
      "an output without a proper name",
      { ...graphOf({ y }), outputs: [{ name: "1y", node: y }] },
      'output "1y" is not a name',
    ],
  ])("refuses %s", (_what, graph, message) => {
    expect(violations(graph)).toContain(message);
  });

  it.each([NaN, Infinity, -0, [1, [NaN]]])(
    "refuses the attribute %j, which JSON would not keep",
    (value) => {
      const attrs: Attrs = { a: value };
      expect(violations(withOutput({ attrs }))).toContain("has attribute a of no plain data");
    },
  );

  it("refuses a cycle", () => {
    const inputs: Node[] = [x];
    const loop: Node = { ...y, inputs };
    inputs.push(loop);
    expect(violations({ ...graphOf({ y }), outputs: [{ name: "y", node: loop }] })).toContain(
      "which is not before it",
    );
  });

  it("lists all violations", () => {
    const text = violations({
      ...withOutput({ name: "a b", inputs: [x] }),
      inputs: [],
    });
    expect(text.split("\n")).toHaveLength(4);
  });
});
