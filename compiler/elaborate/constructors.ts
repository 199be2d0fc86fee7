import type { Span } from "../diagnostic.js";
import type { Dim } from "../ir/dim.js";
import type { DType } from "../ir/type.js";
import { cast } from "../ops/arithmetic.js";
import type { Expression } from "../syntax/tree.js";
import { checkShape } from "./apply.js";
import { makeArray, makeZeros, read, writeElement } from "./arrays.js";
import type { Context, Placed } from "./context.js";
import { checkOperand, toNode } from "./operands.js";
import type { Scope } from "./scopes.js";
import { describe, POISON, type Value } from "./values.js";

const DTYPES: ReadonlyMap<string, DType> = new Map([
  ["Float64Array", "f64"],
  ["Float32Array", "f32"],
  ["Int32Array", "i32"],
  ["Array", "f64"],
]);

/** `new Float64Array(n)`: an array of zeros, or a copy. */
export function evaluateNew(
  context: Context,
  { constructorName, arguments: given, span }: Extract<Expression, { kind: "new" }>,
  scope: Scope,
): Value {
  const dtype = DTYPES.get(constructorName);
  const [only, extra] = given;
  if (dtype === undefined || only === undefined || extra !== undefined) {
    const name = constructorName.slice(0, 40);
    return context.error("FG204", `\`new ${name}\` is not accepted here`, span, {
      accepted: `a length, or something to copy: ${[...DTYPES.keys()].map((key) => `new ${key}(n)`).join(", ")}`,
    });
  }
  const argument = read(context, context.placed(only, scope));
  const { value } = argument;
  if (value.kind === "poison") return POISON;
  const length = dimOf(value);
  if (length !== undefined) return zerosOf(context, dtype, [length], span);
  return copyOf(context, argument, dtype, span);
}

/** `zeros([n, m])`, `zeros(n, { dtype: "f32" })`. */
export function callZeros(
  context: Context,
  positional: readonly Placed[],
  named: ReadonlyMap<string, Placed>,
  span: Span,
): Value {
  const [shape, last, extra] = positional;
  const options = last?.value.kind === "object" ? last.value.fields : new Map<string, Value>();
  const asked = named.get("dtype")?.value ?? options.get("dtype");
  const dtype = asked?.kind === "string" ? dtypeNamed(asked.value) : asked === undefined && "f64";
  const sizes = shape?.value.kind === "tuple" ? shape.value.elements : shape && [shape.value];
  const dims = sizes?.map(dimOf) ?? [];
  const known = dims.filter((dim) => dim !== undefined);
  if (shape?.value.kind === "poison") return POISON;
  if (dtype && known.length > 0 && known.length === dims.length && extra === undefined)
    return zerosOf(context, dtype, known, span);
  return context.error("FG202", "zeros takes a shape", span, {
    accepted:
      'zeros(n), zeros([n, m]), zeros([n], { dtype: "f32" }), of sizes known at build time or named',
  });
}

function dtypeNamed(name: string): DType | undefined {
  return name === "f32" || name === "f64" || name === "i32" ? name : undefined;
}

function dimOf(value: Value): Dim | undefined {
  if (value.kind === "dim") return value.dim;
  return value.kind === "number" && Number.isInteger(value.value) ? value.value : undefined;
}

function zerosOf(context: Context, dtype: DType, shape: readonly Dim[], span: Span): Value {
  const wide = context.precision === "f64" && dtype === "f32" ? "f64" : dtype;
  return checkShape(context, shape, span)
    ? makeZeros(context, { dtype: wide, shape }, span)
    : POISON;
}

/** A new array with the elements of another value. */
export function copyOf(
  context: Context,
  { value, span: given }: Placed,
  dtype: DType | undefined,
  span: Span,
): Value {
  if (!checkOperand(context, { value, span: given })) return POISON;
  const node = context.build(given, () => toNode(value, [{ dtype: dtype ?? "f64", shape: [] }]));
  if (node.type.shape.length === 0) {
    return context.error("FG214", `the length is ${describe(value)}`, given, {
      accepted: "a number known at build time, a named size, or an array to copy",
      hint: "an array has the length it is given when the work object is created: pass one of that length as a parameter",
    });
  }
  const wanted = dtype === "f32" && context.precision === "f64" ? "f64" : dtype;
  const content = context.build(span, () => cast(node, wanted ?? node.type.dtype));
  return makeArray(context, content, span);
}

/** `x.fill(value)`: the array, every element of it replaced. */
export function fillArray(
  context: Context,
  object: Placed,
  argument: Placed | undefined,
  span: Span,
): Value {
  const { value } = object;
  const filling = argument && read(context, argument);
  if (value.kind !== "array" || value.positions.length > 0 || filling === undefined) {
    return context.error("FG219", `${describe(value)} cannot be filled`, span, {
      accepted: "x.fill(value) of an array made in the function",
    });
  }
  writeElement(context, {
    array: value,
    positions: [],
    value: filling,
    combine: undefined,
    span,
  });
  return value;
}
