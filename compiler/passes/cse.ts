import { nodesOf, rewriteGraph, structuralKey, type Graph } from "../ir/graph.js";
import { makeNode, type Naming, type Node } from "../ir/node.js";
import type { Pass } from "./pass.js";

/** Operations whose operands may be exchanged without changing a bit. */
const commutative: ReadonlySet<string> = new Set([
  "add",
  "mul",
  "maximum",
  "minimum",
  "equal",
  "notEqual",
  "logicalAnd",
  "logicalOr",
]);

/** The first of all nodes that mean the same, by node. */
function representatives(graph: Graph): ReadonlyMap<Node, Node> {
  const first = new Map<string, Node>();
  const representative = new Map<Node, Node>();
  for (const node of [...graph.inputs, ...nodesOf(graph)]) {
    const key = keyOf(
      node,
      node.inputs.map((input) => representative.get(input) ?? input),
    );
    const known = first.get(key);
    if (known === undefined) first.set(key, node);
    representative.set(node, known ?? node);
  }
  return representative;
}

function keyOf(node: Node, inputs: readonly Node[]): string {
  const ordered = commutative.has(node.op.name) ? inputs.toSorted((a, b) => a.id - b.id) : inputs;
  const key = structuralKey(node.op, ordered, node.attrs);
  // An alias is nothing but its name and the line it is from; a barrier is there to be apart.
  if (node.op.name === "alias" || node.op.name === "barrier") return `${key} ${node.id}`;
  // A named constant lends its name to no other number that happens to be equal.
  return node.op.lowering.kind === "leaf" ? `${key} ${node.name ?? ""}` : key;
}

/** The names of nodes that mean the same: the author's first, else the compiler's first. */
function namings(representative: ReadonlyMap<Node, Node>): ReadonlyMap<Node, Naming> {
  const names = new Map<Node, Naming>();
  for (const [node, kept] of representative) {
    const known = names.get(kept);
    const better =
      known?.name === undefined ||
      (known.derivedName === true && node.name !== undefined && node.derivedName !== true);
    if (better) names.set(kept, node);
  }
  return names;
}

function isNaming(node: Node, naming: Naming | undefined): boolean {
  return node.name === naming?.name && node.derivedName === naming?.derivedName;
}

/**
 * Common subexpressions: what is computed twice is computed once, where it is
 * needed first, under the name the author gave it anywhere.
 */
export const pass: Pass = {
  name: "cse",
  run: (graph) => {
    const representative = representatives(graph);
    const names = namings(representative);
    const made = new Map<Node, Node>();
    return rewriteGraph(graph, (node, inputs, keep) => {
      const kept = representative.get(node) ?? node;
      const known = made.get(kept);
      if (known !== undefined) return known;
      const naming = names.get(kept);
      const image = isNaming(node, naming) ? keep() : makeNode(node.op, inputs, node.attrs, naming);
      made.set(kept, image);
      return image;
    });
  },
};
