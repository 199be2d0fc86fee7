import { nodesOf, reachable, type Graph } from "./ir/graph.js";
import type { Node } from "./ir/node.js";
import { loopParts } from "./ir/region.js";
import { isLoopRecord, loopOf, loopValueIndex } from "./ops/loop.js";
import { backwardTimes } from "./memoryOrder.js";
import { isInline } from "./schedule/element.js";
import { storedInline } from "./schedule/storedInline.js";

/** A tensor of the forward pass that is kept because the backward pass reads it. */
export interface HeldValue {
  readonly node: Node;
  /** Operations of the backward pass, in the order in which they run. */
  readonly readers: readonly Node[];
  /** Whether it is a result of the function, and so kept anyway. */
  readonly isResult: boolean;
}

/**
 * What the backward pass of a function reads of its forward pass, before any
 * of it is computed again. Scalars are variables and not counted; views and
 * their like have no memory, and are seen through.
 */
export class ForwardPass {
  readonly held: readonly HeldValue[];
  /** When each operation of the backward pass runs. */
  readonly times: ReadonlyMap<Node, number>;
  readonly #forward: ReadonlySet<Node>;
  readonly #stored: ReadonlySet<Node>;
  readonly #roots = new Map<Node, readonly Node[]>();

  /** `results` is how many of the outputs the function itself has; its gradient has the others. */
  constructor(graph: Graph, results: number) {
    const nodes = nodesOf(graph);
    const values = graph.outputs.slice(0, results).map((output) => output.node);
    const own = new Set(reachable(values));
    this.#forward = new Set(nodes.filter((node) => own.has(node) || isForward(node)));
    this.#stored = storedInline(nodes, new Map());
    this.times = backwardTimes(nodes, (node) => this.#forward.has(node));
    const readers = new Map<Node, Node[]>();
    for (const reader of this.times.keys()) {
      if (this.isSeenThrough(reader)) continue;
      for (const node of this.operandsOf(reader)) {
        if (!this.isTensor(node)) continue;
        const known = readers.get(node);
        if (known === undefined) readers.set(node, [reader]);
        else known.push(reader);
      }
    }
    const outputs = new Set(graph.outputs.flatMap((output) => this.#rootsOf(output.node)));
    this.held = [...readers]
      .map(([node, list]): HeldValue => ({ node, readers: list, isResult: outputs.has(node) }))
      .toSorted((a, b) => a.node.id - b.node.id);
  }

  /** Whether the forward pass computes a value. */
  has(node: Node): boolean {
    return this.#forward.has(node);
  }

  /** Whether a value is a tensor that the forward pass has computed. */
  isTensor(node: Node): boolean {
    return (
      this.#forward.has(node) &&
      node.type.shape.length > 0 &&
      node.op.lowering.kind !== "leaf" &&
      !this.isSeenThrough(node)
    );
  }

  isSeenThrough(node: Node): boolean {
    return isInline(node) && !this.#stored.has(node);
  }

  /** What a node reads, behind views. */
  operandsOf(node: Node): readonly Node[] {
    return [...new Set(node.inputs.flatMap((x) => this.#rootsOf(x)))];
  }

  /** What must be computed to have a tensor again, from those at hand; the tensor itself included. */
  behind(root: Node, isAtHand: (node: Node) => boolean): readonly Node[] {
    const found = new Set<Node>();
    const stack = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      found.add(node);
      for (const x of this.operandsOf(node))
        if (this.isTensor(x) && !isAtHand(x) && !found.has(x)) stack.push(x);
    }
    return [...found];
  }

  #rootsOf(node: Node): readonly Node[] {
    const known = this.#roots.get(node);
    if (known !== undefined) return known;
    const seen = node.op.lowering.kind === "reshape" ? node.inputs.slice(0, 1) : node.inputs;
    const roots = this.isSeenThrough(node) ? seen.flatMap((x) => this.#rootsOf(x)) : [node];
    this.#roots.set(node, roots);
    return roots;
  }
}

/** Whether a value belongs to the forward pass; what a loop ends with, to the pass that the body's value is of. */
export function isForward(node: Node): boolean {
  if (node.op.lowering.kind !== "loopValue") return node.origin.phase === "forward";
  const { region } = loopParts(loopOf(node));
  const list = isLoopRecord(node) ? region.records : region.next;
  return list[loopValueIndex(node)]?.origin.phase === "forward";
}
