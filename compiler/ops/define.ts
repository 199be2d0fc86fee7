import {
  broadcastShapes,
  formatShape,
  promoteTypes,
  type Shape,
  type TensorType,
} from "../ir/type.js";
import { makeNode, type Attrs, type Node } from "../ir/node.js";
import {
  TypeFault,
  type Op,
  type Parameter,
  type ScalarCode,
  type Value,
  type VjpContext,
} from "../ir/op.js";
import { dimNames, type Dim } from "../ir/dim.js";

const registered = new Map<string, Op>();

/** Every operation by name, in order of definition. */
export const registry: ReadonlyMap<string, Op> = registered;

/** Adds an operation to the registry. This is the one place where it is described. */
export function defineOp<const Definition extends Op>(definition: Definition): Definition {
  if (registered.has(definition.name))
    throw new Error(`operation ${definition.name} is defined twice`);
  registered.set(definition.name, definition);
  return definition;
}

export const operand = (name: string, doc?: string): Parameter => ({
  name,
  kind: { kind: "operand" },
  doc,
});

export function parameter(
  name: string,
  kind: Parameter["kind"],
  fallback?: Parameter["default"],
  doc?: string,
): Parameter {
  return { name, kind, default: fallback, doc };
}

// Elementwise operations

interface Elementwise {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly gradient?: string;
  readonly numerics?: string;
  readonly conventions?: readonly string[];
  readonly internal?: boolean;
  readonly parameters: readonly Parameter[];
  readonly code: ScalarCode;
  /** The meaning of one element. */
  readonly element: (...operands: number[]) => number;
  readonly vjp?: (context: VjpContext) => readonly (Node | null)[];
  readonly derivative?: "zero";
  readonly domain?: Op["domain"];
  readonly example?: Op["example"];
  /** The result's dtype, where it is not that of arithmetic on the operands. */
  readonly dtype?: (inputs: readonly TensorType[]) => TensorType["dtype"];
}

/** An operation that treats all elements alike; operands broadcast as in NumPy. */
export function defineElementwise(definition: Elementwise): Op {
  const { code, element, dtype = promoteTypes, ...rest } = definition;
  return defineOp({
    ...rest,
    type: (inputs) => ({
      dtype: dtype(inputs),
      shape: broadcastAll(definition.name, inputs),
    }),
    evaluate: (inputs, _attrs, type) => evaluateElementwise(inputs, type, element),
    lowering: { kind: "scalar", code },
  });
}

/** The dtype of functions that leave the integers: exp of an i32 is f64. */
export function floatType(inputs: readonly TensorType[]): TensorType["dtype"] {
  const dtype = promoteTypes(inputs);
  return dtype === "f32" ? "f32" : "f64";
}

export const boolType = (): TensorType["dtype"] => "bool";

/** The common broadcast shape. @throws TypeFault FG301 naming the two operands that clash. */
export function broadcastAll(name: string, inputs: readonly TensorType[]): Shape {
  let shape: Shape = [];
  for (const [i, input] of inputs.entries()) {
    const next = broadcastShapes(shape, input.shape);
    if (next === undefined) throw broadcastFault(name, inputs, i);
    shape = next;
  }
  return shape;
}

function broadcastFault(name: string, inputs: readonly TensorType[], clashing: number): TypeFault {
  const shape = inputs[clashing]?.shape ?? [];
  const other = inputs.findIndex((input) => broadcastShapes(input.shape, shape) === undefined);
  const otherShape = inputs[other]?.shape ?? [];
  const [p, q] = clashingDims(otherShape, shape);
  const named = [p, q].filter((dim) => dimNames(dim).length > 0).length;
  const column = [shape, otherShape].find(
    (one, i) => one.length === 1 && one[0] === [otherShape, shape][i]?.at(-2),
  );
  const hint =
    named > 0
      ? "a named size equals only itself: give both the same name if they are always equal"
      : column && `to pair it with the rows make it a column: reshape(…, [${column[0]}, 1])`;
  const shapes = `shapes ${formatShape(otherShape)} and ${formatShape(shape)}`;
  return new TypeFault(
    named === 2 ? "FG310" : "FG301",
    named === 2
      ? `${name}: ${shapes}: nothing says that ${p} and ${q} are equal`
      : `${name}: ${shapes} do not broadcast (${p} against ${q})`,
    {
      operands: [other, clashing],
      accepted: "axes aligned at the right that are equal, or 1 on one side",
      ...(hint === undefined ? {} : { hint }),
    },
  );
}

/** The sizes of the first axis, from the right, along which two shapes do not broadcast. */
function clashingDims(a: Shape, b: Shape): readonly [Dim, Dim] {
  for (let back = 1; back <= Math.min(a.length, b.length); back++) {
    const p = a.at(-back) ?? 1;
    const q = b.at(-back) ?? 1;
    if (broadcastShapes([p], [q]) === undefined) return [p, q];
  }
  throw new Error("the shapes broadcast");
}

function evaluateElementwise(
  inputs: readonly Value[],
  type: { readonly dtype: Value["dtype"]; readonly shape: readonly number[] },
  element: (...operands: number[]) => number,
): Value {
  const data = indices(type.shape).map((index) =>
    element(...inputs.map((input) => readBroadcast(input, index))),
  );
  return { dtype: type.dtype, shape: type.shape, data };
}

// Shared by reference meanings

/** All index vectors of a shape in row-major order. */
export function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (prefixes, size) =>
      prefixes.flatMap((prefix) => Array.from({ length: size }, (_, i) => [...prefix, i])),
    [[]],
  );
}

/** Row-major position of an index vector. */
export function flatIndex(shape: readonly number[], index: readonly number[]): number {
  return shape.reduce((position, size, axis) => position * size + (index[axis] ?? 0), 0);
}

/** The element of a tensor at an index. */
export function readAt(value: Value, index: readonly number[]): number {
  return value.data[flatIndex(value.shape, index)] ?? NaN;
}

/** The element of a tensor at an index of a larger shape it broadcasts to. */
export function readBroadcast(value: Value, index: readonly number[]): number {
  const skipped = index.length - value.shape.length;
  return readAt(
    value,
    value.shape.map((size, axis) => (size === 1 ? 0 : (index[axis + skipped] ?? 0))),
  );
}

/** Makes the function that rules and the elaborator use to apply an operation. */
export function applier(op: Op): (...inputs: Node[]) => Node {
  return (...inputs) => makeNode(op, inputs);
}

/** An attribute as a number. */
export function numberAttr(attrs: Attrs, name: string): number {
  const value = attrs[name];
  if (typeof value !== "number") throw new Error(`attribute ${name} is not a number`);
  return value;
}

/** An attribute as a list of numbers. */
export function numbersAttr(attrs: Attrs, name: string): readonly number[] {
  const value = attrs[name];
  if (!Array.isArray(value)) throw new Error(`attribute ${name} is not a list`);
  return value.map(Number);
}

/** An attribute as a shape. */
export function shapeAttr(attrs: Attrs, name: string): Shape {
  const value = attrs[name];
  if (!Array.isArray(value)) throw new Error(`attribute ${name} is not a shape`);
  return value as Shape;
}
