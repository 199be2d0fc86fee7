import { cloneNode, rewriteGraph, type Graph } from "../ir/graph.js";
import { makeNode, withOrigin, type Node } from "../ir/node.js";
import { isAt } from "../ops/positions.js";
import type { Pass } from "./pass.js";

/** What is to be computed again, as the graph has it. */
export interface Rematerialisation {
  /** Tensors of the forward pass that the backward pass computes itself. */
  readonly recomputed: ReadonlySet<Node>;
  /** What they are computed from: tensors of the forward pass that are kept. */
  readonly kept: ReadonlySet<Node>;
  readonly isForward: (node: Node) => boolean;
  /** Whether a node is a tensor of the forward pass with memory of its own. */
  readonly isTensor: (node: Node) => boolean;
  /** Whether a node has no memory, but looks at another. */
  readonly isSeenThrough: (node: Node) => boolean;
}

/**
 * Gives the backward pass copies of tensors of the forward pass, made from what
 * is kept just before they are read first. Nothing that merges equal values may
 * run after it.
 */
export function rematerialise(plan: Rematerialisation): Pass {
  return {
    name: "rematerialise",
    run: (graph, { body = false } = {}) => (body ? graph : new Rematerialiser(plan).run(graph)),
  };
}

class Rematerialiser {
  readonly #plan: Rematerialisation;
  readonly #images = new Map<Node, Node>();
  readonly #copies = new Map<Node, Node>();

  constructor(plan: Rematerialisation) {
    this.#plan = plan;
  }

  run(graph: Graph): Graph {
    const { isForward, isSeenThrough } = this.#plan;
    return rewriteGraph(graph, (node, inputs) => {
      const reads = !isForward(node) && !isSeenThrough(node);
      const own = reads ? node.inputs.map((x) => this.#again(x)) : inputs;
      const image = node.inputs.length === 0 ? node : cloneNode(node, own);
      this.#images.set(node, image);
      return image;
    });
  }

  /** A value as the backward pass has it. */
  #again(node: Node): Node {
    const known = this.#copies.get(node);
    if (known !== undefined) return known;
    const made = this.#needsCopy(node) ? this.#copied(node) : (this.#images.get(node) ?? node);
    this.#copies.set(node, made);
    return made;
  }

  #needsCopy(node: Node): boolean {
    const { isTensor, isSeenThrough, kept } = this.#plan;
    if (isTensor(node)) return !kept.has(node);
    return isSeenThrough(node) && node.inputs.some((x) => this.#again(x) !== this.#images.get(x));
  }

  #copied(node: Node): Node {
    const inputs = node.inputs.map((x) => this.#again(x));
    return withOrigin({ step: node.origin.step, phase: "backward" }, () =>
      // What the forward pass has read without complaint is in range.
      isAt(node)
        ? makeNode(node.op, inputs, { ...node.attrs, inBounds: true }, node)
        : cloneNode(node, inputs),
    );
  }
}
