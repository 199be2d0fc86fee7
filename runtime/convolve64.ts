/**
 * Convolutions in f64.
 *
 * Do not edit: tests/runtime/convolve64.test.ts writes this file from convolve.ts
 * (`npx vitest run tests/runtime/convolve64.test.ts -u`). The engine needs a text
 * of its own per element type; people should not maintain two.
 */
import { convolutionShape, type ConvolutionShape } from "./convolutionShape.js";
import type { FloatArray } from "./floatArray.js";
import { matmulNN64, matmulNT64, matmulTN64 } from "./matmul64.js";

/** Memory that is kept between calls, and grows. */
interface Room {
  /** An image with its border. */
  wide: Float64Array;
  columns: Float64Array;
  /** Some windows of a result. */
  part: Float64Array;
}

const room: Room = {
  wide: /* @__PURE__ */ new Float64Array(0),
  columns: /* @__PURE__ */ new Float64Array(0),
  part: /* @__PURE__ */ new Float64Array(0),
};

/** y = the correlation of x with w. */
export function convolve64(
  x: FloatArray,
  w: FloatArray,
  y: Float64Array,
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
  const shape = convolutionShape(
    channels,
    height,
    width,
    filters,
    filterHeight,
    filterWidth,
    resultHeight,
    resultWidth,
    strideH,
    strideW,
    paddingH,
    paddingW,
    dilationH,
    dilationW,
    groups,
  );
  reserve(shape);
  const { share, step, taps, windows } = shape;
  const pixels = own(x);
  const weights = own(w);
  clearWide(shape);
  for (let i = 0; i < images * groups; i++) {
    const image = i * shape.imageSize;
    const weight = (i % groups) * share * taps;
    const result = i * share * windows;
    if (shape.hasBorder) copyImage(shape, pixels, image, true);
    for (let first = 0; first < windows; first += step) {
      const count = Math.min(step, windows - first);
      const columns = readColumns(shape, pixels, image, first, count);
      const start = shape.isDense ? image : 0;
      const isAll = count === windows;
      const sums = isAll ? y : room.part;
      matmulNN64(
        weights,
        columns,
        sums,
        share,
        count,
        taps,
        false,
        weight,
        start,
        isAll ? result : 0,
      );
      if (!isAll) copyRows(sums, 0, count, y, result + first, windows, share, count);
    }
  }
}

/** x = what each pixel contributed to y: the adjoint of {@link convolve64} in x. */
export function convolveInput64(
  y: FloatArray,
  w: FloatArray,
  x: Float64Array,
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
  const shape = convolutionShape(
    channels,
    height,
    width,
    filters,
    filterHeight,
    filterWidth,
    resultHeight,
    resultWidth,
    strideH,
    strideW,
    paddingH,
    paddingW,
    dilationH,
    dilationW,
    groups,
  );
  reserve(shape);
  const { hasBorder, isDense, share, step, taps, windows } = shape;
  const slopes = own(y);
  const weights = own(w);
  const columns = isDense ? x : room.columns;
  const pixels = hasBorder ? room.wide : x;
  if (!isDense) x.fill(0);
  for (let i = 0; i < images * groups; i++) {
    const image = i * shape.imageSize;
    const weight = (i % groups) * share * taps;
    const result = i * share * windows;
    clearWide(shape);
    for (let first = 0; first < windows; first += step) {
      const count = Math.min(step, windows - first);
      const part = readWindows(shape, slopes, result, first, count);
      const from = part === slopes ? result : 0;
      matmulTN64(
        weights,
        part,
        columns,
        taps,
        count,
        share,
        false,
        weight,
        from,
        isDense ? image : 0,
      );
      if (!isDense) addColumns(shape, columns, pixels, hasBorder ? 0 : image, first, count);
    }
    if (hasBorder) copyImage(shape, x, image, false);
  }
}

/** w = what each weight contributed to y: the adjoint of {@link convolve64} in w. */
export function convolveFilters64(
  x: FloatArray,
  y: FloatArray,
  w: Float64Array,
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
  const shape = convolutionShape(
    channels,
    height,
    width,
    filters,
    filterHeight,
    filterWidth,
    resultHeight,
    resultWidth,
    strideH,
    strideW,
    paddingH,
    paddingW,
    dilationH,
    dilationW,
    groups,
  );
  reserve(shape);
  const { share, step, taps, windows } = shape;
  const pixels = own(x);
  const slopes = own(y);
  w.fill(0);
  clearWide(shape);
  for (let i = 0; i < images * groups; i++) {
    const image = i * shape.imageSize;
    const weight = (i % groups) * share * taps;
    const result = i * share * windows;
    if (shape.hasBorder) copyImage(shape, pixels, image, true);
    for (let first = 0; first < windows; first += step) {
      const count = Math.min(step, windows - first);
      const part = readWindows(shape, slopes, result, first, count);
      const columns = readColumns(shape, pixels, image, first, count);
      const from = part === slopes ? result : 0;
      const start = shape.isDense ? image : 0;
      matmulNT64(part, columns, w, share, taps, count, true, from, start, weight);
    }
  }
}

/** Makes room for what a convolution needs in between. */
function reserve(shape: ConvolutionShape): void {
  const { depth, hasBorder, isDense, share, step, taps, wideHeight, wideWidth, windows } = shape;
  if (!isDense) room.columns = atLeast(room.columns, taps * step);
  if (step < windows) room.part = atLeast(room.part, share * step);
  if (hasBorder) room.wide = atLeast(room.wide, depth * wideHeight * wideWidth);
}

function atLeast(array: Float64Array, length: number): Float64Array {
  return array.length < length ? new Float64Array(length) : array;
}

/** Operands of the other precision are rare enough to be copied. */
function own(operand: FloatArray): Float64Array {
  return operand instanceof Float64Array ? operand : Float64Array.from(operand);
}

function clearWide({ depth, hasBorder, wideHeight, wideWidth }: ConvolutionShape): void {
  if (hasBorder) room.wide.fill(0, 0, depth * wideHeight * wideWidth);
}

/** Copies an image into the wide one, or back. */
function copyImage(shape: ConvolutionShape, x: Float64Array, image: number, widens: boolean): void {
  const { depth, height, inset, wideHeight, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const plane = image + c * height * width;
    const inner = inset + c * wideHeight * wideWidth;
    if (widens) copyRows(x, plane, width, room.wide, inner, wideWidth, height, width);
    else copyRows(room.wide, inner, wideWidth, x, plane, width, height, width);
  }
}

function copyRows(
  from: Float64Array,
  fromStart: number,
  fromRow: number,
  to: Float64Array,
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

/** Windows `first` … of a result [share, windows]: all of it as it is, or a copy. */
function readWindows(
  { share, windows }: ConvolutionShape,
  y: Float64Array,
  result: number,
  first: number,
  count: number,
): Float64Array {
  if (count === windows) return y;
  copyRows(y, result + first, windows, room.part, 0, count, share, count);
  return room.part;
}

/** What windows `first` … read, a row for each tap. */
function readColumns(
  { hasBorder, isDense, tapAt, taps, windowAt }: ConvolutionShape,
  x: Float64Array,
  image: number,
  first: number,
  count: number,
): Float64Array {
  if (isDense) return x;
  const { columns } = room;
  const pixels = hasBorder ? room.wide : x;
  const start = hasBorder ? 0 : image;
  for (let k = 0; k < taps; k++)
    gather(pixels, start + tapAt[k]!, windowAt, first, columns, k * count, count);
  return columns;
}

function gather(
  pixels: Float64Array,
  start: number,
  windowAt: Int32Array,
  first: number,
  columns: Float64Array,
  to: number,
  count: number,
): void {
  for (let t = 0; t < count; t++)
    columns[(to + t) | 0] = pixels[(start + windowAt[(first + t) | 0]!) | 0]!;
}

/** Adds a row for each tap to what windows `first` … read. */
function addColumns(
  { tapAt, taps, windowAt }: ConvolutionShape,
  columns: Float64Array,
  pixels: Float64Array,
  image: number,
  first: number,
  count: number,
): void {
  for (let k = 0; k < taps; k++)
    scatter(columns, k * count, pixels, image + tapAt[k]!, windowAt, first, count);
}

function scatter(
  columns: Float64Array,
  from: number,
  pixels: Float64Array,
  start: number,
  windowAt: Int32Array,
  first: number,
  count: number,
): void {
  for (let t = 0; t < count; t++)
    pixels[(start + windowAt[(first + t) | 0]!) | 0]! += columns[(from + t) | 0]!;
}
