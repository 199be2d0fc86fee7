import { formatShape, type DType } from "../ir/type.js";
import type { Leaf, TypedArray } from "./callable.js";

/** Numbers in lists of lists, all of one length on each level; or a flat list. */
export type NestedArray = readonly (number | boolean | NestedArray)[];

/** A tensor with its shape; `data` is flat, row-major. */
export interface ShapedArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** How a tensor was given, and how its gradient is given back. */
export type Form = "number" | "nested" | "flat" | "typed" | "shaped";

/** A tensor as the caller wrote it, before its type is looked at. */
export interface GivenTensor {
  readonly form: Form;
  /** Undefined where only the number of elements is known. */
  readonly shape: readonly number[] | undefined;
  readonly data: ArrayLike<number | boolean>;
}

/** @throws TypeError or RangeError naming the input if it is no number, array or tensor */
export function readTensor(path: string, value: unknown): GivenTensor {
  if (typeof value === "number" || typeof value === "boolean")
    return { form: "number", shape: [], data: [value] };
  if (isNumbers(value)) return { form: "typed", shape: undefined, data: value };
  if (Array.isArray(value)) return readList(path, value);
  if (isShaped(value)) return readShaped(path, value);
  throw new TypeError(
    `${path} is ${describe(value)}, expected a number, an array, a typed array or { shape, data }`,
  );
}

function readList(path: string, list: readonly unknown[]): GivenTensor {
  if (list.every(isElement)) return { form: "flat", shape: undefined, data: list };
  const data: (number | boolean)[] = [];
  const shape: number[] = [];
  const walk = (item: unknown, index: readonly number[]): void => {
    const depth = index.length;
    const place = `${path}${index.map((i) => `[${i}]`).join("")}`;
    if (isElement(item)) {
      if (depth !== shape.length)
        throw new RangeError(`${place} is a number, expected a list of ${shape[depth]}`);
      data.push(item);
      return;
    }
    if (!Array.isArray(item) && !isNumbers(item))
      throw new TypeError(`${place} is ${describe(item)}, expected a number`);
    const elements: readonly unknown[] = Array.from(item as ArrayLike<unknown>);
    if (data.length === 0 && depth === shape.length) shape.push(elements.length);
    if (shape[depth] !== elements.length)
      throw new RangeError(
        `${place} has ${elements.length} elements, expected ${shape[depth] ?? "a number"}: the lists of one level must be equally long`,
      );
    elements.forEach((element, i) => walk(element, [...index, i]));
  };
  walk(list, []);
  return { form: "nested", shape, data };
}

function readShaped(path: string, { shape, data }: ShapedArray): GivenTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== data.length)
    throw new RangeError(
      `${path} has ${data.length} elements, its shape ${formatShape(shape)} needs ${count}`,
    );
  return { form: "shaped", shape, data };
}

/** The number types a typed array holds; a list of numbers is f64. */
export function dtypeOf(given: GivenTensor): DType {
  const { data } = given;
  if (data instanceof Float32Array) return "f32";
  if (ArrayBuffer.isView(data) && !(data instanceof Float64Array)) return "i32";
  const { length } = data;
  const isBool = Array.from(data).every((x) => typeof x === "boolean");
  return isBool && length > 0 ? "bool" : "f64";
}

export function isWhole(given: GivenTensor): boolean {
  return Array.from(given.data).every((x) => Number.isInteger(Number(x)));
}

/** A tensor, or a number for a shape of rank 0, as generated code takes it. @throws TypeError if an i32 is no integer */
export function toLeaf(path: string, given: GivenTensor, dtype: DType, rank: number): Leaf {
  const { data } = given;
  if (dtype === "i32") checkWhole(path, given);
  if (rank === 0) {
    const value = data[0] ?? NaN;
    return dtype === "bool" ? Boolean(value) : Number(value);
  }
  switch (dtype) {
    case "f32":
      return data instanceof Float32Array ? data : converted(Float32Array, data);
    case "f64":
      return data instanceof Float64Array ? data : converted(Float64Array, data);
    case "i32":
      return data instanceof Int32Array ? data : converted(Int32Array, data);
    case "bool":
      return Uint8Array.from(data, (x) => (x ? 1 : 0));
  }
}

function converted<T extends TypedArray>(
  type: { from(data: ArrayLike<number>, map: (x: number) => number): T },
  data: ArrayLike<number | boolean>,
): T {
  return type.from(data as ArrayLike<number>, Number);
}

function checkWhole(path: string, { form, data }: GivenTensor): void {
  const at = Array.from(data).findIndex((x) => (Number(x) | 0) !== Number(x));
  if (at < 0) return;
  const place = form === "number" ? path : `${path}[${at}]`;
  throw new TypeError(`${place} is ${String(data[at])}, expected a whole number (i32)`);
}

export type OutputTensor =
  | number
  | boolean
  | readonly NestedOutput[]
  | TypedArray
  | { readonly shape: readonly number[]; readonly data: TypedArray };
export type NestedOutput = number | readonly NestedOutput[];

/** A fresh copy of a result in the form asked for; numbers stay numbers. */
export function fromLeaf(leaf: Leaf, shape: readonly number[], form: Form): OutputTensor {
  if (typeof leaf === "number" || typeof leaf === "boolean") return leaf;
  switch (form) {
    case "typed":
      return leaf.slice();
    case "shaped":
      return { shape: [...shape], data: leaf.slice() };
    case "flat":
      return Array.from(leaf);
    case "number":
    case "nested":
      return nest(leaf, shape);
  }
}

function nest(data: TypedArray, [size = 0, ...inner]: readonly number[]): NestedOutput[] {
  if (inner.length === 0) return Array.from(data);
  const each = inner.reduce((product, n) => product * n, 1);
  return Array.from({ length: size }, (_, i) =>
    nest(data.subarray(i * each, (i + 1) * each), inner),
  );
}

function isElement(value: unknown): value is number | boolean {
  return typeof value === "number" || typeof value === "boolean";
}

type Numbers = ArrayLike<number> & ArrayBufferView;

/** A typed array of numbers, of any kind. */
function isNumbers(value: unknown): value is Numbers {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)
  );
}

function isShaped(value: unknown): value is ShapedArray {
  if (typeof value !== "object" || value === null) return false;
  const { shape, data } = value as Partial<ShapedArray>;
  return (
    Array.isArray(shape) &&
    shape.every((size) => Number.isInteger(size) && size >= 0) &&
    (Array.isArray(data) ? data.every(isElement) : isNumbers(data))
  );
}

export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
