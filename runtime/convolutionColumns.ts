/**
 * Between images in f32 and the matrix [taps, windows] of what windows read,
 * four taps at once. The same text for f64 is `convolutionColumns64.ts`,
 * written from this file by a test.
 */
import type { ConvolutionShape } from "./convolutionShape.js";

/** columns = what windows `first` … read, a row for each tap. */
export function readColumns(
  { tapAt, taps, windowAt }: ConvolutionShape,
  pixels: Float32Array,
  start: number,
  first: number,
  count: number,
  columns: Float32Array,
): void {
  const end = first + count;
  let k = 0;
  for (; k + 3 < taps; k += 4) {
    const at0 = start + tapAt[k]!;
    const at1 = start + tapAt[k + 1]!;
    const at2 = start + tapAt[k + 2]!;
    const at3 = start + tapAt[k + 3]!;
    const row0 = k * count - first;
    const row1 = row0 + count;
    const row2 = row1 + count;
    const row3 = row2 + count;
    for (let t = first; t < end; t++) {
      const window = windowAt[t]!;
      columns[(row0 + t) | 0] = pixels[(at0 + window) | 0]!;
      columns[(row1 + t) | 0] = pixels[(at1 + window) | 0]!;
      columns[(row2 + t) | 0] = pixels[(at2 + window) | 0]!;
      columns[(row3 + t) | 0] = pixels[(at3 + window) | 0]!;
    }
  }
  for (; k < taps; k++) {
    const at = start + tapAt[k]!;
    const row = k * count - first;
    for (let t = first; t < end; t++) columns[(row + t) | 0] = pixels[(at + windowAt[t]!) | 0]!;
  }
}

/** Adds a row for each tap to what windows `first` … read. */
export function addColumns(
  { tapAt, taps, windowAt }: ConvolutionShape,
  columns: Float32Array,
  pixels: Float32Array,
  start: number,
  first: number,
  count: number,
): void {
  const end = first + count;
  let k = 0;
  for (; k + 3 < taps; k += 4) {
    const at0 = start + tapAt[k]!;
    const at1 = start + tapAt[k + 1]!;
    const at2 = start + tapAt[k + 2]!;
    const at3 = start + tapAt[k + 3]!;
    const row0 = k * count - first;
    const row1 = row0 + count;
    const row2 = row1 + count;
    const row3 = row2 + count;
    for (let t = first; t < end; t++) {
      const window = windowAt[t]!;
      pixels[(at0 + window) | 0]! += columns[(row0 + t) | 0]!;
      pixels[(at1 + window) | 0]! += columns[(row1 + t) | 0]!;
      pixels[(at2 + window) | 0]! += columns[(row2 + t) | 0]!;
      pixels[(at3 + window) | 0]! += columns[(row3 + t) | 0]!;
    }
  }
  for (; k < taps; k++) {
    const at = start + tapAt[k]!;
    const row = k * count - first;
    for (let t = first; t < end; t++) pixels[(at + windowAt[t]!) | 0]! += columns[(row + t) | 0]!;
  }
}
