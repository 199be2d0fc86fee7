import { cloneNode, dependentOn, nodesOf, reachable, usersOf, type Graph } from "../ir/graph.js";
import { makeNode, withOrigin, type Node } from "../ir/node.js";
import { loopParts, makeRegion, regionGraph } from "../ir/region.js";
import { nth } from "../ops/chain.js";
import { constantValue } from "../ops/leaf.js";
import {
  definitionOf,
  isLoop,
  isLoopRecord,
  loop,
  loopOf,
  loopResult,
  loopValueIndex,
} from "../ops/loop.js";
import { BodyInputs } from "./bodyInputs.js";
import type { Pass } from "./pass.js";
import { rebuiltOver } from "./recompute.js";

/** Two loops that can run as one. */
interface Pair {
  readonly first: Node;
  readonly second: Node;
  /** What depends on the first loop. */
  readonly after: ReadonlySet<Node>;
}

/**
 * Loops through the same indices run as one, so that what both compute is
 * computed once and what one records for the other is not recorded. A backward
 * loop that only adds up runs forwards just as well: then a sum over elements
 * and its gradient are a single loop.
 */
export const fuseLoops: Pass = {
  name: "fuseLoops",
  run: (graph) => {
    let current = graph;
    for (let pair = findPair(graph); pair !== null; pair = findPair(current))
      current = fuse(current, pair);
    return current;
  },
};

function findPair(graph: Graph): Pair | null {
  const nodes = nodesOf(graph);
  const loops = nodes.filter(isLoop);
  for (const [i, first] of loops.entries()) {
    const after = dependentOn([first], nodes);
    const second = loops.slice(i + 1).find((other) => canFuse(first, other, after));
    if (second !== undefined) return { first, second, after };
  }
  return null;
}

function canFuse(first: Node, second: Node, after: ReadonlySet<Node>): boolean {
  const [a, b] = [loopParts(first), loopParts(second)];
  if (a.region.proceed !== null || b.region.proceed !== null) return false;
  if (a.range === null || b.range === null || a.step !== b.step) return false;
  if (!same(a.range.start, b.range.start) || !same(a.range.stop, b.range.stop)) return false;
  const waits = second.inputs.some((x) => after.has(x) && !isRecordFor(x, first, b.sliced));
  if (waits) return false;
  return a.descending === b.descending || isOrderFree(second);
}

function same(a: Node, b: Node): boolean {
  const value = constantValue(a);
  return a === b || (value !== undefined && value === constantValue(b));
}

/** Whether an operand is a record of the first loop that the second reads element by element. */
function isRecordFor(x: Node, first: Node, sliced: readonly Node[]): boolean {
  return isLoopRecord(x) && loopOf(x) === first && sliced.includes(x);
}

/** Whether a backward loop only adds to what it carries, which it may do in any order. */
function isOrderFree(node: Node): boolean {
  const { region, carriedInputs } = loopParts(node);
  if (node.origin.phase === "forward") return false;
  const nodes = nodesOf(regionGraph(region));
  const users = usersOf(nodes);
  return carriedInputs.every((input, k) => {
    const next = nth(region.next, k);
    const readers = users.get(input) ?? [];
    const outputs = [...region.next, ...region.records].filter((x) => x === input);
    return (
      next.op.lowering.kind === "accumulate" &&
      readers.length === 1 &&
      readers[0] === next &&
      outputs.length === 0 &&
      (users.get(next) ?? []).length === 0
    );
  });
}

function fuse(graph: Graph, { first, second, after }: Pair): Graph {
  const made = new Map<Node, Node>(graph.inputs.map((node) => [node, node]));
  const image = (node: Node) => made.get(node) ?? node;
  const copy = (node: Node) =>
    made.has(node) ||
    made.set(
      node,
      withOrigin(node.origin, () => cloneNode(node, node.inputs.map(image))),
    );
  const nodes = nodesOf(graph);
  const a = loopParts(first);
  const earlier = new Set(
    reachable([...first.inputs, ...second.inputs.filter((x) => !after.has(x))]),
  );
  nodes.filter((node) => node.id < first.id && !after.has(node)).forEach(copy);
  // What the second loop starts from is now made before the first.
  withOrigin(first.origin, () =>
    nodes
      .filter((node) => earlier.has(node) && !made.has(node))
      .forEach((node) => made.set(node, cloneNode(node, node.inputs.map(image)))),
  );
  const fused = withOrigin(first.origin, () => fusedLoop(first, second, image));
  for (const node of nodes) {
    if (made.has(node) || node === first || node === second) continue;
    const owner = node.inputs[0];
    if (node.op.lowering.kind !== "loopValue" || (owner !== first && owner !== second)) {
      copy(node);
      continue;
    }
    const index = loopValueIndex(node);
    const shift = (list: readonly Node[]) => (owner === first ? 0 : list.length) + index;
    made.set(
      node,
      withOrigin(node.origin, () =>
        isLoopRecord(node)
          ? makeNode(node.op, [fused], { ...node.attrs, index: shift(a.region.records) }, node)
          : loopResult(fused, shift(a.region.next), node),
      ),
    );
  }
  return {
    ...graph,
    outputs: graph.outputs.map(({ name, node }) => ({ name, node: image(node) })),
  };
}

function fusedLoop(first: Node, second: Node, image: (node: Node) => Node): Node {
  const [a, b] = [loopParts(first), loopParts(second)];
  const names = new BodyInputs(a.region.inputs);
  const images = new Map<Node, Node>([[b.index, a.index]]);
  for (const node of nodesOf(regionGraph(a.region))) images.set(node, node);
  const renewed = (inputs: readonly Node[]) =>
    inputs.map((input) => {
      const again = names.make(input.type, input);
      images.set(input, again);
      return again;
    });
  const carried = renewed(b.carriedInputs);
  const own = b.sliced.map((x, i) => ({ operand: x, input: nth(b.slicedInputs, i) }));
  const kept = own.filter(({ operand }) => !isRecordFor(operand, first, b.sliced));
  for (const { operand, input } of own) {
    if (isRecordFor(operand, first, b.sliced))
      images.set(input, nth(a.region.records, loopValueIndex(operand)));
  }
  const sliced = renewed(kept.map(({ input }) => input));
  const captured = renewed(b.capturedInputs);
  const moved = (nodes: readonly Node[]) => nodes.map((node) => rebuiltOver(node, images));
  return loop({
    ...definitionOf(first),
    range: a.range && { start: image(a.range.start), stop: image(a.range.stop) },
    carried: [...a.carried, ...b.carried].map(image),
    sliced: [...a.sliced, ...kept.map(({ operand }) => operand)].map(image),
    captured: [...a.captured, ...b.captured].map(image),
    region: makeRegion({
      inputs: [
        a.index,
        ...a.carriedInputs,
        ...carried,
        ...a.slicedInputs,
        ...sliced,
        ...a.capturedInputs,
        ...captured,
      ],
      proceed: null,
      next: [...a.region.next, ...moved(b.region.next)],
      records: [...a.region.records, ...moved(b.region.records)],
    }),
  });
}
