import type { Span } from "../diagnostic.js";
import type { Node } from "../ir/node.js";
import type { Pattern } from "../syntax/tree.js";
import { read } from "./arrays.js";
import type { Context, Placed } from "./context.js";
import { checkIdentifier } from "./identifiers.js";
import { elementAt } from "./indexing.js";
import { readField } from "./members.js";
import type { Scope } from "./scopes.js";
import { describe, nodeValue, POISON, UNSET, type ArrayValue, type Value } from "./values.js";

/** How a pattern's names are declared. */
export interface Declaring {
  readonly scope: Scope;
  readonly mutable: boolean;
  readonly what: "variable" | "parameter";
  /** Nodes made after this one and without a name get the name they are declared under. */
  readonly freshAfter: number;
}

/** Declares the names of a pattern with the parts of a value. */
export function bindPattern(
  context: Context,
  pattern: Pattern,
  { value, span }: Placed,
  declaring: Declaring,
): void {
  switch (pattern.kind) {
    case "name":
      declare(context, pattern, value, declaring);
      return;
    case "object":
      for (const field of pattern.fields) {
        const part = fieldOf(context, value, field.key, field.span, span);
        bindPattern(context, field.pattern, { value: part, span }, declaring);
      }
      return;
    case "tuple":
      bindTuple(context, pattern, { value, span }, declaring);
  }
}

function declare(
  context: Context,
  { name, span }: Extract<Pattern, { kind: "name" }>,
  value: Value,
  { scope, mutable, what, freshAfter }: Declaring,
): void {
  const valid = checkIdentifier(context, name, what, span);
  const earlier = scope.own(name);
  if (earlier !== undefined) {
    context.error("FG208", `\`${name.slice(0, 40)}\` is declared twice`, span, {
      accepted: what === "parameter" ? "each parameter once" : "each name once in a block",
      notes: [{ message: "it is declared here first", span: earlier.span }],
    });
  }
  const variable = { name, mutable, span };
  scope.declare(variable);
  context.store.set(variable, valid ? named(context, value, name, freshAfter) : POISON);
}

/** The value under the author's name for it, if it was made just now and has none. */
export function named(context: Context, value: Value, name: string, freshAfter: number): Value {
  if (value.kind === "array") nameArray(context, value, name);
  if (value.kind !== "node" || !isFresh(value.node, freshAfter)) return value;
  return nodeValue(context.rename(value.node, name));
}

/** An array has the first name it is given. */
function nameArray(context: Context, { cell, positions }: ArrayValue, name: string): void {
  const content = context.store.get(cell);
  if (cell.name !== "" || positions.length > 0) return;
  cell.name = name;
  const isUnnamed = content?.kind === "node" && (content.node.name ?? "") === "";
  if (content?.kind === "node" && (isUnnamed || content.node.derivedName === true))
    context.store.set(cell, nodeValue(context.rename(content.node, name)));
}

function isFresh(node: Node, freshAfter: number): boolean {
  return node.name === undefined && node.id > freshAfter;
}

function fieldOf(context: Context, value: Value, key: string, keySpan: Span, span: Span): Value {
  if (value.kind === "poison" || value.kind === "unset") return value;
  if (value.kind === "object") return readField(context, value.fields, key, keySpan);
  return context.error("FG216", `${describe(value)} has no fields`, keySpan, {
    accepted: "an object on the right",
    notes: [{ message: "the value is this", span }],
  });
}

function bindTuple(
  context: Context,
  { elements, span: patternSpan }: Extract<Pattern, { kind: "tuple" }>,
  { value, span }: Placed,
  declaring: Declaring,
): void {
  const parts = partsOf(context, { value, span }, elements.length);
  const silent = value.kind === "poison" || value.kind === "unset";
  if (!silent && (parts === undefined || parts.length < elements.length)) {
    const found =
      parts === undefined
        ? `${describe(value)} is not a list`
        : `${describe(value)} has no element ${parts.length}`;
    const place = elements[parts?.length ?? 0]?.span ?? patternSpan;
    context.error("FG216", found, place, {
      accepted: "a list of at least as many elements as names",
      notes: [{ message: "the value is this", span }],
    });
  }
  for (const [i, element] of elements.entries()) {
    if (element === null) continue;
    const missing = value.kind === "unset" ? UNSET : POISON;
    const part = { value: parts?.[i] ?? missing, span };
    bindPattern(context, element, part, declaring);
  }
}

/** The elements of a list, or of a tensor the first `count` along its first axis. */
function partsOf(context: Context, given: Placed, count: number): readonly Value[] | undefined {
  const { value, span } = given.value.kind === "array" ? read(context, given) : given;
  if (value.kind === "tuple") return value.elements;
  if (value.kind !== "node") return undefined;
  const [first] = value.node.type.shape;
  if (first === undefined) return undefined;
  const length = typeof first === "number" ? Math.min(first, count) : count;
  return Array.from({ length }, (_, i) => elementAt(context, { value, span }, i, span));
}
