/**
 * Products of f64 vectors with row-major matrices.
 *
 * Do not edit: tests/runtime/matmul64.test.ts writes this file from matvec.ts
 * (`npx vitest run tests/runtime/matmul64.test.ts -u`). The engine needs a text
 * of its own per element type; people should not maintain two.
 */

/**
 * c = A · b, or c += A · b with `accumulate`.
 *
 * Shapes: A [m, k], b [k], c [m]; each starts at its offset, counted in
 * elements. c must not overlap A or b. Lengths are not checked.
 */
export function matvec64(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  m: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiplyVector(b, bOffset, a, aOffset, 1, k, c, cOffset, m, k, accumulate);
}

/**
 * c = a · B, or c += a · B with `accumulate`.
 *
 * Shapes: a [k], B [k, n], c [n]; otherwise as {@link matvec64}.
 */
export function vecmat64(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiplyVector(a, aOffset, b, bOffset, n, 1, c, cOffset, n, k, accumulate);
}

/** c[n] (+)= a[k] · B[k, n], where B[p, j] is `b[b0 + p * bDepth + j * bColumn]`. */
export function multiplyVector(
  a: Float64Array,
  a0: number,
  b: Float64Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float64Array,
  c0: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  let j = 0;
  for (; j + 7 < n; j += 8) {
    multiplyColumns(a, a0, b, b0 + j * bColumn, bDepth, bColumn, c, c0 + j, k, accumulate);
  }
  for (; j < n; j++) {
    multiplyColumn(a, a0, b, b0 + j * bColumn, bDepth, c, c0 + j, k, accumulate);
  }
}

function multiplyColumn(
  a: Float64Array,
  from: number,
  b: Float64Array,
  q: number,
  bDepth: number,
  c: Float64Array,
  to: number,
  k: number,
  accumulate: boolean,
): void {
  let s = 0;
  const end = (from + k) | 0;
  while (from < end) {
    s += a[from]! * b[q]!;
    from = (from + 1) | 0;
    q = (q + bDepth) | 0;
  }
  store(c, to, s, accumulate);
}

/** Eight columns at a time: an addition waits for that before it in its own sum only. */
function multiplyColumns(
  a: Float64Array,
  from: number,
  b: Float64Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float64Array,
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
  const end = (from + k) | 0;
  while (from < end) {
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
    from = (from + 1) | 0;
    b0 = (b0 + bDepth) | 0;
  }
  store(c, to, s0, accumulate);
  store(c, to + 1, s1, accumulate);
  store(c, to + 2, s2, accumulate);
  store(c, to + 3, s3, accumulate);
  store(c, to + 4, s4, accumulate);
  store(c, to + 5, s5, accumulate);
  store(c, to + 6, s6, accumulate);
  store(c, to + 7, s7, accumulate);
}

/** Adds in any case: all code runs in every call, for the reason `tileKernel64.ts` gives. */
function store(c: Float64Array, to: number, sum: number, accumulate: boolean): void {
  const total = c[to]! + sum;
  c[to] = accumulate ? total : sum;
}
