/**
 * The arithmetic of the blocked matrix product, on operands that are already
 * packed into panels. It only ever sees Float64Array, whatever the element type
 * of the matrices, so that an engine keeps it specialised for both, and no load
 * in the inner loop pays for a conversion from f32.
 */

/** Rows of the left panel: 192 × 256 doubles stay in a 512 KB cache. */
export const panelRows = 192;
/** Depth of both panels. */
export const panelDepth = 256;

/** Scratch of the blocked product, shared by all calls. */
interface Tiles {
  /** Left operand, in tiles of 3 rows, each stored depth-major. */
  readonly left: Float64Array;
  /** Two columns of the right operand, stored depth-major. */
  readonly right: Float64Array;
  /** Two columns of the product, stored row-major. */
  readonly product: Float64Array;
  /**
   * product[rows, 2] = left[rows, depth] · right[depth, 2], where the rows are
   * rounded up to a multiple of 3.
   */
  multiplyTiles(rows: number, depth: number): void;
}

/**
 * The tile of 3 × 2 sums keeps 11 values in registers. Three details double its
 * speed in V8: the panels are constants of an enclosing function, so that their
 * addresses become part of the machine code (bundlers turn a module's `const`
 * into `var`, whose value is loaded anew); local copies lift the checks of the
 * arrays out of the loops; and `| 0` rules out integer overflow.
 */
export const tiles: Tiles = /* @__PURE__ */ (() => {
  const leftPanel = new Float64Array(panelRows * panelDepth);
  const rightPanel = new Float64Array(2 * panelDepth);
  const productPanel = new Float64Array(2 * panelRows);

  function multiplyTiles(rows: number, depth: number): void {
    const left = leftPanel;
    const right = rightPanel;
    const product = productPanel;
    for (let i = 0; i < rows; i += 3) {
      let p = (i * depth) | 0;
      let q = 0;
      let c00 = 0;
      let c01 = 0;
      let c10 = 0;
      let c11 = 0;
      let c20 = 0;
      let c21 = 0;
      for (let k = 0; k < depth; k++) {
        const b0 = right[q]!;
        const b1 = right[(q + 1) | 0]!;
        const a0 = left[p]!;
        c00 += a0 * b0;
        c01 += a0 * b1;
        const a1 = left[(p + 1) | 0]!;
        c10 += a1 * b0;
        c11 += a1 * b1;
        const a2 = left[(p + 2) | 0]!;
        c20 += a2 * b0;
        c21 += a2 * b1;
        p = (p + 3) | 0;
        q = (q + 2) | 0;
      }
      const at = (2 * i) | 0;
      product[at] = c00;
      product[at + 1] = c01;
      product[at + 2] = c10;
      product[at + 3] = c11;
      product[at + 4] = c20;
      product[at + 5] = c21;
    }
  }

  return {
    left: leftPanel,
    right: rightPanel,
    product: productPanel,
    multiplyTiles,
  };
})();
