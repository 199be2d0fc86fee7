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

/** The function for every element of a batch, the first axis of the arguments, or of those named. */
export const vmap: (
  f: (...args: never[]) => number,
  batches?: Parameter | readonly Parameter[],
) => (...args: unknown[]) => AnyShape<"f32"> = compiledOnly("vmap");

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
