import type { FloatArray } from "./floatArray.js";

/**
 * The lower triangular L with L · Lᵀ = A, for `count` symmetric positive
 * definite matrices of size n, of which the lower triangle is read. NaN from
 * the column on where a matrix is not positive definite.
 */
export function choleskyFactor(
  a: ArrayLike<number>,
  l: FloatArray,
  count: number,
  n: number,
): void {
  for (let m = 0; m < count; m++) {
    const at = m * n * n;
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < j; i++) l[at + i * n + j] = 0;
      for (let i = j; i < n; i++) {
        let sum = a[at + i * n + j]!;
        for (let k = 0; k < j; k++) sum -= l[at + i * n + k]! * l[at + j * n + k]!;
        l[at + i * n + j] = i === j ? Math.sqrt(sum) : sum / l[at + j * n + j]!;
      }
    }
  }
}

/** x with L · x = b, or Lᵀ · x = b, for `count` lower triangular L of size n and b [n, columns]. */
export function solveTriangular(
  l: ArrayLike<number>,
  b: ArrayLike<number>,
  x: FloatArray,
  count: number,
  n: number,
  columns: number,
  transposed: boolean,
): void {
  for (let m = 0; m < count; m++) {
    const at = m * n * columns;
    for (let step = 0; step < n; step++) {
      const i = transposed ? n - 1 - step : step;
      for (let c = 0; c < columns; c++) {
        let sum = b[at + i * columns + c]!;
        for (let before = 0; before < step; before++) {
          const j = transposed ? n - 1 - before : before;
          const factor = l[m * n * n + (transposed ? j * n + i : i * n + j)]!;
          sum -= factor * x[at + j * columns + c]!;
        }
        x[at + i * columns + c] = sum / l[m * n * n + i * n + i]!;
      }
    }
  }
}
