import type { Span } from "../diagnostic.js";
import type { Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { formatType, type Shape, type TensorType } from "../ir/type.js";
import { take } from "../ops/indexing.js";
import { reshape, slice, type Box } from "../ops/shape.js";
import type { Expression, IndexItem } from "../syntax/tree.js";
import { buildChecked } from "./apply.js";
import { read } from "./arrays.js";
import type { Context, Placed } from "./context.js";
import { elementOfNode, positionOf, readArrayIndex } from "./elements.js";
import { fromEnd, planAxes, staticPlan, wholeAxes, type AxisPlan } from "./indexPlan.js";
import type { Scope } from "./scopes.js";
import { describe, numberValue, POISON, type Value } from "./values.js";

/** `object[items]`, the object evaluated. */
export function readIndex(
  context: Context,
  object: Placed,
  expression: Extract<Expression, { kind: "index" }>,
  scope: Scope,
): Value {
  const { items, span } = expression;
  const { value } = object;
  const [only] = items;
  switch (value.kind) {
    case "poison":
      return POISON;
    case "tuple":
    case "object":
      if (items.length === 1 && only?.kind === "at")
        return elementOf(context, value, context.placed(only.index, scope), scope);
      break;
    case "node":
      return indexTensor(context, object, value.node, items, span, scope);
    case "array":
      return readArrayIndex(context, value, expression, scope);
    default:
      break;
  }
  return context.error("FG215", `${describe(value)} cannot be indexed this way`, span, {
    accepted: "tensors; lists by one whole number; objects by the name of a field",
  });
}

/** An element of a list or a field of an object. */
function elementOf(
  context: Context,
  value: Extract<Value, { kind: "tuple" | "object" }>,
  { value: index, span }: Placed,
  scope: Scope,
): Value {
  if (index.kind === "poison") return POISON;
  if (value.kind === "object") {
    const field = index.kind === "string" ? value.fields.get(index.value) : undefined;
    if (field !== undefined) return field;
    return context.error("FG216", `there is no field ${describe(index)} here`, span, {
      accepted: [...value.fields.keys()].join(", "),
    });
  }
  const { elements } = value;
  if (index.kind !== "number" || !Number.isInteger(index.value)) {
    return context.error("FG215", `a list cannot be indexed by ${describe(index)}`, span, {
      accepted: "a whole number known at build time",
      hint:
        index.kind === "node"
          ? "stack the elements into a tensor first: stack([a, b])[i]"
          : undefined,
    });
  }
  const position = fromEnd(context, index.value, elements.length, span, scope);
  const found = typeof position === "number" ? elements[position] : undefined;
  if (found !== undefined || position === undefined) return found ?? POISON;
  return context.error(
    "FG304",
    `index ${index.value} is out of range for a list of ${elements.length}`,
    span,
    {
      accepted:
        elements.length === 0 ? "no index: the list is empty" : `0 … ${elements.length - 1}`,
    },
  );
}

/** `x[i]` for a whole number in range, as loops over a tensor need it. */
export function elementAt(context: Context, object: Placed, i: number, span: Span): Value {
  if (object.value.kind !== "node") return POISON;
  const { node } = object.value;
  const [first = 1] = node.type.shape;
  const index = { value: numberValue(i), span };
  const plan = staticPlan(context, index, i, first, 0);
  return plan === undefined
    ? POISON
    : build(context, object, node, [plan, ...wholeAxes(node.type.shape.slice(1))], span);
}

/** The position `x[i]` reads in the body of a loop, where single elements are read. */
function singlePosition(
  context: Context,
  { shape }: TensorType,
  written: readonly IndexItem[],
  evaluate: (expression: Expression) => Placed,
  scope: Scope,
): Node | "invalid" | undefined {
  const [only] = written;
  const [size] = shape;
  if (!context.isInLoop || written.length !== 1 || only?.kind !== "at" || size === undefined)
    return undefined;
  return positionOf(context, evaluate(only.index), size, 0, scope);
}

function indexTensor(
  context: Context,
  object: Placed,
  node: Node,
  written: readonly IndexItem[],
  span: Span,
  scope: Scope,
): Value {
  const evaluate = once((expression) => read(context, context.placed(expression, scope)));
  const position = singlePosition(context, node.type, written, evaluate, scope);
  if (position === "invalid") return POISON;
  if (position !== undefined) return elementOfNode(context, object, [position], span);
  const { shape } = node.type;
  const consumed = written.filter(({ kind }) => kind === "at" || kind === "slice").length;
  if (consumed > shape.length) {
    return context.error(
      "FG305",
      `there are ${consumed} indices for ${shape.length === 0 ? "a scalar" : `the axes of ${formatType(node.type)}`}`,
      span,
      {
        accepted: `at most ${shape.length}`,
      },
    );
  }
  const ellipses = written.filter(({ kind }) => kind === "ellipsis");
  if (ellipses.length > 1) {
    return context.error("FG304", "there is a second `...` here", ellipses[1]?.span ?? span, {
      accepted: "one `...`",
    });
  }
  const plans = planAxes(context, written, { shape, consumed, evaluate, scope });
  return plans === undefined ? POISON : build(context, object, node, plans, span);
}

/** Evaluates each expression once, however often it is asked for. */
function once(evaluate: (expression: Expression) => Placed): (expression: Expression) => Placed {
  const known = new Map<Expression, Placed>();
  return (expression) => {
    const placed = known.get(expression) ?? evaluate(expression);
    known.set(expression, placed);
    return placed;
  };
}

/** The box of all ranges, its axes dropped and added, then elements at run-time indices. */
function build(
  context: Context,
  object: Placed,
  node: Node,
  plans: readonly AxisPlan[],
  span: Span,
): Value {
  const takes = plans.filter((plan) => plan.kind === "take");
  if (takes.length > 1 && takes.some((plan) => plan.node.type.shape.length > 0)) {
    return context.error("FG204", "several tensors as indices are not accepted", span, {
      accepted: "one tensor index, or scalars",
      hint: "index in steps, or use takeAlong for one element of each row",
    });
  }
  const operands = [object, ...takes.map(({ index }) => index)];
  return buildChecked(context, operands, span, () => {
    const boxed = reshape(slice(node, boxOf(node, plans)), shapeOf(node, plans));
    return takeAll(boxed, plans);
  });
}

function boxOf(node: Node, plans: readonly AxisPlan[]): Box {
  const axes = plans.filter((plan) => plan.kind !== "newAxis");
  const size = (axis: number) => node.type.shape[axis] ?? 1;
  return {
    start: axes.map((plan) => (plan.kind === "range" ? plan.start : 0)),
    length: axes.map((plan, i) => (plan.kind === "range" ? plan.length : size(i))),
    step: axes.map((plan) => (plan.kind === "range" ? plan.step : 1)),
  };
}

/** The shape after the box, axes still to be taken from being whole. */
function shapeOf(node: Node, plans: readonly AxisPlan[]): Shape {
  const shape: Dim[] = [];
  let axis = 0;
  for (const plan of plans) {
    const size = node.type.shape[axis] ?? 1;
    if (plan.kind === "newAxis") shape.push(1);
    else if (plan.kind === "take") shape.push(size);
    else if (plan.keep) shape.push(plan.length);
    if (plan.kind !== "newAxis") axis += 1;
  }
  return shape;
}

function takeAll(boxed: Node, plans: readonly AxisPlan[]): Node {
  let result = boxed;
  let axis = 0;
  for (const plan of plans) {
    if (plan.kind === "take") {
      result = take(result, plan.node, axis);
      axis += plan.node.type.shape.length;
    } else if (plan.kind === "newAxis" || plan.keep) axis += 1;
  }
  return result;
}
