import { compiledOnly } from "./calls.js";
import type { Computed, Same } from "./shapes.js";

/** Which axes a reduction runs over: one, several, or all unless given; a negative axis counts from the end. */
export interface ReduceOptions {
  readonly axis?: number | readonly number[];
  /** Keeps reduced axes, with size 1. */
  readonly keepDims?: boolean;
}

/** A reduction over all elements to a scalar, or over some axes. */
export interface Reduction<Options extends ReduceOptions = ReduceOptions> {
  (x: number | boolean): number;
  <A extends number | boolean>(x: A, options: Options): Computed<A>;
}

/** Whether elements hold; as with comparisons, TypeScript takes the result for a boolean. */
export type Quantifier = (x: number | boolean, options?: ReduceOptions) => boolean;

/** Adds the divisor's correction: the sum of squares is divided by the count minus `ddof`. */
export interface SpreadOptions extends ReduceOptions {
  readonly ddof?: number;
}

/** Sum over axes. */
export const sum: Reduction = compiledOnly("sum");
/** Arithmetic mean over axes. */
export const mean: Reduction = compiledOnly("mean");
/** Product over axes; its gradient is exact where factors are 0. */
export const prod: Reduction = compiledOnly("prod");
/** Largest element along axes; a tie shares the gradient. Empty axes are an error. */
export const max: Reduction = compiledOnly("max");
/** Smallest element along axes; a tie shares the gradient. Empty axes are an error. */
export const min: Reduction = compiledOnly("min");
/** log of the sum of exp(x) over axes, without overflow. */
export const logSumExp: Reduction = compiledOnly("logSumExp");
/** Mean squared distance from the mean, over axes. */
export const variance: Reduction<SpreadOptions> = compiledOnly("variance");
/** Square root of the variance, over axes; its gradient is 0 where all elements are equal. */
export const std: Reduction<SpreadOptions> = compiledOnly("std");
/** Euclidean length over axes; its gradient at 0 is 0. */
export const norm: Reduction = compiledOnly("norm");
/** Whether any element along axes holds. */
export const any: Quantifier = compiledOnly("any");
/** Whether all elements along axes hold. */
export const all: Quantifier = compiledOnly("all");

type Scan = <A extends number>(x: A, options?: { readonly axis?: number }) => Same<A>;

/** Running sum along an axis, 0 unless given. */
export const cumsum: Scan = compiledOnly("cumsum");
/** Running product along an axis, 0 unless given. */
export const cumprod: Scan = compiledOnly("cumprod");
