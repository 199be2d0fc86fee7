import { compiledOnly } from "./calls.js";
import type {
  Checked,
  Computed,
  InnerFault,
  MatmulShape,
  Rank1,
  RankFault,
  ShapeOf,
} from "./shapes.js";
import type { Shape } from "./types.js";

type MatmulOperand = "matmul takes vectors, matrices and batches of matrices";

/**
 * Matrix product over the last two axes: `[…, M, K] · […, K, N]` is
 * `[…, M, N]`; leading axes broadcast. A vector counts as a row on the left,
 * a column on the right.
 */
export const matmul: <A extends number, B extends number>(
  a: Checked<A, RankFault<A, Rank1, MatmulOperand>>,
  b: Checked<B, RankFault<B, Rank1, MatmulOperand> | InnerFault<ShapeOf<A>, ShapeOf<B>>>,
) => Computed<A | B, MatmulShape<ShapeOf<A>, ShapeOf<B>>> = compiledOnly("matmul");

/** All products of an element of `a` and one of `b`: `[M]` and `[N]` give `[M, N]`. */
export const outer: <A extends number, B extends number>(
  a: Checked<A, RankFault<A, 1, "outer takes vectors">>,
  b: Checked<B, RankFault<B, 1, "outer takes vectors">>,
) => Computed<A | B, OuterShape<ShapeOf<A>, ShapeOf<B>>> = compiledOnly("outer");

type OuterShape<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : readonly [...A, ...B];

/** Sum of products by Einstein's convention: `einsum("ij,jk->ik", x, y)`. */
export const einsum: <A extends number>(
  subscripts: string,
  ...operands: readonly A[]
) => Computed<A> = compiledOnly("einsum");
