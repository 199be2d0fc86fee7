import type { Dim } from "../ir/dim.js";
import { makeNode, type Naming, type Node } from "../ir/node.js";
import { TypeFault, type Value } from "../ir/op.js";
import type { Shape, TensorType } from "../ir/type.js";
import { cast } from "./arithmetic.js";
import { nth } from "./chain.js";
import { defineOp, flatIndex } from "./define.js";
import { requireIntegers } from "./indexing.js";
import { constant, constantValue, zero } from "./leaf.js";
import { broadcastTo } from "./shape.js";

/**
 * Single positions of arrays, for the bodies of loops: `x[i]`, `W[i][j]`,
 * `y[i] = …`, `y[i] += …`. Positions are i32 scalars along the first axes.
 * `inBounds` says that they are known to lie in range; else they are checked.
 */
const group = "Indexing";

/** The flat position of the first element that the indices choose, and how many follow it. */
function slotOf(shape: readonly number[], positions: readonly (Value | undefined)[]) {
  const index = positions.map((value) => value?.data[0] ?? NaN);
  index.forEach((position, axis) => {
    const size = shape[axis] ?? 0;
    if (!(position >= 0 && position < size))
      throw new RangeError(`index ${position} is out of range for an axis of ${size}`);
  });
  const count = shape.slice(index.length).reduce((p, q) => p * q, 1);
  return { start: flatIndex(shape.slice(0, index.length), index) * count, count };
}

function requirePositions(name: string, inputs: readonly TensorType[], from: number, rank: number) {
  for (let i = from; i < inputs.length; i++) requireIntegers(name, inputs, i);
  if (inputs.length - from <= rank) return;
  throw new TypeFault("FG304", `${name}: ${inputs.length - from} positions along ${rank} axes`, {
    accepted: "at most one position for each axis",
  });
}

const atOp = defineOp({
  name: "at",
  group,
  summary: "The element, or slice, at given positions along the first axes.",
  gradient: "dx = dy at these positions, 0 elsewhere",
  internal: true,
  parameters: [{ name: "operands", kind: { kind: "rest" } }],
  type: (inputs) => {
    const x = nth(inputs, 0);
    requirePositions("at", inputs, 1, x.shape.length);
    return { dtype: x.dtype, shape: x.shape.slice(inputs.length - 1) };
  },
  vjp: ({ inputs, dOut, attrs }) => {
    const [x, ...positions] = inputs;
    const typed = x && cast(dOut, x.type.dtype);
    const place = x && typed && embedAt(typed, positions, x.type.shape, attrs["inBounds"] === true);
    return [place ?? null, ...positions.map(() => null)];
  },
  maskVjp: ({ inputs, attrs }, mask) => {
    const [x, ...positions] = inputs;
    const place = x && embedAt(mask, positions, x.type.shape, attrs["inBounds"] === true);
    return [place ?? null, ...positions.map(() => null)];
  },
  evaluate: ([x, ...positions], _attrs, type) => {
    const { start, count } = slotOf(x?.shape ?? [], positions);
    return { ...type, data: x?.data.slice(start, start + count) ?? [] };
  },
  lowering: { kind: "at" },
});

const embedAtOp = defineOp({
  name: "embedAt",
  group,
  summary: "A value at given positions along the first axes, zeros elsewhere.",
  gradient: "dx = dy at these positions",
  internal: true,
  parameters: [{ name: "operands", kind: { kind: "rest" } }],
  type: (inputs, attrs) => ({ dtype: nth(inputs, 0).dtype, shape: attrs["shape"] as Shape }),
  vjp: ({ inputs, dOut }) => [at(dOut, inputs.slice(1)), ...inputs.slice(1).map(() => null)],
  maskVjp: ({ inputs }, mask) => [at(mask, inputs.slice(1)), ...inputs.slice(1).map(() => null)],
  evaluate: ([x, ...positions], _attrs, type) => {
    const data = new Array<number>(type.shape.reduce((p, q) => p * q, 1)).fill(0);
    const { start } = slotOf(type.shape, positions);
    x?.data.forEach((value, i) => (data[start + i] = value));
    return { ...type, data };
  },
  lowering: { kind: "embedAt" },
});

function updateType(inputs: readonly TensorType[]): TensorType {
  requirePositions("update", inputs, 2, nth(inputs, 0).shape.length);
  return nth(inputs, 0);
}

function evaluateUpdate(
  [x, value, ...positions]: readonly Value[],
  combine: (old: number, given: number) => number,
): number[] {
  const data = [...(x?.data ?? [])];
  const { start, count } = slotOf(x?.shape ?? [], positions);
  for (let i = 0; i < count; i++)
    data[start + i] = combine(data[start + i] ?? NaN, value?.data[i] ?? NaN);
  return data;
}

const setAtOp = defineOp({
  name: "setAt",
  group,
  summary: "An array with one element, or slice, replaced.",
  gradient: "dvalue = dy at the positions, dx = dy with 0 there",
  internal: true,
  parameters: [{ name: "operands", kind: { kind: "rest" } }],
  type: updateType,
  vjp: ({ inputs, dOut, needed }) => {
    const [x, value, ...positions] = inputs;
    if (x === undefined || value === undefined) return [];
    // Read before it is overwritten.
    const dValue = needed[1] === true ? at(dOut, positions) : null;
    const dx = needed[0] === true ? setAt(dOut, zeros(value.type), positions, true) : null;
    return [dx, dValue, ...positions.map(() => null)];
  },
  evaluate: (inputs, _attrs, type) => ({ ...type, data: evaluateUpdate(inputs, (_, b) => b) }),
  lowering: { kind: "update", combine: null },
});

const addAtOp = defineOp({
  name: "addAt",
  group,
  summary: "An array with a value added to one element, or slice.",
  gradient: "dx = dy, dvalue = dy at the positions",
  internal: true,
  parameters: [{ name: "operands", kind: { kind: "rest" } }],
  type: updateType,
  vjp: ({ inputs, dOut, needed }) => {
    const [, , ...positions] = inputs;
    const dValue = needed[1] === true ? at(dOut, positions) : null;
    return [dOut, dValue, ...positions.map(() => null)];
  },
  evaluate: (inputs, _attrs, type) => ({ ...type, data: evaluateUpdate(inputs, (a, b) => a + b) }),
  lowering: { kind: "update", combine: "add" },
});

function zeros({ dtype, shape }: TensorType): Node {
  return shape.length === 0 ? constant(0, dtype) : broadcastTo(cast(zero(), dtype), shape);
}

/** `x[i, j, …]`. Positions of positions are positions: `at(at(x, i), j)` is one read. */
export function at(
  x: Node,
  positions: readonly Node[],
  inBounds = true,
  naming: Naming = {},
): Node {
  if (positions.length === 0) return x;
  if (x.op === atOp)
    return makeNode(
      atOp,
      [...x.inputs, ...positions],
      { inBounds: inBounds && x.attrs["inBounds"] === true },
      naming,
    );
  return makeNode(atOp, [x, ...positions], { inBounds }, naming);
}

/**
 * Zeros of a shape, with a value at the positions. `inBounds` says that these
 * lie in range whatever branch is taken; else they do where this is reached.
 */
export function embedAt(
  value: Node,
  positions: readonly Node[],
  shape: Shape,
  inBounds: boolean,
): Node {
  return makeNode(embedAtOp, [value, ...positions], { shape: shape as Dim[], inBounds });
}

/** `x` after `x[i, j, …] = value`. */
export function setAt(x: Node, value: Node, positions: readonly Node[], inBounds: boolean): Node {
  return makeNode(setAtOp, [x, value, ...positions], { inBounds }, x);
}

/** `x` after `x[i, j, …] += value`. */
export function addAt(x: Node, value: Node, positions: readonly Node[], inBounds: boolean): Node {
  return makeNode(addAtOp, [x, value, ...positions], { inBounds }, x);
}

export function isAt(node: Node): boolean {
  return node.op === atOp;
}

/** Whether a node is an array with an element changed. */
export function isUpdate(node: Node): boolean {
  return node.op.lowering.kind === "update";
}

/** True for a value that is 0 everywhere, at no cost. */
export function isZeros(node: Node): boolean {
  const source = node.op.name === "broadcastTo" ? (node.inputs[0] ?? node) : node;
  return constantValue(source) === 0;
}
