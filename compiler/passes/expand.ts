import { nodesOf, replacing, rewriteGraph, type Graph } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { formatType } from "../ir/type.js";
import { fitType } from "./fitType.js";
import type { Pass } from "./pass.js";

/** Replaces nodes by their expansions, and what these consist of in turn. */
function expand(graph: Graph, applies: (node: Node) => boolean): Graph {
  // A part of a graph starts from values that are computed elsewhere.
  const given = new Set(graph.inputs);
  let current = graph;
  while (nodesOf(current).some((node) => applies(node) && !given.has(node))) {
    current = rewriteGraph(current, (node, inputs, keep) => {
      const { lowering } = node.op;
      return lowering.kind === "expand" && applies(node)
        ? replacing(node, fitted(node, lowering.expand(inputs, node.attrs)))
        : keep();
    });
  }
  return current;
}

function fitted(node: Node, expansion: Node): Node {
  const result = fitType(expansion, node.type);
  if (result === null)
    throw new Error(
      `${node.op.name} is ${formatType(node.type)} and expands to ${formatType(expansion.type)}`,
    );
  return result;
}

function isExpandable(node: Node): boolean {
  return node.op.lowering.kind === "expand";
}

/** A formula without a chain rule of its own. */
export function isUngrouped(node: Node): boolean {
  return isExpandable(node) && node.op.vjp === undefined;
}

/**
 * Before differentiation: operations without a chain rule of their own, which
 * are differentiated through their formula. Those with one (softmax) stay
 * whole, since their rule is shorter and safer.
 */
export const expandUngrouped: Pass = {
  name: "expandUngrouped",
  run: (graph) => expand(graph, isUngrouped),
};

/** Before scheduling: everything that is a formula of other operations. */
export const expandAll: Pass = {
  name: "expandAll",
  run: (graph) => expand(graph, isExpandable),
};
