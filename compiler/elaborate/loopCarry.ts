import type { Node } from "../ir/node.js";
import { isFloat, promoteTypes, sameShape, type DType, type TensorType } from "../ir/type.js";
import { cast } from "../ops/arithmetic.js";
import { constantValue, zero } from "../ops/leaf.js";
import { broadcastTo } from "../ops/shape.js";
import { toNode } from "./operands.js";
import { booleanValue, nodeValue, numberValue, sameValue, UNSET, type Value } from "./values.js";

/** What a loop carries of a variable from iteration to iteration. */
export type Carry =
  /** Nothing: the value stays as it is. */
  | { readonly kind: "same" }
  /** A tensor or number; `whole` where it is known to be a whole number in every iteration. */
  | { readonly kind: "leaf"; readonly type: TensorType; readonly whole: boolean }
  | { readonly kind: "tuple"; readonly elements: readonly Carry[] }
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, Carry> }
  /** What has no value before the loop: it is set in every iteration before it is read. */
  | { readonly kind: "late"; readonly of: Carry };

/** What is known of numbers where the loop is. */
export interface NumberFacts {
  readonly isWhole: (node: Node) => boolean;
  /** Whether an i32 grows slowly enough to remain one. */
  readonly isSteady: (node: Node) => boolean;
}

export const SAME: Carry = { kind: "same" };

const INDEX: TensorType = { dtype: "i32", shape: [] };
const NUMBER: TensorType = { dtype: "f64", shape: [] };

/** What is carried of a variable that is known to be assigned, as far as its first value tells. */
export function carryOf(value: Value, facts: NumberFacts): Carry {
  switch (value.kind) {
    case "node": {
      const { node } = value;
      const isSteady =
        node.type.dtype !== "i32" || node.type.shape.length > 0 || facts.isSteady(node);
      return { kind: "leaf", type: isSteady ? node.type : NUMBER, whole: facts.isWhole(node) };
    }
    case "number": {
      const isIndex = (value.value | 0) === value.value;
      const whole = Number.isInteger(value.value);
      return { kind: "leaf", type: isIndex ? INDEX : NUMBER, whole };
    }
    case "dim":
      return { kind: "leaf", type: INDEX, whole: true };
    case "boolean":
      return { kind: "leaf", type: { dtype: "bool", shape: [] }, whole: false };
    case "tuple":
      return { kind: "tuple", elements: value.elements.map((one) => carryOf(one, facts)) };
    case "object": {
      const fields = [...value.fields].map(
        ([name, field]) => [name, carryOf(field, facts)] as const,
      );
      return { kind: "object", fields: new Map(fields) };
    }
    default:
      return SAME;
  }
}

/** What is to be carried, given what one iteration makes of the value; undefined where no type fits both. */
export function widen(
  carry: Carry,
  before: Value,
  after: Value,
  facts: NumberFacts,
): Carry | undefined {
  switch (carry.kind) {
    case "same":
      if (isSame(before, after)) return SAME;
      if (before.kind === "unset") return { kind: "late", of: carryOf(after, facts) };
      return widenFirst(carryOf(before, facts), before, after, facts);
    case "late": {
      const of = widen(carry.of, after, after, facts);
      return of && { kind: "late", of };
    }
    case "leaf":
      return widenLeaf(carry, before, after, facts);
    case "tuple":
      return widenTuple(carry, before, after, facts);
    case "object":
      return widenObject(carry, before, after, facts);
  }
}

function widenFirst(carry: Carry, before: Value, after: Value, facts: NumberFacts) {
  return carry.kind === "same" ? undefined : widen(carry, before, after, facts);
}

/** Whether two values are the same, part by part. */
export function isSame(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.kind === "tuple" && b.kind === "tuple")
    return (
      a.elements.length === b.elements.length &&
      a.elements.every((one, i) => isSame(one, b.elements[i] ?? UNSET))
    );
  if (a.kind === "object" && b.kind === "object")
    return (
      a.fields.size === b.fields.size &&
      [...a.fields].every(([key, one]) => isSame(one, b.fields.get(key) ?? UNSET))
    );
  return sameValue(a, b);
}

function widenLeaf(
  { type, whole }: Extract<Carry, { kind: "leaf" }>,
  before: Value,
  after: Value,
  facts: NumberFacts,
): Carry | undefined {
  const next = carryOf(after, facts);
  if (next.kind !== "leaf") return undefined;
  const shape = joinShapes(type, next.type, before, after);
  const dtype = joinDTypes(type, next.type, before, after);
  return shape && dtype && { kind: "leaf", type: { dtype, shape }, whole: whole && next.whole };
}

function joinShapes(a: TensorType, b: TensorType, before: Value, after: Value) {
  if (sameShape(a.shape, b.shape)) return a.shape;
  if (a.shape.length === 0 && isNumber(before)) return b.shape;
  return b.shape.length === 0 && isNumber(after) ? a.shape : undefined;
}

/** Truth values stay among themselves; a number takes the type of the tensor it is joined with. */
function joinDTypes(a: TensorType, b: TensorType, before: Value, after: Value): DType | undefined {
  if (a.dtype === b.dtype) return a.dtype;
  if (a.dtype === "bool" || b.dtype === "bool") return undefined;
  const fits = (value: Value, { dtype, shape }: TensorType) =>
    isNumber(value) && shape.length > 0 && isFloat(dtype);
  if (fits(before, b)) return b.dtype;
  if (fits(after, a)) return a.dtype;
  return promoteTypes([a, b]);
}

function isNumber(value: Value): boolean {
  return (
    value.kind === "number" || (value.kind === "node" && constantValue(value.node) !== undefined)
  );
}

function widenTuple(
  { elements }: Extract<Carry, { kind: "tuple" }>,
  before: Value,
  after: Value,
  facts: NumberFacts,
): Carry | undefined {
  if (after.kind !== "tuple" || after.elements.length !== elements.length) return undefined;
  const parts = elements.map((carry, i) =>
    widen(carry, partOf(before, i), after.elements[i] ?? UNSET, facts),
  );
  const fitting = parts.filter((part) => part !== undefined);
  return fitting.length < parts.length ? undefined : { kind: "tuple", elements: fitting };
}

function widenObject(
  { fields }: Extract<Carry, { kind: "object" }>,
  before: Value,
  after: Value,
  facts: NumberFacts,
): Carry | undefined {
  if (after.kind !== "object" || after.fields.size !== fields.size) return undefined;
  const widened = new Map<string, Carry>();
  for (const [key, carry] of fields) {
    const own = after.fields.get(key);
    const part = own && widen(carry, partOf(before, key), own, facts);
    if (part === undefined) return undefined;
    widened.set(key, part);
  }
  return { kind: "object", fields: widened };
}

function partOf(value: Value, key: string | number): Value {
  if (value.kind === "tuple") return value.elements[Number(key)] ?? UNSET;
  return (value.kind === "object" ? value.fields.get(String(key)) : undefined) ?? UNSET;
}

/** Whether two say the same of a variable. */
export function sameCarry(a: Carry, b: Carry): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

function plain(carry: Carry): unknown {
  switch (carry.kind) {
    case "same":
      return null;
    case "leaf":
      return [carry.type, carry.whole];
    case "late":
      return { late: plain(carry.of) };
    case "tuple":
      return carry.elements.map(plain);
    case "object":
      return [...carry.fields].map(([key, field]) => [key, plain(field)]);
  }
}

/** One value that is carried: its type, and the path to it inside its variable. */
export interface CarriedLeaf {
  readonly type: TensorType;
  readonly whole: boolean;
  readonly path: readonly string[];
}

/** The leaves, in order. */
export function leavesOfCarry(carry: Carry, path: readonly string[] = []): readonly CarriedLeaf[] {
  switch (carry.kind) {
    case "same":
      return [];
    case "leaf":
      return [{ type: carry.type, whole: carry.whole, path }];
    case "late":
      return leavesOfCarry(carry.of, path);
    case "tuple":
      return carry.elements.flatMap((one, i) => leavesOfCarry(one, [...path, String(i)]));
    case "object":
      return [...carry.fields].flatMap(([key, one]) => leavesOfCarry(one, [...path, key]));
  }
}

/** The value with these nodes in place of its leaves; `before` gives what stays. */
export function valueWith(carry: Carry, before: Value, nodes: Iterator<Node>): Value {
  switch (carry.kind) {
    case "same":
      return before;
    case "leaf": {
      const next = nodes.next();
      return next.done === true ? before : nodeValue(next.value);
    }
    case "late":
      return valueWith(carry.of, before, nodes);
    case "tuple":
      return {
        kind: "tuple",
        elements: carry.elements.map((one, i) => valueWith(one, partOf(before, i), nodes)),
      };
    case "object": {
      const fields = [...carry.fields].map(
        ([key, one]) => [key, valueWith(one, partOf(before, key), nodes)] as const,
      );
      return { kind: "object", fields: new Map(fields) };
    }
  }
}

/** The leaves of a value as nodes of the types that are carried; zeros for what has no value. */
export function nodesOfCarry(carry: Carry, value: Value): readonly Node[] {
  switch (carry.kind) {
    case "same":
      return [];
    case "leaf":
      return [typed(value, carry.type)];
    case "late":
      return nodesOfCarry(carry.of, value);
    case "tuple":
      return carry.elements.flatMap((one, i) => nodesOfCarry(one, partOf(value, i)));
    case "object":
      return [...carry.fields].flatMap(([key, one]) => nodesOfCarry(one, partOf(value, key)));
  }
}

function typed(value: Value, type: TensorType): Node {
  const known = value.kind === "unset" ? zeroOf(type) : value;
  const node = toNode(known, [type]);
  const converted = cast(node, type.dtype);
  return sameShape(node.type.shape, type.shape) ? converted : broadcastTo(converted, type.shape);
}

function zeroOf({ dtype }: TensorType): Value {
  if (dtype === "bool") return booleanValue(false);
  return dtype === "i32" ? numberValue(0) : nodeValue(cast(zero(), dtype));
}
