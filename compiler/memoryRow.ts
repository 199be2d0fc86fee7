import { dimAdd, dimMul, type Dim } from "./ir/dim.js";
import type { Node } from "./ir/node.js";
import { bytesPerElement, elementCount, type TensorType } from "./ir/type.js";
import { labelOf, type Labels } from "./memoryFormula.js";
import type { Reading } from "./memoryReaders.js";
import { workOf } from "./passes/rematerialiseCost.js";

export type Decision =
  /** Kept from the forward pass. */
  | "stored"
  /** Computed again from what is at hand. */
  | "recomputed"
  /** A result of the function, which is kept anyway. */
  | "a result";

/** What computing a value again costs, and from what; or why that is out of the question. */
export type Recomputing =
  | { readonly kind: "possible"; readonly work: Dim; readonly from: readonly string[] }
  | { readonly kind: "impossible"; readonly why: string };

/** One value of the forward pass that the backward pass reads. */
export interface MemoryRow {
  readonly label: string;
  readonly node: Node;
  /** With an axis for the iterations of the loop it is in. */
  readonly type: TensorType;
  readonly decision: Decision;
  readonly recomputing: Recomputing;
  readonly readings: readonly Reading[];
}

/** The same reading only once. */
export function distinct(readings: readonly Reading[]): readonly Reading[] {
  return readings.filter(({ text }, i) => readings.findIndex((one) => one.text === text) === i);
}

/** What it costs to compute some nodes from others. */
export function recomputingFrom(
  nodes: readonly Node[],
  sources: readonly Node[],
  labels: Labels = new Map(),
): Recomputing {
  let work: Dim = 0;
  for (const node of nodes) {
    const own = workOf(node);
    if (own === null) return { kind: "impossible", why: reasonOf(node) };
    work = dimAdd(work, own);
  }
  const from = sources.map((node) => labels.get(node) ?? labelOf(node));
  return { kind: "possible", work, from: [...new Set(from)] };
}

export function isWorthNaming({ op }: Node): boolean {
  return op.name !== "constant" && op.name !== "size" && op.lowering.kind !== "iota";
}

function reasonOf({ op }: Node): string {
  if (op.lowering.kind === "kernel") return `${op.name} works on whole arrays`;
  return "a loop computes it";
}

/** Bytes of a value. */
export function bytesOf({ dtype, shape }: TensorType): Dim {
  return dimMul(elementCount({ dtype, shape }), bytesPerElement[dtype]);
}
