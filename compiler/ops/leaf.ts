import type { Dim } from "../ir/dim.js";
import { makeNode, type Node } from "../ir/node.js";
import type { DType, TensorType } from "../ir/type.js";
import { defineOp, shapeAttr } from "./define.js";

/** A parameter of the function. Reference evaluation binds it from outside. */
export const inputOp = defineOp({
  name: "input",
  group: "leaves",
  summary: "A parameter of the function.",
  internal: true,
  parameters: [],
  type: (_inputs, attrs) => ({
    dtype: attrs["dtype"] as DType,
    shape: shapeAttr(attrs, "shape"),
  }),
  evaluate: () => {
    throw new Error("an input has no value of its own");
  },
  lowering: { kind: "leaf" },
});

/** A number known at build time. */
export const constantOp = defineOp({
  name: "constant",
  group: "leaves",
  summary: "A number known at build time.",
  internal: true,
  parameters: [],
  type: (_inputs, attrs) => ({ dtype: attrs["dtype"] as DType, shape: [] }),
  evaluate: (_inputs, attrs, type) => ({
    ...type,
    data: [readNumber(attrs["value"])],
  }),
  lowering: { kind: "leaf" },
});

/** A named size (or a polynomial of them) as a value. Reference evaluation binds it from outside. */
export const sizeOp = defineOp({
  name: "size",
  group: "leaves",
  summary: "A named size as a number.",
  internal: true,
  parameters: [],
  type: () => ({ dtype: "f64", shape: [] }),
  evaluate: () => {
    throw new Error("a size has no value of its own");
  },
  lowering: { kind: "leaf" },
});

export function input(name: string, type: TensorType): Node {
  return makeNode(inputOp, [], { name, dtype: type.dtype, shape: type.shape as Dim[] }, name);
}

/** A scalar constant; f64 unless said, which in arithmetic takes the dtype of its partner. */
export function constant(value: number, dtype: DType = "f64"): Node {
  return makeNode(constantOp, [], { value: writeNumber(value), dtype });
}

export function size(dim: Dim): Node {
  return typeof dim === "number" ? constant(dim) : makeNode(sizeOp, [], { dim });
}

/** The value of a constant node, else undefined. */
export function constantValue(node: Node): number | undefined {
  return node.op === constantOp ? readNumber(node.attrs["value"]) : undefined;
}

export function isConstant(node: Node, value: number): boolean {
  return Object.is(constantValue(node), value);
}

/** Zeros of a shape without work: a scalar 0, to be broadcast by its user. */
export const zero = (): Node => constant(0);
export const one = (): Node => constant(1);

/** The dimension a size node stands for, or the whole number of a constant. */
export function dimOf(node: Node): Dim | undefined {
  if (node.op === sizeOp) return node.attrs["dim"] as Dim;
  const value = constantValue(node);
  return value !== undefined && Number.isInteger(value) ? value : undefined;
}

// JSON, in which attributes are compared and printed, lacks these.
const special: Readonly<Record<string, number>> = {
  inf: Infinity,
  "-inf": -Infinity,
  nan: NaN,
  "-0": -0,
};

function writeNumber(value: number): number | string {
  const name = Object.keys(special).find((key) => Object.is(special[key], value));
  return name ?? value;
}

function readNumber(attr: unknown): number {
  if (typeof attr === "number") return attr;
  return special[String(attr)] ?? NaN;
}
