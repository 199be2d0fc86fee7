import type { Span } from "../diagnostic.js";
import { dimAtLeast } from "../ir/dim.js";
import { sameShape, type TensorType } from "../ir/type.js";
import type { Node } from "../ir/node.js";
import { and, cast, neg, not, where } from "../ops/arithmetic.js";
import { constant, zero } from "../ops/leaf.js";
import { addAt, at, setAt } from "../ops/positions.js";
import { broadcastTo } from "../ops/shape.js";
import type { Context, Placed } from "./context.js";
import { isWithin } from "./loopBounds.js";
import { checkOperand, toNode } from "./operands.js";
import type { ArrayCell, Store } from "./scopes.js";
import { describe, nodeValue, POISON, type ArrayValue, type Value } from "./values.js";

/**
 * Arrays that are written element by element. As in JavaScript they have an
 * identity: the value of a name is a reference to a cell of the store, which
 * holds what is in the array at that point of the program. Two names of one
 * array refer to one cell.
 */

/** A new array with these contents. */
export function makeArray(context: Context, content: Node, span: Span): ArrayValue {
  const cell: ArrayCell = {
    name: "",
    mutable: true,
    span,
    type: content.type,
    guards: context.guards,
  };
  context.store.set(cell, nodeValue(content));
  return { kind: "array", cell, positions: [] };
}

/** A new array of zeros. */
export function makeZeros(context: Context, { dtype, shape }: TensorType, span: Span): ArrayValue {
  const content = context.build(span, () => broadcastTo(cast(zero(), dtype), shape));
  return makeArray(context, content, span);
}

/** What is in an array now. */
export function contentOf(context: Context, { cell, positions }: ArrayValue): Value {
  const content = context.store.get(cell) ?? POISON;
  if (content.kind !== "node" || positions.length === 0) return content;
  const proven = arePositionsWithin(context, positions, content.node.type);
  return nodeValue(context.build(cell.span, () => at(content.node, positions, proven)));
}

/** The value with what is in its arrays now in place of them. */
export function contents(context: Context, value: Value): Value {
  if (!hasArrays(value)) return value;
  switch (value.kind) {
    case "array":
      return contentOf(context, value);
    case "tuple":
      return { kind: "tuple", elements: value.elements.map((one) => contents(context, one)) };
    case "object": {
      const fields = [...value.fields].map(
        ([name, field]) => [name, contents(context, field)] as const,
      );
      return { kind: "object", fields: new Map(fields) };
    }
    default:
      return value;
  }
}

const known = new WeakMap<Value, boolean>();

/** Whether there are arrays in a value; looks at each part once, since lists may share theirs. */
function hasArrays(value: Value): boolean {
  if (value.kind === "array") return true;
  if (value.kind !== "tuple" && value.kind !== "object") return false;
  const found =
    known.get(value) ??
    (value.kind === "tuple" ? value.elements : [...value.fields.values()]).some(hasArrays);
  known.set(value, found);
  return found;
}

/** An operand with what is in it now, if it is an array. */
export function read(context: Context, placed: Placed): Placed {
  return hasArrays(placed.value) ? { ...placed, value: contents(context, placed.value) } : placed;
}

/**
 * The contents of arrays that a value stops referring to, to be read later as
 * they are now. They must not be written from here on, since the value would
 * have to change with them.
 */
export function frozen(context: Context, value: Value, span: Span): Value {
  for (const { cell } of arraysIn(value))
    if (!context.frozen.has(cell)) context.frozen = new Map([...context.frozen, [cell, span]]);
  return contents(context, value);
}

export function arraysIn(value: Value): readonly ArrayValue[] {
  if (!hasArrays(value)) return [];
  switch (value.kind) {
    case "array":
      return [value];
    case "tuple":
      return value.elements.flatMap(arraysIn);
    case "object":
      return [...value.fields.values()].flatMap(arraysIn);
    default:
      return [];
  }
}

/** What is in the arrays of one store, in another: arrays are not merged after branches, since writes are conditional. */
export function withArraysOf(store: Store, later: Store): Store {
  const cells = [...later].filter(([variable]) => isCell(variable));
  return new Map([...store, ...cells]);
}

export function isCell(variable: object): variable is ArrayCell {
  return "guards" in variable;
}

/** `x[i] = value`, or with an operator `x[i] += value`. */
export interface Write {
  readonly array: ArrayValue;
  readonly positions: readonly Node[];
  readonly value: Placed;
  readonly combine: "+" | "-" | undefined;
  readonly span: Span;
}

/** Writes into an array: at the positions if the program comes there. */
export function writeElement(context: Context, write: Write): void {
  const { array, span } = write;
  const { cell } = array;
  const content = context.store.get(cell) ?? POISON;
  if (content.kind !== "node" || !checkWritable(context, write)) return;
  const value = valueToWrite(context, write);
  if (value === undefined) {
    context.store.set(cell, POISON);
    return;
  }
  const node = context.build(span, () => updated(context, write, content.node, value));
  const isNamed = node.name !== undefined || cell.name === "";
  context.store.set(cell, nodeValue(isNamed ? node : context.rename(node, cell.name)));
}

function checkWritable(context: Context, { array: { cell }, positions, value, span }: Write) {
  const since = context.frozen.get(cell);
  if (since !== undefined) {
    context.error("FG219", `${shown(cell)} cannot be written any more`, span, {
      accepted: "arrays that only their names refer to",
      hint: "copy it where the other value is made: new Float64Array(x)",
      notes: [{ message: "another value is made of it here, which would change too", span: since }],
    });
    return false;
  }
  const isSlice = positions.length < cell.type.shape.length;
  if (isSlice && viewsOf(context.store, cell).length > 0) {
    context.error("FG219", `a row of ${shown(cell)} is replaced while a name refers to one`, span, {
      accepted: "rows without names of their own",
      hint: "write its elements in a loop",
    });
    return false;
  }
  return checkOperand(context, read(context, value));
}

function shown({ name }: ArrayCell): string {
  return name === "" ? "this array" : `\`${name}\``;
}

function viewsOf(store: Store, cell: ArrayCell): readonly ArrayValue[] {
  return [...store.values()]
    .flatMap(arraysIn)
    .filter((one) => one.cell === cell && one.positions.length > 0);
}

/** The value as a node of the type of what it replaces; undefined where it does not fit, which is reported. */
function valueToWrite(context: Context, write: Write): Node | undefined {
  const { array, positions, span } = write;
  const { dtype, shape } = array.cell.type;
  const type = { dtype, shape: shape.slice(positions.length) };
  const isSlice = type.shape.length > 0;
  const value = isSlice
    ? frozen(context, write.value.value, span)
    : contents(context, write.value.value);
  const node = context.build(write.value.span, () => toNode(value, [type]));
  const own = node.type;
  const isScalar = own.shape.length === 0;
  const fits = (isScalar || sameShape(own.shape, type.shape)) && own.dtype !== "bool";
  if (!fits) {
    context.error(
      "FG301",
      `${describe(value)} is written where ${describe(nodeValue({ ...node, type }))} is`,
      write.value.span,
      {
        accepted: "a value of the same shape",
      },
    );
    return undefined;
  }
  return context.build(span, () => {
    const typed = cast(node, dtype);
    return isScalar && isSlice ? broadcastTo(typed, type.shape) : typed;
  });
}

function updated(context: Context, write: Write, content: Node, value: Node): Node {
  const { array, combine } = write;
  const guard = guardOf(context, array.cell);
  if (write.positions.length === 0)
    return guard === undefined ? value : where(guard, value, content);
  const { positions, proven } = safePositions(context, write, guard);
  if (combine !== undefined) {
    const addend = combine === "-" ? neg(value) : value;
    const masked = guard === undefined ? addend : where(guard, addend, zerosLike(addend));
    return addAt(content, masked, positions, proven);
  }
  const old = () => at(content, positions, proven);
  return setAt(
    content,
    guard === undefined ? value : where(guard, value, old()),
    positions,
    proven,
  );
}

/** Positions to write at: where the program does not come here they may be anything, and the first will do. */
function safePositions(
  context: Context,
  { array: { cell }, positions }: Write,
  guard: Node | undefined,
): { readonly positions: readonly Node[]; readonly proven: boolean } {
  const proven = arePositionsWithin(context, positions, cell.type);
  const always = arePositionsWithin(context, positions, cell.type, cell.guards);
  if (guard === undefined || always) return { positions, proven };
  const isFilled = positions.every((_, axis) => dimAtLeast(cell.type.shape[axis] ?? 0, 1));
  return {
    positions: positions.map((position) => where(guard, position, constant(0, "i32"))),
    proven: proven && isFilled,
  };
}

function zerosLike({ type: { dtype, shape } }: Node): Node {
  const scalar = constant(0, dtype);
  return shape.length === 0 ? scalar : broadcastTo(scalar, shape);
}

export function arePositionsWithin(
  context: Context,
  positions: readonly Node[],
  { shape }: TensorType,
  guards = context.guards,
): boolean {
  return positions.every((position, axis) =>
    isWithin(position, shape[axis] ?? 0, context.knownFacts(guards)),
  );
}

/** Whether the program comes here, among all that made the array; undefined where it is sure to. */
function guardOf({ guards }: Context, cell: ArrayCell): Node | undefined {
  const conditions = guards
    .filter((guard) => !cell.guards.includes(guard))
    .map(({ condition, holds }) => (holds ? condition : not(condition)));
  const [first, ...rest] = conditions;
  return rest.reduce<Node | undefined>((all, one) => all && and(all, one), first);
}
