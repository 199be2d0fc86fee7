import { nodesOf, structuralKey, type Graph } from "./ir/graph.js";
import type { Node } from "./ir/node.js";
import type { ForwardPass } from "./memory.js";
import { isBarrier } from "./ops/accumulate.js";

/** What the backward pass computes again under a `checkpoint`, each with what it is a copy of. */
export function copiesOf(graph: Graph, pass: ForwardPass): ReadonlyMap<Node, Node> {
  const nodes = nodesOf(graph);
  const copies = new Map<Node, Node>();
  if (!nodes.some(isBarrier)) return copies;
  const first = new Map<string, Node>();
  const same = new Map<Node, Node>();
  const original = (node: Node) => same.get(node) ?? node;
  for (const node of nodes) {
    const [x] = node.inputs;
    if (isBarrier(node) && x !== undefined) {
      same.set(node, original(x));
      continue;
    }
    const key = structuralKey(node.op, node.inputs.map(original), node.attrs);
    const known = first.get(key);
    if (known === undefined) first.set(key, node);
    else same.set(node, known);
    if (known !== undefined && pass.isTensor(known) && !pass.has(node)) copies.set(node, known);
  }
  return copies;
}
