import { evaluateDim, type Dim } from "./ir/dim.js";
import type { Node } from "./ir/node.js";
import { bytesPerElement, elementCount } from "./ir/type.js";
import type { ForwardPass, HeldValue } from "./memory.js";
import { readsWhole } from "./memoryOrder.js";
import { workOf } from "./passes/rematerialiseCost.js";

export type Sizes = Readonly<Record<string, number>>;

/** Which tensors to compute again, and what that comes to. */
export interface Choice {
  readonly recomputed: ReadonlySet<Node>;
  /** The most bytes of the forward pass that the backward pass holds at any one time. */
  readonly bytes: number;
  /** How long it holds what it has computed again: bytes times operations. */
  readonly waiting: number;
}

export interface PlanRequest {
  readonly pass: ForwardPass;
  readonly sizes: Sizes;
  readonly budget: number;
  /** What recomputing may cost for each element. */
  readonly mostCost: number;
}

/**
 * Chooses what to compute again, until what the backward pass holds of the
 * forward pass at any one time fits into the budget: first what saves the most
 * bytes for its cost. Where it never fits, the choice that holds the least.
 */
export function chooseRecomputed(request: PlanRequest): Choice {
  return new Planner(request).choose();
}

/** When a value is there: from what makes it to what reads all of it, and to what reads it element by element. */
interface Life {
  readonly first: number;
  readonly whole: number;
  readonly elements: number;
}

/** Memory for some time. */
interface Span {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

const beginning = -1;

class Planner {
  readonly #request: PlanRequest;
  readonly #held: readonly HeldValue[];
  /** Everything that is kept unless it is computed again; results are kept for the caller anyway. */
  readonly #kept: ReadonlySet<Node>;
  readonly #results: ReadonlySet<Node>;
  readonly #bytes = new Map<Node, number>();

  constructor(request: PlanRequest) {
    const { held } = request.pass;
    this.#request = request;
    this.#held = held.filter(({ isResult }) => !isResult);
    this.#kept = new Set(held.map(({ node }) => node));
    this.#results = new Set(held.filter(({ isResult }) => isResult).map(({ node }) => node));
  }

  choose(): Choice {
    const { budget } = this.#request;
    let current = this.#choiceOf(new Set());
    let best = current;
    while (best.bytes > budget) {
      const next = this.#step(current);
      if (next === null) return best;
      current = next;
      if (current.bytes < best.bytes) best = current;
    }
    return this.#withoutNeedless(best);
  }

  /**
   * One more tensor: the most worthwhile of those that help, or of those that
   * do no harm, where none helps by itself. Of equals, the one that is read
   * again soonest.
   */
  #step({ recomputed, bytes }: Choice): Choice | null {
    let harmless: Choice | null = null;
    for (const nodes of this.#candidates(recomputed)) {
      const choices = sample(nodes).map((node) => this.#choiceOf(new Set([...recomputed, node])));
      const [best] = choices
        .filter((choice) => choice.bytes < bytes)
        .toSorted((a, b) => a.waiting - b.waiting);
      if (best !== undefined) return best;
      harmless ??= choices.find((choice) => choice.bytes === bytes) ?? null;
    }
    return harmless;
  }

  /** What could be computed again beside what already is: what saves the most bytes for its cost first, equals together. */
  #candidates(recomputed: ReadonlySet<Node>): Iterable<readonly Node[]> {
    const again = this.#copiedFor(recomputed);
    const isThere = (node: Node) =>
      again.has(node) || (this.#kept.has(node) && !recomputed.has(node));
    const worths = this.#held
      .filter(({ node }) => !recomputed.has(node))
      .flatMap(({ node }) => {
        const more = this.#request.pass.behind(node, isThere);
        const cost = more.reduce((sum, x) => sum + this.#work(x), 0);
        const each = cost / Math.max(1, this.#number(elementCount(node.type)));
        const isAllowed = Number.isFinite(cost) && each <= this.#request.mostCost;
        return isAllowed ? [{ node, worth: this.#bytesOf(node) / Math.max(1, cost) }] : [];
      })
      .toSorted((a, b) => b.worth - a.worth);
    const groups = new Map<number, Node[]>();
    for (const { node, worth } of worths) {
      const group = groups.get(worth);
      if (group === undefined) groups.set(worth, [node]);
      else group.push(node);
    }
    return groups.values();
  }

  /** The same without what turned out not to be needed, the dearest first. */
  #withoutNeedless(choice: Choice): Choice {
    let current = choice;
    for (const node of [...choice.recomputed].toReversed()) {
      const fewer = this.#choiceOf(new Set([...current.recomputed].filter((x) => x !== node)));
      if (fewer.bytes <= this.#request.budget) current = fewer;
    }
    return current;
  }

  /** All that is computed again for some tensors. */
  #copiedFor(recomputed: ReadonlySet<Node>): ReadonlySet<Node> {
    const isThere = (node: Node) => this.#kept.has(node) && !recomputed.has(node);
    return new Set([...recomputed].flatMap((node) => this.#request.pass.behind(node, isThere)));
  }

  #choiceOf(recomputed: ReadonlySet<Node>): Choice {
    const spans = this.#spans(recomputed);
    const changes = spans.flatMap(({ bytes, first, last }) => [
      { at: first, by: bytes },
      { at: last + 0.5, by: -bytes },
    ]);
    const waiting = spans
      .filter(({ first }) => first > beginning)
      .reduce((sum, { bytes, first, last }) => sum + bytes * (last - first), 0);
    let [bytes, most] = [0, 0];
    for (const { by } of changes.toSorted((a, b) => a.at - b.at || b.by - a.by)) {
      bytes += by;
      most = Math.max(most, bytes);
    }
    return { recomputed, bytes: most, waiting };
  }

  /** From when to when there is memory for what. */
  #spans(recomputed: ReadonlySet<Node>): readonly Span[] {
    const lives = this.#lives(recomputed);
    const written = new Set<Node>();
    const spans: Span[] = [];
    for (const [node, { first, whole, elements }] of lives) {
      const add = (last: number) => spans.push({ bytes: this.#bytesOf(node), first, last });
      if (first === beginning) add(Math.max(whole, elements));
      else {
        const before = spans.length;
        if (whole >= first) add(whole);
        // What reads elements later is worked out at once, and waits in place of the value.
        if (elements > first) add(elements);
        if (spans.length === before && readsWhole(node) && !written.has(node)) add(first);
        // A tensor is written over that which it is made from, element by element.
        if (spans.length > before && !readsWhole(node))
          this.#request.pass.operandsOf(node).forEach((x) => written.add(x));
      }
    }
    return spans;
  }

  /** A copy is made for the first of those that read it. Those made later come before what they are made from. */
  #lives(recomputed: ReadonlySet<Node>): ReadonlyMap<Node, Life> {
    const { pass } = this.#request;
    const copied = this.#copiedFor(recomputed);
    const lives = new Map<Node, Life>();
    const read = (node: Node, reader: Node, at: number) => {
      const none = {
        first: copied.has(node) ? Infinity : beginning,
        whole: -Infinity,
        elements: -Infinity,
      };
      const life = lives.get(node) ?? none;
      const kind = readsWhole(reader) ? "whole" : "elements";
      lives.set(node, {
        ...life,
        first: Math.min(life.first, at),
        [kind]: Math.max(life[kind], at),
      });
    };
    for (const { node, readers } of this.#held)
      for (const reader of readers) read(node, reader, pass.times.get(reader) ?? 0);
    for (const copy of [...copied].toSorted((a, b) => b.id - a.id)) {
      const life = lives.get(copy);
      if (life === undefined) continue;
      const at = life.first;
      lives.delete(copy);
      lives.set(copy, life);
      for (const x of pass.operandsOf(copy))
        if (copied.has(x) || (this.#kept.has(x) && !this.#results.has(x))) read(x, copy, at);
    }
    return lives;
  }

  #work(node: Node): number {
    const work = workOf(node);
    return work === null ? Infinity : this.#number(work);
  }

  #bytesOf(node: Node): number {
    const known = this.#bytes.get(node);
    if (known !== undefined) return known;
    const bytes = this.#number(elementCount(node.type)) * bytesPerElement[node.type.dtype];
    this.#bytes.set(node, bytes);
    return bytes;
  }

  #number(dim: Dim): number {
    return evaluateDim(dim, this.#request.sizes);
  }
}

const largestSample = 16;

/** So many of a list at most, from all over it. */
function sample<T>(list: readonly T[]): readonly T[] {
  const stride = Math.ceil(list.length / largestSample);
  return list.filter((_, i) => i % stride === 0);
}
