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
      const owner = nth(node.inputs, 0);
      const { region } = loopParts(owner);
      const list = isLoopRecord(node) ? region.records : region.next;
      if (inside.get(owner)?.has(nth(list, loopValueIndex(node))) === true) active.add(node);
      continue;
    }
    const moves = node.op.derivative !== "zero" && isFloat(node.type.dtype);
    if (moves && node.inputs.some((x) => active.has(x))) active.add(node);
  }
  return active;
}
