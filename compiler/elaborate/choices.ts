import type { Node } from "../ir/node.js";
import { and, not, or, where } from "../ops/arithmetic.js";
import { withArraysOf } from "./arrays.js";
import { mergeStores, mergeValues, type Choice } from "./branches.js";
import type { Context } from "./context.js";
import { NEXT, outcomeOf, type Flow, type Outcome } from "./flow.js";
import { POISON, type Value } from "./values.js";

/**
 * Both branches, one after the other, and what comes of them. Each begins with
 * the variables as they were before; arrays are handed on, since writes to
 * them are under the condition of their branch.
 */
export function executeChoice(
  context: Context,
  choice: Choice,
  then: () => Flow,
  otherwise: () => Flow,
): Flow {
  const { condition } = choice;
  const before = context.store;
  context.store = new Map(before);
  const a = context.under({ condition, holds: true }, then);
  const afterThen = context.store;
  context.store = withArraysOf(before, afterThen);
  const b = context.under({ condition, holds: false }, otherwise);
  const afterElse = context.store;
  // Where one branch has left, only the other one is seen by what follows.
  if (a.kind === "return" && b.kind !== "return") context.store = afterElse;
  else if (b.kind === "return") context.store = withArraysOf(afterThen, afterElse);
  else {
    const merged = mergeStores(context, choice, before.keys(), afterThen, afterElse);
    context.store = withArraysOf(merged, afterElse);
  }
  if (a.kind === "next" && b.kind === "next") return NEXT;
  const finish = (rest: Outcome): Outcome => {
    const [p, q] = [outcomeOf(a, rest), outcomeOf(b, rest)];
    const outer = [...before.keys()].slice(0, context.outerVariables);
    const joined = mergeStores(context, choice, outer, p.store, q.store);
    const store = withArraysOf(new Map([...rest.store, ...joined]), rest.store);
    return { value: mergeValues(context, choice, p.value, q.value), store };
  };
  if (a.kind === "return" && b.kind === "return")
    return { kind: "return", outcome: finish({ value: POISON, store: afterElse }) };
  const returned = context.build(choice.span, () => returnedOf(condition, a, b));
  context.guards = [...context.guards, { condition: returned, holds: false }];
  return { kind: "maybe", returned, finish };
}

/** The value of one of two expressions; what they do to variables is joined too. */
export function chooseValue(
  context: Context,
  choice: Choice,
  then: () => Value,
  otherwise: () => Value,
): Value {
  const values: Value[] = [];
  const keep = (evaluate: () => Value) => () => {
    values.push(evaluate());
    return NEXT;
  };
  executeChoice(context, choice, keep(then), keep(otherwise));
  const [a = POISON, b = POISON] = values;
  return mergeValues(context, choice, a, b);
}

/** Whether the function has returned, in either branch. */
function returnedOf(condition: Node, a: Flow, b: Flow): Node {
  if (a.kind === "return") return b.kind === "maybe" ? or(condition, b.returned) : condition;
  if (a.kind === "next")
    return b.kind === "maybe" ? and(not(condition), b.returned) : not(condition);
  if (b.kind === "return") return or(not(condition), a.returned);
  return b.kind === "maybe" ? where(condition, a.returned, b.returned) : and(condition, a.returned);
}
