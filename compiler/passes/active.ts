import { nodesOf } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { loopParts, regionGraph } from "../ir/region.js";
import { isFloat } from "../ir/type.js";
import { nth } from "../ops/chain.js";
import { isLoopRecord, loopValueIndex } from "../ops/loop.js";

/** Float values of a body that depend on operands that something is differentiated by. */
export function variedInside(node: Node, isActive: (operand: Node) => boolean): ReadonlySet<Node> {
  const parts = loopParts(node);
  const { region, carriedInputs } = parts;
  const nodes = nodesOf(regionGraph(region));
  const seeds = new Set<Node>();
  const seed = (operands: readonly Node[], inputs: readonly Node[]) =>
    operands.forEach((operand, i) => {
      const input = inputs[i];
      if (input !== undefined && isFloat(input.type.dtype) && isActive(operand)) seeds.add(input);
    });
  seed(parts.carried, carriedInputs);
  seed(parts.sliced, parts.slicedInputs);
  seed(parts.captured, parts.capturedInputs);
  for (;;) {
    const varied = activeNodes(nodes, [...seeds]);
    const before = seeds.size;
    carriedInputs.forEach((input, k) => {
      if (isFloat(input.type.dtype) && varied.has(nth(region.next, k))) seeds.add(input);
    });
    if (seeds.size === before) return varied;
  }
}

/** Float values among the nodes that depend on any of these. */
export function activeNodes(nodes: readonly Node[], from: readonly Node[]): ReadonlySet<Node> {
  const active = new Set<Node>(from);
  const inside = new Map<Node, ReadonlySet<Node>>();
  for (const node of nodes) {
    if (node.op.lowering.kind === "loop") {
      inside.set(
        node,
        variedInside(node, (operand) => active.has(operand)),
      );
      if (node.inputs.some((x) => active.has(x))) active.add(node);
      continue;
    }
    if (node.op.lowering.kind === "loopValue") {
      if (isActiveValue(node, inside)) active.add(node);
      continue;
    }
    const moves = node.op.derivative !== "zero" && isFloat(node.type.dtype);
    if (moves && node.inputs.some((x) => active.has(x))) active.add(node);
  }
  return active;
}

/** What a loop ends with depends on the initial value as well: it may run no iteration. */
function isActiveValue(node: Node, inside: ReadonlyMap<Node, ReadonlySet<Node>>): boolean {
  const owner = nth(node.inputs, 0);
  const { region, carriedInputs } = loopParts(owner);
  const index = loopValueIndex(node);
  const values = isLoopRecord(node)
    ? [nth(region.records, index)]
    : [nth(region.next, index), nth(carriedInputs, index)];
  return values.some((value) => inside.get(owner)?.has(value) === true);
}
