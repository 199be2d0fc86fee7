import { compiledOnly } from "./calls.js";
import type { Checked, Computed, Rank2, RankFault, Same } from "./shapes.js";

/** A function of a square matrix, or of each in a batch. */
type OfMatrix<Name extends string> = <A extends number>(
  a: Checked<A, RankFault<A, Rank2, `${Name} takes a matrix`>>,
) => Same<A>;

/** The lower triangular L with L · Lᵀ = a, for a symmetric positive definite a. */
export const cholesky: OfMatrix<"cholesky"> = compiledOnly("cholesky");

/** The inverse of a square matrix. To solve equations, `solve` is faster and more accurate. */
export const inverse: OfMatrix<"inverse"> = compiledOnly("inverse");

/** x with a · x = b: a `[…, N, N]`, b `[…, N, K]` or `[N]`. */
export const solve: <A extends number, B extends number>(
  a: Checked<A, RankFault<A, Rank2, "solve takes a matrix">>,
  b: B,
) => Computed<A | B> = compiledOnly("solve");

type NumberOfMatrix<Name extends string> = <A extends number>(
  a: Checked<A, RankFault<A, Rank2, `${Name} takes a matrix`>>,
) => number;

/** The determinant of a square matrix; its gradient is exact for singular matrices too. */
export const det: NumberOfMatrix<"det"> = compiledOnly("det");

/** The logarithm of the determinant of a square matrix, without overflow; NaN if that is negative. */
export const logDet: NumberOfMatrix<"logDet"> = compiledOnly("logDet");
