import type { Context } from "./context.js";
import type { Node } from "../ir/node.js";
import { or } from "../ops/arithmetic.js";
import { constant } from "../ops/leaf.js";
import type { Store } from "./scopes.js";
import { POISON, type Value } from "./values.js";

/** What a function has come to: its result, and its variables and those around it. */
export interface Outcome {
  readonly value: Value;
  readonly store: Store;
}

/** How a statement ends. */
export type Flow =
  /** What follows is next. */
  | { readonly kind: "next" }
  | { readonly kind: "return"; readonly outcome: Outcome }
  /** Under a run-time condition it returned; `finish` joins that with the outcome of what follows. */
  | {
      readonly kind: "maybe";
      readonly returned: Node;
      readonly finish: (rest: Outcome) => Outcome;
    };

export const NEXT: Flow = { kind: "next" };

/** `return value`, at this point of the program. */
export function returning({ store }: Context, value: Value): Flow {
  return { kind: "return", outcome: { value, store } };
}

/** After something erroneous that may return. */
export function unknownFlow(context: Context): Flow {
  const returned = constant(0, "bool");
  return { kind: "maybe", returned, finish: () => ({ value: POISON, store: context.store }) };
}

/** The outcome of a flow, given that of what follows it. */
export function outcomeOf(flow: Flow, rest: Outcome): Outcome {
  switch (flow.kind) {
    case "next":
      return rest;
    case "return":
      return flow.outcome;
    case "maybe":
      return flow.finish(rest);
  }
}

/** Runs steps in order until one returns. */
export function sequence(steps: Iterable<() => Flow>): Flow {
  const pending: Extract<Flow, { kind: "maybe" }>[] = [];
  const finish = (rest: Outcome) =>
    pending.reduceRight((outcome, flow) => flow.finish(outcome), rest);
  for (const step of steps) {
    const flow = step();
    if (flow.kind === "return") return { kind: "return", outcome: finish(flow.outcome) };
    if (flow.kind === "maybe") pending.push(flow);
  }
  const [first, ...others] = pending.map(({ returned }) => returned);
  if (first === undefined) return NEXT;
  return { kind: "maybe", returned: others.reduce((all, one) => or(all, one), first), finish };
}
