import { nodesOf, usersOf, type Graph } from "../ir/graph.js";
import type { Node } from "../ir/node.js";

/**
 * Values that reach the result only through the arms of choices. What they are
 * where they are not chosen has no effect, on the value nor on the gradient,
 * and whether the condition keeps the pole out is the author's business.
 */
export function guardedNodes(graph: Graph): ReadonlySet<Node> {
  const nodes = nodesOf(graph);
  const users = usersOf(nodes);
  const results = new Set(graph.outputs.map(({ node }) => node));
  const guarded = new Set<Node>();
  for (const node of nodes.toReversed()) {
    if (results.has(node)) continue;
    const readers = users.get(node) ?? [];
    if (readers.every((reader) => guarded.has(reader) || isArm(reader, node))) guarded.add(node);
  }
  return guarded;
}

function isArm({ op, inputs: [condition, ...arms] }: Node, node: Node): boolean {
  return op.name === "where" && condition !== node && arms.includes(node);
}
