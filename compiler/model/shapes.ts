import type { AnyShape, Dim, DType, Result, Shape, TypeOf } from "./types.js";

/**
 * Shape rules of the operations, for the editor. They answer where shapes are
 * known and stay silent otherwise: the compiler has the last word. A rule
 * that is broken yields its message as a string type, which no argument fits.
 */

/** The shape of an argument; of any rank if the editor has lost track of it. */
export type ShapeOf<A> = A extends TypeOf<infer S, infer _D extends DType> ? S : Shape;

/** The dtype of an argument; `never` if unknown, so that it gives way to others. */
export type DTypeOf<A> = A extends TypeOf<infer _S, infer D extends DType> ? D : never;

/** The dtype of arithmetic on several. */
export type Promoted<D extends DType> = "f64" extends D ? "f64" : "f32" extends D ? "f32" : D;

/** The dtype of functions that leave the integers. */
export type Float<D extends DType> = D extends "i32" | "bool" ? "f64" : D;

/** The shape of the operand. */
export type Same<A> =
  A extends TypeOf<infer S, infer D extends DType> ? Result<S, Float<D>> : number;

/** Whole numbers in the shape of the operand. */
export type Indices<A> =
  A extends TypeOf<infer S, infer _D extends DType> ? Result<S, "i32"> : AnyShape<"i32">;

/** Two operands broadcast: their shape if they share it. */
export type Broadcast<A, B> = [ShapeOf<A>, ShapeOf<B>] extends [ShapeOf<B>, ShapeOf<A>]
  ? Computed<A | B, ShapeOf<A>>
  : Computed<A | B>;

/** A result of these operands: a tensor if one of them is known to be one, else a number or a tensor. */
export type Computed<A, S extends Shape = Shape> = [DTypeOf<A>] extends [never]
  ? number
  : Result<S, Promoted<DTypeOf<A>>>;

/** The operand, unless there is something wrong with it. */
export type Checked<A, Fault> = [Fault] extends [never] ? A : Fault;

/** A literal shape, if it is one; -1 and computed sizes are left to the compiler. */
export type Literal<S extends readonly number[]> = number extends S[number]
  ? Shape
  : `${S[number]}` extends `-${string}`
    ? Shape
    : S;

// Ranks

/** At least one axis, or two: as many as anyone uses. */
export type Rank1 = 1 | Rank2;
export type Rank2 = 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Why an operand is not accepted where a number of axes is needed. */
export type RankFault<A, Ranks extends number, Wanted extends string> =
  A extends TypeOf<infer S, infer _D extends DType>
    ? number extends S["length"]
      ? never
      : S["length"] extends Ranks
        ? never
        : `${Wanted}, not a tensor of shape ${Format<S>}`
    : number extends A
      ? never
      : `${Wanted}, not a number`;

/** Why an operand is not accepted as integers. */
export type IntegerFault<A, Wanted extends string> =
  A extends TypeOf<infer _S, infer D extends DType>
    ? D extends "i32"
      ? never
      : `${Wanted} are i32: declare them as Labels, or as a Tensor of dtype i32`
    : never;

/** `[N, 784]`. */
export type Format<S extends Shape> = `[${Joined<S>}]`;

type Joined<S extends Shape> = S extends readonly [infer Only extends Dim]
  ? `${Only}`
  : S extends readonly [infer First extends Dim, ...infer Rest extends Shape]
    ? `${First}, ${Joined<Rest>}`
    : "";

// Matrix product

export type MatmulShape<A extends Shape, B extends Shape> = A extends readonly [Dim]
  ? VectorTimes<B>
  : A extends readonly [...infer Batch extends Shape, infer M extends Dim, Dim]
    ? B extends readonly [Dim]
      ? readonly [...Batch, M]
      : MatrixTimes<Batch, M, B>
    : Shape;

type VectorTimes<B extends Shape> = B extends readonly [Dim]
  ? readonly []
  : B extends readonly [...infer Batch extends Shape, Dim, infer N extends Dim]
    ? readonly [...Batch, N]
    : Shape;

type MatrixTimes<Batch extends Shape, M extends Dim, B extends Shape> = B extends readonly [
  ...infer Other extends Shape,
  Dim,
  infer N extends Dim,
]
  ? Other extends readonly []
    ? readonly [...Batch, M, N]
    : Batch extends readonly []
      ? readonly [...Other, M, N]
      : Batch extends Other
        ? readonly [...Batch, M, N]
        : Shape
  : Shape;

/** Why two operands do not multiply. */
export type InnerFault<A extends Shape, B extends Shape> =
  Differ<LastOf<A>, InnerOf<B>> extends true
    ? `matmul: inner dimensions differ: ${Format<A>} · ${Format<B>} (${LastOf<A>} against ${InnerOf<B>})`
    : never;

type LastOf<S extends Shape> = S extends readonly [...Shape, infer Last extends Dim] ? Last : Dim;

type InnerOf<S extends Shape> = S extends readonly [infer Only extends Dim]
  ? Only
  : S extends readonly [...Shape, infer Inner extends Dim, Dim]
    ? Inner
    : Dim;

/** Whether two sizes are known and not the same. Formulas (`"2 * N"`) may be equal under another spelling. */
type Differ<P extends Dim, Q extends Dim> = P | Q extends infer Both
  ? string extends Both
    ? false
    : number extends Both
      ? false
      : Extract<Both, `${string}${"*" | "+" | "-"}${string}`> extends never
        ? [P] extends [Q]
          ? false
          : true
        : false
  : never;
