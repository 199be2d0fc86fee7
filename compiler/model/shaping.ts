import { compiledOnly } from "./calls.js";
import type {
  Checked,
  Computed,
  IntegerFault,
  Literal,
  Rank2,
  RankFault,
  Same,
  ShapeOf,
} from "./shapes.js";
import type { DType, LocalArray, Reversed } from "./types.js";

interface AxisOption {
  /** 0 unless given; a negative axis counts from the end. */
  readonly axis?: number;
}

// Shapes

/** The same elements in the same order under another shape; one size may be -1. */
export const reshape: <A extends number, const S extends readonly number[]>(
  x: A,
  shape: S,
) => Computed<A, Literal<S>> = compiledOnly("reshape");

/** The value repeated along new or size-1 axes to the given shape. */
export const broadcastTo: <A extends number, const S extends readonly number[]>(
  x: A,
  shape: S,
) => Computed<A, Literal<S>> = compiledOnly("broadcastTo");

/** Axes in another order; reversed if none is given. `x.T` for short. */
export const transpose: {
  <A extends number>(x: A): Computed<A, Reversed<ShapeOf<A>>>;
  <A extends number>(x: A, axes: readonly number[]): Computed<A>;
} = compiledOnly("transpose");

/** Values laid side by side along an axis; all other axes are equal. */
export const concat: <A extends number>(values: readonly A[], options?: AxisOption) => Computed<A> =
  compiledOnly("concat");

/** Values of one shape laid side by side along a new axis. */
export const stack: <A extends number>(values: readonly A[], options?: AxisOption) => Computed<A> =
  compiledOnly("stack");

/** The elements in opposite order along an axis, several, or all unless given. */
export const flip: <A extends number>(
  x: A,
  options?: { readonly axis?: number | readonly number[] },
) => Same<A> = compiledOnly("flip");

/** Zeros, or `value`, added around x: how many before and after along each axis. */
export const pad: <A extends number>(
  x: A,
  widths: number | readonly (readonly [before: number, after: number])[],
  options?: { readonly value?: number },
) => Computed<A> = compiledOnly("pad");

/** x repeated along each axis. */
export const tile: <A extends number>(x: A, repetitions: readonly number[]) => Computed<A> =
  compiledOnly("tile");

/** An array of zeros, f64 unless said, whose elements can be assigned to. A size is a number or a named one: `x.length`. */
export const zeros: {
  (length: number, options?: ZerosOption<"f64">): LocalArray<readonly [number]>;
  <D extends ArrayType>(length: number, options: ZerosOption<D>): LocalArray<readonly [number], D>;
  <const S extends readonly number[]>(shape: S, options?: ZerosOption<"f64">): LocalArray<S>;
  <const S extends readonly number[], D extends ArrayType>(
    shape: S,
    options: ZerosOption<D>,
  ): LocalArray<S, D>;
} = compiledOnly("zeros");

type ArrayType = Exclude<DType, "bool">;

interface ZerosOption<D extends ArrayType> {
  readonly dtype: D;
}

// Indexing: an index out of range is an error, at build time where known, else a RangeError.

/** Slices of x along an axis, chosen by integer indices of any shape. */
export const take: <A extends number, I extends number>(
  x: A,
  indices: Checked<I, IntegerFault<I, "take: indices">>,
  options?: AxisOption,
) => Computed<A> = compiledOnly("take");

/** One element along an axis for each index; x and indices agree along all other axes. */
export const takeAlong: <A extends number, I extends number>(
  x: A,
  indices: Checked<I, IntegerFault<I, "takeAlong: indices">>,
  options?: AxisOption,
) => Computed<A, ShapeOf<I>> = compiledOnly("takeAlong");

/** x with updates added at integer indices along an axis; an index that occurs twice adds twice. */
export const scatterAdd: <A extends number, I extends number>(
  x: A,
  indices: Checked<I, IntegerFault<I, "scatterAdd: indices">>,
  updates: number,
  options?: AxisOption,
) => Same<A> = compiledOnly("scatterAdd");

// Matrices

type Triangle<Name extends string> = <A extends number>(
  x: Checked<A, RankFault<A, Rank2, `${Name} takes a matrix`>>,
  options?: {
    /** The diagonal to start from, 0 unless given; positive is above. */ readonly k?: number;
  },
) => Same<A>;

/** The lower triangle of a matrix, or of each in a batch; zeros elsewhere. */
export const tril: Triangle<"tril"> = compiledOnly("tril");
/** The upper triangle of a matrix, or of each in a batch; zeros elsewhere. */
export const triu: Triangle<"triu"> = compiledOnly("triu");

/** The diagonal of a matrix. */
export const diagonal: <A extends number>(
  x: Checked<A, RankFault<A, Rank2, "diagonal takes a matrix">>,
) => Computed<A> = compiledOnly("diagonal");

/** Sum of the diagonal of a matrix. */
export const trace: <A extends number>(
  x: Checked<A, RankFault<A, 2, "trace takes a matrix">>,
) => number = compiledOnly("trace");
