import { compiledOnly } from "./calls.js";
import type { AnyShape, Shape, TypeOf } from "./types.js";

/** A parameter to differentiate by: its name, or its position from 0. */
type Parameter = string | number;

/** Arguments that a derivative can be taken by: all but truth values and integer tensors. */
type Floats<A extends readonly unknown[]> = A extends readonly [infer First, ...infer Rest]
  ? IsFloat<First> extends true
    ? [First, ...Floats<Rest>]
    : Floats<Rest>
  : [];

type IsFloat<T> = T extends boolean
  ? false
  : T extends TypeOf<Shape, infer D>
    ? D extends "i32" | "bool"
      ? false
      : true
    : true;

/** The derivative by one argument is like it; by several, a list. */
type Gradient<A extends readonly unknown[]> = Floats<A> extends [infer Only] ? Only : Floats<A>;

type Chosen<A extends readonly unknown[], W> = W extends readonly unknown[]
  ? { readonly [K in keyof W]: At<A, W[K]> }
  : At<A, W>;

type At<A extends readonly unknown[], W> = W extends keyof A & number
  ? A[W]
  : number extends keyof A
    ? A[number]
    : never;

interface GradientMaker {
  <A extends readonly unknown[]>(f: (...args: A) => number): (...args: A) => Gradient<A>;
  <A extends readonly unknown[], const W extends Parameter | readonly Parameter[]>(
    f: (...args: A) => number,
    wrt: W,
  ): (...args: A) => Chosen<A, W>;
}

/** The gradient of a function of one number: `grad(f)(x)`, `grad(f, "w")(x, w)`. */
export const grad: GradientMaker = compiledOnly("grad");

interface ValueMaker {
  <A extends readonly unknown[], R extends number>(
    f: (...args: A) => R,
  ): (...args: A) => [value: R, gradient: Gradient<A>];
  <
    A extends readonly unknown[],
    R extends number,
    const W extends Parameter | readonly Parameter[],
  >(
    f: (...args: A) => R,
    wrt: W,
  ): (...args: A) => [value: R, gradient: Chosen<A, W>];
}

/** The value and the gradient: `const [value, gradient] = valueAndGrad(f)(x)`. */
export const valueAndGrad: ValueMaker = compiledOnly("valueAndGrad");

/** The product of a cotangent, given last and like the result, with the Jacobian: `vjp(f)(x, u)` is Jᵀu. */
export const vjp: {
  <A extends readonly unknown[], R>(f: (...args: A) => R): (...args: [...A, R]) => Gradient<A>;
  <A extends readonly unknown[], R, const W extends Parameter | readonly Parameter[]>(
    f: (...args: A) => R,
    wrt: W,
  ): (...args: [...A, R]) => Chosen<A, W>;
} = compiledOnly("vjp");

/** The Jacobian of a result by one argument: the axes of the result, then those of the argument. */
export const jacobian: <A extends readonly unknown[]>(
  f: (...args: A) => number,
  wrt?: Parameter,
) => (...args: A) => AnyShape<"f32"> = compiledOnly("jacobian");

/** The second derivatives of a function of one number by one argument, its axes twice. */
export const hessian: <A extends readonly unknown[]>(
  f: (...args: A) => number,
  wrt?: Parameter,
) => (...args: A) => AnyShape<"f32"> = compiledOnly("hessian");

/**
 * A sparse matrix in coordinate form, named as in SciPy's `coo_array`:
 * `data[k]` is the element in row `row[k]` and column `col[k]`. Rows ascend,
 * and columns within a row; none comes twice.
 */
export interface SparseMatrix {
  readonly data: AnyShape<"f32">;
  readonly row: AnyShape<"i32">;
  readonly col: AnyShape<"i32">;
}

/**
 * The Jacobian of a result by one argument, both flat in row-major order, as a
 * sparse matrix. Its structure is found while compiling, so all sizes are
 * numbers; it takes as many products as the structure needs colours.
 */
export const sparseJacobian: <A extends readonly unknown[]>(
  f: (...args: A) => number,
  wrt?: Parameter,
) => (...args: A) => SparseMatrix = compiledOnly("sparseJacobian");

/** The second derivatives of a function of one number by one argument, both triangles, as a sparse matrix. */
export const sparseHessian: <A extends readonly unknown[]>(
  f: (...args: A) => number,
  wrt?: Parameter,
) => (...args: A) => SparseMatrix = compiledOnly("sparseHessian");

/**
 * The same function, of whose inside the backward pass keeps nothing: it
 * computes it again, which takes time and saves memory.
 */
export const checkpoint: <F extends (...args: never[]) => unknown>(f: F) => F =
  compiledOnly("checkpoint");

interface BatchAxes {
  /** The axis that is the batch, 0 if absent: one for all batches, or a list of one for each. */
  readonly inAxes?: number | readonly number[];
  /** The axis of the result that is the batch, 0 if absent. */
  readonly outAxes?: number;
}

/**
 * The function for every element of a batch, along an axis of all arguments,
 * or of those named: `vmap(f, "x", { inAxes: 1 })(xs, w)`.
 */
export const vmap: {
  <R>(
    f: (...args: never[]) => R,
    batches: Parameter | readonly Parameter[],
    axes?: BatchAxes,
  ): (...args: unknown[]) => Batch<R>;
  <R>(f: (...args: never[]) => R, axes?: BatchAxes): (...args: unknown[]) => Batch<R>;
} = compiledOnly("vmap");

/** A tensor for each number of a result. */
type Batch<R> = R extends number ? AnyShape<"f32"> : { readonly [K in keyof R]: Batch<R[K]> };

/**
 * A function with a chain rule of the author's: `backward` is given the
 * arguments, the value and the gradient of the value, and returns the gradient
 * of the argument, or of several a list. It must be linear in the last.
 */
export const customGradient: <A extends readonly number[], R extends number>(
  f: (...args: A) => R,
  backward: (...args: [...A, R, R]) => number | readonly number[],
) => (...args: A) => R = compiledOnly("customGradient");

/** How the result changes as the arguments move along tangents, given after them: `jvp(f)(x, v)` is J v. */
export const jvp: {
  <A extends readonly unknown[], R>(f: (...args: A) => R): (...args: [...A, ...Floats<A>]) => R;
  <A extends readonly unknown[], R>(
    f: (...args: A) => R,
    wrt: Parameter | readonly Parameter[],
  ): (...args: [...A, ...unknown[]]) => R;
} = compiledOnly("jvp");

/** The product of the Hessian of a function of one number with a vector: `hvp(f)(x, v)` is H v. */
export const hvp: {
  <A extends readonly unknown[]>(
    f: (...args: A) => number,
  ): (...args: [...A, ...Floats<A>]) => Gradient<A>;
  <A extends readonly unknown[], const W extends Parameter | readonly Parameter[]>(
    f: (...args: A) => number,
    wrt: W,
  ): (...args: [...A, ...unknown[]]) => Chosen<A, W>;
} = compiledOnly("hvp");
