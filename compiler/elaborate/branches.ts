import type { Span } from "../diagnostic.js";
import type { Line, Node } from "../ir/node.js";
import { formatType, sameShape, type TensorType } from "../ir/type.js";
import { makeNode } from "../ir/node.js";
import { not } from "../ops/arithmetic.js";
import { constantValue } from "../ops/leaf.js";
import { operation } from "./apply.js";
import { frozen, isCell } from "./arrays.js";
import type { Context, Placed } from "./context.js";
import { checkOperand, toNodes } from "./operands.js";
import type { Store, Variable } from "./scopes.js";
import { describe, nodeValue, POISON, sameValue, UNSET, type Value } from "./values.js";

/** A choice at run time: its condition and where it is written. */
export interface Choice {
  readonly condition: Node;
  readonly span: Span;
  /** The statement that chooses; what is made from the choice belongs to it. */
  readonly line: Line;
}

/** A condition: known at build time, or a scalar at run time; undefined if it is neither, which is reported. */
export function readCondition(
  context: Context,
  { value, span }: Placed,
): boolean | Node | undefined {
  if (value.kind === "poison") return undefined;
  if (value.kind === "boolean") return value.value;
  if (value.kind !== "node" || value.node.type.dtype !== "bool") {
    const isTensor = value.kind === "node" && value.node.type.shape.length > 0;
    const zero = isTensor ? "any(x != 0)" : "x != 0";
    const found = value.kind === "node" && !isTensor ? "a number" : describe(value);
    context.error("FG215", `this condition is ${found}, not a truth value`, span, {
      accepted: "a comparison, or another boolean",
      hint: `write a comparison such as \`${zero}\``,
    });
    return undefined;
  }
  if (value.node.type.shape.length === 0) return value.node;
  context.error("FG309", `this condition has shape ${formatType(value.node.type)}`, span, {
    accepted: "a scalar",
    hint: "write where(condition, a, b) to choose for each element, or any(condition) or all(condition) for one answer",
  });
  return undefined;
}

/** The value that is `a` where the condition holds, else `b`; FG311 where they do not fit together. */
export function mergeValues(
  context: Context,
  choice: Choice,
  a: Value,
  b: Value,
  name?: string,
): Value {
  context.work(choice.span);
  if (sameValue(a, b)) return a;
  if (a.kind === "unset" || b.kind === "unset") return UNSET;
  if (a.kind === "boolean" && b.kind === "boolean") return truthOf(context, choice, a.value);
  if (a.kind === "poison" || b.kind === "poison") return POISON;
  if (a.kind === "tuple" && b.kind === "tuple") return mergeTuples(context, choice, a, b);
  if (a.kind === "object" && b.kind === "object") return mergeObjects(context, choice, a, b);
  if (a.kind === "array" || b.kind === "array") {
    const [p, q] = [a, b].map((one) => frozen(context, one, choice.span));
    return mergeValues(context, choice, p ?? POISON, q ?? POISON, name);
  }
  const lists = [a, b].filter(({ kind }) => kind === "tuple").length;
  const tensors = [a, b].filter(({ kind }) => kind === "node").length;
  const joined = isLeaf(a) && isLeaf(b);
  // A list of numbers stands for a tensor where the other branch gives one.
  if (!joined && !(lists === 1 && tensors === 1)) return mismatch(context, choice, a, b);
  return mergeLeaves(context, choice, a, b, name);
}

/** `condition ? true : false`, or the reverse. */
function truthOf(context: Context, { condition, span }: Choice, isTrue: boolean): Value {
  return nodeValue(isTrue ? condition : context.build(span, () => not(condition)));
}

function isLeaf(value: Value): boolean {
  return ["node", "number", "dim", "boolean"].includes(value.kind);
}

function mismatch(context: Context, { span }: Choice, a: Value, b: Value): Value {
  return context.error("FG311", `the branches give ${describe(a)} and ${describe(b)}`, span, {
    accepted: "the same shape and kind of value from both branches",
  });
}

function mergeTuples(
  context: Context,
  choice: Choice,
  a: Extract<Value, { kind: "tuple" }>,
  b: Extract<Value, { kind: "tuple" }>,
): Value {
  if (a.elements.length !== b.elements.length) return mismatch(context, choice, a, b);
  return {
    kind: "tuple",
    elements: a.elements.map((element, i) =>
      mergeValues(context, choice, element, b.elements[i] ?? POISON),
    ),
  };
}

function mergeObjects(
  context: Context,
  choice: Choice,
  a: Extract<Value, { kind: "object" }>,
  b: Extract<Value, { kind: "object" }>,
): Value {
  const only = [
    ...[...a.fields.keys()].filter((key) => !b.fields.has(key)),
    ...[...b.fields.keys()].filter((key) => !a.fields.has(key)),
  ];
  if (only.length > 0) {
    return context.error(
      "FG311",
      `only one of the branches has the field \`${only[0]}\``,
      choice.span,
      { accepted: "the same fields from both branches" },
    );
  }
  const fields = [...a.fields].map(([key, value]): [string, Value] => [
    key,
    mergeValues(context, choice, value, b.fields.get(key) ?? POISON, key),
  ]);
  return { kind: "object", fields: new Map(fields) };
}

function mergeLeaves(
  context: Context,
  choice: Choice,
  a: Value,
  b: Value,
  name: string | undefined,
): Value {
  const valid = [a, b].map((value) => checkOperand(context, { value, span: choice.span }));
  if (valid.includes(false)) return POISON;
  const outer = context.line;
  context.line = choice.line;
  const merged = whereNode(context, choice, a, b, name);
  context.line = outer;
  return merged === undefined ? mismatch(context, choice, a, b) : nodeValue(merged);
}

/** Undefined where the arms do not fit together. */
function whereNode(
  context: Context,
  { condition, span }: Choice,
  a: Value,
  b: Value,
  name: string | undefined,
): Node | undefined {
  const op = operation("where");
  let fitting = true;
  const node = context.build(span, () => {
    const inputs = toNodes(op, [nodeValue(condition), a, b]);
    const [, left, right] = inputs;
    fitting = left !== undefined && right !== undefined && fit(left, right);
    return fitting ? makeNode(op, inputs, {}, name ?? {}) : condition;
  });
  return fitting ? node : undefined;
}

/** Equal shapes, or a constant on one side; truth values only among themselves. */
function fit(a: Node, b: Node): boolean {
  const truth = (type: TensorType) => type.dtype === "bool";
  if (truth(a.type) !== truth(b.type)) return false;
  return (
    sameShape(a.type.shape, b.type.shape) ||
    constantValue(a) !== undefined ||
    constantValue(b) !== undefined
  );
}

/** The one value, where the other is not set. */
function settled(a: Value, b: Value): Value | undefined {
  if (a.kind === "unset") return b;
  return b.kind === "unset" ? a : undefined;
}

/** The variables there were before a choice, as they are after it; arrays are as the second store has them. */
export function mergeStores(
  context: Context,
  choice: Choice,
  variables: Iterable<Variable>,
  a: Store,
  b: Store,
): Store {
  const merged: Store = new Map();
  for (const variable of variables) {
    if (isCell(variable)) {
      merged.set(variable, b.get(variable) ?? POISON);
      continue;
    }
    const left = a.get(variable) ?? POISON;
    const right = b.get(variable) ?? POISON;
    const known =
      left === right ? left : variable.lenient === true ? settled(left, right) : undefined;
    merged.set(variable, known ?? mergeValues(context, choice, left, right, variable.name));
  }
  return merged;
}
