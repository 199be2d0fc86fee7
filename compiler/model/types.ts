/**
 * The types of a model file. A tensor is a branded number, so that arithmetic
 * on tensors type-checks; the brand carries its shape and dtype as far as
 * TypeScript can follow them. The result of infix arithmetic is a plain
 * `number`: a tensor whose shape the editor does not know. Every operation
 * takes it; only indexing and members need the brand back, by `take` or by
 * `(x + b) as Tensor<["N", 10]>`. For the same reason a tensor that is
 * reassigned is declared `let h: number = x`.
 */

/** A size: known at build time, or named and known when the function is called. */
export type Dim = number | string;
export type Shape = readonly Dim[];
export type DType = "f32" | "f64" | "i32" | "bool";

/**
 * A dense tensor. A size is a number or a name: `Tensor<["N", 784]>`. Without
 * a shape, the tensor is of any shape. Supports infix arithmetic, comparison,
 * `x[i]`, `x.length`, `x.shape[0]`, `x.T` and `for (const row of x)`.
 */
export type Tensor<S extends Shape = Shape, D extends DType = "f32"> = number & TensorMembers<S, D>;

/** A tensor to differentiate by. Without any `Param`, all float inputs are differentiated. */
export type Param<S extends Shape = Shape, D extends DType = "f32"> = Tensor<S, D>;

/** One class index for each of `N` examples: i32 from 0 to the number of classes − 1. */
export type Labels<N extends Dim = Dim> = Tensor<[N], "i32">;

/** The result of an operation whose shape the editor does not follow: it fits wherever a tensor is wanted. */
export type AnyShape<D extends DType> = number & TensorMembers<Shape, D, undefined>;

declare const operand: unique symbol;
declare const shapeBrand: unique symbol;
declare const dtypeBrand: unique symbol;

/** What the shape rules read a tensor's type from, exactly as it was written. */
export interface TypeOf<S extends Shape, D extends DType> {
  readonly [operand]: Written<S, D>;
}

/** Type arguments to infer; all such types fit each other, since the brands decide what does. */
interface Written<S extends Shape, D extends DType> {
  readonly type: [S, D] extends never ? never : true;
}

/** What a tensor has besides being a number; exists for the editor only. */
export interface TensorMembers<S extends Shape, D extends DType, Brand = Sizes<S>> extends TypeOf<
  S,
  D
> {
  readonly [shapeBrand]?: Brand | undefined;
  readonly [dtypeBrand]?: D | undefined;
  /** The slice at an index of the first axis. */
  readonly [index: number]: Slice<S, D>;
  /** Size of the first axis. */
  readonly length: number;
  /** Sizes of all axes. */
  readonly shape: AxisSizes;
  /** The transpose: all axes reversed. */
  readonly T: Result<Reversed<S>, D>;
  [Symbol.iterator](): Iterator<Slice<S, D>, undefined>;
  /** The results of a function for each element and its index, as an array of their own. */
  map(fn: (value: Slice<S, D>, index: number) => number): LocalArray<readonly [Dim], D>;
  /** All elements combined from the first to the last. */
  reduce<A>(fn: (soFar: A, value: Slice<S, D>, index: number) => A, start: A): A;
  reduce(fn: (soFar: number, value: Slice<S, D>, index: number) => number): number;
  /** Calls a function for each element and its index. */
  forEach(fn: (value: Slice<S, D>, index: number) => void): void;
  /** A copy of a matrix, which can be written; one of a vector is `new Float64Array(x)`. */
  slice(): LocalArray<readonly [Dim, Dim], D>;
}

/** An array of the function's own: its elements can be assigned to. */
export type LocalArray<S extends Shape = Shape, D extends DType = "f64"> = Tensor<S, D> & {
  [index: number]: Row<S, D>;
  /** Sets every element. */
  fill(value: number): LocalArray<S, D>;
};

type Row<S extends Shape, D extends DType> = S extends readonly [Dim, ...infer Rest extends Shape]
  ? Rest extends readonly []
    ? number
    : LocalArray<Rest, D>
  : AnyShape<D>;

/** As many axes as anyone has; the compiler refuses those that are not there. */
type AxisSizes = Iterable<number> &
  Readonly<Record<"length" | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7, number>> & {
    readonly [axis: number]: number;
  };

/** A name fits every size: what it stands for is the compiler's to check. */
type Sizes<S extends Shape> = {
  readonly [Axis in keyof S]: S[Axis] extends string ? Dim : S[Axis];
};

type Slice<S extends Shape, D extends DType> = S extends readonly [Dim, ...infer Rest extends Shape]
  ? Result<Rest, D>
  : AnyShape<D>;

/** A tensor of a computed shape; a scalar is a number. */
export type Result<S extends Shape, D extends DType> = number extends S["length"]
  ? AnyShape<D>
  : S extends readonly []
    ? number
    : Tensor<S, D>;

export type Reversed<S extends Shape> = S extends readonly [
  infer First extends Dim,
  ...infer Rest extends Shape,
]
  ? readonly [...Reversed<Rest>, First]
  : S;
