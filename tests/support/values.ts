import fc from "fast-check";
import type { Graph } from "../../compiler/ir/graph.js";
import { evaluateDim } from "../../compiler/ir/dim.js";
import type { Value } from "../../compiler/ir/op.js";
import type { DType, TensorType } from "../../compiler/ir/type.js";

export type Sizes = Readonly<Record<string, number>>;
export type Values = Readonly<Record<string, Value>>;

/** A dense value; the data row-major. */
export function tensor(
  data: readonly number[],
  shape: readonly number[] = [data.length],
  dtype: DType = "f64",
): Value {
  return { dtype, shape, data };
}

export function scalar(value: number, dtype: DType = "f64"): Value {
  return { dtype, shape: [], data: [value] };
}

/** Numbers at which identities break: signed zeros, infinities, NaN, the ends of the range. */
export const specialNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.5, Infinity, -Infinity, NaN),
  fc.constantFrom(5e-324, -5e-324, 1e308, -1e308, 1e-310, 2 ** 53),
  fc.double(),
);

/** Numbers of ordinary size, with few digits so that failures read well. */
export const ordinaryNumber: fc.Arbitrary<number> = fc
  .integer({ min: -2000, max: 2000 })
  .map((thousandths) => thousandths / 1000);

/** A value of a type, with elements drawn from `element`; integers and truth values are small. */
export function valueOf(
  type: TensorType,
  element: fc.Arbitrary<number>,
  sizes: Sizes = {},
): fc.Arbitrary<Value> {
  const shape = type.shape.map((dim) => evaluateDim(dim, sizes));
  const length = shape.reduce((p, q) => p * q, 1);
  return fc
    .array(elementOf(type, element), { minLength: length, maxLength: length })
    .map((data) => ({ dtype: type.dtype, shape, data }));
}

function elementOf(type: TensorType, element: fc.Arbitrary<number>): fc.Arbitrary<number> {
  if (type.dtype === "bool") return fc.integer({ min: 0, max: 1 });
  if (type.dtype === "i32") return fc.integer({ min: -3, max: 3 });
  return type.dtype === "f32" ? element.map(Math.fround) : element;
}

/** A value for every input of a graph, by name. */
export function inputsOf(
  graph: Graph,
  element: fc.Arbitrary<number>,
  sizes: Sizes = {},
): fc.Arbitrary<Values> {
  return fc.record(
    Object.fromEntries(
      graph.inputs.map((node) => [String(node.attrs["name"]), valueOf(node.type, element, sizes)]),
    ),
  );
}

/** Values as text in which two numbers are equal only if their bits are, NaN aside. */
export function bits(
  values: Values,
  { zeroSign = true }: { readonly zeroSign?: boolean } = {},
): string {
  const write = (x: number) => (zeroSign && Object.is(x, -0) ? "-0" : String(x));
  return Object.entries(values)
    .map(
      ([name, { dtype, shape, data }]) =>
        `${name}: ${dtype}[${shape.join(", ")}] = ${data.map(write).join(" ")}`,
    )
    .join("\n");
}

/** The largest difference between two sets of values, relative where they exceed 1. */
export function distance(a: Values, b: Values): number {
  const differences = Object.entries(a).flatMap(([name, { data }]) =>
    data.map((x, i) => {
      const y = b[name]?.data[i] ?? NaN;
      return Object.is(x, y) || x === y
        ? 0
        : Math.abs(x - y) / Math.max(1, Math.abs(x), Math.abs(y));
    }),
  );
  return differences.some(Number.isNaN) ? NaN : Math.max(0, ...differences);
}
