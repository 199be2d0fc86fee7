import type { DiagnosticSink, Span } from "./diagnostic.js";
import { isDynamic } from "./ir/dim.js";
import { nodesOf, sizesOf, type Graph } from "./ir/graph.js";
import type { Node } from "./ir/node.js";
import { isLoopRecord } from "./ops/loop.js";
import { ForwardPass } from "./memory.js";
import { chooseRecomputed, type Choice, type Sizes } from "./memoryPlan.js";
import { rematerialise } from "./passes/rematerialise.js";
import { storeCost, withStoreCost } from "./passes/saved.js";
import type { Pass } from "./passes/pass.js";

/** How much of the forward pass the backward pass may hold. */
export interface MemoryBudget {
  readonly bytes: number;
  /** Values of the named sizes. */
  readonly sizes: Sizes;
}

/** A function with its gradient on the way to code, and what of its forward pass is computed twice. */
export interface Fitted {
  readonly gradient: Graph;
  /** Before anything is computed again. */
  readonly lowered: Graph;
  readonly recomputed: ReadonlySet<Node>;
  /** With a budget, the most bytes that the backward pass holds at any one time. */
  readonly bytes?: number | undefined;
}

export interface FitRequest {
  readonly name: string;
  readonly span: Span;
  /** How many of the graph's outputs are the function's own. */
  readonly results: number;
  readonly differentiate: () => Graph;
  readonly lower: (gradient: Graph) => Graph;
  readonly sink: DiagnosticSink;
}

/** The gradient of a function, within a budget if there is one. */
export function fitMemory(request: FitRequest, budget: MemoryBudget | undefined): Fitted {
  const gradient = request.differentiate();
  const first = { gradient, lowered: request.lower(gradient), recomputed: new Set<Node>() };
  if (budget === undefined || !isKnown(request, first.lowered, budget)) return first;
  let least = Infinity;
  for (const cost of costLevels(first.lowered)) {
    const fitted =
      cost === storeCost ? first : withStoreCost(cost, budget.sizes, () => attempt(request));
    const choice = chosen(fitted.lowered, request, budget, cost);
    least = Math.min(least, choice.bytes);
    if (choice.bytes <= budget.bytes) return { ...fitted, ...choice };
  }
  request.sink.error(
    "FG508",
    `the gradient of \`${request.name}\` holds at least ${least} bytes of the forward pass, and the budget is ${budget.bytes}`,
    request.span,
    {
      accepted: `a budget of ${least} bytes or more`,
      hint: "`flatgrad explain-memory` shows what is held, and why",
    },
  );
  return first;
}

/** What is left to do until a fitted graph is what is scheduled. */
export function rematerialisePasses(
  { lowered, recomputed }: Fitted,
  results: number,
): readonly Pass[] {
  if (recomputed.size === 0) return [];
  const pass = new ForwardPass(lowered, results);
  const kept = pass.held.map(({ node }) => node).filter((node) => !recomputed.has(node));
  return [
    rematerialise({
      recomputed,
      kept: new Set(kept),
      isForward: (node) => pass.has(node),
      isTensor: (node) => pass.isTensor(node),
      isSeenThrough: (node) => pass.isSeenThrough(node),
    }),
  ];
}

function attempt({ differentiate, lower }: FitRequest): Omit<Fitted, "recomputed"> {
  const gradient = differentiate();
  return { gradient, lowered: lower(gradient) };
}

function chosen(
  lowered: Graph,
  { results }: FitRequest,
  { bytes: budget, sizes }: MemoryBudget,
  mostCost: number,
): Choice {
  return chooseRecomputed({ pass: new ForwardPass(lowered, results), sizes, budget, mostCost });
}

/**
 * What recomputing an element may cost, from one attempt to the next. What
 * loops keep is decided when they are differentiated, all at the same price;
 * without loops a single attempt takes everything into account.
 */
function costLevels(graph: Graph): readonly number[] {
  const hasRecords = nodesOf(graph).some(isLoopRecord);
  const steps = hasRecords ? 16 : 0;
  const levels = Array.from({ length: steps }, (_, k) => storeCost * 2 ** k);
  return [...levels, Infinity];
}

/** Whether the sizes say how many bytes everything has. Otherwise it is an error. */
function isKnown({ name, span, sink }: FitRequest, graph: Graph, { sizes }: MemoryBudget): boolean {
  const missing = sizesOf(graph).filter((size) => sizes[size] === undefined);
  if (missing.length > 0) {
    sink.error(
      "FG507",
      `the memory of \`${name}\` depends on ${missing.join(", ")}, which the budget needs to know`,
      span,
      {
        accepted: "a value for each named size",
        hint: missing.map((size) => `--size ${size}=64`).join(" "),
      },
    );
    return false;
  }
  const tape = nodesOf(graph).find((node) => isLoopRecord(node) && node.type.shape.some(isDynamic));
  if (tape === undefined) return true;
  sink.error(
    "FG507",
    `a loop of \`${name}\` ends when it is done, so nobody knows how much memory it needs`,
    tape.origin.step.span ?? tape.origin.step.line.span ?? span,
    {
      accepted: "loops whose number of iterations follows from sizes",
      hint: "leave the loop with `break` from a `for` with a constant bound, or set no budget",
    },
  );
  return false;
}
