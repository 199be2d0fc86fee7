import { evaluateDim, isDynamic, type Dim } from "../ir/dim.js";
import { nodesBehind } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import type { LoopParts } from "../ir/region.js";
import { elementCount } from "../ir/type.js";
import { scalarCost, workOf } from "./rematerialiseCost.js";

/**
 * Store or recompute. Keeping a number for the backward pass costs one store
 * and one load through memory, which takes about as long as `storeCost`
 * arithmetic operations on values at hand. A value is recomputed where that
 * costs no more, counted per element over everything that must be recomputed
 * with it. Figures are those of doubles in V8: an addition is 1.
 */
export const storeCost = 6;

/** How far to go to save memory. */
interface Limit {
  /** What recomputing may cost for each element. */
  readonly cost: number;
  readonly sizes: Readonly<Record<string, number>>;
}

let limit: Limit | null = null;

/**
 * Runs `build`, in which values of loops are recomputed even where that costs
 * more than keeping them: up to `cost` operations for each element. Sums and
 * products, which without a limit are always kept, are then recomputed too.
 */
export function withStoreCost<T>(cost: number, sizes: Limit["sizes"], build: () => T): T {
  const outer = limit;
  limit = { cost, sizes };
  try {
    return build();
  } finally {
    limit = outer;
  }
}

/** What it costs to compute an element of a node from its operands; infinite where it is out of the question. */
function costOf(node: Node): number {
  const { lowering } = node.op;
  if (node.type.shape.some(isDynamic)) return Infinity;
  switch (lowering.kind) {
    case "scalar":
      return scalarCost(node);
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

/** The same counted over whole tensors, for an element of the value it is needed for. */
function shareOf(value: Node, node: Node, sizes: Limit["sizes"]): number {
  const work = workOf(node);
  if (work === null || [work, ...value.type.shape].some(isDynamic)) return Infinity;
  const countOf = (dim: Dim) => evaluateDim(dim, sizes);
  return countOf(work) / Math.max(1, countOf(elementCount(value.type)));
}

/** The values of a forward body that a backward body reads and that are kept for it, in order. */
export function savedValues(
  { region, index, slicedInputs, capturedInputs }: LoopParts,
  wanted: readonly Node[],
  forward: ReadonlySet<Node>,
  everything: boolean,
): ReadonlySet<Node> {
  const { cost: most, sizes } = limit ?? { cost: storeCost, sizes: null };
  const priceOf = (value: Node, node: Node) => {
    if (everything) return 0;
    return sizes === null ? costOf(node) : shareOf(value, node, sizes);
  };
  const available = new Set<Node>([index, ...slicedInputs, ...capturedInputs]);
  const saved = new Set<Node>();
  const inputs = new Set(region.inputs);
  for (const node of readFrom(wanted, forward)) {
    const needed = nodesBehind(node, available);
    const cost = needed.reduce((sum, x) => sum + (inputs.has(x) ? Infinity : priceOf(node, x)), 0);
    const isKept = cost > most || cost === Infinity;
    if (isKept) saved.add(node);
    // What is recomputed for one value is at hand for those after it.
    for (const x of isKept ? [node] : needed) available.add(x);
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
