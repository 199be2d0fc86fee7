import { geometryNames, type Geometry } from "../../compiler/backends/wasm/kernels/convolveCall.js";
import type { Random } from "../../runtime/random.js";

/** A convolution: sizes, options and numbers for image, filters and result. */
export interface Convolution {
  readonly title: string;
  readonly images: number;
  readonly geometry: Geometry;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
}

type Options = Partial<Geometry> & { readonly images?: number };

/** A convolution with these sizes and options, and numbers that f32 holds exactly. */
export function convolutionOf(generator: Random, options: Options): Convolution {
  const { images = 1, ...given } = options;
  const full = {
    channels: 1,
    height: 1,
    width: 1,
    filters: 1,
    filterHeight: 1,
    filterWidth: 1,
    strideH: 1,
    strideW: 1,
    paddingH: 0,
    paddingW: 0,
    dilationH: 1,
    dilationW: 1,
    groups: 1,
    ...given,
  };
  const count = (size: number, window: number, stride: number, padding: number, apart: number) =>
    Math.floor((size + 2 * padding - apart * (window - 1) - 1) / stride) + 1;
  const { channels, dilationH, dilationW, filterHeight, filterWidth, filters, groups } = full;
  const { height, paddingH, paddingW, strideH, strideW, width } = full;
  const geometry = {
    ...full,
    resultHeight: count(height, filterHeight, strideH, paddingH, dilationH),
    resultWidth: count(width, filterWidth, strideW, paddingW, dilationW),
  };
  const numbers = (length: number): number[] =>
    Array.from({ length }, () => Math.fround(generator.normal()));
  const { resultHeight, resultWidth } = geometry;
  return {
    title: `${images} × ${geometryNames.map((name) => geometry[name]).join(" ")}`,
    images,
    geometry,
    x: numbers(images * channels * height * width),
    w: numbers((filters * channels * filterHeight * filterWidth) / groups),
    y: numbers(images * filters * resultHeight * resultWidth),
  };
}

/** Sizes and options at random; windows fit the padded image, if not always the image. */
export function randomConvolution(generator: Random): Convolution {
  const among = (least: number, most: number) => least + generator.integer(most - least + 1);
  const axis = () => {
    const [window, dilation, padding] = [among(1, 4), among(1, 2), among(0, 2)];
    const fits = Math.max(1, dilation * (window - 1) + 1 - 2 * padding);
    return { window, dilation, padding, stride: among(1, 3), size: among(fits, fits + 9) };
  };
  const [vertical, horizontal, groups] = [axis(), axis(), among(1, 3)];
  return convolutionOf(generator, {
    images: among(0, 2),
    channels: groups * among(1, 3),
    filters: groups * among(1, 6),
    groups,
    height: vertical.size,
    width: horizontal.size,
    filterHeight: vertical.window,
    filterWidth: horizontal.window,
    strideH: vertical.stride,
    strideW: horizontal.stride,
    paddingH: vertical.padding,
    paddingW: horizontal.padding,
    dilationH: vertical.dilation,
    dilationW: horizontal.dilation,
  });
}

/** Sizes at which long sums and large images are taken in parts, and others that take a way of their own. */
export function particularConvolutions(generator: Random): readonly Convolution[] {
  const square = (size: number, window: number, padding: number) => ({
    height: size,
    width: size,
    filterHeight: window,
    filterWidth: window,
    paddingH: padding,
    paddingW: padding,
  });
  return [
    { images: 2, channels: 65, filters: 9, ...square(5, 3, 1) },
    { channels: 2, filters: 5, ...square(27, 3, 1) },
    { channels: 2, filters: 515, ...square(4, 2, 0) },
    { channels: 700, filters: 3, ...square(3, 1, 0) },
    { images: 2, channels: 13, filters: 4, ...square(29, 5, 2) },
    { channels: 260, filters: 2, ...square(18, 3, 1), strideW: 2, dilationH: 2 },
    // Windows side by side, as many elements as the image has.
    { images: 2, channels: 3, filters: 4, ...square(6, 2, 0), strideH: 2, strideW: 2 },
    { images: 2, channels: 4, filters: 6, ...square(5, 1, 0) },
    { channels: 4, filters: 6, ...square(5, 1, 1) },
    { images: 2, channels: 6, filters: 6, groups: 6, ...square(7, 3, 1) },
  ].map((options) => convolutionOf(generator, options));
}

/** Result, and both adjoints at `y`, with the sum of the magnitudes of their terms. */
export interface Expected {
  readonly y: Sums;
  readonly x: Sums;
  readonly w: Sums;
}

export interface Sums {
  readonly values: Float64Array;
  readonly magnitudes: Float64Array;
}

/** The sums of all products, one after the other. */
export function plainConvolution({ geometry, images, w, x, y }: Convolution): Expected {
  const { channels, dilationH, dilationW, filterHeight, filterWidth, filters, groups } = geometry;
  const { height, paddingH, paddingW, resultHeight, resultWidth, strideH, strideW } = geometry;
  const { width } = geometry;
  const [depth, share] = [channels / groups, filters / groups];
  const sums = (like: readonly number[]): Sums => ({
    values: new Float64Array(like.length),
    magnitudes: new Float64Array(like.length),
  });
  const result = { y: sums(y), x: sums(x), w: sums(w) };
  const add = ({ magnitudes, values }: Sums, at: number, term: number): void => {
    values[at] = values[at]! + term;
    magnitudes[at] = magnitudes[at]! + Math.abs(term);
  };
  const visit = (n: number, o: number, p: number, q: number, c: number, i: number, j: number) => {
    const h = p * strideH - paddingH + i * dilationH;
    const v = q * strideW - paddingW + j * dilationW;
    if (h < 0 || h >= height || v < 0 || v >= width) return;
    const channel = Math.floor(o / share) * depth + c;
    const inX = ((n * channels + channel) * height + h) * width + v;
    const inW = ((o * depth + c) * filterHeight + i) * filterWidth + j;
    const inY = ((n * filters + o) * resultHeight + p) * resultWidth + q;
    add(result.y, inY, x[inX]! * w[inW]!);
    add(result.x, inX, y[inY]! * w[inW]!);
    add(result.w, inW, x[inX]! * y[inY]!);
  };
  for (let n = 0; n < images; n++)
    for (let o = 0; o < filters; o++)
      for (let p = 0; p < resultHeight; p++)
        for (let q = 0; q < resultWidth; q++)
          for (let c = 0; c < depth; c++)
            for (let i = 0; i < filterHeight; i++)
              for (let j = 0; j < filterWidth; j++) visit(n, o, p, q, c, i, j);
  return result;
}

/** The largest error in units of the precision times the magnitude of the terms. */
export function largestError(
  found: Float32Array | Float64Array,
  { magnitudes, values }: Sums,
): number {
  const precision = found instanceof Float32Array ? 2 ** -24 : 2 ** -53;
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const error = Math.abs(found[i]! - values[i]!);
    const units = error === 0 ? 0 : error / (precision * magnitudes[i]!);
    largest = Number.isNaN(units) ? Infinity : Math.max(largest, units);
  }
  return largest;
}
