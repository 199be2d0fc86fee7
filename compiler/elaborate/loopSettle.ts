import type { Span } from "../diagnostic.js";
import type { Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { bodyIndex, bodyInput } from "../ops/loop.js";
import { arraysIn, frozen, isCell } from "./arrays.js";
import type { Attempt, Context } from "./context.js";
import { leafName } from "./inputs.js";
import { renamedStore } from "./loopArrays.js";
import { factsOfRange } from "./loopBounds.js";
import {
  carryOf,
  isSame,
  leavesOfCarry,
  SAME,
  sameCarry,
  valueWith,
  widen,
  type Carry,
  type NumberFacts,
} from "./loopCarry.js";
import { uniqueName } from "../passes/bodyInputs.js";
import type { Store, Variable } from "./scopes.js";
import { describe, POISON, sameValue, UNSET, type Value } from "./values.js";
import { isSteady, isWhole } from "./wholeNumbers.js";

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
export interface Iteration {
  readonly index: Node;
  readonly inputs: ReadonlyMap<Variable, readonly Node[]>;
  readonly proceed: boolean | Node | undefined;
}

export type Carries = ReadonlyMap<Variable, Carry>;

/** What is known of a loop once its body has been run. */
export interface Settled {
  readonly carries: Carries;
  readonly attempt: Attempt<Iteration>;
}

/** Runs the body until the types of what it carries hold for every iteration. */
export function settle(context: Context, plan: LoopPlan): Settled {
  let carries: Carries = new Map(
    plan.assigned.flatMap((variable): readonly (readonly [Variable, Carry])[] => {
      const before = context.store.get(variable);
      if (before === undefined) return [];
      countParts(context, before, plan.span);
      return [[variable, carryOf(before, factsIn(context, new Set()))]];
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

/** What the body of a loop gives for any index, and nothing else of it. */
export function probeBody<T>(
  context: Context,
  { index: name, range }: LoopPlan,
  body: (index: Node) => T,
): Attempt<T> {
  return context.attempt(() => {
    const index = bodyIndex(name);
    enterBody(context, index, range);
    return body(index);
  });
}

function enterBody(context: Context, index: Node, range: Range | null): void {
  context.isInLoop = true;
  context.loops = undefined;
  if (range === null) return;
  const { start, stop, step } = range;
  context.facts = [...context.facts, ...factsOfRange(index, start, stop, step)];
}

function iterate(context: Context, plan: LoopPlan, carries: Carries): Iteration {
  const index = bodyIndex(plan.index);
  const taken = new Set([plan.index]);
  const inputs = new Map<Variable, readonly Node[]>();
  for (const [variable, carry] of carries) {
    const nodes = leavesOfCarry(carry).map(({ type, whole, path }) => {
      const name = leafName([variable.name || "array", ...path]);
      const derivedName = variable.name === "";
      const input = bodyInput(uniqueName(name, taken), type, { name, derivedName });
      if (whole) context.whole.add(input);
      return input;
    });
    inputs.set(variable, nodes);
    if (carry.kind === "late") continue;
    const before = context.store.get(variable) ?? UNSET;
    context.store.set(variable, valueWith(carry, before, nodes.values()));
  }
  enterBody(context, index, plan.range);
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
  { store, frozen: frozenInside, result: { inputs } }: Attempt<Iteration>,
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
  refuseFrozen(context, after, inputs, span);
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
function refuseFrozen(
  context: Context,
  after: Store,
  inputs: Iteration["inputs"],
  span: Span,
): void {
  for (const [cell, since] of context.frozen) {
    if (!isCell(cell)) continue;
    const before = context.store.get(cell);
    const now = after.get(cell);
    if (before === undefined || before.kind === "poison" || before === now) continue;
    // Within an iteration, what is in the array stands for what was in it before.
    if (now?.kind === "node" && inputs.get(cell)?.includes(now.node) === true) continue;
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
  { store, result: { inputs } }: Attempt<Iteration>,
  isLast: boolean,
): Carries | undefined {
  const facts = factsIn(context, new Set([...inputs.values()].flat()));
  const next = new Map(carries);
  let changed = false;
  for (const [variable, before] of context.store) {
    const after = store.get(variable) ?? POISON;
    const carry = carries.get(variable) ?? SAME;
    if (before.kind === "poison" || after.kind === "poison") continue;
    const wider = widen(carry, before, after, facts);
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

function factsIn(context: Context, carried: ReadonlySet<Node>): NumberFacts {
  return {
    isWhole: (node) => isWhole(context, node),
    isSteady: (node) => isSteady(node, carried),
  };
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
