import { isDynamic } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import type { LoopParts } from "../ir/region.js";

/**
 * Store or recompute. Keeping a number for the backward pass costs one store
 * and one load through memory, which takes about as long as `storeCost`
 * arithmetic operations on values at hand. A value is recomputed where that
 * costs no more, counted per element over everything that must be recomputed
 * with it. Figures are those of doubles in V8: an addition is 1.
 */
const storeCost = 6;
const costs: Readonly<Record<string, number>> = {
  infix: 1,
  prefix: 1,
  select: 1,
  convert: 1,
  call: 10,
  runtime: 15,
};

/** What it costs to compute an element of a node from its operands; infinite where it is out of the question. */
function costOf(node: Node): number {
  const { lowering } = node.op;
  if (node.type.shape.some(isDynamic)) return Infinity;
  switch (lowering.kind) {
    case "scalar":
      return costs[lowering.code.kind] ?? 1;
    case "leaf":
    case "view":
    case "reshape":
    case "iota":
      return 0;
    case "at":
    case "gather":
      return 1;
    default:
      return Infinity;
  }
}

/** The values of a forward body that a backward body reads and that are kept for it, in order. */
export function savedValues(
  { region, index, slicedInputs, capturedInputs }: LoopParts,
  wanted: readonly Node[],
  forward: ReadonlySet<Node>,
): ReadonlySet<Node> {
  const given = new Set<Node>([index, ...slicedInputs, ...capturedInputs]);
  const saved = new Set<Node>();
  const known = new Map<Node, number>();
  const inputs = new Set(region.inputs);
  const costFrom = (node: Node): number => {
    if (given.has(node) || saved.has(node)) return 0;
    const before = known.get(node);
    if (before !== undefined) return before;
    const cost = inputs.has(node)
      ? Infinity
      : node.inputs.reduce((sum, x) => sum + costFrom(x), costOf(node));
    known.set(node, cost);
    return cost;
  };
  for (const node of readFrom(wanted, forward)) {
    if (costFrom(node) <= storeCost) continue;
    saved.add(node);
    known.clear();
  }
  return saved;
}

/** Values of the forward body that nodes outside it read, in order. */
function readFrom(wanted: readonly Node[], forward: ReadonlySet<Node>): readonly Node[] {
  const read = new Set<Node>();
  const seen = new Set<Node>();
  const stack = [...wanted];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    // What an inner loop records is the forward pass's, though reverse mode has only now asked for it.
    const isForward = forward.has(node) || isRecordOf(node, forward);
    if (!isForward) stack.push(...node.inputs);
    else if (node.op.name !== "constant" && node.op.name !== "size") read.add(node);
  }
  return [...read].toSorted((a, b) => a.id - b.id);
}

function isRecordOf(node: Node, forward: ReadonlySet<Node>): boolean {
  return node.op.lowering.kind === "loopValue" && node.inputs.every((loop) => forward.has(loop));
}
