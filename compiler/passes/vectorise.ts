import { dimAtLeast, dimSub, type Dim } from "../ir/dim.js";
import { cloneNode, nodesOf, rewriteGraph } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { loopParts, regionGraph, type LoopParts } from "../ir/region.js";
import { add, cast } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { constantValue } from "../ops/leaf.js";
import { countOf, isLoop, isLoopRecord, loopOf, loopValueIndex } from "../ops/loop.js";
import { isAt } from "../ops/positions.js";
import { iota, slice } from "../ops/shape.js";
import type { Pass } from "./pass.js";
import { rebuiltOver } from "./recompute.js";
import { vmap } from "./vmap.js";
import { isSequential } from "./vmapLoop.js";

/**
 * Loops over the elements of arrays, each of which is written once and from
 * nothing that the loop writes, are operations on whole tensors: these share
 * loops with whatever comes before and after.
 */
export const vectorise: Pass = {
  name: "vectorise",
  run: (graph) => {
    const nodes = nodesOf(graph);
    if (!nodes.some(isLoop)) return graph;
    const recorded = new Set(nodes.filter(isLoopRecord).map(loopOf));
    const whole = new Map<Node, readonly Node[]>();
    return rewriteGraph(graph, (node, inputs, keep) => {
      if (isLoop(node) && !recorded.has(node)) {
        const copy = cloneNode(node, inputs);
        const results = vectorised(copy);
        if (results !== null) whole.set(node, results);
        return copy;
      }
      const results = node.op.lowering.kind === "loopValue" ? whole.get(loopOf(node)) : undefined;
      return results === undefined ? keep() : nth(results, loopValueIndex(node));
    });
  },
};

/** An array that a body writes at its index. */
interface Write {
  readonly start: Node;
  readonly value: Node;
  readonly adds: boolean;
}

/** The results of a loop as tensors; null where it must stay one. */
function vectorised(node: Node): readonly Node[] | null {
  const parts = loopParts(node);
  const { region, range, step, descending, index } = parts;
  const count = countOf(node);
  const fromZero = range !== null && constantValue(range.start) === 0 && step === 1;
  if (!fromZero || descending || region.proceed !== null || parts.sliced.length > 0) return null;
  const writes = region.next.map((next, k) => writeOf(parts, next, k, count));
  if (writes.length === 0 || !writes.every((write) => write !== null)) return null;
  const body = nodesOf(regionGraph(region));
  const reads = body.filter(isAt);
  const slices = reads.map((read) => sliceOf(parts, read, count));
  if (!slices.every((one) => one !== null)) return null;
  const values = writes.map(({ value }) => value);
  const outside = new Map<Node, Node>(
    parts.capturedInputs.map((input, i) => [input, nth(parts.captured, i)]),
  );
  outside.set(index, index);
  reads.forEach((read) => outside.set(read, read));
  const opened = values.map((value) => rebuiltOver(value, outside));
  const from = [index, ...reads];
  const unread = parts.carriedInputs.some((input) => opened.some((value) => reaches(value, input)));
  if (unread || isSequential(opened, from)) return null;
  const batches = [cast(iota([count], 0), "i32"), ...slices];
  const tensors = vmap(opened, from, batches, count);
  return writes.map(({ start, adds }, k) => {
    const tensor = cast(nth(tensors, k), start.type.dtype);
    return adds ? add(start, tensor) : tensor;
  });
}

/** What a carried value becomes, if it is an array written at the index alone, all along. */
function writeOf(
  { carried, carriedInputs, index }: LoopParts,
  next: Node,
  k: number,
  count: Dim,
): Write | null {
  const start = nth(carried, k);
  const [array, value, ...positions] = next.inputs;
  const { lowering } = next.op;
  const fits =
    lowering.kind === "update" &&
    array === carriedInputs[k] &&
    positions.length === 1 &&
    positions[0] === index &&
    start.type.shape[0] === count;
  if (!fits || value === undefined) return null;
  return { start, value, adds: lowering.combine === "add" };
}

/** The elements that `x[i + c]` reads, for all i; what the loop writes is read only where it has not been. */
function sliceOf(parts: LoopParts, read: Node, count: Dim): Node | null {
  const [x, position, ...rest] = read.inputs;
  if (x === undefined || position === undefined || rest.length > 0) return null;
  const offset = offsetFrom(parts.index, position);
  if (offset === null || read.attrs["inBounds"] !== true) return null;
  const own = parts.carriedInputs.indexOf(x);
  const captured = parts.capturedInputs.indexOf(x);
  const source = own >= 0 && offset === 0 ? parts.carried[own] : parts.captured[captured];
  const [length, ...others] = x.type.shape;
  if (source === undefined || length === undefined || offset < 0) return null;
  if (offset === 0 && length === count) return source;
  if (!dimAtLeast(dimSub(dimSub(length, count), offset), 0)) return null;
  return slice(source, {
    start: [offset, ...others.map(() => 0)],
    length: [count, ...others],
    step: [1, ...others.map(() => 1)],
  });
}

function offsetFrom(index: Node, position: Node): number | null {
  if (position === index) return 0;
  const [a, b] = position.inputs;
  const by = b && constantValue(b);
  if (a !== index || by === undefined) return null;
  if (position.op.name === "add") return by;
  return position.op.name === "sub" ? -by : null;
}

function reaches(root: Node, target: Node): boolean {
  const seen = new Set<Node>();
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === target) return true;
    if (seen.has(node) || isAt(node)) continue;
    seen.add(node);
    stack.push(...node.inputs);
  }
  return false;
}
