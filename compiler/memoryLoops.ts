import { dimMul } from "./ir/dim.js";
import { nodesOf, usersOf, type Graph } from "./ir/graph.js";
import type { Node } from "./ir/node.js";
import { loopParts, regionGraph } from "./ir/region.js";
import { isFloat } from "./ir/type.js";
import { countOf, isLoopRecord, loopOf } from "./ops/loop.js";
import { labelOf } from "./memoryFormula.js";
import { Readers, recordedBy, recordLabels } from "./memoryReaders.js";
import {
  distinct,
  isWorthNaming,
  recomputingFrom,
  type MemoryRow,
  type Recomputing,
} from "./memoryRow.js";
import { workOf } from "./passes/rematerialiseCost.js";

/** What backward loops read of the loops that they are the backward pass of. */
export class LoopMemory {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** What it would cost to compute what a loop records in its backward pass. */
  recomputing(record: Node): Recomputing | undefined {
    const value = recordedBy(record);
    if (value === undefined) return undefined;
    const { region, carriedInputs, index } = loopParts(loopOf(record));
    if (carriedInputs.includes(value))
      return { kind: "impossible", why: "the loop carries it from turn to turn" };
    const others = new Set(region.records.filter((other) => other !== value));
    const { made, read } = behindIn(value, (node) => others.has(node) || node.inputs.length === 0);
    const carried = read.find((node) => carriedInputs.includes(node) && !others.has(node));
    if (carried !== undefined)
      return { kind: "impossible", why: `it takes ${labelOf(carried)}, which the loop carries` };
    const isSource = (node: Node) => node !== index && isWorthNaming(node);
    return perIteration(recomputingFrom(made, read.filter(isSource)), record);
  }

  /** Values that backward loops compute again, rather than have them recorded. */
  recomputedRows(): readonly MemoryRow[] {
    return backwardLoops(this.#graph).flatMap(recomputedIn);
  }
}

function recomputedIn(loop: Node): readonly MemoryRow[] {
  const { region, index } = loopParts(loop);
  const body = regionGraph(region);
  const nodes = nodesOf(body);
  const users = usersOf(nodes);
  const readers = Readers.ofBody(loop);
  const labels = recordLabels(loop);
  const isOurs = (node: Node) =>
    node.origin.phase === "forward" && isFloat(node.type.dtype) && (workOf(node) ?? 0) !== 0;
  const isRead = (node: Node) =>
    (users.get(node) ?? []).some((user) => user.origin.phase === "backward");
  return nodes.flatMap((node): readonly MemoryRow[] => {
    const isElement = node.op.lowering.kind === "at" || node.op.lowering.kind === "gather";
    if (node.inputs.length === 0 || isElement || !isOurs(node) || !isRead(node)) return [];
    const { made, read } = behindIn(node, (x) => x.inputs.length === 0);
    const shape = [countOf(loop), ...node.type.shape];
    const sources = read.filter((x) => x !== index && isWorthNaming(x));
    return [
      {
        label: labelOf(node),
        node,
        type: { dtype: node.type.dtype, shape },
        decision: "recomputed",
        recomputing: perIteration(recomputingFrom(made, sources, labels), loop),
        readings: distinct(readers.readingsIn(node)),
      },
    ];
  });
}

/** What must be computed in a body to have a value, and what that reads. */
function behindIn(
  value: Node,
  isThere: (node: Node) => boolean,
): { readonly made: readonly Node[]; readonly read: readonly Node[] } {
  const [made, read] = [new Set<Node>(), new Set<Node>()];
  const stack = [value];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (made.has(node)) continue;
    made.add(node);
    for (const x of node.inputs) {
      if (isThere(x)) read.add(x);
      else stack.push(x);
    }
  }
  return { made: [...made], read: [...read].toSorted((a, b) => a.id - b.id) };
}

/** The work of all iterations of a loop, or of the loop that a record is of. */
function perIteration(cost: Recomputing, node: Node): Recomputing {
  const loop = isLoopRecord(node) ? loopOf(node) : node;
  return cost.kind === "possible" ? { ...cost, work: dimMul(cost.work, countOf(loop)) } : cost;
}

/** Loops of a graph that belong to the backward pass. */
function backwardLoops(graph: Graph): readonly Node[] {
  return nodesOf(graph).filter(
    ({ op, origin }) => op.region !== undefined && origin.phase === "backward",
  );
}
