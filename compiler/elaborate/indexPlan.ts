import type { Span } from "../diagnostic.js";
import { dimAdd, dimAtLeast, dimSub, type Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { formatType, isFloat, type Shape } from "../ir/type.js";
import { cast } from "../ops/arithmetic.js";
import type { Expression, IndexItem } from "../syntax/tree.js";
import { withoutNegativeZero } from "./attributes.js";
import type { Context, Placed } from "./context.js";
import { checkOperand, toNode } from "./operands.js";
import { readSlice, type SliceBounds } from "./slices.js";
import type { Scope } from "./scopes.js";
import { describe } from "./values.js";
import { isWhole } from "./wholeNumbers.js";

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
export type AxisPlan =
  | {
      readonly kind: "range";
      readonly start: Dim;
      readonly length: Dim;
      readonly step: number;
      readonly keep: boolean;
    }
  | { readonly kind: "take"; readonly index: Placed; readonly node: Node }
  | { readonly kind: "newAxis" };

/** What is indexed: its shape, and how many of its axes the items take up. */
export interface Indexed {
  readonly shape: Shape;
  readonly consumed: number;
  readonly evaluate: (expression: Expression) => Placed;
  readonly scope: Scope;
}

/** What happens to each axis; undefined where an item is not accepted, which is reported. */
export function planAxes(
  context: Context,
  written: readonly IndexItem[],
  { shape, consumed, evaluate, scope }: Indexed,
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
    const evaluated = evaluateItem(item, evaluate);
    const size = shape[axis] ?? 1;
    if (evaluated.kind === "newAxis") plans.push({ kind: "newAxis" });
    else if (evaluated.kind === "slice") plans.push(planSlice(context, evaluated, size));
    else plans.push(planAt(context, evaluated.index, size, axis, scope));
    if (evaluated.kind !== "newAxis") axis += 1;
  }
  plans.push(...wholeAxes(shape.slice(axis)));
  const valid = plans.filter((plan) => plan !== undefined);
  return valid.length < plans.length ? undefined : valid;
}

/** Axes that stay as they are. */
export function wholeAxes(shape: Shape): AxisPlan[] {
  return shape.map((length) => ({
    kind: "range",
    start: 0,
    length,
    step: 1,
    keep: true,
  }));
}

function evaluateItem(
  item: Exclude<IndexItem, { kind: "ellipsis" }>,
  evaluate: Indexed["evaluate"],
): Item {
  if (item.kind === "newAxis") return { kind: "newAxis" };
  if (item.kind === "at") return { kind: "at", index: evaluate(item.index) };
  const bound = (expression: Expression | undefined) =>
    expression === undefined ? undefined : evaluate(expression);
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
  return range === undefined ? undefined : { kind: "range", ...range, keep: true };
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
        value.kind === "node" ? value.node : context.build(span, () => toNode(value, []));
      const isPosition = isFloat(node.type.dtype) && isWhole(context, node);
      const position = isPosition ? context.build(span, () => cast(node, "i32")) : node;
      return takePlan(context, index, position);
    }
    default:
      break;
  }
  context.error("FG304", `${describe(value)} is not an index`, span, {
    accepted: "a whole number, an i32 scalar or tensor, or a slice",
  });
  return undefined;
}

function takePlan(context: Context, index: Placed, node: Node): AxisPlan | undefined {
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
export function fromEnd(
  context: Context,
  index: number,
  size: Dim,
  span: Span,
  scope: Scope,
): Dim | undefined {
  if (index >= 0) return withoutNegativeZero(index);
  if (scope.frame.module.language === "math") return dimAdd(size, index);
  context.error("FG304", `index ${index} is negative`, span, {
    accepted: "0 or more: in TypeScript an index does not count from the end",
    hint: `write x[x.length - ${-index}]`,
  });
  return undefined;
}

/** One position of an axis, which goes away. */
export function staticPlan(
  context: Context,
  { span }: Placed,
  index: Dim,
  size: Dim,
  axis: number,
): AxisPlan | undefined {
  const beyond = dimAtLeast(dimSub(index, size), 0);
  const before = dimAtLeast(dimSub(-1, index), 0);
  if (!beyond && !before) return { kind: "range", start: index, length: 1, step: 1, keep: false };
  context.error("FG304", `the index is out of range for axis ${axis} of size ${size}`, span, {
    accepted: acceptedIndices(context, size),
  });
  return undefined;
}

function acceptedIndices(context: Context, size: Dim): string {
  if (size === 0) return "no index: the axis is empty";
  const isMath = context.calls.at(-1)?.callable.module.language === "math";
  const backwards = isMath ? `, or ${dimSub(0, size)} … -1 from the end` : "";
  return `0 … ${dimSub(size, 1)}${backwards}`;
}
