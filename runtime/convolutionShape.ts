/**
 * Where the numbers of a convolution lie. Every window of an image meets the
 * same taps: element `tapAt[k] + windowAt[t]` of a group's channels is what tap
 * k of window t reads. With padding that is so of an image with a border of
 * zeros, the wide one.
 */
export interface ConvolutionShape {
  /** Channels and filters of a group. */
  depth: number;
  share: number;
  /** Of a window, over all channels of a group. */
  taps: number;
  windows: number;
  /** Elements of an image's channels of one group. */
  imageSize: number;
  /** Windows at once, so that what they read stays within bounds. */
  step: number;
  height: number;
  width: number;
  wideHeight: number;
  wideWidth: number;
  hasBorder: boolean;
  /** Where the image begins in the wide one. */
  inset: number;
  /** Each window is one element of the image, in order. */
  isDense: boolean;
  tapAt: Int32Array;
  windowAt: Int32Array;
}

/** The shape at work; its tables are kept, and grow. */
const shape: ConvolutionShape = {
  depth: 0,
  share: 0,
  taps: 0,
  windows: 0,
  imageSize: 0,
  step: 0,
  height: 0,
  width: 0,
  wideHeight: 0,
  wideWidth: 0,
  hasBorder: false,
  inset: 0,
  isDense: false,
  tapAt: /* @__PURE__ */ new Int32Array(0),
  windowAt: /* @__PURE__ */ new Int32Array(0),
};

/** Elements that windows read at once: they fit a second cache. */
const mostColumns = 65536;

/** Describes a convolution. The result is valid until the next call. */
export function convolutionShape(
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
): ConvolutionShape {
  shape.depth = channels / groups;
  shape.share = filters / groups;
  shape.taps = shape.depth * filterHeight * filterWidth;
  shape.windows = resultHeight * resultWidth;
  shape.imageSize = shape.depth * height * width;
  shape.height = height;
  shape.width = width;
  shape.wideHeight = height + 2 * paddingH;
  shape.wideWidth = width + 2 * paddingW;
  shape.hasBorder = paddingH + paddingW > 0;
  shape.inset = paddingH * shape.wideWidth + paddingW;
  shape.isDense =
    !shape.hasBorder && shape.taps === shape.depth && shape.windows === height * width;
  const parts = shape.isDense ? 1 : Math.ceil((shape.taps * shape.windows) / mostColumns);
  shape.step = Math.ceil(shape.windows / Math.max(parts, 1));
  if (shape.isDense) return shape;
  if (shape.tapAt.length < shape.taps) shape.tapAt = new Int32Array(shape.taps);
  if (shape.windowAt.length < shape.windows) shape.windowAt = new Int32Array(shape.windows);
  const { wideWidth } = shape;
  const plane = shape.wideHeight * wideWidth;
  fillTable(
    shape.tapAt,
    shape.depth,
    plane,
    filterHeight,
    dilationH * wideWidth,
    filterWidth,
    dilationW,
  );
  fillTable(shape.windowAt, 1, 0, resultHeight, strideH * wideWidth, resultWidth, strideW);
  return shape;
}

/** The sums of three running distances, the last one running fastest. */
function fillTable(
  table: Int32Array,
  countA: number,
  stepA: number,
  countB: number,
  stepB: number,
  countC: number,
  stepC: number,
): void {
  let to = 0;
  for (let a = 0; a < countA; a++) {
    for (let b = 0; b < countB; b++) {
      for (let c = 0; c < countC; c++) table[to++] = a * stepA + b * stepB + c * stepC;
    }
  }
}
