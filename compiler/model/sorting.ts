import { compiledOnly } from "./calls.js";
import type { Checked, Computed, Indices, IntegerFault, Same } from "./shapes.js";

interface AxisOption {
  /** The last one unless given; a negative axis counts from the end. */
  readonly axis?: number;
}

interface OrderOptions extends AxisOption {
  /** The largest first. */
  readonly descending?: boolean;
}

/** The elements in ascending order along an axis; the gradient follows them back. */
export const sort: <A extends number>(x: A, options?: OrderOptions) => Same<A> =
  compiledOnly("sort");

/** Positions of the elements in ascending order along an axis, as i32; ties keep their order. */
export const argsort: <A extends number>(x: A, options?: OrderOptions) => Indices<A> =
  compiledOnly("argsort");

/** The `k` largest elements along an axis, in descending order. */
export const topK: <A extends number>(x: A, k: number, options?: AxisOption) => Computed<A> =
  compiledOnly("topK");

type Position = (
  x: number,
  options?: {
    /** All elements in row-major order unless given. */
    readonly axis?: number;
    /** Keeps reduced axes, with size 1. */
    readonly keepDims?: boolean;
  },
) => Indices<unknown>;

/** Position of the largest element along an axis, as i32; the first at a tie. */
export const argmax: Position = compiledOnly("argmax");
/** Position of the smallest element along an axis, as i32; the first at a tie. */
export const argmin: Position = compiledOnly("argmin");

/** A row of length `classes` for each label, 1 at the label and 0 elsewhere, as i32. */
export const oneHot: <L extends number>(
  labels: Checked<L, IntegerFault<L, "oneHot: labels">>,
  classes: number,
) => Indices<unknown> = compiledOnly("oneHot");
