/**
 * Cross-correlation of images x [N, C, H, W] with filters w [O, C/groups, KH, KW]
 * and its two adjoints, in f32. All are sums over the same products
 * x[n, c, h, w] · w[o, c, i, j] · y[n, o, p, q] with h = p · strideH − paddingH + i · dilationH.
 *
 * What the windows of an image read is gathered as the columns of a matrix
 * [taps, windows], or that matrix is added to the image, and the rest is a
 * product of matrices. The memory in between is kept from call to call. With
 * one or two filters in a group that does not pay, and the sums are formed at once.
 *
 * As with matrix products there is the same text for f64, `convolve64.ts`,
 * written from this file by its test.
 */
import {
  convolutionShape,
  type ConvolutionShape,
  type ConvolutionSizes,
} from "./convolutionShape.js";
import { addColumns, readColumns } from "./convolutionColumns.js";
import { addThin, addThinFilters, addThinInput } from "./convolveThin.js";
import type { FloatArray } from "./floatArray.js";
import { matmulNN, matmulNT, matmulTN } from "./matmul.js";

/** Memory that is kept between calls, and grows. */
interface Room {
  /** An image with its border. */
  wide: Float32Array;
  columns: Float32Array;
  /** Some windows of a result. */
  part: Float32Array;
}

const room: Room = {
  wide: /* @__PURE__ */ new Float32Array(0),
  columns: /* @__PURE__ */ new Float32Array(0),
  part: /* @__PURE__ */ new Float32Array(0),
};

/** y = the correlation of x with w. */
export function convolve(
  x: FloatArray,
  w: FloatArray,
  y: Float32Array,
  images: number,
  ...sizes: ConvolutionSizes
): void {
  const shape = convolutionShape(...sizes);
  const { groups, hasBorder, imageSize, isThin, resultSize, weights } = shape;
  const [pixels, scales] = [own(x), own(w)];
  reserve(shape);
  const source = hasBorder ? room.wide : pixels;
  if (isThin) y.fill(0);
  for (let i = 0; i < images * groups; i++) {
    const weight = (i % groups) * weights;
    if (hasBorder) widen(shape, pixels, i * imageSize);
    const start = hasBorder ? 0 : i * imageSize;
    if (isThin) addThin(shape, source, start, scales, weight, y, i * resultSize);
    else correlate(shape, source, start, scales, weight, y, i * resultSize);
  }
}

/** x = what each pixel contributed to y: the adjoint of {@link convolve} in x. */
export function convolveInput(
  y: FloatArray,
  w: FloatArray,
  x: Float32Array,
  images: number,
  ...sizes: ConvolutionSizes
): void {
  const shape = convolutionShape(...sizes);
  const { groups, hasBorder, imageSize, isThin, resultSize, weights } = shape;
  const [slopes, scales] = [own(y), own(w)];
  reserve(shape);
  const target = hasBorder ? room.wide : x;
  x.fill(0);
  for (let i = 0; i < images * groups; i++) {
    const weight = (i % groups) * weights;
    if (hasBorder) clearWide(shape);
    const start = hasBorder ? 0 : i * imageSize;
    if (isThin) addThinInput(shape, slopes, i * resultSize, scales, weight, target, start);
    else correlateInput(shape, slopes, i * resultSize, scales, weight, target, start);
    if (hasBorder) narrow(shape, x, i * imageSize);
  }
}

/** w = what each weight contributed to y: the adjoint of {@link convolve} in w. */
export function convolveFilters(
  x: FloatArray,
  y: FloatArray,
  w: Float32Array,
  images: number,
  ...sizes: ConvolutionSizes
): void {
  const shape = convolutionShape(...sizes);
  const { groups, hasBorder, imageSize, isThin, resultSize, weights } = shape;
  const [pixels, slopes] = [own(x), own(y)];
  reserve(shape);
  const source = hasBorder ? room.wide : pixels;
  w.fill(0);
  for (let i = 0; i < images * groups; i++) {
    const weight = (i % groups) * weights;
    if (hasBorder) widen(shape, pixels, i * imageSize);
    const start = hasBorder ? 0 : i * imageSize;
    if (isThin) addThinFilters(shape, source, start, slopes, i * resultSize, w, weight);
    else correlateFilters(shape, source, start, slopes, i * resultSize, w, weight);
  }
}

/** Operands of the other precision are rare enough to be copied. */
function own(operand: FloatArray): Float32Array {
  return operand instanceof Float32Array ? operand : Float32Array.from(operand);
}

// One image and one group

function correlate(
  shape: ConvolutionShape,
  pixels: Float32Array,
  start: number,
  w: Float32Array,
  weight: number,
  y: Float32Array,
  result: number,
): void {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense) return matmulNN(w, pixels, y, share, windows, taps, false, weight, start, result);
  const { columns, part } = room;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    readColumns(shape, pixels, start, first, count, columns);
    if (count === windows) {
      matmulNN(w, columns, y, share, count, taps, false, weight, 0, result);
    } else {
      matmulNN(w, columns, part, share, count, taps, false, weight);
      copyRows(part, 0, count, y, result + first, windows, share, count);
    }
  }
}

function correlateInput(
  shape: ConvolutionShape,
  y: Float32Array,
  result: number,
  w: Float32Array,
  weight: number,
  pixels: Float32Array,
  start: number,
): void {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense) return matmulTN(w, y, pixels, taps, windows, share, false, weight, result, start);
  const { columns } = room;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    const part = readWindows(shape, y, result, first, count);
    const from = part === y ? result : 0;
    matmulTN(w, part, columns, taps, count, share, false, weight, from);
    addColumns(shape, columns, pixels, start, first, count);
  }
}

function correlateFilters(
  shape: ConvolutionShape,
  pixels: Float32Array,
  start: number,
  y: Float32Array,
  result: number,
  w: Float32Array,
  weight: number,
): void {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense) return matmulNT(y, pixels, w, share, taps, windows, true, result, start, weight);
  const { columns } = room;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    const part = readWindows(shape, y, result, first, count);
    const from = part === y ? result : 0;
    readColumns(shape, pixels, start, first, count, columns);
    matmulNT(part, columns, w, share, taps, count, true, from, 0, weight);
  }
}

/** Windows `first` … of a result [share, windows]: all of it as it is, or a copy. */
function readWindows(
  { share, windows }: ConvolutionShape,
  y: Float32Array,
  result: number,
  first: number,
  count: number,
): Float32Array {
  if (count === windows) return y;
  copyRows(y, result + first, windows, room.part, 0, count, share, count);
  return room.part;
}

// Images with a border

/** Makes room for what is needed in between; the border is 0. */
function reserve(shape: ConvolutionShape): void {
  const { hasBorder, isDense, isThin, share, step, taps, wideSize, windows } = shape;
  if (!isDense && !isThin) room.columns = atLeast(room.columns, taps * step);
  if (step < windows) room.part = atLeast(room.part, share * step);
  if (!hasBorder) return;
  room.wide = atLeast(room.wide, wideSize);
  clearWide(shape);
}

function atLeast(array: Float32Array, length: number): Float32Array {
  return array.length < length ? new Float32Array(length) : array;
}

function clearWide({ wideSize }: ConvolutionShape): void {
  room.wide.fill(0, 0, wideSize);
}

function widen(shape: ConvolutionShape, x: Float32Array, image: number): void {
  const { depth, height, inset, widePlane, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const [from, to] = [image + c * height * width, inset + c * widePlane];
    copyRows(x, from, width, room.wide, to, wideWidth, height, width);
  }
}

function narrow(shape: ConvolutionShape, x: Float32Array, image: number): void {
  const { depth, height, inset, widePlane, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const [from, to] = [inset + c * widePlane, image + c * height * width];
    copyRows(room.wide, from, wideWidth, x, to, width, height, width);
  }
}

function copyRows(
  from: Float32Array,
  fromStart: number,
  fromRow: number,
  to: Float32Array,
  toStart: number,
  toRow: number,
  rows: number,
  length: number,
): void {
  for (let i = 0; i < rows; i++) {
    const source = fromStart + i * fromRow;
    const target = toStart + i * toRow;
    for (let j = 0; j < length; j++) to[target + j] = from[source + j]!;
  }
}
