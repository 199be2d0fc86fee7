import { nodesOf, reachable, rewriteGraph, type Graph } from "../ir/graph.js";
import { makeNode, type Node } from "../ir/node.js";
import { loopParts, makeRegion, regionGraph } from "../ir/region.js";
import { nth } from "../ops/chain.js";
import {
  countOf,
  isCheckpoint,
  isLoop,
  isLoopRecord,
  loop,
  loopOf,
  loopResult,
  loopValueIndex,
} from "../ops/loop.js";
import type { Pass } from "./pass.js";

/** Who reads what of each loop. */
interface Uses {
  readonly results: Set<number>;
  readonly records: Set<number>;
}

/**
 * Leaves out of loops what nothing reads: carried values, records, operands.
 * A carried value that no iteration changes becomes a captured one, a constant
 * operand stands in the body, and operands that are equal are given once.
 */
export const pruneLoops: Pass = {
  name: "pruneLoops",
  run: (graph) => {
    const nodes = nodesOf(graph);
    if (!nodes.some(isLoop)) return graph;
    const uses = usesOf(nodes);
    const pruned = new Map<Node, Pruned>();
    return rewriteGraph(graph, (node, inputs, keep) => {
      if (isLoop(node)) {
        const result = pruneLoop(node, inputs, uses.get(node) ?? noUses());
        pruned.set(result.node, result);
        return result.node;
      }
      const owner = inputs[0] && pruned.get(inputs[0]);
      if (node.op.lowering.kind !== "loopValue" || owner === undefined) return keep();
      const index = loopValueIndex(node);
      if (isLoopRecord(node))
        return makeNode(
          node.op,
          inputs,
          { ...node.attrs, index: owner.records.indexOf(index) },
          node,
        );
      const unchanged = owner.unchanged.get(index);
      return unchanged ?? loopResult(owner.node, owner.results.indexOf(index), node);
    });
  },
};

const noUses = (): Uses => ({ results: new Set(), records: new Set() });

function usesOf(nodes: readonly Node[]): ReadonlyMap<Node, Uses> {
  const uses = new Map<Node, Uses>();
  for (const node of nodes) {
    if (node.op.lowering.kind !== "loopValue") continue;
    const owner = loopOf(node);
    const known = uses.get(owner) ?? noUses();
    uses.set(owner, known);
    (isLoopRecord(node) ? known.records : known.results).add(loopValueIndex(node));
  }
  return uses;
}

interface Pruned {
  readonly node: Node;
  /** The old indices of what is left, in order. */
  readonly results: readonly number[];
  readonly records: readonly number[];
  /** Results that are what they were before the loop. */
  readonly unchanged: ReadonlyMap<number, Node>;
}

function pruneLoop(node: Node, operands: readonly Node[], uses: Uses): Pruned {
  const parts = loopParts({ ...node, inputs: operands });
  const { region, carriedInputs } = parts;
  const unchanged = new Map<number, Node>();
  carriedInputs.forEach((input, k) => {
    if (named(nth(region.next, k)) === input) unchanged.set(k, nth(parts.carried, k));
  });
  const records = region.records.flatMap((_, i) => (uses.records.has(i) ? [i] : []));
  const { trips } = node.attrs;
  const results = neededResults(
    node,
    uses,
    records,
    unchanged,
    typeof trips === "number" ? trips : null,
  );
  const next = results.map((k) => nth(region.next, k));
  const kept = records.map((i) => nth(region.records, i));
  const read = new Set(
    reachable([...(region.proceed === null ? [] : [region.proceed]), ...next, ...kept]),
  );
  const captures = [
    ...pairs(parts.captured, parts.capturedInputs),
    ...[...unchanged.keys()].map((k) => ({
      operand: nth(parts.carried, k),
      input: nth(carriedInputs, k),
    })),
  ].filter(({ input }) => read.has(input));
  const { images, captured } = settled(captures);
  const sliced = pairs(parts.sliced, parts.slicedInputs).filter(({ input }) => read.has(input));
  const inputs = [
    parts.index,
    ...results.map((k) => nth(carriedInputs, k)),
    ...sliced.map(({ input }) => input),
    ...captured.map(({ input }) => input),
  ];
  const outputs = [...(region.proceed === null ? [] : [region.proceed]), ...next, ...kept];
  const moved = images.size === 0 ? outputs : substituted(inputs, outputs, images);
  const first = region.proceed === null ? 0 : 1;
  const pruned = loop({
    ...parts,
    carried: results.map((k) => nth(parts.carried, k)),
    sliced: sliced.map(({ operand }) => operand),
    captured: captured.map(({ operand }) => operand),
    region: makeRegion({
      inputs,
      proceed: region.proceed === null ? null : nth(moved, 0),
      next: moved.slice(first, first + next.length),
      records: moved.slice(first + next.length),
    }),
    count: countOf(node),
    trips: typeof trips === "number" ? results.indexOf(trips) : undefined,
    checkpoint: isCheckpoint(node),
  });
  return { node: pruned, results, records, unchanged };
}

/** The value that an alias is another name for. */
function named(node: Node): Node {
  const [x] = node.inputs;
  return node.op.name === "alias" && x !== undefined ? named(x) : node;
}

/** Carried values that a result, a record, the condition, or another such value depends on. */
function neededResults(
  node: Node,
  uses: Uses,
  records: readonly number[],
  unchanged: ReadonlyMap<number, Node>,
  trips: number | null,
): readonly number[] {
  const { region, carriedInputs } = loopParts(node);
  const needed = new Set([...uses.results, ...(trips === null ? [] : [trips])]);
  for (let size = -1; size !== needed.size;) {
    size = needed.size;
    const roots = [
      ...(region.proceed === null ? [] : [region.proceed]),
      ...[...needed].map((k) => nth(region.next, k)),
      ...records.map((i) => nth(region.records, i)),
    ];
    const read = new Set(reachable(roots));
    carriedInputs.forEach((input, k) => {
      if (read.has(input)) needed.add(k);
    });
  }
  return carriedInputs.flatMap((_, k) => (needed.has(k) && !unchanged.has(k) ? [k] : []));
}

interface Pair {
  readonly operand: Node;
  readonly input: Node;
}

function pairs(operands: readonly Node[], inputs: readonly Node[]): readonly Pair[] {
  return operands.map((operand, i) => ({ operand, input: nth(inputs, i) }));
}

/** Captures that are worth an operand, and what takes the place of the others in the body. */
function settled(captures: readonly Pair[]): {
  readonly captured: readonly Pair[];
  readonly images: ReadonlyMap<Node, Node>;
} {
  const first = new Map<Node, Node>();
  const images = new Map<Node, Node>();
  const captured = captures.filter(({ operand, input }) => {
    if (operand.op.name === "constant" || operand.op.name === "size") {
      images.set(input, makeNode(operand.op, [], operand.attrs, operand));
      return false;
    }
    const known = first.get(operand);
    if (known !== undefined) images.set(input, known);
    else first.set(operand, input);
    return known === undefined;
  });
  return { captured, images };
}

function substituted(
  inputs: readonly Node[],
  outputs: readonly Node[],
  images: ReadonlyMap<Node, Node>,
): readonly Node[] {
  const body: Graph = regionGraph({ id: 0, inputs, proceed: null, next: outputs, records: [] });
  const changed = rewriteGraph(body, (node, _operands, keep) => images.get(node) ?? keep());
  return changed.outputs.map((output) => output.node);
}
