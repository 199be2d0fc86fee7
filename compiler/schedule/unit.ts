import type { Dim } from "../ir/dim.js";
import type { Node, Origin } from "../ir/node.js";
import type { Combine, KernelCall } from "../ir/op.js";
import type { LoopParts } from "../ir/region.js";
import type { Shape } from "../ir/type.js";
import type { Guard } from "./guard.js";
import { elementsIn, elementsInIndex } from "./element.js";
import { along, fixed } from "./position.js";
import type { Index, Loop, Scalar } from "./program.js";

/**
 * One piece of work: a loop nest of its own around one statement, before
 * fusion. A value takes one unit, or a sequence (zeros first, then parts
 * added), of which only the last makes it complete.
 */
export interface Unit {
  readonly node: Node;
  readonly origin: Origin;
  /** Outermost first; axes of size 1 have no loop. */
  readonly loops: readonly Loop[];
  readonly work: Work;
  /** The unit of the same value this one continues. */
  readonly after: Unit | null;
  /** Units that must have run besides: checks of the indices it uses. */
  readonly needs?: readonly Unit[];
  /** Values that must be there besides, though the unit does not read them. */
  readonly awaits?: readonly Node[];
  /** Values in whose memory the unit writes: all that read them must have run. */
  readonly over?: readonly Node[];
  /** The value of a body that the unit keeps for after the loop, and when it matters; `node` is the record. */
  readonly keeps?: { readonly value: Node; readonly under: Guard };
}

/** A value that a loop carries, before its first iteration. */
export interface Initial {
  /** Loops over its elements, for a tensor. */
  readonly loops: readonly Loop[];
  readonly target: readonly Index[];
  readonly value: Scalar;
}

export type Work =
  /** `node[target] (combine)= value` at every point of the loops. */
  | {
      readonly kind: "assign";
      readonly target: readonly Index[];
      readonly value: Scalar;
      readonly combine: Combine | null;
    }
  /** Elements along some loops combined into one. */
  | {
      readonly kind: "reduce";
      readonly target: readonly Index[];
      readonly value: Scalar;
      readonly combine: Combine;
    }
  | { readonly kind: "zeros" }
  | {
      readonly kind: "matmul";
      readonly product: Node;
      readonly accumulate: boolean;
      readonly batchOf: (shape: Shape) => readonly Index[];
    }
  | {
      readonly kind: "kernel";
      readonly call: KernelCall;
      readonly operands: readonly Node[];
    }
  /** A loop as a whole; an initial value is null where it stands in the carried value's place already. */
  | {
      readonly kind: "loop";
      readonly parts: LoopParts;
      readonly initial: readonly (Initial | null)[];
      /** A scalar operand as it stands around the loop. */
      readonly scalarOf: (operand: Node) => Scalar;
    }
  /** What a loop ends with: no work of its own. */
  | { readonly kind: "loopValue"; readonly loop: Node }
  /** Refuses indices out of range before `node` reads through them. */
  | {
      readonly kind: "check";
      readonly indices: Node;
      /** The index, where it is a single one. */
      readonly value?: Scalar;
      readonly size: Dim;
    };

type Element = Extract<Scalar, { kind: "element" }>;

const knownElements = new WeakMap<Work, readonly Element[]>();

/** All elements of stored values a piece of work reads. */
export function elementsOf(work: Work): readonly Element[] {
  const known = knownElements.get(work);
  if (known !== undefined) return known;
  const elements = elementsRead(work);
  knownElements.set(work, elements);
  return elements;
}

function elementsRead(work: Work): readonly Element[] {
  if (work.kind === "assign" || work.kind === "reduce")
    return [...work.target.flatMap(elementsInIndex), ...elementsIn(work.value)];
  if (work.kind === "check") return work.value === undefined ? [] : elementsIn(work.value);
  if (work.kind !== "loop") return [];
  const { range, captured } = work.parts;
  const bounds = range === null ? [] : [range.start, range.stop];
  const scalars = [...bounds, ...captured].filter((x) => x.type.shape.length === 0);
  return [
    ...scalars.flatMap((x) => elementsIn(work.scalarOf(x))),
    ...work.initial.flatMap((initial) => (initial === null ? [] : elementsIn(initial.value))),
  ];
}

/** Tensors a loop reads as they are. */
export function wholeOperands({ parts }: Extract<Work, { kind: "loop" }>): readonly Node[] {
  return [...parts.sliced, ...parts.captured].filter((x) => x.type.shape.length > 0);
}

/** Fresh loops over a shape and the index they make. */
export function nestOver(shape: Shape): {
  readonly loops: readonly Loop[];
  readonly index: readonly Index[];
} {
  const loops: Loop[] = [];
  const index = shape.map((extent) => {
    if (extent === 1) return fixed(0);
    const loop: Loop = { extent };
    loops.push(loop);
    return along(loop);
  });
  return { loops, index };
}

export const plain = (node: Node) => ({
  node,
  origin: node.origin,
  loops: [],
  after: null,
});

export function zeros(node: Node): Unit {
  return { ...plain(node), work: { kind: "zeros" } };
}

/** Links units of one value, each after the one before. */
export function sequence(node: Node, units: readonly Unit[]): readonly Unit[] {
  const linked: Unit[] = [];
  let last: Unit | null = null;
  for (const unit of units) {
    if (unit.work.kind === "check") {
      linked.push(unit);
      continue;
    }
    last = { ...unit, node, after: last ?? unit.after };
    linked.push(last);
  }
  return linked;
}
