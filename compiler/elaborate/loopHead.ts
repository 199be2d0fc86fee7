import type { Span } from "../diagnostic.js";
import { dimAdd, type Dim } from "../ir/dim.js";
import { makeNode, type Node } from "../ir/node.js";
import { tripCount } from "../ir/region.js";
import { isFloat } from "../ir/type.js";
import { add, cast } from "../ops/arithmetic.js";
import { constant, size } from "../ops/leaf.js";
import type { BinaryOperator, Expression, Statement } from "../syntax/tree.js";
import { operation } from "./apply.js";
import type { Context } from "./context.js";
import { assignedNames, nameOf, namesIn } from "./loopEffects.js";
import type { Range } from "./loopSettle.js";
import type { Scope } from "./scopes.js";
import type { Value } from "./values.js";

type For = Extract<Statement, { kind: "for" }>;
type Comparison = "<" | "<=" | ">" | ">=" | "!=";

/** `for (let name = …; name < bound; name += step)`, the body leaving `name` alone. */
export interface Head {
  readonly name: string;
  readonly span: Span;
  readonly operator: Comparison;
  readonly bound: Expression;
  readonly step: number;
}

const MIRRORED: ReadonlyMap<BinaryOperator, Comparison> = new Map<BinaryOperator, Comparison>([
  ["<", ">"],
  ["<=", ">="],
  [">", "<"],
  [">=", "<="],
  ["!=", "!="],
]);

const COMPARISONS: ReadonlyMap<BinaryOperator, Comparison> = new Map(
  [...MIRRORED.values()].map((operator) => [operator, operator]),
);

/** What the head of a loop says of its index; undefined where it does not count in equal steps up to a bound. */
export function readHead({ init, condition, update, body }: For): Head | undefined {
  const [change] = update;
  if (change?.kind !== "assign" || update.length > 1) return undefined;
  if (change.target.kind !== "name" || condition?.kind !== "binary") return undefined;
  const { name, span } = change.target;
  const declared = init.some((one) => one.kind === "declare" && nameOf(one.pattern) === name);
  const step = stepOf(name, change.operator, change.value);
  const { left, right } = condition;
  const isFirst = left.kind === "name" && left.name === name;
  const isSecond = right.kind === "name" && right.name === name;
  const operator = (isFirst ? COMPARISONS : MIRRORED).get(condition.operator);
  const bound = isFirst ? right : left;
  const assigned = assignedNames(body);
  const fits =
    declared &&
    step !== undefined &&
    operator !== undefined &&
    isFirst !== isSecond &&
    !assigned.has(name) &&
    ![...namesIn(bound)].some((read) => read === name || assigned.has(read));
  return fits ? { name, span, operator, bound, step } : undefined;
}

/** What `i += 2`, `i--` or `i = i + 1` adds; undefined where that is not a whole number other than 0. */
function stepOf(
  name: string,
  operator: BinaryOperator | undefined,
  value: Expression,
): number | undefined {
  if (operator === undefined) {
    if (value.kind !== "binary" || value.left.kind !== "name" || value.left.name !== name)
      return undefined;
    return value.operator === "+" || value.operator === "-"
      ? stepOf(name, value.operator, value.right)
      : undefined;
  }
  const sign = operator === "+" ? 1 : operator === "-" ? -1 : 0;
  const by = value.kind === "number" && Number.isSafeInteger(value.value) ? value.value : 0;
  return sign * by === 0 ? undefined : sign * by;
}

/** The range an index runs through; undefined where its values need not be whole numbers. */
export function rangeOf(context: Context, head: Head, scope: Scope): Range | undefined {
  const variable = scope.find(head.name);
  const start = variable && context.store.get(variable);
  const bound = context.placed(head.bound, scope);
  const from = start && wholeNode(start);
  const stop = stopNode(context, head, bound.value, bound.span);
  if (start === undefined || from === undefined || stop === undefined) return undefined;
  const end = stopDim(head, bound.value);
  const count = tripCount(dimOfValue(start), end, head.step) ?? undefined;
  return { start: from, stop, step: head.step, count };
}

/** A whole number as an i32. */
function wholeNode(value: Value): Node | undefined {
  const dim = dimOfValue(value);
  if (dim !== undefined) return wholeSize(dim);
  if (value.kind !== "node") return undefined;
  const { dtype, shape } = value.node.type;
  return dtype === "i32" && shape.length === 0 ? value.node : undefined;
}

/** A size as an i32. */
export function wholeSize(dim: Dim): Node {
  return typeof dim === "number" ? constant(dim, "i32") : cast(size(dim), "i32");
}

function dimOfValue(value: Value): Dim | undefined {
  if (value.kind === "dim") return value.dim;
  return value.kind === "number" && Number.isSafeInteger(value.value) ? value.value : undefined;
}

/** Whether a comparison means the direction that the step goes in; `!=` does where it is sure to be met. */
function ascends({ operator, step }: Head): boolean | undefined {
  if (operator === "!=") return Math.abs(step) === 1 ? step > 0 : undefined;
  const up = operator === "<" || operator === "<=";
  return up === step > 0 ? up : undefined;
}

/** How far the end lies behind the bound. */
function beyond({ operator }: Head): number {
  return operator === "<=" ? 1 : operator === ">=" ? -1 : 0;
}

function stopDim(head: Head, bound: Value): Dim | undefined {
  const dim = dimOfValue(rounded(head, bound));
  return dim === undefined ? undefined : dimAdd(dim, beyond(head));
}

/** Among whole numbers `i < 2.5` is `i < 3`, and `i <= 2.5` is `i <= 2`. */
function rounded({ operator }: Head, bound: Value): Value {
  if (bound.kind !== "number" || operator === "!=") return bound;
  const up = operator === "<" || operator === ">=";
  return { kind: "number", value: up ? Math.ceil(bound.value) : Math.floor(bound.value) };
}

function stopNode(context: Context, head: Head, bound: Value, span: Span): Node | undefined {
  if (ascends(head) === undefined) return undefined;
  const dim = stopDim(head, bound);
  if (dim !== undefined) return wholeSize(dim);
  if (bound.kind !== "node" || bound.node.type.shape.length > 0) return undefined;
  const { node } = bound;
  if (node.type.dtype === "bool" || (head.operator === "!=" && isFloat(node.type.dtype)))
    return undefined;
  return context.build(span, () => {
    const up = head.operator === "<" || head.operator === ">=";
    const whole = isFloat(node.type.dtype)
      ? cast(makeNode(operation(up ? "ceil" : "floor"), [node]), "i32")
      : node;
    const shift = beyond(head);
    return shift === 0 ? whole : add(whole, constant(shift, "i32"));
  });
}
