import type { Node } from "../ir/node.js";
import { loopParts } from "../ir/region.js";
import { nth } from "../ops/chain.js";
import { isLoop, isLoopRecord, loopOf, loopValueIndex } from "../ops/loop.js";

/** The nodes of a scope that read what a loop ends with. */
export interface LoopValues {
  readonly results: ReadonlyMap<number, Node>;
  readonly records: ReadonlyMap<number, Node>;
}

/** For each loop among the nodes, who reads its results and records. */
export function loopValuesOf(nodes: readonly Node[]): ReadonlyMap<Node, LoopValues> {
  const values = new Map<
    Node,
    { readonly results: Map<number, Node>; readonly records: Map<number, Node> }
  >();
  for (const node of nodes) {
    if (isLoop(node)) values.set(node, { results: new Map(), records: new Map() });
    if (node.op.lowering.kind !== "loopValue") continue;
    const of = values.get(loopOf(node));
    const list = isLoopRecord(node) ? of?.records : of?.results;
    const index = loopValueIndex(node);
    if (list === undefined || list.has(index))
      throw new Error("a value of a loop has one node, which comes after the loop");
    list.set(index, node);
  }
  return values;
}

/** What stands for a carried value among the nodes around its loop: its result, or where nothing reads that its input. */
export function carriedKey(loop: Node, k: number, values: ReadonlyMap<Node, LoopValues>): Node {
  return values.get(loop)?.results.get(k) ?? nth(loopParts(loop).carriedInputs, k);
}
