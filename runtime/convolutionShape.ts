/** Sizes and options of a convolution, in the order of the functions' arguments. */
export type ConvolutionSizes = readonly [
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
];

/**
 * Where the numbers of a convolution lie. Every window of an image meets the
 * same taps: element `tapAt[k] + windowAt[t]` of a group's channels is what tap
 * k of window t reads. With padding that is so of an image with a border of
 * zeros, the wide one.
 */
export interface ConvolutionShape {
  groups: number;
  /** Channels and filters of a group. */
  depth: number;
  share: number;
  /** Of a window, over all channels of a group. */
  taps: number;
  windows: number;
  /** Windows at once, so that what they read stays within bounds. */
  step: number;
  height: number;
  width: number;
  wideWidth: number;
  widePlane: number;
  /** Elements that belong to a group: of an image, also with its border, of a result, of the filters. */
  imageSize: number;
  wideSize: number;
  resultSize: number;
  weights: number;
  hasBorder: boolean;
  /** Where the image begins in the wide one. */
  inset: number;
  /** Each window is one element of the image, in order. */
  isDense: boolean;
  /** With so few filters no element is used often. */
  isThin: boolean;
  tapAt: Int32Array;
  windowAt: Int32Array;
}

/** The shape at work; its tables are kept, and grow. */
const shape: ConvolutionShape = {
  groups: 0,
  depth: 0,
  share: 0,
  taps: 0,
  windows: 0,
  step: 0,
  height: 0,
  width: 0,
  wideWidth: 0,
  widePlane: 0,
  imageSize: 0,
  wideSize: 0,
  resultSize: 0,
  weights: 0,
  hasBorder: false,
  inset: 0,
  isDense: false,
  isThin: false,
  tapAt: /* @__PURE__ */ new Int32Array(0),
  windowAt: /* @__PURE__ */ new Int32Array(0),
};

/** Elements that windows read at once, 1 MB in f32: with fewer, filters are packed too often. */
const mostColumns = 262144;

/** Describes a convolution. The result is valid until the next call. */
export function convolutionShape(
  ...[
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
  ]: ConvolutionSizes
): ConvolutionShape {
  shape.groups = groups;
  shape.depth = channels / groups;
  shape.share = filters / groups;
  shape.taps = shape.depth * filterHeight * filterWidth;
  shape.windows = resultHeight * resultWidth;
  shape.height = height;
  shape.width = width;
  shape.wideWidth = width + 2 * paddingW;
  shape.widePlane = (height + 2 * paddingH) * shape.wideWidth;
  shape.imageSize = shape.depth * height * width;
  shape.wideSize = shape.depth * shape.widePlane;
  shape.resultSize = shape.share * shape.windows;
  shape.weights = shape.share * shape.taps;
  shape.hasBorder = paddingH + paddingW > 0;
  shape.inset = paddingH * shape.wideWidth + paddingW;
  shape.isThin = shape.share < 3;
  const isInOrder = shape.taps === shape.depth && shape.windows === height * width;
  shape.isDense = isInOrder && !shape.isThin && !shape.hasBorder;
  const parts = Math.ceil((shape.taps * shape.windows) / mostColumns);
  const isWhole = shape.isThin || shape.isDense || parts < 2;
  shape.step = isWhole ? shape.windows : Math.ceil(shape.windows / parts);
  if (shape.tapAt.length < shape.taps) shape.tapAt = new Int32Array(shape.taps);
  if (shape.windowAt.length < shape.windows) shape.windowAt = new Int32Array(shape.windows);
  const down = shape.wideWidth;
  const { tapAt, widePlane, windowAt } = shape;
  fillTable(tapAt, shape.depth, widePlane, filterHeight, dilationH * down, filterWidth, dilationW);
  fillTable(windowAt, 1, 0, resultHeight, strideH * down, resultWidth, strideW);
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
