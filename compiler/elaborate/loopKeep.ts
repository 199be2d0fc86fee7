import type { Span } from "../diagnostic.js";
import type { Node } from "../ir/node.js";
import type { Expression, Statement } from "../syntax/tree.js";
import { arraysIn } from "./arrays.js";
import { readCondition } from "./branches.js";
import { executeChoice } from "./choices.js";
import type { Context } from "./context.js";
import { NEXT, returning, unknownFlow, type Flow } from "./flow.js";
import { assignedNames } from "./loopEffects.js";
import {
  breaks,
  emptyReturn,
  LEFT,
  none,
  RESULT,
  RETURNED,
  returns,
  returnsFromInside,
  SKIPPED,
  withoutJumps,
  withoutReturns,
} from "./loopJumps.js";
import { runRegion } from "./loopRegion.js";
import type { Range } from "./loopSettle.js";
import type { Scope, Variable } from "./scopes.js";
import { booleanValue, POISON, UNSET } from "./values.js";

/** How a loop runs its body; given, since statements and loops contain each other. */
export type ExecuteBlock = (context: Context, body: readonly Statement[], scope: Scope) => Flow;

/** Whether a `do … while` has another iteration. */
const AGAIN = "again#";

/** A loop that is being elaborated. */
export interface Running {
  readonly context: Context;
  readonly execute: ExecuteBlock;
  /** Where the names of its head are declared. */
  readonly scope: Scope;
  readonly span: Span;
}

/** A loop that stays one, all its heads alike. */
export interface Kept {
  readonly body: readonly Statement[];
  /** Runs after the body, also after `continue`. */
  readonly update?: readonly Statement[] | undefined;
  /** Read before each iteration, or from the second one on. */
  readonly condition?: Expression | undefined;
  readonly again?: Expression | undefined;
  readonly range: Range | null;
  readonly index: string;
  /** Declares what the head declares for each iteration. */
  readonly begin?: ((index: Node, inner: Scope) => void) | undefined;
}

export interface KeptFlow {
  readonly flow: Flow;
  readonly changed: ReadonlySet<Variable>;
}

export function keep(running: Running, kept: Kept): KeptFlow {
  const { context, scope, span } = running;
  const leaving = returns(kept.body) ? declareReturn(context, scope, span) : undefined;
  const isRefused = leaving !== undefined && refuseEmptyReturns(context, kept.body);
  const body = leaving === undefined ? kept.body : withoutReturns(kept.body);
  const flags = [...(breaks(body) ? [LEFT] : []), ...(returnsFromInside(body) ? [RETURNED] : [])];
  if (breaks(body)) declareFlag(context, scope, LEFT, span);
  if (kept.again !== undefined) declareFlag(context, scope, AGAIN, span, true);
  const again: Expression | undefined = kept.again && { kind: "name", name: AGAIN, span };
  const condition = kept.condition ?? again;
  const conditions = [...(flags.length === 0 ? [] : [none(flags, span)]), condition ?? []].flat();
  const changed = runRegion(context, {
    span,
    range: kept.range,
    index: kept.index,
    assigned: withCells(
      context,
      assignedVariables(scope, [...body, ...(kept.update ?? [])], [...flags, AGAIN]),
    ),
    proceed: conditions.length === 0 ? null : () => proceeds(running, conditions),
    body: (index) => runBody(running, kept, body, flags, index),
  });
  if (leaving === undefined) return { flow: NEXT, changed };
  if (isRefused) context.store.set(leaving.result, POISON);
  const endsByReturn = kept.range === null && isTrue(condition) && !breaks(kept.body);
  return { flow: flowOf(running, leaving, endsByReturn), changed };
}

/** Whether all conditions hold, as `&&` finds out. */
function proceeds(
  { context, scope, span }: Running,
  conditions: readonly Expression[],
): boolean | Node | undefined {
  const [first, ...rest] = conditions;
  if (first === undefined) return true;
  const all = rest.reduce<Expression>(
    (left, right) => ({ kind: "binary", operator: "&&", left, right, span }),
    first,
  );
  return readCondition(context, context.placed(all, scope));
}

function runBody(
  running: Running,
  kept: Kept,
  body: readonly Statement[],
  flags: readonly string[],
  index: Node,
): void {
  const { context, execute, scope, span } = running;
  for (const flag of flags) {
    const variable = scope.find(flag);
    if (variable !== undefined) context.store.set(variable, booleanValue(false));
  }
  const inner = scope.inner();
  declareFlag(context, inner, SKIPPED, span);
  kept.begin?.(index, inner);
  execute(context, withoutJumps(body), inner.inner());
  const rest = [
    ...(kept.update ?? []),
    ...(kept.again === undefined ? [] : [asksAgain(kept.again)]),
  ];
  if (rest.length === 0) return;
  const condition = none(flags, span);
  const guarded: Statement = { kind: "if", condition, then: rest, otherwise: [], span };
  execute(context, flags.length === 0 ? rest : [guarded], scope.inner());
}

function asksAgain(value: Expression): Statement {
  const { span } = value;
  return { kind: "assign", target: { kind: "name", name: AGAIN, span }, value, span };
}

export function assignedVariables(
  scope: Scope,
  body: readonly Statement[],
  flags: readonly string[],
): readonly Variable[] {
  const names = [...assignedNames(body), ...flags];
  return [...new Set(names)].flatMap((name) => scope.find(name) ?? []);
}

/** The variables, and for those that are arrays what is in them. */
function withCells({ store }: Context, variables: readonly Variable[]): readonly Variable[] {
  const cells = variables.flatMap((variable) => {
    const value = store.get(variable);
    return value === undefined ? [] : arraysIn(value).map(({ cell }) => cell);
  });
  return [...new Set([...variables, ...cells])];
}

export function declareFlag(
  context: Context,
  scope: Scope,
  key: string,
  span: Span,
  value = false,
): Variable {
  const variable = { name: key.slice(0, -1), mutable: true, span };
  scope.declare(variable, key);
  context.store.set(variable, booleanValue(value));
  return variable;
}

/** Where a `return` inside a loop leaves its value. */
interface Returning {
  readonly returned: Variable;
  readonly result: Variable;
}

function declareReturn(context: Context, scope: Scope, span: Span): Returning {
  const returned = declareFlag(context, scope, RETURNED, span);
  const result = { name: "result", mutable: true, span, lenient: true };
  scope.declare(result, RESULT);
  context.store.set(result, UNSET);
  return { returned, result };
}

function isTrue(condition: Expression | undefined): boolean {
  return condition === undefined || (condition.kind === "boolean" && condition.value);
}

function flowOf(
  { context, span }: Running,
  { returned, result }: Returning,
  endsByReturn: boolean,
): Flow {
  const holds = context.store.get(returned) ?? POISON;
  const value = context.store.get(result) ?? POISON;
  if (holds.kind === "boolean") return holds.value ? returning(context, value) : NEXT;
  if (holds.kind !== "node") return unknownFlow(context);
  if (endsByReturn) return returning(context, value);
  // No path assigns the result there must be: what would return is never reached.
  if (value.kind === "unset" && context.calls.at(-1)?.isStatement !== true) return NEXT;
  const choice = { condition: holds.node, span, line: context.line };
  const leave = () => returning(context, value);
  return executeChoice(context, choice, leave, () => NEXT);
}

function refuseEmptyReturns(context: Context, body: readonly Statement[]): boolean {
  const empty = emptyReturn(body);
  if (empty === undefined || context.calls.at(-1)?.isStatement === true) return false;
  refuseEmptyReturn(context, empty.span);
  return true;
}

export function refuseEmptyReturn(context: Context, span: Span): void {
  context.error("FG210", "this `return` gives no value", span, {
    accepted: "`return` with the result of the function",
  });
}
