import type { Span } from "../diagnostic.js";
import { dimAdd, dimAtLeast, dimSub, type Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { formatType, type Shape } from "../ir/type.js";
import { take } from "../ops/indexing.js";
import { reshape, slice, type Box } from "../ops/shape.js";
import type { Expression, IndexItem } from "../syntax/tree.js";
import { buildChecked } from "./apply.js";
import type { Context, Placed } from "./context.js";
import { checkOperand, toNode } from "./operands.js";
import { readSlice, type SliceBounds } from "./slices.js";
import type { Scope } from "./scopes.js";
import { describe, numberValue, POISON, type Value } from "./values.js";

/** One item between the brackets, evaluated. */
type Item =
  | { readonly kind: "at"; readonly index: Placed }
  | {
      readonly kind: "slice";
      readonly bounds: SliceBounds;
      readonly span: Span;
    }
  | { readonly kind: "newAxis" };

/** What happens to one axis of the operand, in order, with new axes between. */
type AxisPlan =
  | {
      readonly kind: "range";
      readonly start: Dim;
      readonly length: Dim;
      readonly step: number;
      readonly keep: boolean;
    }
  | { readonly kind: "take"; readonly index: Placed; readonly node: Node }
  | { readonly kind: "newAxis" };

/** `object[items]`, the object evaluated. */
export function readIndex(
  context: Context,
  object: Placed,
  { items, span }: Extract<Expression, { kind: "index" }>,
  scope: Scope,
): Value {
  const { value } = object;
  const [only] = items;
  switch (value.kind) {
    case "poison":
      return POISON;
    case "tuple":
    case "object":
      if (items.length === 1 && only?.kind === "at")
        return elementOf(
          context,
          value,
          context.placed(only.index, scope),
          scope,
        );
      break;
    case "node":
      return indexTensor(context, object, value.node, items, span, scope);
    default:
      break;
  }
  return context.error(
    "FG215",
    `${describe(value)} cannot be indexed this way`,
    span,
    {
      accepted:
        "tensors; lists by one whole number; objects by the name of a field",
    },
  );
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
    const field =
      index.kind === "string" ? value.fields.get(index.value) : undefined;
    if (field !== undefined) return field;
    return context.error(
      "FG216",
      `there is no field ${describe(index)} here`,
      span,
      {
        accepted: [...value.fields.keys()].join(", "),
      },
    );
  }
  const { elements } = value;
  if (index.kind !== "number" || !Number.isInteger(index.value)) {
    return context.error(
      "FG215",
      `a list cannot be indexed by ${describe(index)}`,
      span,
      {
        accepted: "a whole number known at build time",
        hint:
          index.kind === "node"
            ? "stack the elements into a tensor first: stack([a, b])[i]"
            : undefined,
      },
    );
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
        elements.length === 0
          ? "no index: the list is empty"
          : `0 … ${elements.length - 1}`,
    },
  );
}

/** `x[i]` for a whole number in range, as loops over a tensor need it. */
export function elementAt(
  context: Context,
  object: Placed,
  i: number,
  span: Span,
): Value {
  if (object.value.kind !== "node") return POISON;
  const { node } = object.value;
  const [first = 1] = node.type.shape;
  const index = { value: numberValue(i), span };
  const plan = staticPlan(context, index, i, first, 0);
  return plan === undefined
    ? POISON
    : build(
        context,
        object,
        node,
        [plan, ...wholeAxes(node.type.shape.slice(1))],
        span,
      );
}

function indexTensor(
  context: Context,
  object: Placed,
  node: Node,
  written: readonly IndexItem[],
  span: Span,
  scope: Scope,
): Value {
  const { shape } = node.type;
  const consumed = written.filter(
    ({ kind }) => kind === "at" || kind === "slice",
  ).length;
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
    return context.error(
      "FG304",
      "there is a second `...` here",
      ellipses[1]?.span ?? span,
      {
        accepted: "one `...`",
      },
    );
  }
  const plans = planAxes(context, written, shape, consumed, scope);
  return plans === undefined
    ? POISON
    : build(context, object, node, plans, span);
}

/** What happens to each axis; undefined where an item is not accepted, which is reported. */
function planAxes(
  context: Context,
  written: readonly IndexItem[],
  shape: Shape,
  consumed: number,
  scope: Scope,
): readonly AxisPlan[] | undefined {
  const plans: (AxisPlan | undefined)[] = [];
  let axis = 0;
  for (const item of written) {
    if (item.kind === "ellipsis") {
      const whole = shape.slice(axis, axis + shape.length - consumed);
      plans.push(...wholeAxes(whole));
      axis += whole.length;
      continue;
    }
    const evaluated = evaluateItem(context, item, scope);
    const size = shape[axis] ?? 1;
    if (evaluated.kind === "newAxis") plans.push({ kind: "newAxis" });
    else if (evaluated.kind === "slice")
      plans.push(planSlice(context, evaluated, size));
    else plans.push(planAt(context, evaluated.index, size, axis, scope));
    if (evaluated.kind !== "newAxis") axis += 1;
  }
  plans.push(...wholeAxes(shape.slice(axis)));
  const valid = plans.filter((plan) => plan !== undefined);
  return valid.length < plans.length ? undefined : valid;
}

function wholeAxes(shape: Shape): AxisPlan[] {
  return shape.map((length) => ({
    kind: "range",
    start: 0,
    length,
    step: 1,
    keep: true,
  }));
}

function evaluateItem(
  context: Context,
  item: Exclude<IndexItem, { kind: "ellipsis" }>,
  scope: Scope,
): Item {
  if (item.kind === "newAxis") return { kind: "newAxis" };
  if (item.kind === "at")
    return { kind: "at", index: context.placed(item.index, scope) };
  const bound = (expression: Expression | undefined) =>
    expression === undefined ? undefined : context.placed(expression, scope);
  const bounds = {
    start: bound(item.start),
    stop: bound(item.stop),
    step: bound(item.step),
  };
  return { kind: "slice", bounds, span: item.span };
}

function planSlice(
  context: Context,
  { bounds, span }: Extract<Item, { kind: "slice" }>,
  size: Dim,
): AxisPlan | undefined {
  const range = readSlice(context, bounds, size, span);
  return range === undefined
    ? undefined
    : { kind: "range", ...range, keep: true };
}

function planAt(
  context: Context,
  index: Placed,
  size: Dim,
  axis: number,
  scope: Scope,
): AxisPlan | undefined {
  const { value, span } = index;
  switch (value.kind) {
    case "poison":
      return undefined;
    case "number": {
      if (Number.isInteger(value.value)) {
        const position = fromEnd(context, value.value, size, span, scope);
        return position === undefined
          ? undefined
          : staticPlan(context, index, position, size, axis);
      }
      break;
    }
    case "dim":
      return staticPlan(context, index, value.dim, size, axis);
    case "node":
    case "tuple": {
      if (!checkOperand(context, index)) return undefined;
      const node =
        value.kind === "node"
          ? value.node
          : context.build(span, () => toNode(value, []));
      return takePlan(context, index, node);
    }
    default:
      break;
  }
  context.error("FG304", `${describe(value)} is not an index`, span, {
    accepted: "a whole number, an i32 scalar or tensor, or a slice",
  });
  return undefined;
}

function takePlan(
  context: Context,
  index: Placed,
  node: Node,
): AxisPlan | undefined {
  if (node.type.dtype === "i32") return { kind: "take", index, node };
  const isMask = node.type.dtype === "bool";
  context.error("FG307", `this index is ${formatType(node.type)}`, index.span, {
    accepted: "i32",
    hint: isMask
      ? "a mask cannot select elements, since their number would not be known: write where(mask, x, 0)"
      : 'declare the index as Tensor<[], "i32"> or Labels<"N">, in math strings as i32',
  });
  return undefined;
}

/** A negative index counts from the end, as in NumPy; in TypeScript it means something else and is refused. */
function fromEnd(
  context: Context,
  index: number,
  size: Dim,
  span: Span,
  scope: Scope,
): Dim | undefined {
  if (index >= 0) return index;
  if (scope.frame.module.language === "math") return dimAdd(size, index);
  context.error("FG304", `index ${index} is negative`, span, {
    accepted: "0 or more: in TypeScript an index does not count from the end",
    hint: `write x[x.length - ${-index}]`,
  });
  return undefined;
}

/** One position of an axis, which goes away. */
function staticPlan(
  context: Context,
  { span }: Placed,
  index: Dim,
  size: Dim,
  axis: number,
): AxisPlan | undefined {
  const beyond = dimAtLeast(dimSub(index, size), 0);
  const before = dimAtLeast(dimSub(-1, index), 0);
  if (!beyond && !before)
    return { kind: "range", start: index, length: 1, step: 1, keep: false };
  context.error(
    "FG304",
    `the index is out of range for axis ${axis} of size ${size}`,
    span,
    {
      accepted:
        size === 0 ? "no index: the axis is empty" : `0 … ${dimSub(size, 1)}`,
    },
  );
  return undefined;
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
  if (
    takes.length > 1 &&
    takes.some((plan) => plan.node.type.shape.length > 0)
  ) {
    return context.error(
      "FG204",
      "several tensors as indices are not accepted",
      span,
      {
        accepted: "one tensor index, or scalars",
        hint: "index in steps, or use takeAlong for one element of each row",
      },
    );
  }
  const operands = [object, ...takes.map(({ index }) => index)];
  return buildChecked(context, operands, span, () => {
    const boxed = reshape(
      slice(node, boxOf(node, plans)),
      shapeOf(node, plans),
    );
    return takeAll(boxed, plans);
  });
}

function boxOf(node: Node, plans: readonly AxisPlan[]): Box {
  const axes = plans.filter((plan) => plan.kind !== "newAxis");
  const size = (axis: number) => node.type.shape[axis] ?? 1;
  return {
    start: axes.map((plan) => (plan.kind === "range" ? plan.start : 0)),
    length: axes.map((plan, i) =>
      plan.kind === "range" ? plan.length : size(i),
    ),
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
