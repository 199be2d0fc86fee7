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
  const oldUses = countUses(graph);
  const uses = new Map<Node, number>();
  const context: RuleContext = {
    isSoleUse: (operand) => (uses.get(operand) ?? 1) === 1,
  };
  let changed = false;
  const next = rewriteGraph(graph, (node, _inputs, keep) => {
    const moved = keep();
    const better = firstRewrite(moved, rules, context);
    changed ||= better !== null;
    const image = better === null ? moved : underName(node, better);
    uses.set(image, (uses.get(image) ?? 0) + (oldUses.get(node) ?? 0));
    return image;
  });
  return changed ? next : null;
}

/** How often each node is read, by others and by the caller. */
export function countUses(graph: Graph): ReadonlyMap<Node, number> {
  const uses = new Map<Node, number>();
  const read = [
    ...nodesOf(graph).flatMap((node) => node.inputs),
    ...graph.outputs.map((output) => output.node),
  ];
  for (const node of read) uses.set(node, (uses.get(node) ?? 0) + 1);
  return uses;
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
