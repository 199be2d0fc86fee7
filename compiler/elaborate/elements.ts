import type { Span } from "../diagnostic.js";
import type { Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { cast } from "../ops/arithmetic.js";
import { at } from "../ops/positions.js";
import type { Expression, IndexItem, Statement } from "../syntax/tree.js";
import { buildChecked } from "./apply.js";
import { arePositionsWithin, contentOf, read, writeElement } from "./arrays.js";
import type { Context, Placed } from "./context.js";
import { fromEnd, staticPlan } from "./indexPlan.js";
import { wholeSize } from "./loopHead.js";
import { applyBinary } from "./operators.js";
import type { Scope } from "./scopes.js";
import { describe, POISON, type ArrayValue, type Value } from "./values.js";
import { isWhole } from "./wholeNumbers.js";

type Assignment = Extract<Statement, { kind: "assign" }>;
type Index = Extract<Expression, { kind: "index" }>;

/** `x[i]` of an array, or a row of it, which stays part of the array. */
export function readArrayIndex(
  context: Context,
  array: ArrayValue,
  { items, span }: Index,
  scope: Scope,
): Value {
  const positions = positionsIn(context, array, items, span, scope);
  if (positions === undefined) return POISON;
  const { shape } = array.cell.type;
  if (positions.length < shape.length) return { ...array, positions };
  const content = contentOf(context, { ...array, positions: [] });
  if (content.kind !== "node") return POISON;
  return elementOfNode(context, { value: content, span }, positions, span);
}

/** `x[i][j]` for whole numbers known at run time. */
export function elementOfNode(
  context: Context,
  object: Placed,
  positions: readonly Node[],
  span: Span,
): Value {
  if (object.value.kind !== "node") return POISON;
  const { node } = object.value;
  const proven = arePositionsWithin(context, positions, node.type);
  if (!proven) context.unproven += 1;
  return buildChecked(context, [object], span, () => at(node, positions, proven));
}

/** The positions of an element along the first axes of its array; undefined where they are none, which is reported. */
function positionsIn(
  context: Context,
  { cell, positions }: ArrayValue,
  items: readonly IndexItem[],
  span: Span,
  scope: Scope,
): readonly Node[] | undefined {
  const [only] = items;
  const size = cell.type.shape[positions.length];
  if (size === undefined || items.length !== 1 || only?.kind !== "at") {
    context.error("FG305", "there are more indices here than the array has axes", span, {
      accepted: `at most ${cell.type.shape.length}`,
    });
    return undefined;
  }
  const index = read(context, context.placed(only.index, scope));
  if (index.value.kind === "poison") return undefined;
  const position = positionOf(context, index, size, positions.length, scope);
  if (position === "invalid") return undefined;
  if (position !== undefined) return [...positions, position];
  context.error("FG304", `${describe(index.value)} is not the position of an element`, index.span, {
    accepted: "a whole number, such as the index of a loop",
    hint:
      index.value.kind === "node" && index.value.node.type.shape.length === 0
        ? "round it: Math.floor(x)"
        : undefined,
  });
  return undefined;
}

/** A whole number as a position along an axis; undefined for anything else, "invalid" where it is known to lie outside, which is reported. */
export function positionOf(
  context: Context,
  index: Placed,
  size: Dim,
  axis: number,
  scope: Scope,
): Node | "invalid" | undefined {
  const { value, span } = index;
  switch (value.kind) {
    case "number": {
      if (!Number.isInteger(value.value)) return undefined;
      const position = fromEnd(context, value.value, size, span, scope);
      if (position === undefined) return "invalid";
      return staticPlan(context, index, position, size, axis) ? wholeSize(position) : "invalid";
    }
    case "dim":
      return staticPlan(context, index, value.dim, size, axis) ? wholeSize(value.dim) : "invalid";
    case "node":
      return isWhole(context, value.node) ? cast(value.node, "i32") : undefined;
    default:
      return undefined;
  }
}

/** `x[i] = value` and `x[i] += value`. */
export function assignElement(
  context: Context,
  { target, operator, value, span }: Assignment & { readonly target: Index },
  scope: Scope,
): void {
  const object = context.placed(target.object, scope);
  if (object.value.kind !== "array") {
    context.placed(value, scope);
    refuseTarget(context, object);
    return;
  }
  const array = object.value;
  const positions = positionsIn(context, array, target.items, target.span, scope);
  const given = read(context, context.placed(value, scope));
  if (positions === undefined || given.value.kind === "poison") return;
  const whole = { ...array, positions: [] };
  if (operator === "+" || operator === "-") {
    writeElement(context, { array, positions, value: given, combine: operator, span });
    return;
  }
  const result = operator === undefined ? given : combined();
  writeElement(context, { array, positions, value: result, combine: undefined, span });

  function combined(): Placed {
    const content = { value: contentOf(context, whole), span: target.span };
    const old = elementOfNode(context, content, positions ?? [], target.span);
    const current = { value: old, span: target.span };
    return operator === undefined
      ? given
      : { value: applyBinary(context, operator, current, given, span), span: given.span };
  }
}

function refuseTarget(context: Context, { value, span, expression }: Placed): void {
  if (value.kind === "poison") return;
  const name = expression?.kind === "name" ? `\`${expression.name}\`` : "this value";
  const isInput = value.kind === "node" && value.node.op.name === "input";
  const isList = value.kind === "tuple";
  const isSingle = value.kind === "node" && value.node.type.dtype === "f32";
  const copying = isSingle ? "Float32Array" : "Float64Array";
  const source = expression?.kind === "name" ? expression.name : "x";
  const isVector = value.kind !== "node" || value.node.type.shape.length < 2;
  const copy = isVector ? `new ${copying}(${source})` : `${source}.slice()`;
  context.error(
    "FG219",
    isInput
      ? `${name} is a parameter, which must not be written`
      : `${name} is ${describe(value)}, which cannot be written`,
    span,
    {
      accepted: "arrays made in the function: new Float64Array(n), zeros([n, m])",
      hint: isList
        ? "write new Float64Array([…]) around the list"
        : `write into a copy: const copy = ${copy}`,
    },
  );
}
