import { dimAdd, dimMul, dimSub, type Dim } from "../ir/dim.js";
import { makeNode, type Naming, type Node } from "../ir/node.js";
import type { Op } from "../ir/op.js";
import { loopParts, recordDim, tripCount, type Region } from "../ir/region.js";
import type { DType, TensorType } from "../ir/type.js";
import { nth } from "./chain.js";
import { defineOp, shapeAttr } from "./define.js";
import { dimOf, input } from "./leaf.js";

/**
 * A loop. Each loop of a program is an operation of its own, made from this
 * one, with its body as region (see ir/region.ts). The node itself has no
 * value: {@link loopResult} and {@link loopRecord} read what it ends with.
 */
const loopOp = defineOp({
  name: "loop",
  group: "loops",
  summary: "Runs a body again and again.",
  gradient: "a loop that runs through the iterations backwards",
  internal: true,
  parameters: [{ name: "operands", kind: { kind: "rest" } }],
  type: () => ({ dtype: "bool", shape: [] }),
  evaluate: () => {
    throw new Error("a loop has several values");
  },
  lowering: { kind: "loop" },
} satisfies Op);

const typeFromAttrs = (_inputs: unknown, attrs: Readonly<Record<string, unknown>>): TensorType => ({
  dtype: attrs["dtype"] as DType,
  shape: shapeAttr(attrs as never, "shape"),
});

const resultOp = defineOp({
  name: "loopResult",
  group: "loops",
  summary: "A carried value after the last iteration of a loop.",
  gradient: "see loop",
  internal: true,
  parameters: [{ name: "loop", kind: { kind: "operand" } }],
  type: typeFromAttrs,
  evaluate: () => {
    throw new Error("the interpreter reads the results of loops");
  },
  lowering: { kind: "loopValue", of: "result" },
});

const recordOp = defineOp({
  name: "loopRecord",
  group: "loops",
  summary: "A value of the body in every iteration of a loop, stacked along a first axis.",
  gradient: "see loop",
  internal: true,
  parameters: [{ name: "loop", kind: { kind: "operand" } }],
  type: typeFromAttrs,
  evaluate: () => {
    throw new Error("the interpreter reads the records of loops");
  },
  lowering: { kind: "loopValue", of: "record" },
});

/** What {@link loop} is made from; see ir/region.ts. */
export interface LoopDefinition {
  readonly range: { readonly start: Node; readonly stop: Node } | null;
  readonly step: number;
  readonly descending: boolean;
  readonly carried: readonly Node[];
  readonly sliced: readonly Node[];
  readonly captured: readonly Node[];
  readonly region: Region;
  /** The first axis of the records, where another loop of as many iterations has named it. */
  readonly count?: Dim | undefined;
  /**
   * With `proceed`, which carried value (i32) counts on: it ends as the stop of
   * the indices that were run through. The last one unless said.
   */
  readonly trips?: number | undefined;
  /** Whether the backward pass computes everything in the body again instead of keeping it. */
  readonly checkpoint?: boolean | undefined;
}

export function loop(definition: LoopDefinition): Node {
  const { range, step, descending, carried, sliced, captured, region, count } = definition;
  const { trips = carried.length - 1 } = definition;
  const bounds = range === null ? [] : [range.start, range.stop];
  const known = range && tripCount(boundDim(range.start), boundDim(range.stop), step);
  return makeNode({ ...loopOp, region }, [...bounds, ...carried, ...sliced, ...captured], {
    ranged: range !== null,
    step,
    descending,
    carried: carried.length,
    sliced: sliced.length,
    count: count ?? recordDim(known),
    trips: region.proceed === null ? null : trips,
    checkpoint: definition.checkpoint === true,
  });
}

const arithmetic: Readonly<Record<string, (a: Dim, b: Dim) => Dim>> = {
  add: dimAdd,
  sub: dimSub,
  mul: dimMul,
};

/** A bound as a dimension, where it is made of sizes and whole numbers. */
export function boundDim(node: Node): Dim | undefined {
  const [a, b] = node.inputs;
  if (a === undefined) return dimOf(node);
  if (node.op.name === "cast") return boundDim(a);
  const combine = Object.hasOwn(arithmetic, node.op.name) ? arithmetic[node.op.name] : undefined;
  const p = boundDim(a);
  const q = b && boundDim(b);
  return combine === undefined || p === undefined || q === undefined ? undefined : combine(p, q);
}

/** The definition of a loop node, to make it again with changes. */
export function definitionOf(node: Node): LoopDefinition {
  const parts = loopParts(node);
  const { trips } = node.attrs;
  return {
    ...parts,
    count: countOf(node),
    trips: typeof trips === "number" ? trips : undefined,
    checkpoint: isCheckpoint(node),
  };
}

/** The first axis of what a loop records: its number of iterations, or where `proceed` may end it the most. */
export function countOf(node: Node): Dim {
  return node.attrs["count"] as Dim;
}

/** Whether the backward pass of a loop keeps nothing of its body. */
export function isCheckpoint(node: Node): boolean {
  return node.attrs["checkpoint"] === true;
}

/** Where the indices end that a loop has run through: its stop, or where `proceed` ended it. */
export function endOf(node: Node): Node {
  const { range } = loopParts(node);
  const { trips } = node.attrs;
  if (typeof trips === "number") return loopResult(node, trips);
  if (range === null) throw new Error("a loop without an end");
  return range.stop;
}

export function isLoop(node: Node): boolean {
  return node.op.region !== undefined;
}

export function isLoopResult(node: Node): boolean {
  return node.op === resultOp;
}

export function isLoopRecord(node: Node): boolean {
  return node.op === recordOp;
}

/** Which result or record of its loop a node reads. */
export function loopValueIndex(node: Node): number {
  return Number(node.attrs["index"]);
}

/** The loop a result or record is of. */
export function loopOf(node: Node): Node {
  return nth(node.inputs, 0);
}

/** A carried value after the last iteration; its initial value if there is none. */
export function loopResult(node: Node, index: number, naming: Naming = {}): Node {
  const { dtype, shape } = nth(loopParts(node).carried, index).type;
  return makeNode(resultOp, [node], { index, dtype, shape: shape as Dim[] }, naming);
}

/** All values that a node of the body has, one after the other. The loop is made to keep them. */
export function loopRecord(node: Node, value: Node, naming: Naming = {}): Node {
  const { records } = loopParts(node).region;
  const known = records.indexOf(value);
  if (known < 0) records.push(value);
  const { dtype, shape } = value.type;
  const attrs = {
    index: known < 0 ? records.length - 1 : known,
    dtype,
    shape: [countOf(node), ...(shape as Dim[])],
  };
  return makeNode(recordOp, [node], attrs, naming);
}

/** An input of a body. */
export function bodyInput(name: string, type: TensorType, naming: Naming = {}): Node {
  return { ...input(name, type), name: naming.name, derivedName: naming.derivedName };
}

/** The index of a body. */
export function bodyIndex(name: string): Node {
  return input(name, { dtype: "i32", shape: [] });
}
