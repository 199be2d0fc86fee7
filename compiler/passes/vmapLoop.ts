import type { Dim } from "../ir/dim.js";
import { dependentOn, reachable } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { makeRegion } from "../ir/region.js";
import { cast } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { constant, size } from "../ops/leaf.js";
import { bodyIndex, loop, loopRecord } from "../ops/loop.js";
import { whole } from "./batched.js";
import { BodyInputs } from "./bodyInputs.js";
import { rebuiltOver } from "./recompute.js";

/** Operations that take one element of a batch after the other. */
const sequential: ReadonlySet<string> = new Set(["loop", "loopValue", "at", "embedAt", "update"]);

/** Whether a value depends on any of these by way of loops or single positions. */
export function isSequential(outputs: readonly Node[], from: readonly Node[]): boolean {
  const given = new Set(from);
  return [...dependentOn(from, reachable(outputs))].some(
    (node) => !given.has(node) && sequential.has(node.op.lowering.kind),
  );
}

/**
 * A batch as a loop over its elements, for what cannot be widened: each
 * element of a batch may take another way through a loop.
 */
export function vmapByLoop(
  outputs: readonly Node[],
  from: readonly Node[],
  batches: readonly Node[],
  batch: Dim,
): readonly Node[] {
  const dependent = dependentOn(from, reachable(outputs));
  const index = bodyIndex("element");
  const names = new BodyInputs([index]);
  const images = new Map<Node, Node>();
  const sliced = from.map((node) => {
    const inside = names.make(node.type, node);
    images.set(node, inside);
    return inside;
  });
  const captured: Node[] = [];
  const capturedInputs: Node[] = [];
  for (const node of dependent) {
    for (const x of node.inputs) {
      if (dependent.has(x) || images.has(x)) continue;
      const inside = names.make(x.type, x);
      images.set(x, inside);
      captured.push(x);
      capturedInputs.push(inside);
    }
  }
  const values = outputs.map((node) => (dependent.has(node) ? rebuiltOver(node, images) : null));
  const over = loop({
    range: { start: constant(0, "i32"), stop: cast(size(batch), "i32") },
    step: 1,
    descending: false,
    carried: [],
    sliced: batches,
    captured,
    region: makeRegion({
      inputs: [index, ...sliced, ...capturedInputs],
      proceed: null,
      next: [],
      records: [],
    }),
  });
  return values.map((value, i) => {
    const output = nth(outputs, i);
    return value === null
      ? whole({ node: output, isBatched: false }, batch)
      : loopRecord(over, value, output);
  });
}
