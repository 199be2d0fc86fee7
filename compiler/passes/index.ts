import type { Graph } from "../ir/graph.js";
import { verifyGraph } from "../ir/verify.js";
import { registry } from "../ops/index.js";
import { rulesPass } from "./applyRules.js";
import { pass as cse } from "./cse.js";
import { expandAll, expandUngrouped } from "./expand.js";
import { foldRules, pass as fold } from "./fold.js";
import { pass as foldTranspose } from "./foldTranspose.js";
import { fuseLoops } from "./fuseLoops.js";
import { hoistInvariants } from "./hoistInvariants.js";
import { inlineAll, inlineSingle } from "./inlineLoops.js";
import { runPass } from "./insideLoops.js";
import type { Pass, PassOptions } from "./pass.js";
import { pass as powers } from "./powers.js";
import { pruneLoops } from "./pruneLoops.js";
import { reassociate } from "./reassociate.js";
import { pass as simplify, simplifyRules } from "./simplify.js";
import { pass as stabilise } from "./stabilise.js";
import { vectorise } from "./vectorise.js";

export type { Pass, PassOptions } from "./pass.js";

/** Folding and simplifying until neither finds anything: each makes work for the other. */
const settle = rulesPass("settle", [...foldRules, ...simplifyRules]);

/**
 * From the author's graph to the one that is differentiated. Expansion comes
 * first, so that stable forms are also found in the formulas of operations;
 * cse before stabilise, so that both exp(x) of exp(x) / (1 + exp(x)) are one.
 * Products are re-associated last, when it is known which are read twice.
 */
export const forwardPasses: readonly Pass[] = [
  expandUngrouped,
  inlineSingle,
  pruneLoops,
  vectorise,
  fold,
  cse,
  simplify,
  stabilise,
  fold,
  simplify,
  cse,
  reassociate({ bodies: false }),
];

/**
 * From the graph of a function, with or without its gradient, to the one that
 * is scheduled. What cse leaves equal operands of, simplify takes further.
 */
export const jointPasses: readonly Pass[] = [
  inlineAll,
  expandAll,
  pruneLoops,
  fold,
  cse,
  simplify,
  powers,
  foldTranspose,
  settle,
  cse,
  hoistInvariants,
  pruneLoops,
];

/**
 * What makes code faster and the passes of the author's program harder to tell
 * apart. Products come first, while those that are alike are still one.
 */
export const fusingPasses: readonly Pass[] = [
  reassociate({ bodies: true }),
  fuseLoops,
  pruneLoops,
  settle,
  cse,
  pruneLoops,
];

export interface RunOptions extends PassOptions {
  /** Check the graph after every pass; for tests. */
  readonly verify?: boolean | undefined;
}

/** Runs passes in order. @throws Error with `verify`, naming the pass that left the graph invalid. */
export function runPasses(
  graph: Graph,
  passes: readonly Pass[],
  { verify = false, ...options }: RunOptions = {},
): Graph {
  let current = graph;
  for (const pass of passes) {
    current = runPass(pass, current, options);
    if (verify) verifyAfter(pass, current);
  }
  return current;
}

function verifyAfter(pass: Pass, graph: Graph): void {
  try {
    verifyGraph(graph, registry);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`after pass ${pass.name}: ${reason}`, { cause: error });
  }
}
