import type { Value } from "./values.js";

/** How a statement ends. */
export type Flow =
  /** What follows is next. */
  | { readonly kind: "next" }
  | { readonly kind: "return"; readonly value: Value }
  /** Under a run-time condition it returned; `finish` joins that with the value of what follows. */
  | { readonly kind: "maybe"; readonly finish: (rest: Value) => Value };

export const NEXT: Flow = { kind: "next" };

/** The value of a flow, given that of what follows it. */
export function valueOf(flow: Flow, rest: Value): Value {
  switch (flow.kind) {
    case "next":
      return rest;
    case "return":
      return flow.value;
    case "maybe":
      return flow.finish(rest);
  }
}

/** Runs steps in order until one returns. */
export function sequence(steps: Iterable<() => Flow>): Flow {
  const pending: Extract<Flow, { kind: "maybe" }>[] = [];
  const finish = (rest: Value) => pending.reduceRight((value, flow) => flow.finish(value), rest);
  for (const step of steps) {
    const flow = step();
    if (flow.kind === "return") return { kind: "return", value: finish(flow.value) };
    if (flow.kind === "maybe") pending.push(flow);
  }
  return pending.length === 0 ? NEXT : { kind: "maybe", finish };
}
