import type { Graph } from "../../compiler/ir/graph.js";
import { reachable } from "../../compiler/ir/graph.js";
import type { Node } from "../../compiler/ir/node.js";
import { formatType } from "../../compiler/ir/type.js";
import { constantValue } from "../../compiler/ops/leaf.js";

/** A graph of these outputs; its inputs are those the outputs reach, in order of creation. */
export function graphOf(outputs: Readonly<Record<string, Node>>): Graph {
  const nodes = reachable(Object.values(outputs));
  return {
    name: "f",
    inputs: nodes.filter((node) => node.op.name === "input"),
    outputs: Object.entries(outputs).map(([name, node]) => ({ name, node })),
  };
}

/** The node of an output. */
export function outputOf(graph: Graph, name: string): Node {
  const output = graph.outputs.find((candidate) => candidate.name === name);
  if (output === undefined) throw new Error(`there is no output ${name}`);
  return output.node;
}

/** A value as nested calls, with attributes and without names: `mul(x: f64, 2)`. */
export function expression(node: Node): string {
  if (node.op.name === "input") return `${node.name}: ${formatType(node.type)}`;
  const value = constantValue(node);
  if (value !== undefined) return `${Object.is(value, -0) ? "-0" : value}: ${node.type.dtype}`;
  const attrs = Object.keys(node.attrs).toSorted();
  const written = attrs.map((key) => `, ${key}=${JSON.stringify(node.attrs[key])}`);
  return `${node.op.name}(${node.inputs.map(expression).join(", ")}${written.join("")})`;
}

/** Names of the operations a graph consists of, in order. */
export function operations(graph: Graph): readonly string[] {
  return reachable(graph.outputs.map((output) => output.node)).map((node) => node.op.name);
}
