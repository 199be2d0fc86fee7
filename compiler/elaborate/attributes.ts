import type { Span } from "../diagnostic.js";
import { dimNames, parseDim, type Dim } from "../ir/dim.js";
import type { Attr } from "../ir/node.js";
import type { Parameter, ParameterKind } from "../ir/op.js";
import { checkShape } from "./apply.js";
import type { Context, Placed } from "./context.js";
import { didYouMean } from "./suggest.js";
import { describe, type Value } from "./values.js";

type AttributeKind = Exclude<ParameterKind, { readonly kind: "operand" | "operands" | "rest" }>;

/** What an attribute may be, in words. */
const ACCEPTED: Readonly<Record<AttributeKind["kind"], string>> = {
  boolean: "true or false",
  integer: "a whole number known at build time",
  number: "a number known at build time",
  string: "a string",
  choice: "one of the listed strings",
  axis: "a whole number known at build time",
  axes: "a whole number known at build time, or a list of them",
  shape: "a list of sizes known at build time: whole numbers, named sizes, elements of `x.shape`",
  integers: "a whole number known at build time, or a list of them",
  pairs: "a whole number known at build time, or a list of pairs of them: [[1, 2], [0, 1]]",
};

/** Where an attribute stands: its name in the call, and the named sizes that strings may mean. */
export interface AttributePlace {
  readonly operation: string;
  readonly sizes: ReadonlyMap<string, Dim>;
}

/** The attribute an argument gives; undefined if it is not accepted, which is reported. */
export function readAttribute(
  context: Context,
  parameter: Parameter,
  kind: AttributeKind,
  argument: Placed,
  place: AttributePlace,
): Attr | undefined {
  const { value, span } = argument;
  if (value.kind === "poison") return undefined;
  const attr =
    kind.kind === "shape" ? readShape(context, value, span, place) : convert(kind, value);
  if (attr === "reported") return undefined;
  if (attr !== undefined) return attr;
  const choices = kind.kind === "choice" ? kind.of : [];
  const found =
    value.kind === "node" ? "is not known at build time" : `cannot be ${describe(value)}`;
  context.error("FG214", `${place.operation}: \`${parameter.name}\` ${found}`, span, {
    accepted:
      choices.length > 0 ? choices.map((choice) => `"${choice}"`).join(", ") : ACCEPTED[kind.kind],
    hint: value.kind === "string" ? didYouMean(value.value, choices) : undefined,
  });
  return undefined;
}

function convert(kind: AttributeKind, value: Value): Attr | undefined {
  switch (kind.kind) {
    case "boolean":
      return value.kind === "boolean" ? value.value : undefined;
    case "number":
      return value.kind === "number" && Number.isFinite(value.value)
        ? withoutNegativeZero(value.value)
        : undefined;
    case "string":
      return value.kind === "string" ? value.value : undefined;
    case "choice":
      return value.kind === "string" && kind.of.includes(value.value) ? value.value : undefined;
    case "integer":
    case "axis":
      return integer(value);
    case "axes":
    case "integers":
      return integer(value) ?? list(value, integer);
    case "pairs":
      return integer(value) ?? list(value, pair);
    case "shape":
      return undefined;
  }
}

function integer(value: Value): number | undefined {
  return value.kind === "number" && Number.isSafeInteger(value.value)
    ? withoutNegativeZero(value.value)
    : undefined;
}

/** Attributes are compared and printed as plain data, which has no −0. */
export function withoutNegativeZero(value: number): number {
  return value + 0;
}

function list<T extends Attr>(
  value: Value,
  read: (value: Value) => T | undefined,
): readonly T[] | undefined {
  if (value.kind !== "tuple") return undefined;
  const elements: T[] = [];
  for (const element of value.elements) {
    const attr = read(element);
    if (attr === undefined) return undefined;
    elements.push(attr);
  }
  return elements;
}

function pair(value: Value): readonly number[] | undefined {
  const both = list(value, integer);
  return both?.length === 2 ? both : undefined;
}

function readShape(
  context: Context,
  value: Value,
  span: Span,
  place: AttributePlace,
): Attr | undefined {
  const sizes = value.kind === "tuple" ? value.elements : [value];
  const shape: Dim[] = [];
  for (const size of sizes) {
    const dim =
      size.kind === "string"
        ? namedSize(context, size.value, span, place.sizes)
        : size.kind === "dim"
          ? size.dim
          : integer(size);
    if (dim === "reported") return dim;
    if (dim === undefined) return undefined;
    shape.push(dim);
  }
  const given = shape.filter((dim) => dim !== -1);
  return checkShape(context, given, span) ? shape : "reported";
}

/** The size a string such as `"2*N"` names. */
function namedSize(
  context: Context,
  text: string,
  span: Span,
  sizes: ReadonlyMap<string, Dim>,
): Dim | undefined {
  const dim = readDimText(text);
  if (dim === undefined) return undefined;
  const unknown = dimNames(dim).find((name) => !sizes.has(name));
  if (unknown === undefined) return substituteSizes(dim, sizes);
  context.error("FG201", `there is no named size \`${unknown}\` here`, span, {
    accepted:
      sizes.size === 0
        ? "the function's parameters have no named sizes"
        : [...sizes.keys()].join(", "),
    hint: didYouMean(unknown, sizes.keys()),
  });
  return "reported";
}

const MAX_DIM_TEXT = 100;

/** A dimension from the author's text; undefined if it is not one. */
export function readDimText(text: string): Dim | undefined {
  // The bound keeps nested brackets and products small.
  const ascii = text.length <= MAX_DIM_TEXT && /^[\w$\s+\-*/()]*$/.test(text);
  return ascii ? parseDim(text) : undefined;
}

/** The dimension with each name replaced by what it stands for. */
export function substituteSizes(dim: Dim, sizes: ReadonlyMap<string, Dim>): Dim {
  if (typeof dim === "number") return dim;
  const text = dim.replace(/[A-Za-z_$][\w$]*/g, (name) =>
    name === "floor" ? name : `(${sizes.get(name) ?? name})`,
  );
  return parseDim(text) ?? dim;
}
