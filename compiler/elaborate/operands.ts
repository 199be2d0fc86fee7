import type { Span } from "../diagnostic.js";
import { makeNode, type Node } from "../ir/node.js";
import type { Op } from "../ir/op.js";
import { isFloat, promoteTypes, type DType, type TensorType } from "../ir/type.js";
import { cast } from "../ops/arithmetic.js";
import { registry } from "../ops/index.js";
import { constant, size } from "../ops/leaf.js";
import type { Context, Placed } from "./context.js";
import { describe, type Value } from "./values.js";

const MAX_LIST = 1024;

/** Whether operations take the value; reports it otherwise. */
export function checkOperand(context: Context, operand: Placed): boolean {
  const { value, span } = operand;
  switch (value.kind) {
    case "node":
    case "number":
    case "dim":
    case "boolean":
    case "array":
      return true;
    case "tuple":
      return checkList(context, value, span);
    case "poison":
      return false;
    case "unset":
      context.error("FG201", "this name has no value yet", span, {
        hint: "assign to it on every path that leads here",
      });
      return false;
    default:
      context.error("FG215", `${describe(value)} cannot be computed with`, span, {
        accepted: "numbers, tensors and truth values",
      });
      return false;
  }
}

function checkList(context: Context, list: Value, span: Span): boolean {
  const shape = listShape(context, list, span);
  const fits = shape !== undefined && shape.reduce((p, q) => p * q, 1) <= MAX_LIST;
  if (fits) return true;
  const stackable = list.kind === "tuple" && list.elements.some(({ kind }) => kind === "node");
  const found = shape === undefined ? "this list" : "a list this long";
  context.error("FG215", `${found} cannot be computed with`, span, {
    accepted: `numbers, tensors and truth values; a list of at most ${MAX_LIST} numbers known at build time, or of lists of one length of them`,
    hint: stackable
      ? "make one tensor of the elements: stack([a, b])"
      : "pass larger tables as parameters",
  });
  return false;
}

/** The shape of nested lists of numbers; undefined where they are ragged or hold anything else. */
function listShape(context: Context, value: Value, span: Span): readonly number[] | undefined {
  context.work(span);
  if (value.kind === "number") return [];
  if (value.kind !== "tuple") return undefined;
  const shapes = value.elements.map((one) => listShape(context, one, span));
  const [first] = shapes;
  if (first === undefined) return undefined;
  const equal = shapes.every((one) => one?.join() === first.join());
  return equal ? [value.elements.length, ...first] : undefined;
}

/**
 * The operands as nodes. A number takes to the integers among integers, or
 * where its position is in `whole`; else it is a weak f64.
 */
export function toNodes(
  op: Op,
  operands: readonly Value[],
  whole: ReadonlySet<number> = new Set(),
): readonly Node[] {
  const partners = partnersOf(op, operands);
  const integers: readonly TensorType[] = [{ dtype: "i32", shape: [] }];
  return operands.map((value, i) => toNode(value, whole.has(i) ? integers : partners));
}

/** The types among which numbers are to fit in: for `where` those of its arms, else of what it compares. */
function partnersOf(op: Op, operands: readonly Value[]): readonly TensorType[] {
  const types = (values: readonly Value[]) =>
    values.flatMap((value) => (value.kind === "node" ? [value.node.type] : []));
  if (op.name !== "where") return types(operands);
  const arms = types(operands.slice(1));
  const [condition] = operands;
  return arms.length > 0 || condition?.kind !== "node"
    ? arms
    : condition.node.inputs.map((input) => input.type).filter(({ dtype }) => isFloat(dtype));
}

/** A value that `checkOperand` accepts, as a node among others of these types. */
export function toNode(value: Value, partners: readonly TensorType[]): Node {
  switch (value.kind) {
    case "node":
      return value.node;
    case "number":
      return constant(value.value, numberType(value.value, partners));
    case "boolean":
      return constant(Number(value.value), "bool");
    case "dim":
      return partners.some(({ dtype }) => dtype === "i32") &&
        partners.every(({ dtype }) => !isFloat(dtype))
        ? cast(size(value.dim), "i32")
        : size(value.dim);
    case "tuple":
      return listNode(value, partners);
    default:
      throw new Error(`${value.kind} is not an operand`);
  }
}

function numberType(value: number, partners: readonly TensorType[]): DType {
  const integral = partners.length > 0 && partners.every(({ dtype }) => !isFloat(dtype));
  return integral && isInt32(value) ? "i32" : "f64";
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

/** A list as a tensor: whole numbers make an i32, so that they can be indices. */
function listNode(list: Extract<Value, { kind: "tuple" }>, partners: readonly TensorType[]): Node {
  const integral = numbersOf(list).every(isInt32);
  const floats = partners.filter(({ dtype }) => isFloat(dtype));
  const dtype = integral ? "i32" : floats.length > 0 ? promoteTypes(floats) : "f64";
  return stackList(list, dtype);
}

function numbersOf(value: Value): readonly number[] {
  if (value.kind === "tuple") return value.elements.flatMap(numbersOf);
  return value.kind === "number" ? [value.value] : [];
}

function stackList(value: Value, dtype: DType): Node {
  if (value.kind === "number") return constant(value.value, dtype);
  if (value.kind !== "tuple") return toNode(value, []);
  const stack = registry.get("stack");
  if (stack === undefined) throw new Error("there is no operation stack");
  const elements = value.elements.map((one) => stackList(one, dtype));
  return makeNode(stack, elements, { axis: 0 });
}
