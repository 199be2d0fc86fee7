import { reachable, type Graph } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { runPass } from "./insideLoops.js";
import type { Pass } from "./pass.js";

/**
 * Runs passes over the part of a graph between some of its values and others
 * that depend on them. Whatever does not depend on `from` stays the very same
 * nodes, so that a derivative by an enclosing variable still finds it.
 */
export function runBetween(
  from: readonly Node[],
  to: readonly Node[],
  passes: readonly Pass[],
): readonly Node[] {
  const dependent = new Set<Node>();
  const boundary: Node[] = [...from];
  const variables = new Set(from);
  for (const node of reachable(to)) {
    if (variables.has(node)) continue;
    const depends = node.inputs.some((x) => variables.has(x) || dependent.has(x));
    if (depends) dependent.add(node);
    else boundary.push(node);
  }
  const start: Graph = {
    name: "part",
    inputs: boundary,
    outputs: to.map((node, i) => ({ name: `y${i}`, node })),
  };
  const end = passes.reduce((graph, pass) => runPass(pass, graph), start);
  return end.outputs.map(({ node }) => node);
}
