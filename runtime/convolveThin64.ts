/**
 * Convolutions of one or two filters a group, in f64.
 *
 * Do not edit: tests/runtime/convolve64.test.ts writes this file from convolveThin.ts
 * (`npx vitest run tests/runtime/convolve64.test.ts -u`). The engine needs a text
 * of its own per element type; people should not maintain two.
 */
import type { ConvolutionShape } from "./convolutionShape.js";

/** y += the correlation of pixels with w. */
export function addThin64(
  { share, tapAt, taps, windowAt, windows }: ConvolutionShape,
  pixels: Float64Array,
  start: number,
  w: Float64Array,
  weight: number,
  y: Float64Array,
  result: number,
): void {
  const at = windowAt;
  for (let o = 0; o < share; o++) {
    const to = result + o * windows;
    let k = 0;
    for (; k + 1 < taps; k += 2) {
      const scale0 = w[weight + o * taps + k]!;
      const scale1 = w[weight + o * taps + k + 1]!;
      const from0 = start + tapAt[k]!;
      const from1 = start + tapAt[k + 1]!;
      for (let t = 0; t < windows; t++) {
        const window = at[t]!;
        y[(to + t) | 0]! +=
          scale0 * pixels[(from0 + window) | 0]! + scale1 * pixels[(from1 + window) | 0]!;
      }
    }
    if (k < taps) {
      const scale = w[weight + o * taps + k]!;
      const from = start + tapAt[k]!;
      for (let t = 0; t < windows; t++) y[(to + t) | 0]! += scale * pixels[(from + at[t]!) | 0]!;
    }
  }
}

/** pixels += what each contributed to y. */
export function addThinInput64(
  { share, tapAt, taps, windowAt, windows }: ConvolutionShape,
  y: Float64Array,
  result: number,
  w: Float64Array,
  weight: number,
  pixels: Float64Array,
  start: number,
): void {
  const at = windowAt;
  for (let o = 0; o < share; o++) {
    const from = result + o * windows;
    let k = 0;
    for (; k + 1 < taps; k += 2) {
      const scale0 = w[weight + o * taps + k]!;
      const scale1 = w[weight + o * taps + k + 1]!;
      const to0 = start + tapAt[k]!;
      const to1 = start + tapAt[k + 1]!;
      for (let t = 0; t < windows; t++) {
        const window = at[t]!;
        const slope = y[(from + t) | 0]!;
        pixels[(to0 + window) | 0]! += scale0 * slope;
        pixels[(to1 + window) | 0]! += scale1 * slope;
      }
    }
    if (k < taps) {
      const scale = w[weight + o * taps + k]!;
      const to = start + tapAt[k]!;
      for (let t = 0; t < windows; t++) pixels[(to + at[t]!) | 0]! += scale * y[(from + t) | 0]!;
    }
  }
}

/** w += what each contributed to y. */
export function addThinFilters64(
  { share, tapAt, taps, windowAt, windows }: ConvolutionShape,
  pixels: Float64Array,
  start: number,
  y: Float64Array,
  result: number,
  w: Float64Array,
  weight: number,
): void {
  const at = windowAt;
  for (let o = 0; o < share; o++) {
    const slopes = result + o * windows;
    let k = 0;
    for (; k + 1 < taps; k += 2) {
      const from0 = start + tapAt[k]!;
      const from1 = start + tapAt[k + 1]!;
      let sum0 = 0;
      let sum1 = 0;
      for (let t = 0; t < windows; t++) {
        const window = at[t]!;
        const slope = y[(slopes + t) | 0]!;
        sum0 += slope * pixels[(from0 + window) | 0]!;
        sum1 += slope * pixels[(from1 + window) | 0]!;
      }
      w[weight + o * taps + k]! += sum0;
      w[weight + o * taps + k + 1]! += sum1;
    }
    if (k < taps) {
      const from = start + tapAt[k]!;
      let sum = 0;
      for (let t = 0; t < windows; t++) sum += y[(slopes + t) | 0]! * pixels[(from + at[t]!) | 0]!;
      w[weight + o * taps + k]! += sum;
    }
  }
}
