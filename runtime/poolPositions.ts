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
      const top = Math.max(p * strideH - paddingH, 0);
      const bottom = Math.min(p * strideH - paddingH + windowH, height);
      for (let q = 0; q < resultWidth; q++) {
        const left = Math.max(q * strideW - paddingW, 0);
        const right = Math.min(q * strideW - paddingW + windowW, width);
        let best = top * width + left;
        let largest = x[plane + best]!;
        for (let h = top; h < bottom; h++) {
          for (let w = left; w < right; w++) {
            const value = x[plane + h * width + w]!;
            if (value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) {
              largest = value;
              best = h * width + w;
            }
          }
        }
        result[at++] = best;
      }
    }
  }
}
