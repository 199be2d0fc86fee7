/**
 * Matrix products of row-major f64 matrices.
 *
 * Do not edit: tests/runtime/matmul64.test.ts writes this file from matmul.ts
 * (`npx vitest run tests/runtime/matmul64.test.ts -u`). The engine needs a text
 * of its own per element type; people should not maintain two.
 */
import { multiplyVector } from "./matvec64.js";
import { multiplyBlocks } from "./tileKernel64.js";

/**
 * C = A · B, or C += A · B with `accumulate`.
 *
 * Shapes: A [m, k], B [k, n], C [m, n]; each starts at its offset, counted in
 * elements. C must not overlap A or B. Lengths are not checked.
 */
export function matmulNN64(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
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
 * Shapes: A [m, k], B [n, k], C [m, n]; otherwise as {@link matmulNN64}.
 */
export function matmulNT64(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
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
 * Shapes: A [k, m], B [k, n], C [m, n]; otherwise as {@link matmulNN64}.
 */
export function matmulTN64(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
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
  a: Float64Array,
  a0: number,
  aRow: number,
  aDepth: number,
  b: Float64Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float64Array,
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
