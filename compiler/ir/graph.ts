import { dimNames, isDynamic } from "./dim.js";
import { makeNode, withOrigin, type Attrs, type Node } from "./node.js";
import type { Op } from "./op.js";
import { regionGraph } from "./region.js";

/** A value the graph computes for its caller. */
export interface Output {
  readonly name: string;
  readonly node: Node;
}

/** A function as a DAG: what the outputs do not reach does not exist. */
export interface Graph {
  readonly name: string;
  /** `input` nodes, in the order of the author's parameters, used or not. */
  readonly inputs: readonly Node[];
  readonly outputs: readonly Output[];
  /** Whether it is the body of a loop. */
  readonly isBody?: boolean | undefined;
}

const knownNodes = new WeakMap<Graph, readonly Node[]>();

/** All nodes the outputs reach, operands before their users, in order of creation. */
export function nodesOf(graph: Graph): readonly Node[] {
  const known = knownNodes.get(graph);
  if (known !== undefined) return known;
  const nodes = reachable(graph.outputs.map((output) => output.node));
  knownNodes.set(graph, nodes);
  return nodes;
}

/**
 * All nodes these reach, operands before their users, in order of creation;
 * with `since`, only those whose id is not smaller.
 */
export function reachable(roots: readonly Node[], since = 0): readonly Node[] {
  const young = roots.filter((node) => node.id >= since);
  const seen = new Set<Node>(young);
  const stack = [...young];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const input of node.inputs) {
      if (input.id < since || seen.has(input)) continue;
      seen.add(input);
      stack.push(input);
    }
  }
  return [...seen].toSorted((a, b) => a.id - b.id);
}

/** What must be computed for a value where some nodes are known; operands first, itself included. */
export function nodesBehind(
  root: Node,
  known: { readonly has: (node: Node) => boolean },
): readonly Node[] {
  const found = new Set<Node>();
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (found.has(node) || known.has(node)) continue;
    found.add(node);
    stack.push(...node.inputs);
  }
  return [...found].toSorted((a, b) => a.id - b.id);
}

/** These, and which of the nodes, in order, depend on them. */
export function dependentOn(from: readonly Node[], nodes: readonly Node[]): ReadonlySet<Node> {
  const dependent = new Set<Node>(from);
  for (const node of nodes) if (node.inputs.some((x) => dependent.has(x))) dependent.add(node);
  return dependent;
}

/** Who reads each node. A user that reads a node twice is listed twice. */
export function usersOf(nodes: readonly Node[]): ReadonlyMap<Node, readonly Node[]> {
  const users = new Map<Node, Node[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) {
    for (const input of node.inputs) users.get(input)?.push(node);
  }
  return users;
}

/** Named sizes that occur anywhere in the graph, sorted. */
export function sizesOf(graph: Graph): readonly string[] {
  const nodes = nodesInside(graph);
  const dims = [...graph.inputs, ...nodes].flatMap((node) => node.type.shape);
  const read = nodes.flatMap(({ op, attrs }) => (op.name === "size" ? [String(attrs["dim"])] : []));
  const names = [...dims, ...read].flatMap(dimNames).filter((name) => !isDynamic(name));
  return [...new Set(names)].toSorted();
}

/** All nodes of a graph and of the bodies of its loops. */
export function nodesInside(graph: Graph): readonly Node[] {
  return nodesOf(graph).flatMap((node) =>
    node.op.region === undefined ? [node] : [node, ...nodesInside(regionGraph(node.op.region))],
  );
}

/**
 * What a rewriting pass does with one node, whose inputs are already rewritten.
 * Where nothing, it returns `keep()`.
 */
export type Rewrite = (node: Node, inputs: readonly Node[], keep: () => Node) => Node;

/**
 * Rebuilds a graph from its inputs up. From the first change on, every
 * operation is made anew, in the old order, so that increasing ids remain both
 * a topological order and the order the author would expect to read. Inputs
 * stay the same nodes; without a change, so does the graph. In the body of a
 * loop everything is made anew, so that no two loops have operations in common.
 */
export function rewriteGraph(graph: Graph, rewrite: Rewrite): Graph {
  const made = new Map<Node, Node>(graph.inputs.map((node) => [node, node]));
  /** The first node that does not stay as it is. */
  let changed = graph.isBody === true ? -Infinity : Infinity;
  const image = (node: Node): Node => {
    const found = made.get(node) ?? (node.id < changed ? node : undefined);
    if (found === undefined) throw new Error(`${node.op.name} is used before it is made`);
    return found;
  };
  for (const node of nodesOf(graph)) {
    if (made.has(node)) continue;
    const isSame = changed === Infinity;
    const inputs = isSame ? node.inputs : node.inputs.map(image);
    const keep = () => (isSame ? node : cloneNode(node, inputs));
    const result = withOrigin(node.origin, () => rewrite(node, inputs, keep));
    if (isSame && result === node) continue;
    changed = Math.min(changed, node.id);
    made.set(node, result);
  }
  if (changed === Infinity) return graph;
  const outputs = graph.outputs.map(({ name, node }) => ({ name, node: image(node) }));
  return { ...graph, outputs };
}

/** A copy of the node with new inputs; its origin is that of the surrounding rewrite. */
export function cloneNode(node: Node, inputs: readonly Node[]): Node {
  return makeNode(node.op, inputs, node.attrs, node);
}
/** A node made in place of another takes over its name, unless the author gave it one of its own. */
export function replacing(node: Node, replacement: Node): Node {
  const keeps = replacement.name !== undefined && replacement.derivedName !== true;
  // An input is the one node of its name: a copy under another would be no input.
  const isInput = replacement.op.name === "input";
  if (node.name === undefined || keeps || isInput) return replacement;
  return withOrigin(node.origin, () =>
    makeNode(replacement.op, replacement.inputs, replacement.attrs, node),
  );
}

/** Equal keys mean equal values: same operation, operands and attributes. */
export function structuralKey(op: Op, inputs: readonly Node[], attrs: Attrs): string {
  const body = op.region === undefined ? "" : `#${op.region.id}`;
  return `${op.name}${body}(${inputs.map((input) => input.id).join(",")})${JSON.stringify(attrs)}`;
}
