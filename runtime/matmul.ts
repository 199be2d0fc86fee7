/**
 * Matrix products of row-major f32 matrices.
 *
 * Matrices are multiplied in blocks by `tileKernel.ts`, vectors and matrices
 * here. Sums are formed in f64 and in one fixed order, so equal inputs give
 * equal bits on every machine; beyond a depth of 256, C holds sums of blocks.
 *
 * An engine function that has seen both f32 and f64 arrays runs several times
 * slower than one that has seen only one of them. Hence `matmul64.ts` and
 * `tileKernel64.ts`: the same texts for f64, written from these by their test.
 */
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
    multiplyVector(b, b0, bDepth, a, a0, aDepth, aRow, c, c0, m, k, accumulate);
  } else if (m === 1 || k === 0) {
    for (let i = 0; i < m; i++) {
      multiplyVector(a, a0, aDepth, b, b0, bDepth, bColumn, c, c0 + i * n, n, k, accumulate);
    }
  } else if (m === 2) {
    // Cᵀ = Bᵀ · Aᵀ: rows of tiles come in fours, columns in twos.
    multiplyBlocks(b, b0, bColumn, bDepth, a, a0, aDepth, aRow, c, c0, 1, n, n, m, k, accumulate);
  } else {
    multiplyBlocks(a, a0, aRow, aDepth, b, b0, bDepth, bColumn, c, c0, n, 1, m, n, k, accumulate);
  }
}

/** C[n] (+)= A[k] · B[k, n]. */
function multiplyVector(
  a: Float32Array,
  a0: number,
  aStride: number,
  b: Float32Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float32Array,
  c0: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  let j = 0;
  for (; j + 7 < n; j += 8) {
    sumColumns(a, a0, aStride, b, b0 + j * bColumn, bDepth, bColumn, c, c0 + j, k, accumulate);
  }
  for (; j < n; j++) {
    let s = 0;
    for (let p = 0; p < k; p++) {
      s += a[a0 + p * aStride]! * b[b0 + p * bDepth + j * bColumn]!;
    }
    c[c0 + j] = accumulate ? c[c0 + j]! + s : s;
  }
}

/** Eight sums at a time: each waits for its own last addition only. */
function sumColumns(
  a: Float32Array,
  from: number,
  aStride: number,
  b: Float32Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float32Array,
  to: number,
  k: number,
  accumulate: boolean,
): void {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  for (let p = 0; p < k; p++) {
    const x = a[from]!;
    let q = b0;
    s0 += x * b[q]!;
    q = (q + bColumn) | 0;
    s1 += x * b[q]!;
    q = (q + bColumn) | 0;
    s2 += x * b[q]!;
    q = (q + bColumn) | 0;
    s3 += x * b[q]!;
    q = (q + bColumn) | 0;
    s4 += x * b[q]!;
    q = (q + bColumn) | 0;
    s5 += x * b[q]!;
    q = (q + bColumn) | 0;
    s6 += x * b[q]!;
    q = (q + bColumn) | 0;
    s7 += x * b[q]!;
    from = (from + aStride) | 0;
    b0 = (b0 + bDepth) | 0;
  }
  if (accumulate) {
    s0 += c[to]!;
    s1 += c[to + 1]!;
    s2 += c[to + 2]!;
    s3 += c[to + 3]!;
    s4 += c[to + 4]!;
    s5 += c[to + 5]!;
    s6 += c[to + 6]!;
    s7 += c[to + 7]!;
  }
  c[to] = s0;
  c[to + 1] = s1;
  c[to + 2] = s2;
  c[to + 3] = s3;
  c[to + 4] = s4;
  c[to + 5] = s5;
  c[to + 6] = s6;
  c[to + 7] = s7;
}
