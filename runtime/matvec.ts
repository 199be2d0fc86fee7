/**
 * Products of f32 vectors with row-major matrices. Sums are formed in f64 and in
 * order, as those of `matmul.ts` are.
 */

/**
 * c = A · b, or c += A · b with `accumulate`.
 *
 * Shapes: A [m, k], b [k], c [m]; each starts at its offset, counted in
 * elements. c must not overlap A or b. Lengths are not checked.
 */
export function matvec(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
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
 * Shapes: a [k], B [k, n], c [n]; otherwise as {@link matvec}.
 */
export function vecmat(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
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
  a: Float32Array,
  a0: number,
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
    multiplyColumns(a, a0, b, b0 + j * bColumn, bDepth, bColumn, c, c0 + j, k, accumulate);
  }
  for (; j < n; j++) {
    let s = 0;
    for (let p = 0; p < k; p++) s += a[a0 + p]! * b[b0 + p * bDepth + j * bColumn]!;
    c[c0 + j] = accumulate ? c[c0 + j]! + s : s;
  }
}

/** Eight columns at a time: an addition waits for that before it in its own sum only. */
function multiplyColumns(
  a: Float32Array,
  from: number,
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
