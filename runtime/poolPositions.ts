/**
 * Where the largest element of each window lies: its row-major position in the
 * plane [height, width]. The first wins at a tie, a NaN over all. Windows may
 * reach over the border, but lie in the plane in part.
 */
export function poolPositions(
  x: ArrayLike<number>,
  result: Int32Array,
  planes: number,
  height: number,
  width: number,
  resultHeight: number,
  resultWidth: number,
  windowH: number,
  windowW: number,
  strideH: number,
  strideW: number,
  paddingH: number,
  paddingW: number,
): void {
  let at = 0;
  for (let n = 0; n < planes; n++) {
    const plane = n * height * width;
    for (let p = 0; p < resultHeight; p++) {
      const above = p * strideH - paddingH;
      const top = Math.max(above, 0);
      const bottom = Math.min(above + windowH, height);
      for (let q = 0; q < resultWidth; q++) {
        const before = q * strideW - paddingW;
        const left = Math.max(before, 0);
        const right = Math.min(before + windowW, width);
        let best = plane + top * width + left;
        for (let h = top; h < bottom; h++) {
          const end = plane + h * width + right;
          for (let i = plane + h * width + left; i < end; i++) best = larger(x, best, i);
        }
        result[at++] = best - plane;
      }
    }
  }
}

/** The position of the larger one, without a jump, which nobody could foresee. */
function larger(x: ArrayLike<number>, best: number, other: number): number {
  const largest = x[best]!;
  const takes = Number(!(x[other]! <= largest)) & Number(!Number.isNaN(largest));
  return (best + Math.imul(takes, other - best)) | 0;
}
