import type { Span } from "../diagnostic.js";
import type { Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { makeRegion } from "../ir/region.js";
import { add } from "../ops/arithmetic.js";
import { constant, constantValue } from "../ops/leaf.js";
import { bodyIndex, bodyInput, loop, loopResult } from "../ops/loop.js";
import { arraysIn, frozen, isCell } from "./arrays.js";
import type { Attempt, Context } from "./context.js";
import { leafName } from "./inputs.js";
import { renamedStore } from "./loopArrays.js";
import { factsOfRange } from "./loopBounds.js";
import {
  carryOf,
  isSame,
  leavesOfCarry,
  nodesOfCarry,
  SAME,
  sameCarry,
  valueWith,
  widen,
  type Carry,
} from "./loopCarry.js";
import { closeBody, uniqueName } from "./loopClose.js";
import type { Store, Variable } from "./scopes.js";
import { describe, POISON, sameValue, UNSET, type Value } from "./values.js";

/** Types of carried values are widened at most this often. */
const MAX_ROUNDS = 12;

export interface Range {
  readonly start: Node;
  readonly stop: Node;
  readonly step: number;
  /** How many iterations, where sizes tell. */
  readonly count: Dim | undefined;
}

/** A loop that stays one. */
export interface LoopPlan {
  readonly span: Span;
  readonly range: Range | null;
  /** The author's name of the index. */
  readonly index: string;
  /** Variables that the body is seen to assign; those it assigns in other ways are found out. */
  readonly assigned: readonly Variable[];
  /** Whether there is another iteration; undefined where that is erroneous, which is reported. */
  readonly proceed: (() => boolean | Node | undefined) | null;
  readonly body: (index: Node) => void;
}

/** One iteration, for all of them. */
interface Iteration {
  readonly index: Node;
  readonly inputs: ReadonlyMap<Variable, readonly Node[]>;
  readonly proceed: boolean | Node | undefined;
}

type Carries = ReadonlyMap<Variable, Carry>;

/** What is known of a loop once its body has been run. */
interface Settled {
  readonly carries: Carries;
  readonly attempt: Attempt<Iteration>;
}

/** Makes a loop of a plan; returns the variables that it changes. */
export function runRegion(context: Context, plan: LoopPlan): ReadonlySet<Variable> {
  const { carries, attempt } = settle(context, plan);
  attempt.diagnostics.forEach((diagnostic) => context.sink.add(diagnostic));
  const changed = new Set(carries.keys());
  if (attempt.failed || attempt.result.proceed === undefined)
    for (const variable of changed) context.store.set(variable, POISON);
  else if (attempt.result.proceed !== false) finish(context, plan, carries, attempt);
  return changed;
}

/** Runs the body until the types of what it carries hold for every iteration. */
function settle(context: Context, plan: LoopPlan): Settled {
  let carries: Carries = new Map(
    plan.assigned.flatMap((variable): readonly (readonly [Variable, Carry])[] => {
      const before = context.store.get(variable);
      if (before === undefined) return [];
      countParts(context, before, plan.span);
      return [[variable, carryOf(before)]];
    }),
  );
  for (let round = 0; ; round++) {
    const attempt = context.attempt(() => iterate(context, plan, carries));
    const after = afterIteration(context, plan, attempt);
    const settled = { ...attempt, store: after };
    const next = widened(context, plan, carries, settled, round === MAX_ROUNDS);
    if (next === undefined) return { carries, attempt: settled };
    carries = next;
  }
}

function iterate(context: Context, plan: LoopPlan, carries: Carries): Iteration {
  context.isInLoop = true;
  context.loops = undefined;
  const index = bodyIndex(plan.index);
  const taken = new Set([plan.index]);
  const inputs = new Map<Variable, readonly Node[]>();
  for (const [variable, carry] of carries) {
    const nodes = leavesOfCarry(carry).map(({ type, path }) => {
      const name = leafName([variable.name || "array", ...path]);
      return bodyInput(uniqueName(name, taken), type, { name });
    });
    inputs.set(variable, nodes);
    if (carry.kind === "late") continue;
    const before = context.store.get(variable) ?? UNSET;
    context.store.set(variable, valueWith(carry, before, nodes.values()));
  }
  const { range } = plan;
  if (range !== null)
    context.facts = [...context.facts, ...factsOfRange(index, range.start, range.stop, range.step)];
  const proceed = plan.proceed === null ? true : plan.proceed();
  plan.body(index);
  return { index, inputs, proceed };
}

/**
 * The variables after an iteration in terms of those before it. Where a name
 * goes from one array to another in a way that cannot be followed, it stands
 * for what is in the array.
 */
function afterIteration(
  context: Context,
  { span }: LoopPlan,
  { store, frozen: frozenInside }: Attempt<Iteration>,
): Store {
  const after = new Map(renamedStore(context.store, store));
  const outside = context.store;
  for (const [variable, start] of outside) {
    const end = after.get(variable) ?? start;
    if (sameValue(start, end)) continue;
    countParts(context, end, span);
    if (arraysIn(start).length > 0 && !isSame(start, end))
      outside.set(variable, frozen(context, start, span));
    if (arraysIn(end).length === 0 || isSame(start, end)) continue;
    context.store = after;
    after.set(variable, frozen(context, end, span));
    context.store = outside;
  }
  for (const [cell, place] of frozenInside)
    if (!context.frozen.has(cell)) context.frozen = new Map([...context.frozen, [cell, place]]);
  refuseFrozen(context, after, span);
  return after;
}

/** Counts the parts of a value as work: lists that share their parts have more than they take room. */
function countParts(context: Context, value: Value, span: Span): void {
  context.work(span);
  const parts =
    value.kind === "tuple"
      ? value.elements
      : value.kind === "object"
        ? [...value.fields.values()]
        : [];
  for (const part of parts) countParts(context, part, span);
}

/** What is written in one iteration must not be part of another value since the one before. */
function refuseFrozen(context: Context, after: Store, span: Span): void {
  for (const [cell, since] of context.frozen) {
    if (!isCell(cell)) continue;
    const before = context.store.get(cell);
    if (before === undefined || before.kind === "poison" || before === after.get(cell)) continue;
    context.store.set(cell, POISON);
    context.error(
      "FG219",
      `\`${cell.name}\` is written in a loop that makes another value of it`,
      span,
      {
        accepted: "arrays that only their names refer to",
        hint: "copy it where the other value is made: new Float64Array(x)",
        notes: [{ message: "the other value is made here", span: since }],
      },
    );
  }
}

/** The carried values of the next round; undefined where those of this one will do. */
function widened(
  context: Context,
  plan: LoopPlan,
  carries: Carries,
  { store }: Attempt<Iteration>,
  isLast: boolean,
): Carries | undefined {
  const next = new Map(carries);
  let changed = false;
  for (const [variable, before] of context.store) {
    const after = store.get(variable) ?? before;
    const carry = carries.get(variable) ?? SAME;
    if (before.kind === "poison" || after.kind === "poison") continue;
    const wider = widen(carry, before, after);
    if (wider !== undefined && sameCarry(wider, carry)) continue;
    if (wider === undefined || isLast) {
      refuseChange(context, plan, variable, before, after);
      next.delete(variable);
      context.store.set(variable, POISON);
    } else next.set(variable, wider);
    changed = true;
  }
  return changed ? next : undefined;
}

function refuseChange(
  context: Context,
  { span }: LoopPlan,
  { name, span: declared }: Variable,
  before: Value,
  after: Value,
): void {
  context.error("FG218", `\`${name}\` becomes something else in this loop`, span, {
    accepted: "variables that keep their shape and kind of value from iteration to iteration",
    notes: [
      {
        message: `before the loop it is ${describe(before)}, after an iteration ${describe(after)}`,
        span: declared,
      },
    ],
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
    parts.carried.map(({ input }, i) => [
      input,
      context.build(plan.span, () => loopResult(made, i, input)),
    ]),
  );
  context.store = stored(before, carries, inputs, (input) =>
    results.get(parts.equal.get(input) ?? input),
  );
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
  readonly constant: ReadonlyMap<Node, Node>;
  /** Inputs that always equal another. */
  readonly equal: ReadonlyMap<Node, Node>;
}

/** What never changes is read from outside, and of two that are always equal one is carried. */
function sorted(all: readonly Carried[]): Sorted {
  const constant = new Map<Node, Node>();
  const equal = new Map<Node, Node>();
  const carried: Carried[] = [];
  for (const one of all) {
    const twin = carried.find(({ init, next }) => next === one.next && isEqual(init, one.init));
    if (one.next === one.input) constant.set(one.input, one.init);
    else if (twin !== undefined) equal.set(one.input, twin.input);
    else carried.push(one);
  }
  return { carried, constant, equal };
}

function isEqual(a: Node, b: Node): boolean {
  const value = constantValue(a);
  return a === b || (value !== undefined && Object.is(value, constantValue(b)));
}

function makeLoop(
  { range }: LoopPlan,
  index: Node,
  { carried, constant: unchanged, equal }: Sorted,
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
    kept: new Map([...unchanged, ...equal]),
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
