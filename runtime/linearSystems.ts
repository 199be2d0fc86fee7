import type { FloatArray } from "./floatArray.js";

/**
 * Systems of linear equations by Gaussian elimination with complete pivoting.
 * The factors of an n × n matrix A take n + 2 rows of n numbers: L below and U
 * on and above the diagonal, then the row and the column exchanged with row
 * and column k at step k. Complete pivoting puts the pivots that are 0 last,
 * so that the rank is seen.
 */

/** Factors `count` matrices of size n. */
export function factorise(
  a: ArrayLike<number>,
  factors: Float64Array,
  count: number,
  n: number,
): void {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    for (let i = 0; i < n * n; i++) factors[base + i] = a[m * n * n + i]!;
    for (let k = 0; k < n; k++) eliminate(factors, base, n, k);
  }
}

/** Step k: exchanges the largest remaining element to the diagonal and clears what is below it. */
function eliminate(f: Float64Array, base: number, n: number, k: number): void {
  let row = k;
  let column = k;
  let largest = -1;
  for (let i = k; i < n; i++) {
    for (let j = k; j < n; j++) {
      const size = Math.abs(f[base + i * n + j]!);
      if (size > largest) {
        largest = size;
        row = i;
        column = j;
      }
    }
  }
  f[base + n * n + k] = row;
  f[base + (n + 1) * n + k] = column;
  for (let j = 0; j < n; j++) exchange(f, base + k * n + j, base + row * n + j);
  for (let i = 0; i < n; i++) exchange(f, base + i * n + k, base + i * n + column);
  const pivot = f[base + k * n + k]!;
  if (pivot === 0) return;
  for (let i = k + 1; i < n; i++) {
    const factor = f[base + i * n + k]! / pivot;
    f[base + i * n + k] = factor;
    for (let j = k + 1; j < n; j++) f[base + i * n + j]! -= factor * f[base + k * n + j]!;
  }
}

function exchange(values: FloatArray, i: number, j: number): void {
  const moved = values[i]!;
  values[i] = values[j]!;
  values[j] = moved;
}

/**
 * x with A · x = b, or Aᵀ · x = b, for `count` matrices in factors and right
 * sides b [n, columns]. Infinite or NaN where A is singular.
 */
export function solveFactored(
  factors: ArrayLike<number>,
  b: ArrayLike<number>,
  x: FloatArray,
  count: number,
  n: number,
  columns: number,
  transposed: boolean,
): void {
  for (let i = 0; i < count * n * columns; i++) x[i] = b[i]!;
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    const at = m * n * columns;
    for (let c = 0; c < columns; c++) {
      if (transposed) solveTransposedColumn(factors, base, x, at + c, n, columns);
      else solveColumn(factors, base, x, at + c, n, columns);
    }
  }
}

/** P A Q = L U: x = Q U⁻¹ L⁻¹ P b. */
function solveColumn(
  f: ArrayLike<number>,
  base: number,
  x: FloatArray,
  at: number,
  n: number,
  stride: number,
): void {
  for (let k = 0; k < n; k++) exchange(x, at + k * stride, at + f[base + n * n + k]! * stride);
  for (let i = 0; i < n; i++) {
    let sum = x[at + i * stride]!;
    for (let j = 0; j < i; j++) sum -= f[base + i * n + j]! * x[at + j * stride]!;
    x[at + i * stride] = sum;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[at + i * stride]!;
    for (let j = i + 1; j < n; j++) sum -= f[base + i * n + j]! * x[at + j * stride]!;
    x[at + i * stride] = sum / f[base + i * n + i]!;
  }
  for (let k = n - 1; k >= 0; k--)
    exchange(x, at + k * stride, at + f[base + (n + 1) * n + k]! * stride);
}

/** Aᵀ = Q U ᵀ Lᵀ P by rows: x = Pᵀ L⁻ᵀ U⁻ᵀ Qᵀ b. */
function solveTransposedColumn(
  f: ArrayLike<number>,
  base: number,
  x: FloatArray,
  at: number,
  n: number,
  stride: number,
): void {
  for (let k = 0; k < n; k++)
    exchange(x, at + k * stride, at + f[base + (n + 1) * n + k]! * stride);
  for (let i = 0; i < n; i++) {
    let sum = x[at + i * stride]!;
    for (let j = 0; j < i; j++) sum -= f[base + j * n + i]! * x[at + j * stride]!;
    x[at + i * stride] = sum / f[base + i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[at + i * stride]!;
    for (let j = i + 1; j < n; j++) sum -= f[base + j * n + i]! * x[at + j * stride]!;
    x[at + i * stride] = sum;
  }
  for (let k = n - 1; k >= 0; k--) exchange(x, at + k * stride, at + f[base + n * n + k]! * stride);
}

/** 1 or −1: the determinant of the exchanges. */
function signOfExchanges(f: ArrayLike<number>, base: number, n: number): number {
  let sign = 1;
  for (let k = 0; k < n; k++) {
    if (f[base + n * n + k] !== k) sign = -sign;
    if (f[base + (n + 1) * n + k] !== k) sign = -sign;
  }
  return sign;
}

/** The determinants of `count` matrices in factors. */
export function determinants(
  factors: ArrayLike<number>,
  result: FloatArray,
  count: number,
  n: number,
): void {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    let product = signOfExchanges(factors, base, n);
    for (let k = 0; k < n; k++) product *= factors[base + k * n + k]!;
    result[m] = product;
  }
}

/** The logarithms of the determinants: −inf for a singular matrix, NaN for a negative determinant. */
export function logDeterminants(
  factors: ArrayLike<number>,
  result: FloatArray,
  count: number,
  n: number,
): void {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    let sign = signOfExchanges(factors, base, n);
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const pivot = factors[base + k * n + k]!;
      sum += Math.log(Math.abs(pivot));
      if (pivot < 0) sign = -sign;
    }
    result[m] = sign < 0 && sum > -Infinity ? NaN : sum;
  }
}

/**
 * The matrices of cofactors, ∂ det A / ∂ A, of `count` matrices in factors.
 * Exact for singular matrices too: nothing is divided by the last pivot, the
 * only one that is 0 if the rank is n − 1; below that rank all are 0.
 */
export function cofactors(
  factors: ArrayLike<number>,
  result: FloatArray,
  count: number,
  n: number,
): void {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    const at = m * n * n;
    adjugateTransposed(factors, base, result, at, n);
    // adj(A)ᵀ = ± Pᵀ L⁻ᵀ adj(U)ᵀ Qᵀ
    const sign = signOfExchanges(factors, base, n);
    for (let i = n - 1; i >= 0; i--) {
      for (let c = 0; c < n; c++) {
        let sum = sign * result[at + i * n + c]!;
        for (let j = i + 1; j < n; j++) sum -= factors[base + j * n + i]! * result[at + j * n + c]!;
        result[at + i * n + c] = sum;
      }
    }
    for (let k = n - 1; k >= 0; k--) {
      const row = factors[base + n * n + k]!;
      const column = factors[base + (n + 1) * n + k]!;
      for (let c = 0; c < n; c++) exchange(result, at + k * n + c, at + row * n + c);
      for (let i = 0; i < n; i++) exchange(result, at + i * n + k, at + i * n + column);
    }
  }
}

/** adj(U)ᵀ, lower triangular: row j solves U z = eⱼ · det U, where the last pivot cancels by hand. */
function adjugateTransposed(
  f: ArrayLike<number>,
  base: number,
  result: FloatArray,
  at: number,
  n: number,
): void {
  let leading = 1;
  for (let k = 0; k < n - 1; k++) leading *= f[base + k * n + k]!;
  const last = n === 0 ? 1 : f[base + n * n - 1]!;
  for (let j = 0; j < n; j++) {
    const row = at + j * n;
    for (let i = 0; i < n; i++) result[row + i] = 0;
    if (leading === 0) continue;
    result[row + j] = j === n - 1 ? leading : (leading * last) / f[base + j * n + j]!;
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++) sum -= f[base + i * n + k]! * result[row + k]!;
      result[row + i] = sum / f[base + i * n + i]!;
    }
  }
}
