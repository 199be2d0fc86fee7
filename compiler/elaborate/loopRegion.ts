import type { Node } from "../ir/node.js";
import { makeRegion } from "../ir/region.js";
import { add } from "../ops/arithmetic.js";
import { constant, constantValue } from "../ops/leaf.js";
import { bodyInput, loop, loopResult } from "../ops/loop.js";
import type { Attempt, Context } from "./context.js";
import { nodesOfCarry, valueWith } from "./loopCarry.js";
import { closeBody } from "./loopClose.js";
import { settle, type Carries, type Iteration, type LoopPlan, type Range } from "./loopSettle.js";
import type { Store, Variable } from "./scopes.js";
import { POISON, UNSET, type Value } from "./values.js";

/** Makes a loop of a plan; returns the variables that it changes. */
export function runRegion(context: Context, plan: LoopPlan): ReadonlySet<Variable> {
  const { carries, attempt } = settle(context, plan);
  attempt.diagnostics.forEach((diagnostic) => context.sink.add(diagnostic));
  const changed = new Set(carries.keys());
  if (attempt.failed || attempt.result.proceed === undefined)
    for (const variable of changed) context.store.set(variable, POISON);
  else if (attempt.result.proceed === true && plan.range === null) refuseEndless(context, plan);
  else if (attempt.result.proceed !== false) finish(context, plan, carries, attempt);
  return changed;
}

function refuseEndless(context: Context, { span }: LoopPlan): void {
  context.error("FG206", "this loop never ends", span, {
    accepted: "a condition that depends on what the loop computes, or a `break` or `return` in it",
  });
}

/** One value that goes from iteration to iteration. */
interface Carried {
  readonly input: Node;
  readonly init: Node;
  readonly next: Node;
}

function finish(
  context: Context,
  plan: LoopPlan,
  carries: Carries,
  { result: { index, inputs, proceed }, store: after }: Attempt<Iteration>,
): void {
  const before = context.store;
  const erroneous = [...carries.keys()].filter((variable) =>
    [before, after].some((store) => hasPoison(store.get(variable) ?? UNSET)),
  );
  if (erroneous.length > 0) {
    for (const variable of carries.keys()) before.set(variable, POISON);
    return;
  }
  const all = context.within(plan.span, () =>
    [...carries].flatMap(([variable, carry]) => {
      const [init, next] = [before, after].map((store) =>
        nodesOfCarry(carry, store.get(variable) ?? UNSET),
      );
      return (inputs.get(variable) ?? []).flatMap((input, i): readonly Carried[] => {
        const [start, end] = [init?.[i], next?.[i]];
        return start === undefined || end === undefined ? [] : [{ input, init: start, next: end }];
      });
    }),
  );
  const parts = sorted(all);
  if (parts.carried.length === 0) return;
  const made = context.within(plan.span, () => makeLoop(plan, index, parts, proceed));
  const results = new Map(
    parts.carried.map(({ input }, i) => {
      const result = context.build(plan.span, () => loopResult(made, i, input));
      if (context.whole.has(input)) context.whole.add(result);
      return [input, result];
    }),
  );
  context.store = stored(before, carries, inputs, (input) =>
    results.get(parts.equal.get(input) ?? input),
  );
}

function hasPoison(value: Value): boolean {
  if (value.kind === "tuple") return value.elements.some(hasPoison);
  if (value.kind === "object") return [...value.fields.values()].some(hasPoison);
  return value.kind === "poison";
}

/** The store after the loop; a variable of which nothing changed keeps its very value. */
function stored(
  before: Store,
  carries: Carries,
  inputs: ReadonlyMap<Variable, readonly Node[]>,
  result: (input: Node) => Node | undefined,
): Store {
  const store = new Map(before);
  for (const [variable, carry] of carries) {
    const start = before.get(variable) ?? UNSET;
    const own = inputs.get(variable) ?? [];
    if (own.every((input) => result(input) === undefined)) continue;
    const unchanged = nodesOfCarry(carry, start);
    const nodes = own.flatMap((input, i) => result(input) ?? unchanged[i] ?? []);
    store.set(variable, valueWith(carry, start, nodes.values()));
  }
  return store;
}

interface Sorted {
  readonly carried: readonly Carried[];
  /** Inputs that keep the value they have before the loop. */
  readonly unchanging: ReadonlyMap<Node, Node>;
  /** Inputs that always equal another. */
  readonly equal: ReadonlyMap<Node, Node>;
}

/** What never changes is read from outside, and of two that are always equal one is carried. */
function sorted(all: readonly Carried[]): Sorted {
  const unchanging = new Map<Node, Node>();
  const equal = new Map<Node, Node>();
  const carried: Carried[] = [];
  for (const one of all) {
    const twin = carried.find(({ init, next }) => next === one.next && isEqual(init, one.init));
    if (one.next === one.input) unchanging.set(one.input, one.init);
    else if (twin !== undefined) equal.set(one.input, twin.input);
    else carried.push(one);
  }
  return { carried, unchanging, equal };
}

function isEqual(a: Node, b: Node): boolean {
  const value = constantValue(a);
  return a === b || (value !== undefined && Object.is(value, constantValue(b)));
}

function makeLoop(
  { range }: LoopPlan,
  index: Node,
  { carried, unchanging, equal }: Sorted,
  proceed: boolean | Node | undefined,
): Node {
  const condition = typeof proceed === "object" ? proceed : null;
  const counter = condition === null ? [] : [tripCounter(range, index)];
  const all = [...carried, ...counter];
  const body = closeBody({
    index,
    inputs: all.map(({ input }) => input),
    proceed: condition,
    next: all.map(({ next }) => next),
    kept: new Map([...unchanging, ...equal]),
  });
  return loop({
    range,
    step: range?.step ?? 1,
    descending: false,
    carried: all.map(({ init }) => init),
    sliced: [],
    captured: body.captured,
    count: range?.count,
    region: makeRegion({
      inputs: [index, ...all.map(({ input }) => input), ...body.capturedInputs],
      proceed: body.proceed,
      next: body.next,
      records: [],
    }),
  });
}

/** Where the indices end that are run through: reverse mode starts from there. */
function tripCounter(range: Range | null, index: Node): Carried {
  return {
    input: bodyInput("trips$", index.type, { name: "trips", derivedName: true }),
    init: range === null ? constant(0, "i32") : range.start,
    next: add(index, constant(range?.step ?? 1, "i32")),
  };
}
