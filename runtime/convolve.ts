import type { FloatArray } from "./floatArray.js";

/**
 * Cross-correlation of images x [N, C, H, W] with filters w [O, C/groups, KH, KW]
 * and its two adjoints. All are sums over the same products
 * x[n, c, h, w] · w[o, c, i, j] · y[n, o, p, q] with h = p · strideH − paddingH + i · dilationH;
 * the innermost loop runs along q, free of bounds tests.
 */

/** The first q with q · stride + offset ≥ 0. */
function firstInside(offset: number, stride: number): number {
  return offset >= 0 ? 0 : Math.ceil(-offset / stride);
}

/** One more than the last q below `count` with q · stride + offset < size. */
function endInside(offset: number, stride: number, size: number, count: number): number {
  return Math.min(count, Math.floor((size - 1 - offset) / stride) + 1);
}

/** y = the correlation of x with w. */
export function convolve(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  y: FloatArray,
  images: number,
  channels: number,
  height: number,
  width: number,
  filters: number,
  filterHeight: number,
  filterWidth: number,
  resultHeight: number,
  resultWidth: number,
  strideH: number,
  strideW: number,
  paddingH: number,
  paddingW: number,
  dilationH: number,
  dilationW: number,
  groups: number,
): void {
  const depth = channels / groups;
  const share = filters / groups;
  y.fill(0);
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < filters; o++) {
      const plane = (n * filters + o) * resultHeight * resultWidth;
      for (let c = 0; c < depth; c++) {
        const image = (n * channels + Math.floor(o / share) * depth + c) * height * width;
        for (let i = 0; i < filterHeight; i++) {
          for (let j = 0; j < filterWidth; j++) {
            const weight = w[((o * depth + c) * filterHeight + i) * filterWidth + j]!;
            const left = j * dilationW - paddingW;
            const start = firstInside(left, strideW);
            const end = endInside(left, strideW, width, resultWidth);
            for (let p = 0; p < resultHeight; p++) {
              const h = p * strideH - paddingH + i * dilationH;
              if (h < 0 || h >= height) continue;
              const row = plane + p * resultWidth;
              const from = image + h * width + left;
              for (let q = start; q < end; q++) y[row + q]! += weight * x[from + q * strideW]!;
            }
          }
        }
      }
    }
  }
}

/** x = what each pixel contributed to y: the adjoint of {@link convolve} in x. */
export function convolveInput(
  y: ArrayLike<number>,
  w: ArrayLike<number>,
  x: FloatArray,
  images: number,
  channels: number,
  height: number,
  width: number,
  filters: number,
  filterHeight: number,
  filterWidth: number,
  resultHeight: number,
  resultWidth: number,
  strideH: number,
  strideW: number,
  paddingH: number,
  paddingW: number,
  dilationH: number,
  dilationW: number,
  groups: number,
): void {
  const depth = channels / groups;
  const share = filters / groups;
  x.fill(0);
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < filters; o++) {
      const plane = (n * filters + o) * resultHeight * resultWidth;
      for (let c = 0; c < depth; c++) {
        const image = (n * channels + Math.floor(o / share) * depth + c) * height * width;
        for (let i = 0; i < filterHeight; i++) {
          for (let j = 0; j < filterWidth; j++) {
            const weight = w[((o * depth + c) * filterHeight + i) * filterWidth + j]!;
            const left = j * dilationW - paddingW;
            const start = firstInside(left, strideW);
            const end = endInside(left, strideW, width, resultWidth);
            for (let p = 0; p < resultHeight; p++) {
              const h = p * strideH - paddingH + i * dilationH;
              if (h < 0 || h >= height) continue;
              const row = plane + p * resultWidth;
              const from = image + h * width + left;
              for (let q = start; q < end; q++) x[from + q * strideW]! += weight * y[row + q]!;
            }
          }
        }
      }
    }
  }
}

/** w = what each weight contributed to y: the adjoint of {@link convolve} in w. */
export function convolveFilters(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  w: FloatArray,
  images: number,
  channels: number,
  height: number,
  width: number,
  filters: number,
  filterHeight: number,
  filterWidth: number,
  resultHeight: number,
  resultWidth: number,
  strideH: number,
  strideW: number,
  paddingH: number,
  paddingW: number,
  dilationH: number,
  dilationW: number,
  groups: number,
): void {
  const depth = channels / groups;
  const share = filters / groups;
  for (let o = 0; o < filters; o++) {
    for (let c = 0; c < depth; c++) {
      for (let i = 0; i < filterHeight; i++) {
        for (let j = 0; j < filterWidth; j++) {
          const left = j * dilationW - paddingW;
          const start = firstInside(left, strideW);
          const end = endInside(left, strideW, width, resultWidth);
          let sum = 0;
          for (let n = 0; n < images; n++) {
            const plane = (n * filters + o) * resultHeight * resultWidth;
            const image = (n * channels + Math.floor(o / share) * depth + c) * height * width;
            for (let p = 0; p < resultHeight; p++) {
              const h = p * strideH - paddingH + i * dilationH;
              if (h < 0 || h >= height) continue;
              const row = plane + p * resultWidth;
              const from = image + h * width + left;
              for (let q = start; q < end; q++) sum += x[from + q * strideW]! * y[row + q]!;
            }
          }
          w[((o * depth + c) * filterHeight + i) * filterWidth + j] = sum;
        }
      }
    }
  }
}
