import type { Note, Span } from "../diagnostic.js";
import { dimNames, type Dim } from "../ir/dim.js";
import { formatShape, formatType, isFloat, type Shape } from "../ir/type.js";
import { substituteSizes } from "./attributes.js";
import { read } from "./arrays.js";
import type { Context, Placed } from "./context.js";
import { readField } from "./members.js";
import { checkOperand, toNode } from "./operands.js";
import type { ParameterType } from "./types.js";
import { describe, nodeValue, POISON, type Value } from "./values.js";

type TensorParameter = Extract<ParameterType, { kind: "tensor" }>;

/**
 * Checks an argument of an inlined call against the parameter's declared type.
 * Named sizes of the callee take the sizes they meet first, into `sizes`.
 */
export function matchArgument(
  context: Context,
  { value, span }: Placed,
  type: ParameterType,
  sizes: Map<string, Dim>,
): Value {
  context.work(span);
  if (value.kind === "poison") return POISON;
  switch (type.kind) {
    case "tensor":
      return matchTensor(context, { value, span }, type, sizes);
    case "object": {
      if (value.kind !== "object") return mismatch(context, value, "an object", span, type.span);
      const fields = type.fields.map(({ name, type: field }) => {
        const part = readField(context, value.fields, name, span);
        const matched = matchArgument(context, { value: part, span }, field, sizes);
        return [name, matched] as const;
      });
      return { kind: "object", fields: new Map(fields) };
    }
    case "tuple": {
      const { elements } = type;
      if (value.kind !== "tuple" || value.elements.length !== elements.length)
        return mismatch(context, value, `a list of ${elements.length}`, span, type.span);
      return {
        kind: "tuple",
        elements: elements.map((element, i) =>
          matchArgument(context, { value: value.elements[i] ?? POISON, span }, element, sizes),
        ),
      };
    }
  }
}

function mismatch(
  context: Context,
  value: Value,
  accepted: string,
  span: Span,
  declared: Span,
): Value {
  return context.error("FG215", `the argument is ${describe(value)}`, span, {
    accepted,
    notes: [{ message: "the parameter is declared here", span: declared }],
  });
}

function matchTensor(
  context: Context,
  argument: Placed,
  type: TensorParameter,
  sizes: Map<string, Dim>,
): Value {
  const { value, span } = argument;
  const isTruth =
    value.kind === "boolean" || (value.kind === "node" && value.node.type.dtype === "bool");
  if (value.kind === "number" || value.kind === "dim" || value.kind === "boolean") {
    const scalar = type.shape.length === 0;
    if (scalar && isTruth === (type.dtype === "bool")) return value;
    return mismatch(context, value, formatType(type), span, type.span);
  }
  if (value.kind === "array") {
    // The parameter is another name of the array.
    const content = matchTensor(context, read(context, argument), type, sizes);
    return content.kind === "poison" ? POISON : value;
  }
  if (value.kind !== "node" && value.kind !== "tuple")
    return mismatch(context, value, formatType(type), span, type.span);
  if (!checkOperand(context, argument)) return POISON;
  const node =
    value.kind === "node" ? value.node : context.build(span, () => toNode(value, [type]));
  if (type.generic && !isTruth) return nodeValue(node);
  const scalar = type.shape.length === 0 && !type.open;
  const fits =
    node.type.dtype === type.dtype || (scalar && isFloat(node.type.dtype) && isFloat(type.dtype));
  if (!fits) {
    return context.error(
      "FG307",
      `the argument is ${formatType(node.type)}, the parameter ${formatType(type)}`,
      span,
      {
        accepted: type.dtype,
        notes: [{ message: "the parameter is declared here", span: type.span }],
      },
    );
  }
  return type.open || matchShape(context, node.type.shape, type, span, sizes)
    ? nodeValue(node)
    : POISON;
}

function matchShape(
  context: Context,
  shape: Shape,
  type: TensorParameter,
  span: Span,
  sizes: Map<string, Dim>,
): boolean {
  const declared: Note = {
    message: `the parameter is declared ${formatShape(type.shape)} here`,
    span: type.span,
  };
  const found = `the argument has shape ${formatShape(shape)}`;
  const mismatched = (named: boolean, accepted: string): false => {
    context.error(named ? "FG310" : "FG301", found, span, {
      accepted,
      notes: [declared],
      hint: named
        ? "a named size equals only itself: give both the same name if they are always equal"
        : undefined,
    });
    return false;
  };
  if (shape.length !== type.shape.length) return mismatched(false, formatShape(type.shape));
  for (const [axis, dim] of type.shape.entries()) {
    const given = shape[axis] ?? 1;
    if (typeof dim === "string" && isName(dim) && !sizes.has(dim)) {
      sizes.set(dim, given);
      continue;
    }
    // A size that only occurs in a sum or product cannot be solved for.
    if (dimNames(dim).some((name) => !sizes.has(name))) continue;
    const expected = substituteSizes(dim, sizes);
    if (expected === given) continue;
    const named = typeof expected === "string" || typeof given === "string";
    return mismatched(named, `${expected} along axis ${axis}`);
  }
  return true;
}

function isName(dim: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(dim);
}
