import { cloneNode, rewriteGraph, type Graph } from "../../compiler/ir/graph.js";
import { withOrigin } from "../../compiler/ir/node.js";
import { parseGraph } from "../../compiler/ir/parse.js";
import { printGraph } from "../../compiler/ir/print.js";
import { evaluateDim } from "../../compiler/ir/dim.js";
import { isFloat } from "../../compiler/ir/type.js";
import { registry } from "../../compiler/ops/index.js";
import { Draw } from "./draw.js";
import type { Program } from "./randomProgram.js";
import type { Environment } from "./sampler.js";
import type { Sizes } from "./values.js";

/**
 * A program as text, which {@link readProgram} reads back:
 *
 * ```
 * graph f(x: f64[N]) {
 *   %0 = sum(x) {axes: [0], keepDims: false} : f64
 *   return value = %0
 * }
 * at {"N":2}
 *   x = 0.5 1
 * ```
 *
 * After the graph come the points at which it is run.
 */
export function printProgram({ graph, environments }: Program): string {
  const points = environments.map(({ sizes, values }) => {
    const data = Object.entries(values).map(
      ([name, value]) => `  ${name} = ${value.data.join(" ")}`,
    );
    return [`at ${JSON.stringify(sizes)}`, ...data].join("\n");
  });
  return `${printGraph(graph)}${points.join("\n")}\n`;
}

/** Reads what {@link printProgram} has written. Every operation has a line of its own unless told. */
export function readProgram(text: string, oneLine = false): Program {
  const [body = "", ...points] = text.split(/^\s*at /m);
  const parsed = parseGraph(body, registry);
  const graph = oneLine ? parsed : inLines(parsed);
  return { graph, environments: points.map((point) => readPoint(point, graph)) };
}

function readPoint(text: string, graph: Graph): Environment {
  const [first = "{}", ...lines] = text.split("\n").map((line) => line.trim());
  const sizes = JSON.parse(first) as Sizes;
  const data = new Map(
    lines
      .filter((line) => line.includes("="))
      .map((line) => {
        const [name = "", numbers = ""] = line.split("=").map((side) => side.trim());
        return [
          name,
          numbers
            .split(" ")
            .filter((x) => x !== "")
            .map(Number),
        ] as const;
      }),
  );
  const draw = new Draw(3);
  const valuesOf = (of: (name: string, count: number) => readonly number[], floats: boolean) =>
    Object.fromEntries(
      graph.inputs
        .filter((node) => !floats || isFloat(node.type.dtype))
        .map((node) => {
          const name = String(node.attrs["name"]);
          const shape = node.type.shape.map((dim) => evaluateDim(dim, sizes));
          const count = shape.reduce((p, q) => p * q, 1);
          return [name, { dtype: node.type.dtype, shape, data: of(name, count) }];
        }),
    );
  return {
    sizes,
    values: valuesOf((name) => data.get(name) ?? [], false),
    direction: valuesOf((_, count) => Array.from({ length: count }, () => draw.number()), true),
  };
}

/** The graph with a line of its own for each operation. */
export function inLines(graph: Graph): Graph {
  return rewriteGraph(graph, (node, inputs) =>
    withOrigin({ step: { line: { text: node.op.name } }, phase: "forward" }, () =>
      cloneNode(node, inputs),
    ),
  );
}
