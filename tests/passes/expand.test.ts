import { describe, expect, it } from "vitest";
import { reachable } from "../../compiler/ir/graph.js";
import { makeNode, withOrigin } from "../../compiler/ir/node.js";
import { neg } from "../../compiler/ops/arithmetic.js";
import { input } from "../../compiler/ops/leaf.js";
import { softmax } from "../../compiler/ops/losses.js";
import { matmul } from "../../compiler/ops/matrix.js";
import { variance } from "../../compiler/ops/reduce.js";
import { expandAll, expandUngrouped } from "../../compiler/passes/expand.js";

import { graphOf, operations, outputOf } from "../support/graphs.js";

const x = input("x", { dtype: "f64", shape: [3, 3] });

describe("expandUngrouped", () => {
  it("expands operations without a chain rule, and those they consist of", () => {
    const names = operations(expandUngrouped.run(graphOf({ y: variance(x) })));
    expect(names).not.toContain("variance");
    expect(names).not.toContain("mean");
    expect(names).toContain("sum");
  });

  it("leaves operations with a chain rule whole", () => {
    const graph = graphOf({ y: softmax(matmul(x, x), 1) });
    expect(operations(expandUngrouped.run(graph))).toEqual(["input", "gemm", "softmax"]);
  });
});

describe("expandAll", () => {
  it("leaves nothing to expand", () => {
    const graph = expandAll.run(graphOf({ y: softmax(variance(x, { axes: [0] }), 0) }));
    const kinds = reachable([outputOf(graph, "y")]).map((node) => node.op.lowering.kind);
    expect(kinds).not.toContain("expand");
    expect(kinds.length).toBeGreaterThan(5);
  });

  it("keeps the name on the result, and the origin on all parts", () => {
    const p = softmax(x, 1);
    const origin = {
      step: { line: { text: "const p = softmax(x)" } },
      phase: "forward",
    } as const;
    const named = withOrigin(origin, () => makeNode(p.op, p.inputs, p.attrs, "p"));
    const graph = expandAll.run(graphOf({ y: neg(named) }));
    const result = outputOf(graph, "y").inputs[0];
    expect(result?.name).toBe("p");
    const parts = reachable(result ? [result] : []).slice(1);
    expect(parts.length).toBeGreaterThan(5);
    for (const part of parts) expect(part.origin).toBe(origin);
  });
});
