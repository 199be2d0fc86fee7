import { nodesOf, rewriteGraph, type Graph } from "../ir/graph.js";
import { underName } from "./underName.js";
import type { Node } from "../ir/node.js";
import { fitType } from "./fitType.js";
import type { Pass } from "./pass.js";
import type { Rule, RuleContext } from "./rule.js";

/** Far above what nested patterns need; a rule set that undoes itself runs into it. */
const mostSweeps = 1000;

/** Rewrites by the rules, operands first, again and again until none applies. */
export function applyRules(graph: Graph, rules: readonly Rule[]): Graph {
  let current = graph;
  for (let sweeps = 0; sweeps < mostSweeps; sweeps++) {
    const next = sweep(current, rules);
    if (next === null) return current;
    current = next;
  }
  throw new Error(`rules undo each other in graph ${graph.name}`);
}

/** One walk over the graph; null if no rule applied. */
function sweep(graph: Graph, rules: readonly Rule[]): Graph | null {
  const uses = new Uses(graph);
  let changed = false;
  const next = rewriteGraph(graph, (node, _inputs, keep) => {
    const moved = keep();
    const better = firstRewrite(moved, rulesFor(moved, rules), uses);
    changed ||= better !== null;
    const image = better === null ? moved : underName(node, better);
    uses.replace(node, image);
    return image;
  });
  return changed ? next : null;
}

/** How often what a graph becomes is read, as often as what it replaces. Inputs are left out. */
class Uses implements RuleContext {
  readonly #graph: Graph;
  /** Null while nothing is replaced: most graphs stay as they are. */
  #ofImages: Map<Node, number> | null = null;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  isSoleUse(operand: Node): boolean {
    if (this.#ofImages !== null) return (this.#ofImages.get(operand) ?? 1) === 1;
    return this.#graph.inputs.includes(operand) || this.#before(operand) === 1;
  }

  replace(node: Node, image: Node): void {
    if (this.#ofImages === null && image === node) return;
    this.#ofImages ??= this.#upTo(node);
    const known = this.#ofImages.get(image) ?? 0;
    this.#ofImages.set(image, known + this.#before(node));
  }

  #before(node: Node): number {
    return countUses(this.#graph).get(node) ?? 1;
  }

  #upTo(end: Node): Map<Node, number> {
    const uses = new Map<Node, number>();
    const given = new Set(this.#graph.inputs);
    for (const node of nodesOf(this.#graph)) {
      if (node === end) break;
      if (!given.has(node)) uses.set(node, this.#before(node));
    }
    return uses;
  }
}

const knownUses = new WeakMap<Graph, ReadonlyMap<Node, number>>();

/** How often each node is read, by others and by the caller. */
export function countUses(graph: Graph): ReadonlyMap<Node, number> {
  const known = knownUses.get(graph);
  if (known !== undefined) return known;
  const uses = new Map<Node, number>();
  const count = (node: Node) => uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const { inputs } of nodesOf(graph)) inputs.forEach(count);
  graph.outputs.forEach(({ node }) => count(node));
  knownUses.set(graph, uses);
  return uses;
}

const rulesByOp = new WeakMap<readonly Rule[], Map<string, readonly Rule[]>>();

/** Those of the rules that may apply to a node, in their order. */
function rulesFor({ op: { name } }: Node, rules: readonly Rule[]): readonly Rule[] {
  const byOp = rulesByOp.get(rules) ?? new Map<string, readonly Rule[]>();
  rulesByOp.set(rules, byOp);
  const known = byOp.get(name);
  if (known !== undefined) return known;
  const own = rules.filter(({ op }) => op === undefined || op === name);
  byOp.set(name, own);
  return own;
}

function firstRewrite(node: Node, rules: readonly Rule[], context: RuleContext): Node | null {
  for (const rule of rules) {
    const better = rule.rewrite(node, context);
    const fitted = better && fitType(better, node.type);
    if (fitted !== null) return fitted;
  }
  return null;
}

/** A pass that applies rules: the exact ones, and if asked the others. */
export function rulesPass(name: string, rules: readonly Rule[]): Pass {
  const exact = rules.filter((rule) => rule.exact);
  return {
    name,
    run: (graph, options = {}) => applyRules(graph, options.inexact === true ? rules : exact),
  };
}
