/**
 * The blocked product of f64 matrices.
 *
 * Do not edit: tests/runtime/matmul64.test.ts writes this file from tileKernel.ts
 * (`npx vitest run tests/runtime/matmul64.test.ts -u`). The engine needs a text
 * of its own per element type; people should not maintain two.
 */

const panelRows = 192;
/** 192 × 256 doubles stay in a second-level cache of 512 KB. */
const panelDepth = 256;

/**
 * C = A · B, or C += A · B with `accumulate`, for sizes of at least 1.
 *
 * A[i, p] is `a[a0 + i * aRow + p * aDepth]`, and likewise B[p, j] and C[i, j].
 *
 * Measured, these make it fast in V8:
 * - Each row of a tile has a panel of its own, and all panels one length: an
 *   index that several panels share is checked once.
 * - The panels are views of one buffer: once any buffer of the program has been
 *   transferred, every access asks whether its own still is there.
 * - They are constants of an enclosing function, so that their addresses become
 *   part of the machine code (bundlers turn a module's `const` into `var`,
 *   whose value is loaded anew).
 * - Each inner loop is a function, all of whose code runs in every call. V8 may
 *   compile a loop while it runs, and then knows no constants. A function that
 *   first runs some code later loses its other machine code and can be left
 *   with that of the loop for good, ten times slower.
 * - `| 0` rules out integer overflow.
 */
export const multiplyBlocks = /* @__PURE__ */ (() => {
  // Panels a power of two apart would compete for the same lines of the cache.
  const gap = 40;
  /** Where the columns of B begin, behind the rows of A. */
  const columnStart = (panelRows / 4) * panelDepth + 4 * gap;
  /** Where the two sums of each row of a tile are, behind the columns. */
  const sums = columnStart + panelDepth;
  const panelLength = sums + 2;
  const memory = new ArrayBuffer(8 * 4 * (panelLength + gap));
  const panelOf = (row: number) =>
    new Float64Array(memory, 8 * row * (panelLength + gap), panelLength);
  const panel0 = panelOf(0);
  const panel1 = panelOf(1);
  const panel2 = panelOf(2);
  const panel3 = panelOf(3);

  /** Rows that pad the last tile repeat a real one; their sums are dropped. */
  function packRows(
    a: Float64Array,
    from: number,
    rowStride: number,
    depthStride: number,
    rows: number,
    depth: number,
  ): void {
    for (let i = 0; i < rows; i += 4) {
      const last = rows - 1 - i;
      packTile(
        a,
        from + i * rowStride,
        Math.min(1, last) * rowStride,
        Math.min(2, last) * rowStride,
        Math.min(3, last) * rowStride,
        depthStride,
        (i >> 2) * depth,
        depth,
      );
    }
  }

  function packTile(
    a: Float64Array,
    from: number,
    row1: number,
    row2: number,
    row3: number,
    depthStride: number,
    to: number,
    depth: number,
  ): void {
    const end = (to + depth) | 0;
    while (to < end) {
      panel0[to] = a[from]!;
      panel1[to] = a[(from + row1) | 0]!;
      panel2[to] = a[(from + row2) | 0]!;
      panel3[to] = a[(from + row3) | 0]!;
      from = (from + depthStride) | 0;
      to = (to + 1) | 0;
    }
  }

  /** A last odd column is both first and second. */
  function packColumns(
    b: Float64Array,
    from: number,
    next: number,
    depthStride: number,
    depth: number,
  ): void {
    let to = columnStart;
    const end = (to + depth) | 0;
    while (to < end) {
      panel0[to] = b[from]!;
      panel1[to] = b[(from + next) | 0]!;
      from = (from + depthStride) | 0;
      to = (to + 1) | 0;
    }
  }

  function multiplyPanels(
    rows: number,
    depth: number,
    c: Float64Array,
    to: number,
    rowStride: number,
    next: number,
    accumulate: boolean,
  ): void {
    for (let i = 0; i < rows; i += 4) {
      multiplyTile((i >> 2) * depth, depth);
      storeTile(c, to + i * rowStride, rowStride, next, rows - i, accumulate);
    }
  }

  /**
   * The loop ends in its midst, which keeps its two halves apart: V8 would else
   * form all products of a round before it adds the first, and these with the
   * sums are more than there are registers.
   */
  function multiplyTile(p: number, depth: number): void {
    let q = columnStart;
    const end = (q + depth) | 0;
    let c00 = 0;
    let c01 = 0;
    let c10 = 0;
    let c11 = 0;
    let c20 = 0;
    let c21 = 0;
    let c30 = 0;
    let c31 = 0;
    for (;;) {
      const b0 = panel0[q]!;
      const b1 = panel1[q]!;
      const a0 = panel0[p]!;
      c00 += a0 * b0;
      c01 += a0 * b1;
      const a1 = panel1[p]!;
      c10 += a1 * b0;
      c11 += a1 * b1;
      q = (q + 1) | 0;
      if (q >= end) {
        c20 += panel2[p]! * b0;
        c21 += panel2[p]! * b1;
        c30 += panel3[p]! * b0;
        c31 += panel3[p]! * b1;
        break;
      }
      const a2 = panel2[p]!;
      c20 += a2 * b0;
      c21 += a2 * b1;
      const a3 = panel3[p]!;
      c30 += a3 * b0;
      c31 += a3 * b1;
      p = (p + 1) | 0;
    }
    panel0[sums] = c00;
    panel0[sums + 1] = c01;
    panel1[sums] = c10;
    panel1[sums + 1] = c11;
    panel2[sums] = c20;
    panel2[sums + 1] = c21;
    panel3[sums] = c30;
    panel3[sums + 1] = c31;
  }

  function storeTile(
    c: Float64Array,
    to: number,
    rowStride: number,
    next: number,
    rows: number,
    accumulate: boolean,
  ): void {
    storeRow(c, to, next, panel0, accumulate);
    if (rows > 1) storeRow(c, to + rowStride, next, panel1, accumulate);
    if (rows > 2) storeRow(c, to + 2 * rowStride, next, panel2, accumulate);
    if (rows > 3) storeRow(c, to + 3 * rowStride, next, panel3, accumulate);
  }

  /** Of a last odd column the first sum, written last, wins. */
  function storeRow(
    c: Float64Array,
    to: number,
    next: number,
    panel: Float64Array,
    accumulate: boolean,
  ): void {
    const first = panel[sums]!;
    const second = panel[sums + 1]!;
    const before = accumulate ? c[to]! : 0;
    c[to + next] = accumulate ? c[to + next]! + second : second;
    c[to] = before + first;
  }

  return (
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
    cRow: number,
    cColumn: number,
    m: number,
    n: number,
    k: number,
    accumulate: boolean,
  ): void => {
    const height = 4 * Math.ceil(m / Math.ceil(m / panelRows) / 4);
    const length = Math.ceil(k / Math.ceil(k / panelDepth));
    for (let i = 0; i < m; i += height) {
      const rows = Math.min(height, m - i);
      for (let p = 0; p < k; p += length) {
        const depth = Math.min(length, k - p);
        packRows(a, a0 + i * aRow + p * aDepth, aRow, aDepth, rows, depth);
        for (let j = 0; j < n; j += 2) {
          const next = j + 1 < n ? 1 : 0;
          packColumns(b, b0 + p * bDepth + j * bColumn, next * bColumn, bDepth, depth);
          const to = c0 + i * cRow + j * cColumn;
          multiplyPanels(rows, depth, c, to, cRow, next * cColumn, accumulate || p > 0);
        }
      }
    }
  };
})();
