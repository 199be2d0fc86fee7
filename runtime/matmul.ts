/**
 * Matrix products of row-major f32 matrices.
 *
 * `tileKernel.ts` multiplies matrices in blocks, `matvec.ts` what has one row or
 * one column. Sums are formed in f64 and in one fixed order, so equal inputs give
 * equal bits on every machine; beyond a depth of 256, C holds sums of blocks.
 *
 * An engine function that has seen both f32 and f64 arrays runs several times
 * slower than one that has seen only one of them. Hence `matmul64.ts` and the
 * others with 64: the same texts for f64, written from these by their test.
 */
import { multiplyVector } from "./matvec.js";
import { multiplyBlocks } from "./tileKernel.js";

/**
 * C = A · B, or C += A · B with `accumulate`.
 *
 * Shapes: A [m, k], B [k, n], C [m, n]; each starts at its offset, counted in
 * elements. C must not overlap A or B. Lengths are not checked.
 */
export function matmulNN(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  m: number,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiply(a, aOffset, k, 1, b, bOffset, n, 1, c, cOffset, m, n, k, accumulate);
}

/**
 * C = A · Bᵀ, or C += A · Bᵀ with `accumulate`.
 *
 * Shapes: A [m, k], B [n, k], C [m, n]; otherwise as {@link matmulNN}.
 */
export function matmulNT(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  m: number,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiply(a, aOffset, k, 1, b, bOffset, 1, k, c, cOffset, m, n, k, accumulate);
}

/**
 * C = Aᵀ · B, or C += Aᵀ · B with `accumulate`.
 *
 * Shapes: A [k, m], B [k, n], C [m, n]; otherwise as {@link matmulNN}.
 */
export function matmulTN(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  m: number,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiply(a, aOffset, 1, m, b, bOffset, n, 1, c, cOffset, m, n, k, accumulate);
}

/** A[i, p] is `a[a0 + i * aRow + p * aDepth]`, and likewise B[p, j]. */
function multiply(
  a: Float32Array,
  a0: number,
  aRow: number,
  aDepth: number,
  b: Float32Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float32Array,
  c0: number,
  m: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  if (n === 1) {
    multiplyVector(b, b0, a, a0, aDepth, aRow, c, c0, m, k, accumulate);
  } else if (m === 1 || k === 0) {
    multiplyVector(a, a0, b, b0, bDepth, bColumn, c, c0, m * n, k, accumulate);
  } else if (tileCount(n, m) < tileCount(m, n)) {
    // Cᵀ = Bᵀ · Aᵀ
    multiplyBlocks(b, b0, bColumn, bDepth, a, a0, aDepth, aRow, c, c0, 1, n, n, m, k, accumulate);
  } else {
    multiplyBlocks(a, a0, aRow, aDepth, b, b0, bDepth, bColumn, c, c0, n, 1, m, n, k, accumulate);
  }
}

/** Tiles of 4 rows and 2 columns that cover a matrix. */
function tileCount(rows: number, columns: number): number {
  return Math.ceil(rows / 4) * Math.ceil(columns / 2);
}
