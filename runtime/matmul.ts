/**
 * Matrix products of row-major f32 matrices.
 *
 * Large products are cut into blocks, packed into f64 panels and multiplied by
 * `tileKernel.ts`; small and skinny ones go row by row. Sums are formed in f64
 * and in one fixed order, so equal inputs give equal bits on every machine.
 *
 * An engine function that has seen both f32 and f64 arrays runs several times
 * slower than one that has seen only one of them. Hence `matmul64.ts`: the same
 * text for f64, written from this file by its test.
 */
import { panelDepth, panelRows, tiles } from "./tileKernel.js";

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
  // Measured: below these sizes packing costs more than it saves.
  if (m > 2 && n > 2 && k > 1 && m * n * k >= 512) {
    multiplyBlocks(a, a0, aRow, aDepth, b, b0, bDepth, bColumn, c, c0, m, n, k, accumulate);
  } else if (n < m && n < 4) {
    for (let j = 0; j < n; j++) {
      multiplyRow(b, b0 + j * bColumn, bDepth, a, a0, aDepth, aRow, c, c0 + j, n, m, k, accumulate);
    }
  } else {
    for (let i = 0; i < m; i++) {
      multiplyRow(
        a,
        a0 + i * aRow,
        aDepth,
        b,
        b0,
        bDepth,
        bColumn,
        c,
        c0 + i * n,
        1,
        n,
        k,
        accumulate,
      );
    }
  }
}

function multiplyBlocks(
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
  const rows = 3 * Math.ceil(m / Math.ceil(m / panelRows) / 3);
  const depth = Math.ceil(k / Math.ceil(k / panelDepth));
  for (let i = 0; i < m; i += rows) {
    const height = Math.min(rows, m - i);
    for (let p = 0; p < k; p += depth) {
      const length = Math.min(depth, k - p);
      packLeft(a, a0 + i * aRow + p * aDepth, aRow, aDepth, height, length);
      for (let j = 0; j < n; j += 2) {
        const next = j + 1 < n ? 1 : 0;
        const from = b0 + p * bDepth + j * bColumn;
        packRight(b, from, from + next * bColumn, bDepth, length);
        tiles.multiplyTiles(height, length);
        const to = c0 + i * n + j;
        storeColumns(c, to, to + next, n, height, accumulate || p > 0);
      }
    }
  }
}

/** Rows that pad the last tile repeat a real one; their products are dropped. */
function packLeft(
  a: Float32Array,
  start: number,
  rowStride: number,
  depthStride: number,
  rows: number,
  depth: number,
): void {
  const panel = tiles.left;
  let to = 0;
  for (let i = 0; i < rows; i += 3) {
    let row0 = (start + i * rowStride) | 0;
    let row1 = i + 1 < rows ? (row0 + rowStride) | 0 : row0;
    let row2 = i + 2 < rows ? (row1 + rowStride) | 0 : row0;
    for (let k = 0; k < depth; k++) {
      panel[to] = a[row0]!;
      panel[(to + 1) | 0] = a[row1]!;
      panel[(to + 2) | 0] = a[row2]!;
      to = (to + 3) | 0;
      row0 = (row0 + depthStride) | 0;
      row1 = (row1 + depthStride) | 0;
      row2 = (row2 + depthStride) | 0;
    }
  }
}

function packRight(
  b: Float32Array,
  first: number,
  second: number,
  depthStride: number,
  depth: number,
): void {
  const panel = tiles.right;
  let to = 0;
  for (let k = 0; k < depth; k++) {
    panel[to] = b[first]!;
    panel[(to + 1) | 0] = b[second]!;
    to = (to + 2) | 0;
    first = (first + depthStride) | 0;
    second = (second + depthStride) | 0;
  }
}

/** A last odd column is both first and second; the first, written last, wins. */
function storeColumns(
  c: Float32Array,
  first: number,
  second: number,
  rowStride: number,
  rows: number,
  accumulate: boolean,
): void {
  const panel = tiles.product;
  let from = 0;
  for (let i = 0; i < rows; i++) {
    const before = accumulate ? c[first]! : 0;
    c[second] = (accumulate ? c[second]! : 0) + panel[(from + 1) | 0]!;
    c[first] = before + panel[from]!;
    from = (from + 2) | 0;
    first = (first + rowStride) | 0;
    second = (second + rowStride) | 0;
  }
}

/** C[0, n] (+)= A[0, k] · B[k, n], four columns at a time. */
function multiplyRow(
  a: Float32Array,
  a0: number,
  aStride: number,
  b: Float32Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float32Array,
  c0: number,
  cStride: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  let j = 0;
  for (; j + 3 < n; j += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let p0 = (b0 + j * bColumn) | 0;
    let p1 = (p0 + bColumn) | 0;
    let p2 = (p1 + bColumn) | 0;
    let p3 = (p2 + bColumn) | 0;
    let q = a0 | 0;
    for (let p = 0; p < k; p++) {
      const x = a[q]!;
      s0 += x * b[p0]!;
      s1 += x * b[p1]!;
      s2 += x * b[p2]!;
      s3 += x * b[p3]!;
      q = (q + aStride) | 0;
      p0 = (p0 + bDepth) | 0;
      p1 = (p1 + bDepth) | 0;
      p2 = (p2 + bDepth) | 0;
      p3 = (p3 + bDepth) | 0;
    }
    const at = c0 + j * cStride;
    c[at] = accumulate ? c[at]! + s0 : s0;
    c[at + cStride] = accumulate ? c[at + cStride]! + s1 : s1;
    c[at + 2 * cStride] = accumulate ? c[at + 2 * cStride]! + s2 : s2;
    c[at + 3 * cStride] = accumulate ? c[at + 3 * cStride]! + s3 : s3;
  }
  for (; j < n; j++) {
    let s = 0;
    for (let p = 0; p < k; p++) {
      s += a[a0 + p * aStride]! * b[b0 + p * bDepth + j * bColumn]!;
    }
    const at = c0 + j * cStride;
    c[at] = accumulate ? c[at]! + s : s;
  }
}
