/**
 * The runtime's declarations as text, for modules that import nothing.
 *
 * Do not edit: tests/backends/runtimeSources.test.ts writes this file from
 * runtime/ (`npm run embed`).
 */
export interface RuntimeSource {
  /** Declarations of this table that the text mentions. */
  readonly needs: readonly string[];
  readonly ts: string;
  /** Empty for a type. */
  readonly js: string;
}

export const runtimeSources: Readonly<Record<string, RuntimeSource>> = {
  ConvolutionShape: {
    needs: [],
    ts: `/**
 * Where the numbers of a convolution lie. Every window of an image meets the
 * same taps: element \`tapAt[k] + windowAt[t]\` of a group's channels is what tap
 * k of window t reads. With padding that is so of an image with a border of
 * zeros, the wide one.
 */
interface ConvolutionShape {
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
}`,
    js: ``,
  },
  ConvolutionSizes: {
    needs: [],
    ts: `/** Sizes and options of a convolution, in the order of the functions' arguments. */
type ConvolutionSizes = readonly [
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
];`,
    js: ``,
  },
  FloatArray: {
    needs: [],
    ts: `/** An array of the elements of a float tensor: f32 or f64, row-major. */
type FloatArray = Float32Array | Float64Array;`,
    js: ``,
  },
  Room: {
    needs: [],
    ts: `/** Memory that is kept between calls, and grows. */
interface Room {
  /** An image with its border. */
  wide: Float32Array;
  columns: Float32Array;
  /** Some windows of a result. */
  part: Float32Array;
}`,
    js: ``,
  },
  RoomConvolve64: {
    needs: [],
    ts: `/** Memory that is kept between calls, and grows. */
interface RoomConvolve64 {
  /** An image with its border. */
  wide: Float64Array;
  columns: Float64Array;
  /** Some windows of a result. */
  part: Float64Array;
}`,
    js: ``,
  },
  WasmCode: {
    needs: [],
    ts: `/** A module as text, compiled when it is first needed and then kept. */
interface WasmCode {
  readonly base64: string;
  /** The same with relaxed instructions, for engines that have them. */
  readonly relaxed: string | undefined;
  module: object | undefined;
}`,
    js: ``,
  },
  WasmImports: {
    needs: [],
    ts: `/** Functions of the host, or numbers, that a module imports. */
type WasmImports = Readonly<Record<string, (...given: number[]) => unknown>>;`,
    js: ``,
  },
  WasmMemory: {
    needs: [],
    ts: `/** Memory of a module: arrays lie in it as views. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
}`,
    js: ``,
  },
  WasmView: {
    needs: [],
    ts: `/** An array of a memory. */
interface WasmView extends ArrayLike<number> {
  set(from: ArrayLike<number>): void;
}`,
    js: ``,
  },
  WebAssemblyHost: {
    needs: ["WasmMemory"],
    ts: `/**
 * WebAssembly for generated modules. The types say no more than is used, since
 * a program's own need not know of WebAssembly at all.
 */
interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: object };
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
  readonly compile: (bytes: Uint8Array) => Promise<object>;
  readonly validate: (bytes: Uint8Array) => boolean;
}`,
    js: ``,
  },
  addColumns: {
    needs: ["ConvolutionShape"],
    ts: `/** Adds a row for each tap to what windows \`first\` … read. */
function addColumns(
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
    for (let t = first; t < end; t++)
      pixels[(at + windowAt[t]!) | 0]! += columns[(row + t) | 0]!;
  }
}`,
    js: `/** Adds a row for each tap to what windows \`first\` … read. */
function addColumns(
  { tapAt, taps, windowAt },
  columns,
  pixels,
  start,
  first,
  count,
) {
  const end = first + count;
  let k = 0;
  for (; k + 3 < taps; k += 4) {
    const at0 = start + tapAt[k];
    const at1 = start + tapAt[k + 1];
    const at2 = start + tapAt[k + 2];
    const at3 = start + tapAt[k + 3];
    const row0 = k * count - first;
    const row1 = row0 + count;
    const row2 = row1 + count;
    const row3 = row2 + count;
    for (let t = first; t < end; t++) {
      const window = windowAt[t];
      pixels[(at0 + window) | 0] += columns[(row0 + t) | 0];
      pixels[(at1 + window) | 0] += columns[(row1 + t) | 0];
      pixels[(at2 + window) | 0] += columns[(row2 + t) | 0];
      pixels[(at3 + window) | 0] += columns[(row3 + t) | 0];
    }
  }
  for (; k < taps; k++) {
    const at = start + tapAt[k];
    const row = k * count - first;
    for (let t = first; t < end; t++)
      pixels[(at + windowAt[t]) | 0] += columns[(row + t) | 0];
  }
}`,
  },
  addColumns64: {
    needs: ["ConvolutionShape"],
    ts: `/** Adds a row for each tap to what windows \`first\` … read. */
function addColumns64(
  { tapAt, taps, windowAt }: ConvolutionShape,
  columns: Float64Array,
  pixels: Float64Array,
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
    for (let t = first; t < end; t++)
      pixels[(at + windowAt[t]!) | 0]! += columns[(row + t) | 0]!;
  }
}`,
    js: `/** Adds a row for each tap to what windows \`first\` … read. */
function addColumns64(
  { tapAt, taps, windowAt },
  columns,
  pixels,
  start,
  first,
  count,
) {
  const end = first + count;
  let k = 0;
  for (; k + 3 < taps; k += 4) {
    const at0 = start + tapAt[k];
    const at1 = start + tapAt[k + 1];
    const at2 = start + tapAt[k + 2];
    const at3 = start + tapAt[k + 3];
    const row0 = k * count - first;
    const row1 = row0 + count;
    const row2 = row1 + count;
    const row3 = row2 + count;
    for (let t = first; t < end; t++) {
      const window = windowAt[t];
      pixels[(at0 + window) | 0] += columns[(row0 + t) | 0];
      pixels[(at1 + window) | 0] += columns[(row1 + t) | 0];
      pixels[(at2 + window) | 0] += columns[(row2 + t) | 0];
      pixels[(at3 + window) | 0] += columns[(row3 + t) | 0];
    }
  }
  for (; k < taps; k++) {
    const at = start + tapAt[k];
    const row = k * count - first;
    for (let t = first; t < end; t++)
      pixels[(at + windowAt[t]) | 0] += columns[(row + t) | 0];
  }
}`,
  },
  addThin: {
    needs: ["ConvolutionShape"],
    ts: `/** y += the correlation of pixels with w. */
function addThin(
  { share, tapAt, taps, windowAt, windows }: ConvolutionShape,
  pixels: Float32Array,
  start: number,
  w: Float32Array,
  weight: number,
  y: Float32Array,
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
          scale0 * pixels[(from0 + window) | 0]! +
          scale1 * pixels[(from1 + window) | 0]!;
      }
    }
    if (k < taps) {
      const scale = w[weight + o * taps + k]!;
      const from = start + tapAt[k]!;
      for (let t = 0; t < windows; t++)
        y[(to + t) | 0]! += scale * pixels[(from + at[t]!) | 0]!;
    }
  }
}`,
    js: `/** y += the correlation of pixels with w. */
function addThin(
  { share, tapAt, taps, windowAt, windows },
  pixels,
  start,
  w,
  weight,
  y,
  result,
) {
  const at = windowAt;
  for (let o = 0; o < share; o++) {
    const to = result + o * windows;
    let k = 0;
    for (; k + 1 < taps; k += 2) {
      const scale0 = w[weight + o * taps + k];
      const scale1 = w[weight + o * taps + k + 1];
      const from0 = start + tapAt[k];
      const from1 = start + tapAt[k + 1];
      for (let t = 0; t < windows; t++) {
        const window = at[t];
        y[(to + t) | 0] +=
          scale0 * pixels[(from0 + window) | 0] +
          scale1 * pixels[(from1 + window) | 0];
      }
    }
    if (k < taps) {
      const scale = w[weight + o * taps + k];
      const from = start + tapAt[k];
      for (let t = 0; t < windows; t++)
        y[(to + t) | 0] += scale * pixels[(from + at[t]) | 0];
    }
  }
}`,
  },
  addThin64: {
    needs: ["ConvolutionShape"],
    ts: `/** y += the correlation of pixels with w. */
function addThin64(
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
          scale0 * pixels[(from0 + window) | 0]! +
          scale1 * pixels[(from1 + window) | 0]!;
      }
    }
    if (k < taps) {
      const scale = w[weight + o * taps + k]!;
      const from = start + tapAt[k]!;
      for (let t = 0; t < windows; t++)
        y[(to + t) | 0]! += scale * pixels[(from + at[t]!) | 0]!;
    }
  }
}`,
    js: `/** y += the correlation of pixels with w. */
function addThin64(
  { share, tapAt, taps, windowAt, windows },
  pixels,
  start,
  w,
  weight,
  y,
  result,
) {
  const at = windowAt;
  for (let o = 0; o < share; o++) {
    const to = result + o * windows;
    let k = 0;
    for (; k + 1 < taps; k += 2) {
      const scale0 = w[weight + o * taps + k];
      const scale1 = w[weight + o * taps + k + 1];
      const from0 = start + tapAt[k];
      const from1 = start + tapAt[k + 1];
      for (let t = 0; t < windows; t++) {
        const window = at[t];
        y[(to + t) | 0] +=
          scale0 * pixels[(from0 + window) | 0] +
          scale1 * pixels[(from1 + window) | 0];
      }
    }
    if (k < taps) {
      const scale = w[weight + o * taps + k];
      const from = start + tapAt[k];
      for (let t = 0; t < windows; t++)
        y[(to + t) | 0] += scale * pixels[(from + at[t]) | 0];
    }
  }
}`,
  },
  addThinFilters: {
    needs: ["ConvolutionShape"],
    ts: `/** w += what each contributed to y. */
function addThinFilters(
  { share, tapAt, taps, windowAt, windows }: ConvolutionShape,
  pixels: Float32Array,
  start: number,
  y: Float32Array,
  result: number,
  w: Float32Array,
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
      for (let t = 0; t < windows; t++)
        sum += y[(slopes + t) | 0]! * pixels[(from + at[t]!) | 0]!;
      w[weight + o * taps + k]! += sum;
    }
  }
}`,
    js: `/** w += what each contributed to y. */
function addThinFilters(
  { share, tapAt, taps, windowAt, windows },
  pixels,
  start,
  y,
  result,
  w,
  weight,
) {
  const at = windowAt;
  for (let o = 0; o < share; o++) {
    const slopes = result + o * windows;
    let k = 0;
    for (; k + 1 < taps; k += 2) {
      const from0 = start + tapAt[k];
      const from1 = start + tapAt[k + 1];
      let sum0 = 0;
      let sum1 = 0;
      for (let t = 0; t < windows; t++) {
        const window = at[t];
        const slope = y[(slopes + t) | 0];
        sum0 += slope * pixels[(from0 + window) | 0];
        sum1 += slope * pixels[(from1 + window) | 0];
      }
      w[weight + o * taps + k] += sum0;
      w[weight + o * taps + k + 1] += sum1;
    }
    if (k < taps) {
      const from = start + tapAt[k];
      let sum = 0;
      for (let t = 0; t < windows; t++)
        sum += y[(slopes + t) | 0] * pixels[(from + at[t]) | 0];
      w[weight + o * taps + k] += sum;
    }
  }
}`,
  },
  addThinFilters64: {
    needs: ["ConvolutionShape"],
    ts: `/** w += what each contributed to y. */
function addThinFilters64(
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
      for (let t = 0; t < windows; t++)
        sum += y[(slopes + t) | 0]! * pixels[(from + at[t]!) | 0]!;
      w[weight + o * taps + k]! += sum;
    }
  }
}`,
    js: `/** w += what each contributed to y. */
function addThinFilters64(
  { share, tapAt, taps, windowAt, windows },
  pixels,
  start,
  y,
  result,
  w,
  weight,
) {
  const at = windowAt;
  for (let o = 0; o < share; o++) {
    const slopes = result + o * windows;
    let k = 0;
    for (; k + 1 < taps; k += 2) {
      const from0 = start + tapAt[k];
      const from1 = start + tapAt[k + 1];
      let sum0 = 0;
      let sum1 = 0;
      for (let t = 0; t < windows; t++) {
        const window = at[t];
        const slope = y[(slopes + t) | 0];
        sum0 += slope * pixels[(from0 + window) | 0];
        sum1 += slope * pixels[(from1 + window) | 0];
      }
      w[weight + o * taps + k] += sum0;
      w[weight + o * taps + k + 1] += sum1;
    }
    if (k < taps) {
      const from = start + tapAt[k];
      let sum = 0;
      for (let t = 0; t < windows; t++)
        sum += y[(slopes + t) | 0] * pixels[(from + at[t]) | 0];
      w[weight + o * taps + k] += sum;
    }
  }
}`,
  },
  addThinInput: {
    needs: ["ConvolutionShape"],
    ts: `/** pixels += what each contributed to y. */
function addThinInput(
  { share, tapAt, taps, windowAt, windows }: ConvolutionShape,
  y: Float32Array,
  result: number,
  w: Float32Array,
  weight: number,
  pixels: Float32Array,
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
      for (let t = 0; t < windows; t++)
        pixels[(to + at[t]!) | 0]! += scale * y[(from + t) | 0]!;
    }
  }
}`,
    js: `/** pixels += what each contributed to y. */
function addThinInput(
  { share, tapAt, taps, windowAt, windows },
  y,
  result,
  w,
  weight,
  pixels,
  start,
) {
  const at = windowAt;
  for (let o = 0; o < share; o++) {
    const from = result + o * windows;
    let k = 0;
    for (; k + 1 < taps; k += 2) {
      const scale0 = w[weight + o * taps + k];
      const scale1 = w[weight + o * taps + k + 1];
      const to0 = start + tapAt[k];
      const to1 = start + tapAt[k + 1];
      for (let t = 0; t < windows; t++) {
        const window = at[t];
        const slope = y[(from + t) | 0];
        pixels[(to0 + window) | 0] += scale0 * slope;
        pixels[(to1 + window) | 0] += scale1 * slope;
      }
    }
    if (k < taps) {
      const scale = w[weight + o * taps + k];
      const to = start + tapAt[k];
      for (let t = 0; t < windows; t++)
        pixels[(to + at[t]) | 0] += scale * y[(from + t) | 0];
    }
  }
}`,
  },
  addThinInput64: {
    needs: ["ConvolutionShape"],
    ts: `/** pixels += what each contributed to y. */
function addThinInput64(
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
      for (let t = 0; t < windows; t++)
        pixels[(to + at[t]!) | 0]! += scale * y[(from + t) | 0]!;
    }
  }
}`,
    js: `/** pixels += what each contributed to y. */
function addThinInput64(
  { share, tapAt, taps, windowAt, windows },
  y,
  result,
  w,
  weight,
  pixels,
  start,
) {
  const at = windowAt;
  for (let o = 0; o < share; o++) {
    const from = result + o * windows;
    let k = 0;
    for (; k + 1 < taps; k += 2) {
      const scale0 = w[weight + o * taps + k];
      const scale1 = w[weight + o * taps + k + 1];
      const to0 = start + tapAt[k];
      const to1 = start + tapAt[k + 1];
      for (let t = 0; t < windows; t++) {
        const window = at[t];
        const slope = y[(from + t) | 0];
        pixels[(to0 + window) | 0] += scale0 * slope;
        pixels[(to1 + window) | 0] += scale1 * slope;
      }
    }
    if (k < taps) {
      const scale = w[weight + o * taps + k];
      const to = start + tapAt[k];
      for (let t = 0; t < windows; t++)
        pixels[(to + at[t]) | 0] += scale * y[(from + t) | 0];
    }
  }
}`,
  },
  adjugateTransposed: {
    needs: ["FloatArray"],
    ts: `/** adj(U)ᵀ, lower triangular: row j solves U z = eⱼ · det U, where the last pivot cancels by hand. */
function adjugateTransposed(
  f: ArrayLike<number>,
  base: number,
  result: FloatArray,
  at: number,
  n: number,
): void {
  let leading = 1;
  for (let k = 0; k < n - 1; k++) leading *= f[base + k * n + k]!;
  const last = n === 0 ? 1 : f[base + n * n - 1]!;
  for (let j = 0; j < n; j++) {
    const row = at + j * n;
    for (let i = 0; i < n; i++) result[row + i] = 0;
    if (leading === 0) continue;
    result[row + j] =
      j === n - 1 ? leading : (leading * last) / f[base + j * n + j]!;
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++)
        sum -= f[base + i * n + k]! * result[row + k]!;
      result[row + i] = sum / f[base + i * n + i]!;
    }
  }
}`,
    js: `/** adj(U)ᵀ, lower triangular: row j solves U z = eⱼ · det U, where the last pivot cancels by hand. */
function adjugateTransposed(f, base, result, at, n) {
  let leading = 1;
  for (let k = 0; k < n - 1; k++) leading *= f[base + k * n + k];
  const last = n === 0 ? 1 : f[base + n * n - 1];
  for (let j = 0; j < n; j++) {
    const row = at + j * n;
    for (let i = 0; i < n; i++) result[row + i] = 0;
    if (leading === 0) continue;
    result[row + j] =
      j === n - 1 ? leading : (leading * last) / f[base + j * n + j];
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++)
        sum -= f[base + i * n + k] * result[row + k];
      result[row + i] = sum / f[base + i * n + i];
    }
  }
}`,
  },
  atLeast: {
    needs: [],
    ts: `function atLeast(array: Float32Array, length: number): Float32Array {
  return array.length < length ? new Float32Array(length) : array;
}`,
    js: `function atLeast(array, length) {
  return array.length < length ? new Float32Array(length) : array;
}`,
  },
  atLeastConvolve64: {
    needs: [],
    ts: `function atLeastConvolve64(array: Float64Array, length: number): Float64Array {
  return array.length < length ? new Float64Array(length) : array;
}`,
    js: `function atLeastConvolve64(array, length) {
  return array.length < length ? new Float64Array(length) : array;
}`,
  },
  bernoulli: {
    needs: [],
    ts: `/** The Bernoulli numbers B₂, B₄, …, B₁₆ of the asymptotic series. */
const bernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
];`,
    js: `/** The Bernoulli numbers B₂, B₄, …, B₁₆ of the asymptotic series. */
const bernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
];`,
  },
  bytesFor: {
    needs: ["WasmCode", "bytesOf", "webAssembly"],
    ts: `function bytesFor({ base64, relaxed }: WasmCode): Uint8Array {
  const wanted = relaxed === undefined ? undefined : bytesOf(relaxed);
  return wanted !== undefined && webAssembly().validate(wanted)
    ? wanted
    : bytesOf(base64);
}`,
    js: `function bytesFor({ base64, relaxed }) {
  const wanted = relaxed === undefined ? undefined : bytesOf(relaxed);
  return wanted !== undefined && webAssembly().validate(wanted)
    ? wanted
    : bytesOf(base64);
}`,
  },
  bytesOf: {
    needs: ["valueOf"],
    ts: `function bytesOf(base64: string): Uint8Array {
  const text = base64.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    bits = ((bits << 6) | valueOf(text.charCodeAt(i))) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = bits >> held;
  }
  return bytes;
}`,
    js: `function bytesOf(base64) {
  const text = base64.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    bits = ((bits << 6) | valueOf(text.charCodeAt(i))) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = bits >> held;
  }
  return bytes;
}`,
  },
  checkIndex: {
    needs: ["isIndex", "rangeText"],
    ts: `/**
 * Checks that one index is an integer of 0 … size − 1.
 *
 * @throws RangeError "k is 12, outside 0 … 9"
 */
function checkIndex(name: string, index: number, size: number): void {
  if (!isIndex(index, size)) {
    throw new RangeError(\`\${name} is \${index}, \${rangeText(size)}\`);
  }
}`,
    js: `/**
 * Checks that one index is an integer of 0 … size − 1.
 *
 * @throws RangeError "k is 12, outside 0 … 9"
 */
function checkIndex(name, index, size) {
  if (!isIndex(index, size)) {
    throw new RangeError(\`\${name} is \${index}, \${rangeText(size)}\`);
  }
}`,
  },
  checkIndices: {
    needs: ["isIndex", "rangeText"],
    ts: `/**
 * Checks that every index is an integer of 0 … size − 1.
 *
 * @throws RangeError "y[3] is 12, outside 0 … 9"
 */
function checkIndices(
  name: string,
  indices: ArrayLike<number>,
  size: number,
): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!isIndex(index, size)) {
      throw new RangeError(\`\${name}[\${i}] is \${index}, \${rangeText(size)}\`);
    }
  }
}`,
    js: `/**
 * Checks that every index is an integer of 0 … size − 1.
 *
 * @throws RangeError "y[3] is 12, outside 0 … 9"
 */
function checkIndices(name, indices, size) {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!isIndex(index, size)) {
      throw new RangeError(\`\${name}[\${i}] is \${index}, \${rangeText(size)}\`);
    }
  }
}`,
  },
  checkLength: {
    needs: [],
    ts: `/**
 * Checks the number of elements of an input.
 *
 * @param shape what \`expected\` is made of, for the message: "N × 784"
 * @param sizes values of the names in \`shape\`
 * @throws RangeError "x has 100 elements, expected 50176 (N × 784 with N = 64)"
 */
function checkLength(
  name: string,
  actual: number,
  expected: number,
  shape: string,
  sizes?: Readonly<Record<string, number>>,
): void {
  if (actual !== expected) {
    // Only here: a text put together at every call would be garbage at every call.
    const words = shape.split(/[^\\w$]+/);
    const named = Object.entries(sizes ?? {}).filter(([size]) =>
      words.includes(size),
    );
    const values = named
      .map(([size, value]) => \`\${size} = \${value}\`)
      .join(", ");
    throw new RangeError(
      \`\${name} has \${actual} elements, expected \${expected} (\${shape}\${values && \` with \${values}\`})\`,
    );
  }
}`,
    js: `/**
 * Checks the number of elements of an input.
 *
 * @param shape what \`expected\` is made of, for the message: "N × 784"
 * @param sizes values of the names in \`shape\`
 * @throws RangeError "x has 100 elements, expected 50176 (N × 784 with N = 64)"
 */
function checkLength(name, actual, expected, shape, sizes) {
  if (actual !== expected) {
    // Only here: a text put together at every call would be garbage at every call.
    const words = shape.split(/[^\\w$]+/);
    const named = Object.entries(sizes ?? {}).filter(([size]) =>
      words.includes(size),
    );
    const values = named
      .map(([size, value]) => \`\${size} = \${value}\`)
      .join(", ");
    throw new RangeError(
      \`\${name} has \${actual} elements, expected \${expected} (\${shape}\${values && \` with \${values}\`})\`,
    );
  }
}`,
  },
  checkSize: {
    needs: [],
    ts: `/**
 * Checks that a named size is a whole number.
 *
 * @throws RangeError "size N is 1.5, expected a whole number"
 */
function checkSize(name: string, size: number): void {
  if (!(size >= 0 && Number.isSafeInteger(size))) {
    throw new RangeError(\`size \${name} is \${size}, expected a whole number\`);
  }
}`,
    js: `/**
 * Checks that a named size is a whole number.
 *
 * @throws RangeError "size N is 1.5, expected a whole number"
 */
function checkSize(name, size) {
  if (!(size >= 0 && Number.isSafeInteger(size))) {
    throw new RangeError(\`size \${name} is \${size}, expected a whole number\`);
  }
}`,
  },
  choleskyFactor: {
    needs: ["FloatArray"],
    ts: `/**
 * The lower triangular L with L · Lᵀ = A, for \`count\` symmetric positive
 * definite matrices of size n, of which the lower triangle is read. NaN from
 * the column on where a matrix is not positive definite.
 */
function choleskyFactor(
  a: ArrayLike<number>,
  l: FloatArray,
  count: number,
  n: number,
): void {
  for (let m = 0; m < count; m++) {
    const at = m * n * n;
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < j; i++) l[at + i * n + j] = 0;
      for (let i = j; i < n; i++) {
        let sum = a[at + i * n + j]!;
        for (let k = 0; k < j; k++)
          sum -= l[at + i * n + k]! * l[at + j * n + k]!;
        l[at + i * n + j] = i === j ? Math.sqrt(sum) : sum / l[at + j * n + j]!;
      }
    }
  }
}`,
    js: `/**
 * The lower triangular L with L · Lᵀ = A, for \`count\` symmetric positive
 * definite matrices of size n, of which the lower triangle is read. NaN from
 * the column on where a matrix is not positive definite.
 */
function choleskyFactor(a, l, count, n) {
  for (let m = 0; m < count; m++) {
    const at = m * n * n;
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < j; i++) l[at + i * n + j] = 0;
      for (let i = j; i < n; i++) {
        let sum = a[at + i * n + j];
        for (let k = 0; k < j; k++)
          sum -= l[at + i * n + k] * l[at + j * n + k];
        l[at + i * n + j] = i === j ? Math.sqrt(sum) : sum / l[at + j * n + j];
      }
    }
  }
}`,
  },
  clearWide: {
    needs: ["ConvolutionShape", "room"],
    ts: `function clearWide({ wideSize }: ConvolutionShape): void {
  room.wide.fill(0, 0, wideSize);
}`,
    js: `function clearWide({ wideSize }) {
  room.wide.fill(0, 0, wideSize);
}`,
  },
  clearWideConvolve64: {
    needs: ["ConvolutionShape", "roomConvolve64"],
    ts: `function clearWideConvolve64({ wideSize }: ConvolutionShape): void {
  roomConvolve64.wide.fill(0, 0, wideSize);
}`,
    js: `function clearWideConvolve64({ wideSize }) {
  roomConvolve64.wide.fill(0, 0, wideSize);
}`,
  },
  cofactors: {
    needs: ["FloatArray", "adjugateTransposed", "exchange", "signOfExchanges"],
    ts: `/**
 * The matrices of cofactors, ∂ det A / ∂ A, of \`count\` matrices in factors.
 * Exact for singular matrices too: nothing is divided by the last pivot, the
 * only one that is 0 if the rank is n − 1; below that rank all are 0.
 */
function cofactors(
  factors: ArrayLike<number>,
  result: FloatArray,
  count: number,
  n: number,
): void {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    const at = m * n * n;
    adjugateTransposed(factors, base, result, at, n);
    // adj(A)ᵀ = ± Pᵀ L⁻ᵀ adj(U)ᵀ Qᵀ
    const sign = signOfExchanges(factors, base, n);
    for (let i = n - 1; i >= 0; i--) {
      for (let c = 0; c < n; c++) {
        let sum = sign * result[at + i * n + c]!;
        for (let j = i + 1; j < n; j++)
          sum -= factors[base + j * n + i]! * result[at + j * n + c]!;
        result[at + i * n + c] = sum;
      }
    }
    for (let k = n - 1; k >= 0; k--) {
      const row = factors[base + n * n + k]!;
      const column = factors[base + (n + 1) * n + k]!;
      for (let c = 0; c < n; c++)
        exchange(result, at + k * n + c, at + row * n + c);
      for (let i = 0; i < n; i++)
        exchange(result, at + i * n + k, at + i * n + column);
    }
  }
}`,
    js: `/**
 * The matrices of cofactors, ∂ det A / ∂ A, of \`count\` matrices in factors.
 * Exact for singular matrices too: nothing is divided by the last pivot, the
 * only one that is 0 if the rank is n − 1; below that rank all are 0.
 */
function cofactors(factors, result, count, n) {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    const at = m * n * n;
    adjugateTransposed(factors, base, result, at, n);
    // adj(A)ᵀ = ± Pᵀ L⁻ᵀ adj(U)ᵀ Qᵀ
    const sign = signOfExchanges(factors, base, n);
    for (let i = n - 1; i >= 0; i--) {
      for (let c = 0; c < n; c++) {
        let sum = sign * result[at + i * n + c];
        for (let j = i + 1; j < n; j++)
          sum -= factors[base + j * n + i] * result[at + j * n + c];
        result[at + i * n + c] = sum;
      }
    }
    for (let k = n - 1; k >= 0; k--) {
      const row = factors[base + n * n + k];
      const column = factors[base + (n + 1) * n + k];
      for (let c = 0; c < n; c++)
        exchange(result, at + k * n + c, at + row * n + c);
      for (let i = 0; i < n; i++)
        exchange(result, at + i * n + k, at + i * n + column);
    }
  }
}`,
  },
  comesBefore: {
    needs: [],
    ts: `/** Whether \`a\` must stand before \`b\`, which it was given behind. */
function comesBefore(a: number, b: number, descending: boolean): boolean {
  if (Number.isNaN(b)) return !Number.isNaN(a);
  return descending ? a > b : a < b;
}`,
    js: `/** Whether \`a\` must stand before \`b\`, which it was given behind. */
function comesBefore(a, b, descending) {
  if (Number.isNaN(b)) return !Number.isNaN(a);
  return descending ? a > b : a < b;
}`,
  },
  convolutionShape: {
    needs: ["ConvolutionShape", "ConvolutionSizes", "fillTable", "mostColumns", "shape"],
    ts: `/** Describes a convolution. The result is valid until the next call. */
function convolutionShape(
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
  const isInOrder =
    shape.taps === shape.depth && shape.windows === height * width;
  shape.isDense = isInOrder && !shape.isThin && !shape.hasBorder;
  const parts = Math.ceil((shape.taps * shape.windows) / mostColumns);
  const isWhole = shape.isThin || shape.isDense || parts < 2;
  shape.step = isWhole ? shape.windows : Math.ceil(shape.windows / parts);
  if (shape.tapAt.length < shape.taps) shape.tapAt = new Int32Array(shape.taps);
  if (shape.windowAt.length < shape.windows)
    shape.windowAt = new Int32Array(shape.windows);
  const down = shape.wideWidth;
  const { tapAt, widePlane, windowAt } = shape;
  fillTable(
    tapAt,
    shape.depth,
    widePlane,
    filterHeight,
    dilationH * down,
    filterWidth,
    dilationW,
  );
  fillTable(windowAt, 1, 0, resultHeight, strideH * down, resultWidth, strideW);
  return shape;
}`,
    js: `/** Describes a convolution. The result is valid until the next call. */
function convolutionShape(
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
  ]
) {
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
  const isInOrder =
    shape.taps === shape.depth && shape.windows === height * width;
  shape.isDense = isInOrder && !shape.isThin && !shape.hasBorder;
  const parts = Math.ceil((shape.taps * shape.windows) / mostColumns);
  const isWhole = shape.isThin || shape.isDense || parts < 2;
  shape.step = isWhole ? shape.windows : Math.ceil(shape.windows / parts);
  if (shape.tapAt.length < shape.taps) shape.tapAt = new Int32Array(shape.taps);
  if (shape.windowAt.length < shape.windows)
    shape.windowAt = new Int32Array(shape.windows);
  const down = shape.wideWidth;
  const { tapAt, widePlane, windowAt } = shape;
  fillTable(
    tapAt,
    shape.depth,
    widePlane,
    filterHeight,
    dilationH * down,
    filterWidth,
    dilationW,
  );
  fillTable(windowAt, 1, 0, resultHeight, strideH * down, resultWidth, strideW);
  return shape;
}`,
  },
  convolve: {
    needs: [
      "ConvolutionSizes",
      "FloatArray",
      "addThin",
      "convolutionShape",
      "correlate",
      "own",
      "reserve",
      "room",
      "widen",
    ],
    ts: `/** y = the correlation of x with w. */
function convolve(
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
    if (isThin)
      addThin(shape, source, start, scales, weight, y, i * resultSize);
    else correlate(shape, source, start, scales, weight, y, i * resultSize);
  }
}`,
    js: `/** y = the correlation of x with w. */
function convolve(x, w, y, images, ...sizes) {
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
    if (isThin)
      addThin(shape, source, start, scales, weight, y, i * resultSize);
    else correlate(shape, source, start, scales, weight, y, i * resultSize);
  }
}`,
  },
  convolve64: {
    needs: [
      "ConvolutionSizes",
      "FloatArray",
      "addThin64",
      "convolutionShape",
      "correlateConvolve64",
      "ownConvolve64",
      "reserveConvolve64",
      "roomConvolve64",
      "widenConvolve64",
    ],
    ts: `/** y = the correlation of x with w. */
function convolve64(
  x: FloatArray,
  w: FloatArray,
  y: Float64Array,
  images: number,
  ...sizes: ConvolutionSizes
): void {
  const shape = convolutionShape(...sizes);
  const { groups, hasBorder, imageSize, isThin, resultSize, weights } = shape;
  const [pixels, scales] = [ownConvolve64(x), ownConvolve64(w)];
  reserveConvolve64(shape);
  const source = hasBorder ? roomConvolve64.wide : pixels;
  if (isThin) y.fill(0);
  for (let i = 0; i < images * groups; i++) {
    const weight = (i % groups) * weights;
    if (hasBorder) widenConvolve64(shape, pixels, i * imageSize);
    const start = hasBorder ? 0 : i * imageSize;
    if (isThin)
      addThin64(shape, source, start, scales, weight, y, i * resultSize);
    else
      correlateConvolve64(
        shape,
        source,
        start,
        scales,
        weight,
        y,
        i * resultSize,
      );
  }
}`,
    js: `/** y = the correlation of x with w. */
function convolve64(x, w, y, images, ...sizes) {
  const shape = convolutionShape(...sizes);
  const { groups, hasBorder, imageSize, isThin, resultSize, weights } = shape;
  const [pixels, scales] = [ownConvolve64(x), ownConvolve64(w)];
  reserveConvolve64(shape);
  const source = hasBorder ? roomConvolve64.wide : pixels;
  if (isThin) y.fill(0);
  for (let i = 0; i < images * groups; i++) {
    const weight = (i % groups) * weights;
    if (hasBorder) widenConvolve64(shape, pixels, i * imageSize);
    const start = hasBorder ? 0 : i * imageSize;
    if (isThin)
      addThin64(shape, source, start, scales, weight, y, i * resultSize);
    else
      correlateConvolve64(
        shape,
        source,
        start,
        scales,
        weight,
        y,
        i * resultSize,
      );
  }
}`,
  },
  convolveFilters: {
    needs: [
      "ConvolutionSizes",
      "FloatArray",
      "addThinFilters",
      "convolutionShape",
      "correlateFilters",
      "own",
      "reserve",
      "room",
      "widen",
    ],
    ts: `/** w = what each weight contributed to y: the adjoint of {@link convolve} in w. */
function convolveFilters(
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
    if (isThin)
      addThinFilters(shape, source, start, slopes, i * resultSize, w, weight);
    else
      correlateFilters(shape, source, start, slopes, i * resultSize, w, weight);
  }
}`,
    js: `/** w = what each weight contributed to y: the adjoint of {@link convolve} in w. */
function convolveFilters(x, y, w, images, ...sizes) {
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
    if (isThin)
      addThinFilters(shape, source, start, slopes, i * resultSize, w, weight);
    else
      correlateFilters(shape, source, start, slopes, i * resultSize, w, weight);
  }
}`,
  },
  convolveFilters64: {
    needs: [
      "ConvolutionSizes",
      "FloatArray",
      "addThinFilters64",
      "convolutionShape",
      "correlateFiltersConvolve64",
      "ownConvolve64",
      "reserveConvolve64",
      "roomConvolve64",
      "widenConvolve64",
    ],
    ts: `/** w = what each weight contributed to y: the adjoint of {@link convolve64} in w. */
function convolveFilters64(
  x: FloatArray,
  y: FloatArray,
  w: Float64Array,
  images: number,
  ...sizes: ConvolutionSizes
): void {
  const shape = convolutionShape(...sizes);
  const { groups, hasBorder, imageSize, isThin, resultSize, weights } = shape;
  const [pixels, slopes] = [ownConvolve64(x), ownConvolve64(y)];
  reserveConvolve64(shape);
  const source = hasBorder ? roomConvolve64.wide : pixels;
  w.fill(0);
  for (let i = 0; i < images * groups; i++) {
    const weight = (i % groups) * weights;
    if (hasBorder) widenConvolve64(shape, pixels, i * imageSize);
    const start = hasBorder ? 0 : i * imageSize;
    if (isThin)
      addThinFilters64(shape, source, start, slopes, i * resultSize, w, weight);
    else
      correlateFiltersConvolve64(
        shape,
        source,
        start,
        slopes,
        i * resultSize,
        w,
        weight,
      );
  }
}`,
    js: `/** w = what each weight contributed to y: the adjoint of {@link convolve64} in w. */
function convolveFilters64(x, y, w, images, ...sizes) {
  const shape = convolutionShape(...sizes);
  const { groups, hasBorder, imageSize, isThin, resultSize, weights } = shape;
  const [pixels, slopes] = [ownConvolve64(x), ownConvolve64(y)];
  reserveConvolve64(shape);
  const source = hasBorder ? roomConvolve64.wide : pixels;
  w.fill(0);
  for (let i = 0; i < images * groups; i++) {
    const weight = (i % groups) * weights;
    if (hasBorder) widenConvolve64(shape, pixels, i * imageSize);
    const start = hasBorder ? 0 : i * imageSize;
    if (isThin)
      addThinFilters64(shape, source, start, slopes, i * resultSize, w, weight);
    else
      correlateFiltersConvolve64(
        shape,
        source,
        start,
        slopes,
        i * resultSize,
        w,
        weight,
      );
  }
}`,
  },
  convolveInput: {
    needs: [
      "ConvolutionSizes",
      "FloatArray",
      "addThinInput",
      "clearWide",
      "convolutionShape",
      "correlateInput",
      "narrow",
      "own",
      "reserve",
      "room",
    ],
    ts: `/** x = what each pixel contributed to y: the adjoint of {@link convolve} in x. */
function convolveInput(
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
    if (isThin)
      addThinInput(
        shape,
        slopes,
        i * resultSize,
        scales,
        weight,
        target,
        start,
      );
    else
      correlateInput(
        shape,
        slopes,
        i * resultSize,
        scales,
        weight,
        target,
        start,
      );
    if (hasBorder) narrow(shape, x, i * imageSize);
  }
}`,
    js: `/** x = what each pixel contributed to y: the adjoint of {@link convolve} in x. */
function convolveInput(y, w, x, images, ...sizes) {
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
    if (isThin)
      addThinInput(
        shape,
        slopes,
        i * resultSize,
        scales,
        weight,
        target,
        start,
      );
    else
      correlateInput(
        shape,
        slopes,
        i * resultSize,
        scales,
        weight,
        target,
        start,
      );
    if (hasBorder) narrow(shape, x, i * imageSize);
  }
}`,
  },
  convolveInput64: {
    needs: [
      "ConvolutionSizes",
      "FloatArray",
      "addThinInput64",
      "clearWideConvolve64",
      "convolutionShape",
      "correlateInputConvolve64",
      "narrowConvolve64",
      "ownConvolve64",
      "reserveConvolve64",
      "roomConvolve64",
    ],
    ts: `/** x = what each pixel contributed to y: the adjoint of {@link convolve64} in x. */
function convolveInput64(
  y: FloatArray,
  w: FloatArray,
  x: Float64Array,
  images: number,
  ...sizes: ConvolutionSizes
): void {
  const shape = convolutionShape(...sizes);
  const { groups, hasBorder, imageSize, isThin, resultSize, weights } = shape;
  const [slopes, scales] = [ownConvolve64(y), ownConvolve64(w)];
  reserveConvolve64(shape);
  const target = hasBorder ? roomConvolve64.wide : x;
  x.fill(0);
  for (let i = 0; i < images * groups; i++) {
    const weight = (i % groups) * weights;
    if (hasBorder) clearWideConvolve64(shape);
    const start = hasBorder ? 0 : i * imageSize;
    if (isThin)
      addThinInput64(
        shape,
        slopes,
        i * resultSize,
        scales,
        weight,
        target,
        start,
      );
    else
      correlateInputConvolve64(
        shape,
        slopes,
        i * resultSize,
        scales,
        weight,
        target,
        start,
      );
    if (hasBorder) narrowConvolve64(shape, x, i * imageSize);
  }
}`,
    js: `/** x = what each pixel contributed to y: the adjoint of {@link convolve64} in x. */
function convolveInput64(y, w, x, images, ...sizes) {
  const shape = convolutionShape(...sizes);
  const { groups, hasBorder, imageSize, isThin, resultSize, weights } = shape;
  const [slopes, scales] = [ownConvolve64(y), ownConvolve64(w)];
  reserveConvolve64(shape);
  const target = hasBorder ? roomConvolve64.wide : x;
  x.fill(0);
  for (let i = 0; i < images * groups; i++) {
    const weight = (i % groups) * weights;
    if (hasBorder) clearWideConvolve64(shape);
    const start = hasBorder ? 0 : i * imageSize;
    if (isThin)
      addThinInput64(
        shape,
        slopes,
        i * resultSize,
        scales,
        weight,
        target,
        start,
      );
    else
      correlateInputConvolve64(
        shape,
        slopes,
        i * resultSize,
        scales,
        weight,
        target,
        start,
      );
    if (hasBorder) narrowConvolve64(shape, x, i * imageSize);
  }
}`,
  },
  copyRows: {
    needs: [],
    ts: `function copyRows(
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
}`,
    js: `function copyRows(from, fromStart, fromRow, to, toStart, toRow, rows, length) {
  for (let i = 0; i < rows; i++) {
    const source = fromStart + i * fromRow;
    const target = toStart + i * toRow;
    for (let j = 0; j < length; j++) to[target + j] = from[source + j];
  }
}`,
  },
  copyRowsConvolve64: {
    needs: [],
    ts: `function copyRowsConvolve64(
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
}`,
    js: `function copyRowsConvolve64(
  from,
  fromStart,
  fromRow,
  to,
  toStart,
  toRow,
  rows,
  length,
) {
  for (let i = 0; i < rows; i++) {
    const source = fromStart + i * fromRow;
    const target = toStart + i * toRow;
    for (let j = 0; j < length; j++) to[target + j] = from[source + j];
  }
}`,
  },
  correlate: {
    needs: ["ConvolutionShape", "copyRows", "matmulNN", "readColumns", "room"],
    ts: `function correlate(
  shape: ConvolutionShape,
  pixels: Float32Array,
  start: number,
  w: Float32Array,
  weight: number,
  y: Float32Array,
  result: number,
): void {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulNN(
      w,
      pixels,
      y,
      share,
      windows,
      taps,
      false,
      weight,
      start,
      result,
    );
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
}`,
    js: `function correlate(shape, pixels, start, w, weight, y, result) {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulNN(
      w,
      pixels,
      y,
      share,
      windows,
      taps,
      false,
      weight,
      start,
      result,
    );
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
}`,
  },
  correlateConvolve64: {
    needs: [
      "ConvolutionShape",
      "copyRowsConvolve64",
      "matmulNN64",
      "readColumns64",
      "roomConvolve64",
    ],
    ts: `function correlateConvolve64(
  shape: ConvolutionShape,
  pixels: Float64Array,
  start: number,
  w: Float64Array,
  weight: number,
  y: Float64Array,
  result: number,
): void {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulNN64(
      w,
      pixels,
      y,
      share,
      windows,
      taps,
      false,
      weight,
      start,
      result,
    );
  const { columns, part } = roomConvolve64;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    readColumns64(shape, pixels, start, first, count, columns);
    if (count === windows) {
      matmulNN64(w, columns, y, share, count, taps, false, weight, 0, result);
    } else {
      matmulNN64(w, columns, part, share, count, taps, false, weight);
      copyRowsConvolve64(
        part,
        0,
        count,
        y,
        result + first,
        windows,
        share,
        count,
      );
    }
  }
}`,
    js: `function correlateConvolve64(shape, pixels, start, w, weight, y, result) {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulNN64(
      w,
      pixels,
      y,
      share,
      windows,
      taps,
      false,
      weight,
      start,
      result,
    );
  const { columns, part } = roomConvolve64;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    readColumns64(shape, pixels, start, first, count, columns);
    if (count === windows) {
      matmulNN64(w, columns, y, share, count, taps, false, weight, 0, result);
    } else {
      matmulNN64(w, columns, part, share, count, taps, false, weight);
      copyRowsConvolve64(
        part,
        0,
        count,
        y,
        result + first,
        windows,
        share,
        count,
      );
    }
  }
}`,
  },
  correlateFilters: {
    needs: ["ConvolutionShape", "matmulNT", "readColumns", "readWindows", "room"],
    ts: `function correlateFilters(
  shape: ConvolutionShape,
  pixels: Float32Array,
  start: number,
  y: Float32Array,
  result: number,
  w: Float32Array,
  weight: number,
): void {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulNT(
      y,
      pixels,
      w,
      share,
      taps,
      windows,
      true,
      result,
      start,
      weight,
    );
  const { columns } = room;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    const part = readWindows(shape, y, result, first, count);
    const from = part === y ? result : 0;
    readColumns(shape, pixels, start, first, count, columns);
    matmulNT(part, columns, w, share, taps, count, true, from, 0, weight);
  }
}`,
    js: `function correlateFilters(shape, pixels, start, y, result, w, weight) {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulNT(
      y,
      pixels,
      w,
      share,
      taps,
      windows,
      true,
      result,
      start,
      weight,
    );
  const { columns } = room;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    const part = readWindows(shape, y, result, first, count);
    const from = part === y ? result : 0;
    readColumns(shape, pixels, start, first, count, columns);
    matmulNT(part, columns, w, share, taps, count, true, from, 0, weight);
  }
}`,
  },
  correlateFiltersConvolve64: {
    needs: [
      "ConvolutionShape",
      "matmulNT64",
      "readColumns64",
      "readWindowsConvolve64",
      "roomConvolve64",
    ],
    ts: `function correlateFiltersConvolve64(
  shape: ConvolutionShape,
  pixels: Float64Array,
  start: number,
  y: Float64Array,
  result: number,
  w: Float64Array,
  weight: number,
): void {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulNT64(
      y,
      pixels,
      w,
      share,
      taps,
      windows,
      true,
      result,
      start,
      weight,
    );
  const { columns } = roomConvolve64;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    const part = readWindowsConvolve64(shape, y, result, first, count);
    const from = part === y ? result : 0;
    readColumns64(shape, pixels, start, first, count, columns);
    matmulNT64(part, columns, w, share, taps, count, true, from, 0, weight);
  }
}`,
    js: `function correlateFiltersConvolve64(
  shape,
  pixels,
  start,
  y,
  result,
  w,
  weight,
) {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulNT64(
      y,
      pixels,
      w,
      share,
      taps,
      windows,
      true,
      result,
      start,
      weight,
    );
  const { columns } = roomConvolve64;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    const part = readWindowsConvolve64(shape, y, result, first, count);
    const from = part === y ? result : 0;
    readColumns64(shape, pixels, start, first, count, columns);
    matmulNT64(part, columns, w, share, taps, count, true, from, 0, weight);
  }
}`,
  },
  correlateInput: {
    needs: ["ConvolutionShape", "addColumns", "matmulTN", "readWindows", "room"],
    ts: `function correlateInput(
  shape: ConvolutionShape,
  y: Float32Array,
  result: number,
  w: Float32Array,
  weight: number,
  pixels: Float32Array,
  start: number,
): void {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulTN(
      w,
      y,
      pixels,
      taps,
      windows,
      share,
      false,
      weight,
      result,
      start,
    );
  const { columns } = room;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    const part = readWindows(shape, y, result, first, count);
    const from = part === y ? result : 0;
    matmulTN(w, part, columns, taps, count, share, false, weight, from);
    addColumns(shape, columns, pixels, start, first, count);
  }
}`,
    js: `function correlateInput(shape, y, result, w, weight, pixels, start) {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulTN(
      w,
      y,
      pixels,
      taps,
      windows,
      share,
      false,
      weight,
      result,
      start,
    );
  const { columns } = room;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    const part = readWindows(shape, y, result, first, count);
    const from = part === y ? result : 0;
    matmulTN(w, part, columns, taps, count, share, false, weight, from);
    addColumns(shape, columns, pixels, start, first, count);
  }
}`,
  },
  correlateInputConvolve64: {
    needs: [
      "ConvolutionShape",
      "addColumns64",
      "matmulTN64",
      "readWindowsConvolve64",
      "roomConvolve64",
    ],
    ts: `function correlateInputConvolve64(
  shape: ConvolutionShape,
  y: Float64Array,
  result: number,
  w: Float64Array,
  weight: number,
  pixels: Float64Array,
  start: number,
): void {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulTN64(
      w,
      y,
      pixels,
      taps,
      windows,
      share,
      false,
      weight,
      result,
      start,
    );
  const { columns } = roomConvolve64;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    const part = readWindowsConvolve64(shape, y, result, first, count);
    const from = part === y ? result : 0;
    matmulTN64(w, part, columns, taps, count, share, false, weight, from);
    addColumns64(shape, columns, pixels, start, first, count);
  }
}`,
    js: `function correlateInputConvolve64(shape, y, result, w, weight, pixels, start) {
  const { isDense, share, step, taps, windows } = shape;
  if (isDense)
    return matmulTN64(
      w,
      y,
      pixels,
      taps,
      windows,
      share,
      false,
      weight,
      result,
      start,
    );
  const { columns } = roomConvolve64;
  for (let first = 0; first < windows; first += step) {
    const count = Math.min(step, windows - first);
    const part = readWindowsConvolve64(shape, y, result, first, count);
    const from = part === y ? result : 0;
    matmulTN64(w, part, columns, taps, count, share, false, weight, from);
    addColumns64(shape, columns, pixels, start, first, count);
  }
}`,
  },
  cumulativeProduct: {
    needs: ["FloatArray"],
    ts: `/** Running products; with \`exclusive\` each stops before its own element, so that the first is 1. */
function cumulativeProduct(
  x: ArrayLike<number>,
  result: FloatArray | Int32Array,
  outer: number,
  count: number,
  inner: number,
  reverse: boolean,
  exclusive: boolean,
): void {
  const step = reverse ? -inner : inner;
  for (let o = 0; o < outer; o++) {
    const first = o * count * inner + (reverse ? (count - 1) * inner : 0);
    for (let i = 0; i < inner; i++) {
      let product = 1;
      for (let k = 0, at = first + i; k < count; k++, at += step) {
        const before = product;
        product *= x[at]!;
        result[at] = exclusive ? before : product;
      }
    }
  }
}`,
    js: `/** Running products; with \`exclusive\` each stops before its own element, so that the first is 1. */
function cumulativeProduct(x, result, outer, count, inner, reverse, exclusive) {
  const step = reverse ? -inner : inner;
  for (let o = 0; o < outer; o++) {
    const first = o * count * inner + (reverse ? (count - 1) * inner : 0);
    for (let i = 0; i < inner; i++) {
      let product = 1;
      for (let k = 0, at = first + i; k < count; k++, at += step) {
        const before = product;
        product *= x[at];
        result[at] = exclusive ? before : product;
      }
    }
  }
}`,
  },
  cumulativeSum: {
    needs: ["FloatArray"],
    ts: `/** Running sums. */
function cumulativeSum(
  x: ArrayLike<number>,
  result: FloatArray | Int32Array,
  outer: number,
  count: number,
  inner: number,
  reverse: boolean,
): void {
  const step = reverse ? -inner : inner;
  for (let o = 0; o < outer; o++) {
    const first = o * count * inner + (reverse ? (count - 1) * inner : 0);
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let k = 0, at = first + i; k < count; k++, at += step) {
        sum += x[at]!;
        result[at] = sum;
      }
    }
  }
}`,
    js: `/** Running sums. */
function cumulativeSum(x, result, outer, count, inner, reverse) {
  const step = reverse ? -inner : inner;
  for (let o = 0; o < outer; o++) {
    const first = o * count * inner + (reverse ? (count - 1) * inner : 0);
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let k = 0, at = first + i; k < count; k++, at += step) {
        sum += x[at];
        result[at] = sum;
      }
    }
  }
}`,
  },
  determinants: {
    needs: ["FloatArray", "signOfExchanges"],
    ts: `/** The determinants of \`count\` matrices in factors. */
function determinants(
  factors: ArrayLike<number>,
  result: FloatArray,
  count: number,
  n: number,
): void {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    let product = signOfExchanges(factors, base, n);
    for (let k = 0; k < n; k++) product *= factors[base + k * n + k]!;
    result[m] = product;
  }
}`,
    js: `/** The determinants of \`count\` matrices in factors. */
function determinants(factors, result, count, n) {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    let product = signOfExchanges(factors, base, n);
    for (let k = 0; k < n; k++) product *= factors[base + k * n + k];
    result[m] = product;
  }
}`,
  },
  digamma: {
    needs: ["halves", "polynomial"],
    ts: `/**
 * The derivative of log Γ(x). As in PyTorch ∓inf at ±0, NaN at −1, −2, ….
 *
 * Numerics: error below 10⁻¹⁴ relative to the larger of 1 and the result, away
 * from the poles. Source: Abramowitz and Stegun 6.3.5, 6.3.7, 6.3.18.
 */
function digamma(x: number): number {
  if (x === 0) return -1 / x;
  if (x < 0) {
    const fraction = x - Math.round(x);
    if (fraction === 0 || x === -Infinity) return NaN;
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * fraction);
  }
  let shift = 0;
  for (; x < 10; x++) shift += 1 / x;
  const z = 1 / (x * x);
  return Math.log(x) - 0.5 / x - z * polynomial(halves, z) - shift;
}`,
    js: `/**
 * The derivative of log Γ(x). As in PyTorch ∓inf at ±0, NaN at −1, −2, ….
 *
 * Numerics: error below 10⁻¹⁴ relative to the larger of 1 and the result, away
 * from the poles. Source: Abramowitz and Stegun 6.3.5, 6.3.7, 6.3.18.
 */
function digamma(x) {
  if (x === 0) return -1 / x;
  if (x < 0) {
    const fraction = x - Math.round(x);
    if (fraction === 0 || x === -Infinity) return NaN;
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * fraction);
  }
  let shift = 0;
  for (; x < 10; x++) shift += 1 / x;
  const z = 1 / (x * x);
  return Math.log(x) - 0.5 / x - z * polynomial(halves, z) - shift;
}`,
  },
  eliminate: {
    needs: ["exchange"],
    ts: `/** Step k: exchanges the largest remaining element to the diagonal and clears what is below it. */
function eliminate(f: Float64Array, base: number, n: number, k: number): void {
  let row = k;
  let column = k;
  let largest = -1;
  for (let i = k; i < n; i++) {
    for (let j = k; j < n; j++) {
      const size = Math.abs(f[base + i * n + j]!);
      if (size > largest) {
        largest = size;
        row = i;
        column = j;
      }
    }
  }
  f[base + n * n + k] = row;
  f[base + (n + 1) * n + k] = column;
  for (let j = 0; j < n; j++) exchange(f, base + k * n + j, base + row * n + j);
  for (let i = 0; i < n; i++)
    exchange(f, base + i * n + k, base + i * n + column);
  const pivot = f[base + k * n + k]!;
  if (pivot === 0) return;
  for (let i = k + 1; i < n; i++) {
    const factor = f[base + i * n + k]! / pivot;
    f[base + i * n + k] = factor;
    for (let j = k + 1; j < n; j++)
      f[base + i * n + j]! -= factor * f[base + k * n + j]!;
  }
}`,
    js: `/** Step k: exchanges the largest remaining element to the diagonal and clears what is below it. */
function eliminate(f, base, n, k) {
  let row = k;
  let column = k;
  let largest = -1;
  for (let i = k; i < n; i++) {
    for (let j = k; j < n; j++) {
      const size = Math.abs(f[base + i * n + j]);
      if (size > largest) {
        largest = size;
        row = i;
        column = j;
      }
    }
  }
  f[base + n * n + k] = row;
  f[base + (n + 1) * n + k] = column;
  for (let j = 0; j < n; j++) exchange(f, base + k * n + j, base + row * n + j);
  for (let i = 0; i < n; i++)
    exchange(f, base + i * n + k, base + i * n + column);
  const pivot = f[base + k * n + k];
  if (pivot === 0) return;
  for (let i = k + 1; i < n; i++) {
    const factor = f[base + i * n + k] / pivot;
    f[base + i * n + k] = factor;
    for (let j = k + 1; j < n; j++)
      f[base + i * n + j] -= factor * f[base + k * n + j];
  }
}`,
  },
  erf: {
    needs: ["nearErf", "tail"],
    ts: `/** The error function 2/√π ∫₀ˣ e^(−t²) dt, to about 2 units in the last place. */
function erf(x: number): number {
  if (Math.abs(x) <= 0.46875) return nearErf(x);
  return x > 0 ? 1 - tail(x) : tail(-x) - 1;
}`,
    js: `/** The error function 2/√π ∫₀ˣ e^(−t²) dt, to about 2 units in the last place. */
function erf(x) {
  if (Math.abs(x) <= 0.46875) return nearErf(x);
  return x > 0 ? 1 - tail(x) : tail(-x) - 1;
}`,
  },
  erfc: {
    needs: ["nearErf", "tail"],
    ts: `/**
 * 1 − erf(x) without the cancellation: its relative error stays below about
 * 10⁻¹⁵ for positive x too, down to where it underflows at x = 26.5.
 */
function erfc(x: number): number {
  if (Math.abs(x) <= 0.46875) return 1 - nearErf(x);
  return x > 0 ? tail(x) : 2 - tail(-x);
}`,
    js: `/**
 * 1 − erf(x) without the cancellation: its relative error stays below about
 * 10⁻¹⁵ for positive x too, down to where it underflows at x = 26.5.
 */
function erfc(x) {
  if (Math.abs(x) <= 0.46875) return 1 - nearErf(x);
  return x > 0 ? tail(x) : 2 - tail(-x);
}`,
  },
  evenBernoulli: {
    needs: [],
    ts: `/** The Bernoulli numbers B₂, B₄, …, B₂₀. */
const evenBernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];`,
    js: `/** The Bernoulli numbers B₂, B₄, …, B₂₀. */
const evenBernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];`,
  },
  exchange: {
    needs: ["FloatArray"],
    ts: `function exchange(values: FloatArray, i: number, j: number): void {
  const moved = values[i]!;
  values[i] = values[j]!;
  values[j] = moved;
}`,
    js: `function exchange(values, i, j) {
  const moved = values[i];
  values[i] = values[j];
  values[j] = moved;
}`,
  },
  factorise: {
    needs: ["eliminate"],
    ts: `/** Factors \`count\` matrices of size n. */
function factorise(
  a: ArrayLike<number>,
  factors: Float64Array,
  count: number,
  n: number,
): void {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    for (let i = 0; i < n * n; i++) factors[base + i] = a[m * n * n + i]!;
    for (let k = 0; k < n; k++) eliminate(factors, base, n, k);
  }
}`,
    js: `/** Factors \`count\` matrices of size n. */
function factorise(a, factors, count, n) {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    for (let i = 0; i < n * n; i++) factors[base + i] = a[m * n * n + i];
    for (let k = 0; k < n; k++) eliminate(factors, base, n, k);
  }
}`,
  },
  farDenominator: {
    needs: [],
    ts: `const farDenominator = [
  0.0023352049762686918, 0.06051834131244132, 0.5279051029514285,
  1.8729528499234673, 2.568520192289822, 1,
];`,
    js: `const farDenominator = [
  0.0023352049762686918, 0.06051834131244132, 0.5279051029514285,
  1.8729528499234673, 2.568520192289822, 1,
];`,
  },
  farNumerator: {
    needs: [],
    ts: `const farNumerator = [
  0.0006587491615298378, 0.016083785148742275, 0.12578172611122926,
  0.36034489994980445, 0.30532663496123236, 0.016315387137302097,
];`,
    js: `const farNumerator = [
  0.0006587491615298378, 0.016083785148742275, 0.12578172611122926,
  0.36034489994980445, 0.30532663496123236, 0.016315387137302097,
];`,
  },
  fillTable: {
    needs: [],
    ts: `/** The sums of three running distances, the last one running fastest. */
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
      for (let c = 0; c < countC; c++)
        table[to++] = a * stepA + b * stepB + c * stepC;
    }
  }
}`,
    js: `/** The sums of three running distances, the last one running fastest. */
function fillTable(table, countA, stepA, countB, stepB, countC, stepC) {
  let to = 0;
  for (let a = 0; a < countA; a++) {
    for (let b = 0; b < countB; b++) {
      for (let c = 0; c < countC; c++)
        table[to++] = a * stepA + b * stepB + c * stepC;
    }
  }
}`,
  },
  grown32: {
    needs: ["roomFor"],
    ts: `function grown32(tape: Float32Array, length: number): Float32Array {
  const larger = new Float32Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}`,
    js: `function grown32(tape, length) {
  const larger = new Float32Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}`,
  },
  grown64: {
    needs: ["roomFor"],
    ts: `function grown64(tape: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}`,
    js: `function grown64(tape, length) {
  const larger = new Float64Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}`,
  },
  grownInt32: {
    needs: ["roomFor"],
    ts: `function grownInt32(tape: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}`,
    js: `function grownInt32(tape, length) {
  const larger = new Int32Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}`,
  },
  grownUint8: {
    needs: ["roomFor"],
    ts: `function grownUint8(tape: Uint8Array, length: number): Uint8Array {
  const larger = new Uint8Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}`,
    js: `function grownUint8(tape, length) {
  const larger = new Uint8Array(roomFor(tape.length, length));
  larger.set(tape);
  return larger;
}`,
  },
  halves: {
    needs: ["bernoulli"],
    ts: `const halves = /* @__PURE__ */ bernoulli.map((b, i) => b / (2 * i + 2));`,
    js: `const halves = /* @__PURE__ */ bernoulli.map((b, i) => b / (2 * i + 2));`,
  },
  isIndex: {
    needs: [],
    ts: `function isIndex(index: number, size: number): boolean {
  return index >= 0 && index < size && Number.isInteger(index);
}`,
    js: `function isIndex(index, size) {
  return index >= 0 && index < size && Number.isInteger(index);
}`,
  },
  larger: {
    needs: [],
    ts: `/** The position of the larger one, without a jump, which nobody could foresee. */
function larger(x: ArrayLike<number>, best: number, other: number): number {
  const largest = x[best]!;
  const takes =
    Number(!(x[other]! <= largest)) & Number(!Number.isNaN(largest));
  return (best + Math.imul(takes, other - best)) | 0;
}`,
    js: `/** The position of the larger one, without a jump, which nobody could foresee. */
function larger(x, best, other) {
  const largest = x[best];
  const takes = Number(!(x[other] <= largest)) & Number(!Number.isNaN(largest));
  return (best + Math.imul(takes, other - best)) | 0;
}`,
  },
  lgamma: {
    needs: ["lgammaFar", "lgammaNear2", "sinPi"],
    ts: `/**
 * log |Γ(x)|; +inf at 0, −1, −2, … and at ±inf.
 *
 * Numerics: relative error of a few units in the last place for x > 0, also
 * beside the zeros at 1 and 2; for x < 0 the error is absolute near zeros.
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1.17
 * (reflection), 6.1.33 (series), 6.1.41 (Stirling).
 */
function lgamma(x: number): number {
  if (Math.abs(x) === Infinity) return Infinity;
  if (x < 0) {
    const sine = Math.abs(sinPi(x));
    if (sine === 0) return Infinity;
    return Math.log(Math.PI / -x) - Math.log(sine) - lgamma(-x);
  }
  if (x < 0.5) return lgammaNear2(x) - Math.log(x) - Math.log1p(x);
  if (x < 1.5) return lgammaNear2(x - 1) - Math.log(x);
  if (x >= 9) return lgammaFar(x);
  let product = 1;
  while (x >= 2.5) {
    x -= 1;
    product *= x;
  }
  return lgammaNear2(x - 2) + Math.log(product);
}`,
    js: `/**
 * log |Γ(x)|; +inf at 0, −1, −2, … and at ±inf.
 *
 * Numerics: relative error of a few units in the last place for x > 0, also
 * beside the zeros at 1 and 2; for x < 0 the error is absolute near zeros.
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1.17
 * (reflection), 6.1.33 (series), 6.1.41 (Stirling).
 */
function lgamma(x) {
  if (Math.abs(x) === Infinity) return Infinity;
  if (x < 0) {
    const sine = Math.abs(sinPi(x));
    if (sine === 0) return Infinity;
    return Math.log(Math.PI / -x) - Math.log(sine) - lgamma(-x);
  }
  if (x < 0.5) return lgammaNear2(x) - Math.log(x) - Math.log1p(x);
  if (x < 1.5) return lgammaNear2(x - 1) - Math.log(x);
  if (x >= 9) return lgammaFar(x);
  let product = 1;
  while (x >= 2.5) {
    x -= 1;
    product *= x;
  }
  return lgammaNear2(x - 2) + Math.log(product);
}`,
  },
  lgammaFar: {
    needs: ["polynomial", "stirling"],
    ts: `function lgammaFar(x: number): number {
  const series = polynomial(stirling, 1 / (x * x)) / x;
  const halfLogTwoPi = 0.9189385332046727;
  return (x - 0.5) * Math.log(x) - x + halfLogTwoPi + series;
}`,
    js: `function lgammaFar(x) {
  const series = polynomial(stirling, 1 / (x * x)) / x;
  const halfLogTwoPi = 0.9189385332046727;
  return (x - 0.5) * Math.log(x) - x + halfLogTwoPi + series;
}`,
  },
  lgammaNear2: {
    needs: ["polynomial", "taylor"],
    ts: `/** log Γ(2 + t) for |t| ≤ 1/2. */
function lgammaNear2(t: number): number {
  return t * polynomial(taylor, t);
}`,
    js: `/** log Γ(2 + t) for |t| ≤ 1/2. */
function lgammaNear2(t) {
  return t * polynomial(taylor, t);
}`,
  },
  linearRecurrence: {
    needs: ["FloatArray"],
    ts: `/**
 * The recurrence s[k] = b[k] + a[k] · s[k − 1], starting from s[−1] = 0; with
 * \`lagged\`, a[k − 1] stands in place of a[k].
 */
function linearRecurrence(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  result: FloatArray,
  outer: number,
  count: number,
  inner: number,
  reverse: boolean,
  lagged: boolean,
): void {
  const step = reverse ? -inner : inner;
  for (let o = 0; o < outer; o++) {
    const first = o * count * inner + (reverse ? (count - 1) * inner : 0);
    for (let i = 0; i < inner; i++) {
      let state = 0;
      for (let k = 0, at = first + i; k < count; k++, at += step) {
        const factor = k === 0 ? 0 : a[lagged ? at - step : at]!;
        state = k === 0 ? b[at]! : b[at]! + factor * state;
        result[at] = state;
      }
    }
  }
}`,
    js: `/**
 * The recurrence s[k] = b[k] + a[k] · s[k − 1], starting from s[−1] = 0; with
 * \`lagged\`, a[k − 1] stands in place of a[k].
 */
function linearRecurrence(a, b, result, outer, count, inner, reverse, lagged) {
  const step = reverse ? -inner : inner;
  for (let o = 0; o < outer; o++) {
    const first = o * count * inner + (reverse ? (count - 1) * inner : 0);
    for (let i = 0; i < inner; i++) {
      let state = 0;
      for (let k = 0, at = first + i; k < count; k++, at += step) {
        const factor = k === 0 ? 0 : a[lagged ? at - step : at];
        state = k === 0 ? b[at] : b[at] + factor * state;
        result[at] = state;
      }
    }
  }
}`,
  },
  logDeterminants: {
    needs: ["FloatArray", "signOfExchanges"],
    ts: `/** The logarithms of the determinants: −inf for a singular matrix, NaN for a negative determinant. */
function logDeterminants(
  factors: ArrayLike<number>,
  result: FloatArray,
  count: number,
  n: number,
): void {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    let sign = signOfExchanges(factors, base, n);
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const pivot = factors[base + k * n + k]!;
      sum += Math.log(Math.abs(pivot));
      if (pivot < 0) sign = -sign;
    }
    result[m] = sign < 0 && sum > -Infinity ? NaN : sum;
  }
}`,
    js: `/** The logarithms of the determinants: −inf for a singular matrix, NaN for a negative determinant. */
function logDeterminants(factors, result, count, n) {
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    let sign = signOfExchanges(factors, base, n);
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const pivot = factors[base + k * n + k];
      sum += Math.log(Math.abs(pivot));
      if (pivot < 0) sign = -sign;
    }
    result[m] = sign < 0 && sum > -Infinity ? NaN : sum;
  }
}`,
  },
  logSigmoid: {
    needs: [],
    ts: `/** log(sigmoid(x)) = −softplus(−x): finite for all finite x. */
function logSigmoid(x: number): number {
  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}`,
    js: `/** log(sigmoid(x)) = −softplus(−x): finite for all finite x. */
function logSigmoid(x) {
  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}`,
  },
  matmulNN: {
    needs: ["multiply"],
    ts: `/**
 * C = A · B, or C += A · B with \`accumulate\`.
 *
 * Shapes: A [m, k], B [k, n], C [m, n]; each starts at its offset, counted in
 * elements. C must not overlap A or B. Lengths are not checked.
 */
function matmulNN(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  m: number,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiply(a, aOffset, k, 1, b, bOffset, n, 1, c, cOffset, m, n, k, accumulate);
}`,
    js: `/**
 * C = A · B, or C += A · B with \`accumulate\`.
 *
 * Shapes: A [m, k], B [k, n], C [m, n]; each starts at its offset, counted in
 * elements. C must not overlap A or B. Lengths are not checked.
 */
function matmulNN(
  a,
  b,
  c,
  m,
  n,
  k,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
) {
  multiply(a, aOffset, k, 1, b, bOffset, n, 1, c, cOffset, m, n, k, accumulate);
}`,
  },
  matmulNN64: {
    needs: ["multiplyMatmul64"],
    ts: `/**
 * C = A · B, or C += A · B with \`accumulate\`.
 *
 * Shapes: A [m, k], B [k, n], C [m, n]; each starts at its offset, counted in
 * elements. C must not overlap A or B. Lengths are not checked.
 */
function matmulNN64(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  m: number,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiplyMatmul64(
    a,
    aOffset,
    k,
    1,
    b,
    bOffset,
    n,
    1,
    c,
    cOffset,
    m,
    n,
    k,
    accumulate,
  );
}`,
    js: `/**
 * C = A · B, or C += A · B with \`accumulate\`.
 *
 * Shapes: A [m, k], B [k, n], C [m, n]; each starts at its offset, counted in
 * elements. C must not overlap A or B. Lengths are not checked.
 */
function matmulNN64(
  a,
  b,
  c,
  m,
  n,
  k,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
) {
  multiplyMatmul64(
    a,
    aOffset,
    k,
    1,
    b,
    bOffset,
    n,
    1,
    c,
    cOffset,
    m,
    n,
    k,
    accumulate,
  );
}`,
  },
  matmulNT: {
    needs: ["multiply"],
    ts: `/**
 * C = A · Bᵀ, or C += A · Bᵀ with \`accumulate\`.
 *
 * Shapes: A [m, k], B [n, k], C [m, n]; otherwise as {@link matmulNN}.
 */
function matmulNT(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  m: number,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiply(a, aOffset, k, 1, b, bOffset, 1, k, c, cOffset, m, n, k, accumulate);
}`,
    js: `/**
 * C = A · Bᵀ, or C += A · Bᵀ with \`accumulate\`.
 *
 * Shapes: A [m, k], B [n, k], C [m, n]; otherwise as {@link matmulNN}.
 */
function matmulNT(
  a,
  b,
  c,
  m,
  n,
  k,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
) {
  multiply(a, aOffset, k, 1, b, bOffset, 1, k, c, cOffset, m, n, k, accumulate);
}`,
  },
  matmulNT64: {
    needs: ["multiplyMatmul64"],
    ts: `/**
 * C = A · Bᵀ, or C += A · Bᵀ with \`accumulate\`.
 *
 * Shapes: A [m, k], B [n, k], C [m, n]; otherwise as {@link matmulNN64}.
 */
function matmulNT64(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  m: number,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiplyMatmul64(
    a,
    aOffset,
    k,
    1,
    b,
    bOffset,
    1,
    k,
    c,
    cOffset,
    m,
    n,
    k,
    accumulate,
  );
}`,
    js: `/**
 * C = A · Bᵀ, or C += A · Bᵀ with \`accumulate\`.
 *
 * Shapes: A [m, k], B [n, k], C [m, n]; otherwise as {@link matmulNN64}.
 */
function matmulNT64(
  a,
  b,
  c,
  m,
  n,
  k,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
) {
  multiplyMatmul64(
    a,
    aOffset,
    k,
    1,
    b,
    bOffset,
    1,
    k,
    c,
    cOffset,
    m,
    n,
    k,
    accumulate,
  );
}`,
  },
  matmulTN: {
    needs: ["multiply"],
    ts: `/**
 * C = Aᵀ · B, or C += Aᵀ · B with \`accumulate\`.
 *
 * Shapes: A [k, m], B [k, n], C [m, n]; otherwise as {@link matmulNN}.
 */
function matmulTN(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  m: number,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiply(a, aOffset, 1, m, b, bOffset, n, 1, c, cOffset, m, n, k, accumulate);
}`,
    js: `/**
 * C = Aᵀ · B, or C += Aᵀ · B with \`accumulate\`.
 *
 * Shapes: A [k, m], B [k, n], C [m, n]; otherwise as {@link matmulNN}.
 */
function matmulTN(
  a,
  b,
  c,
  m,
  n,
  k,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
) {
  multiply(a, aOffset, 1, m, b, bOffset, n, 1, c, cOffset, m, n, k, accumulate);
}`,
  },
  matmulTN64: {
    needs: ["multiplyMatmul64"],
    ts: `/**
 * C = Aᵀ · B, or C += Aᵀ · B with \`accumulate\`.
 *
 * Shapes: A [k, m], B [k, n], C [m, n]; otherwise as {@link matmulNN64}.
 */
function matmulTN64(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  m: number,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiplyMatmul64(
    a,
    aOffset,
    1,
    m,
    b,
    bOffset,
    n,
    1,
    c,
    cOffset,
    m,
    n,
    k,
    accumulate,
  );
}`,
    js: `/**
 * C = Aᵀ · B, or C += Aᵀ · B with \`accumulate\`.
 *
 * Shapes: A [k, m], B [k, n], C [m, n]; otherwise as {@link matmulNN64}.
 */
function matmulTN64(
  a,
  b,
  c,
  m,
  n,
  k,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
) {
  multiplyMatmul64(
    a,
    aOffset,
    1,
    m,
    b,
    bOffset,
    n,
    1,
    c,
    cOffset,
    m,
    n,
    k,
    accumulate,
  );
}`,
  },
  matvec: {
    needs: ["multiplyVector"],
    ts: `/**
 * c = A · b, or c += A · b with \`accumulate\`.
 *
 * Shapes: A [m, k], b [k], c [m]; each starts at its offset, counted in
 * elements. c must not overlap A or b. Lengths are not checked.
 */
function matvec(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  m: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiplyVector(b, bOffset, a, aOffset, 1, k, c, cOffset, m, k, accumulate);
}`,
    js: `/**
 * c = A · b, or c += A · b with \`accumulate\`.
 *
 * Shapes: A [m, k], b [k], c [m]; each starts at its offset, counted in
 * elements. c must not overlap A or b. Lengths are not checked.
 */
function matvec(
  a,
  b,
  c,
  m,
  k,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
) {
  multiplyVector(b, bOffset, a, aOffset, 1, k, c, cOffset, m, k, accumulate);
}`,
  },
  matvec64: {
    needs: ["multiplyVectorMatvec64"],
    ts: `/**
 * c = A · b, or c += A · b with \`accumulate\`.
 *
 * Shapes: A [m, k], b [k], c [m]; each starts at its offset, counted in
 * elements. c must not overlap A or b. Lengths are not checked.
 */
function matvec64(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  m: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiplyVectorMatvec64(
    b,
    bOffset,
    a,
    aOffset,
    1,
    k,
    c,
    cOffset,
    m,
    k,
    accumulate,
  );
}`,
    js: `/**
 * c = A · b, or c += A · b with \`accumulate\`.
 *
 * Shapes: A [m, k], b [k], c [m]; each starts at its offset, counted in
 * elements. c must not overlap A or b. Lengths are not checked.
 */
function matvec64(
  a,
  b,
  c,
  m,
  k,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
) {
  multiplyVectorMatvec64(
    b,
    bOffset,
    a,
    aOffset,
    1,
    k,
    c,
    cOffset,
    m,
    k,
    accumulate,
  );
}`,
  },
  mergeRuns: {
    needs: ["comesBefore"],
    ts: `/** Merges the sorted runs of \`width\` positions at \`low\` and behind it from one half into the other. */
function mergeRuns(
  x: ArrayLike<number>,
  positions: Int32Array,
  first: number,
  from: number,
  to: number,
  stride: number,
  low: number,
  width: number,
  count: number,
  descending: boolean,
): void {
  const middle = Math.min(low + width, count);
  const high = Math.min(low + 2 * width, count);
  let left = low;
  let right = middle;
  for (let k = low; k < high; k++) {
    const takesRight =
      right < high &&
      (left >= middle ||
        comesBefore(
          x[first + positions[from + right * stride]! * stride]!,
          x[first + positions[from + left * stride]! * stride]!,
          descending,
        ));
    positions[to + k * stride] =
      positions[from + (takesRight ? right++ : left++) * stride]!;
  }
}`,
    js: `/** Merges the sorted runs of \`width\` positions at \`low\` and behind it from one half into the other. */
function mergeRuns(
  x,
  positions,
  first,
  from,
  to,
  stride,
  low,
  width,
  count,
  descending,
) {
  const middle = Math.min(low + width, count);
  const high = Math.min(low + 2 * width, count);
  let left = low;
  let right = middle;
  for (let k = low; k < high; k++) {
    const takesRight =
      right < high &&
      (left >= middle ||
        comesBefore(
          x[first + positions[from + right * stride] * stride],
          x[first + positions[from + left * stride] * stride],
          descending,
        ));
    positions[to + k * stride] =
      positions[from + (takesRight ? right++ : left++) * stride];
  }
}`,
  },
  middleDenominator: {
    needs: [],
    ts: `const middleDenominator = [
  1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597,
  1621.3895745666903, 537.1811018620099, 117.6939508913125, 15.744926110709835,
  1,
];`,
    js: `const middleDenominator = [
  1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597,
  1621.3895745666903, 537.1811018620099, 117.6939508913125, 15.744926110709835,
  1,
];`,
  },
  middleNumerator: {
    needs: [],
    ts: `const middleNumerator = [
  1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769,
  298.6351381974001, 66.11919063714163, 8.883149794388377, 0.5641884969886701,
  2.1531153547440383e-8,
];`,
    js: `const middleNumerator = [
  1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769,
  298.6351381974001, 66.11919063714163, 8.883149794388377, 0.5641884969886701,
  2.1531153547440383e-8,
];`,
  },
  mixBits: {
    needs: [],
    ts: `function mixBits(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}`,
    js: `function mixBits(hash) {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}`,
  },
  mostColumns: {
    needs: [],
    ts: `/** Elements that windows read at once, 1 MB in f32: with fewer, filters are packed too often. */
const mostColumns = 262144;`,
    js: `/** Elements that windows read at once, 1 MB in f32: with fewer, filters are packed too often. */
const mostColumns = 262144;`,
  },
  multiply: {
    needs: ["multiplyBlocks", "multiplyVector", "tileCount"],
    ts: `/** A[i, p] is \`a[a0 + i * aRow + p * aDepth]\`, and likewise B[p, j]. */
function multiply(
  a: Float32Array,
  a0: number,
  aRow: number,
  aDepth: number,
  b: Float32Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float32Array,
  c0: number,
  m: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  if (n === 1) {
    multiplyVector(b, b0, a, a0, aDepth, aRow, c, c0, m, k, accumulate);
  } else if (m === 1 || k === 0) {
    multiplyVector(a, a0, b, b0, bDepth, bColumn, c, c0, m * n, k, accumulate);
  } else if (tileCount(n, m) < tileCount(m, n)) {
    // Cᵀ = Bᵀ · Aᵀ
    multiplyBlocks(
      b,
      b0,
      bColumn,
      bDepth,
      a,
      a0,
      aDepth,
      aRow,
      c,
      c0,
      1,
      n,
      n,
      m,
      k,
      accumulate,
    );
  } else {
    multiplyBlocks(
      a,
      a0,
      aRow,
      aDepth,
      b,
      b0,
      bDepth,
      bColumn,
      c,
      c0,
      n,
      1,
      m,
      n,
      k,
      accumulate,
    );
  }
}`,
    js: `/** A[i, p] is \`a[a0 + i * aRow + p * aDepth]\`, and likewise B[p, j]. */
function multiply(
  a,
  a0,
  aRow,
  aDepth,
  b,
  b0,
  bDepth,
  bColumn,
  c,
  c0,
  m,
  n,
  k,
  accumulate,
) {
  if (n === 1) {
    multiplyVector(b, b0, a, a0, aDepth, aRow, c, c0, m, k, accumulate);
  } else if (m === 1 || k === 0) {
    multiplyVector(a, a0, b, b0, bDepth, bColumn, c, c0, m * n, k, accumulate);
  } else if (tileCount(n, m) < tileCount(m, n)) {
    // Cᵀ = Bᵀ · Aᵀ
    multiplyBlocks(
      b,
      b0,
      bColumn,
      bDepth,
      a,
      a0,
      aDepth,
      aRow,
      c,
      c0,
      1,
      n,
      n,
      m,
      k,
      accumulate,
    );
  } else {
    multiplyBlocks(
      a,
      a0,
      aRow,
      aDepth,
      b,
      b0,
      bDepth,
      bColumn,
      c,
      c0,
      n,
      1,
      m,
      n,
      k,
      accumulate,
    );
  }
}`,
  },
  multiplyBlocks: {
    needs: ["panelDepth", "panelRows"],
    ts: `/**
 * C = A · B, or C += A · B with \`accumulate\`, for sizes of at least 1.
 *
 * A[i, p] is \`a[a0 + i * aRow + p * aDepth]\`, and likewise B[p, j] and C[i, j].
 *
 * Measured, these make it fast in V8:
 * - Each row of a tile has a panel of its own, and all panels one length: an
 *   index that several panels share is checked once.
 * - The panels are views of one buffer: once any buffer of the program has been
 *   transferred, every access asks whether its own still is there.
 * - They are constants of an enclosing function, so that their addresses become
 *   part of the machine code (bundlers turn a module's \`const\` into \`var\`,
 *   whose value is loaded anew).
 * - Each inner loop is a function, all of whose code runs in every call. V8 may
 *   compile a loop while it runs, and then knows no constants. A function that
 *   first runs some code later loses its other machine code and can be left
 *   with that of the loop for good, ten times slower.
 * - \`| 0\` rules out integer overflow.
 */
const multiplyBlocks = /* @__PURE__ */ (() => {
  // Panels a power of two apart would compete for the same lines of the cache.
  const gap = 40;
  /** Where the columns of B begin, behind the rows of A. */
  const columnStart = (panelRows / 4) * panelDepth + 4 * gap;
  /** Where the two sums of each row of a tile are, behind the columns. */
  const sums = columnStart + panelDepth;
  const panelLength = sums + 2;
  const memory = new ArrayBuffer(8 * 4 * (panelLength + gap));
  const panelOf = (row: number) =>
    new Float64Array(memory, 8 * row * (panelLength + gap), panelLength);
  const panel0 = panelOf(0);
  const panel1 = panelOf(1);
  const panel2 = panelOf(2);
  const panel3 = panelOf(3);

  /** Rows that pad the last tile repeat a real one; their sums are dropped. */
  function packRows(
    a: Float32Array,
    from: number,
    rowStride: number,
    depthStride: number,
    rows: number,
    depth: number,
  ): void {
    for (let i = 0; i < rows; i += 4) {
      const last = rows - 1 - i;
      packTile(
        a,
        from + i * rowStride,
        Math.min(1, last) * rowStride,
        Math.min(2, last) * rowStride,
        Math.min(3, last) * rowStride,
        depthStride,
        (i >> 2) * depth,
        depth,
      );
    }
  }

  function packTile(
    a: Float32Array,
    from: number,
    row1: number,
    row2: number,
    row3: number,
    depthStride: number,
    to: number,
    depth: number,
  ): void {
    const end = (to + depth) | 0;
    while (to < end) {
      panel0[to] = a[from]!;
      panel1[to] = a[(from + row1) | 0]!;
      panel2[to] = a[(from + row2) | 0]!;
      panel3[to] = a[(from + row3) | 0]!;
      from = (from + depthStride) | 0;
      to = (to + 1) | 0;
    }
  }

  /** A last odd column is both first and second. */
  function packColumns(
    b: Float32Array,
    from: number,
    next: number,
    depthStride: number,
    depth: number,
  ): void {
    let to = columnStart;
    const end = (to + depth) | 0;
    while (to < end) {
      panel0[to] = b[from]!;
      panel1[to] = b[(from + next) | 0]!;
      from = (from + depthStride) | 0;
      to = (to + 1) | 0;
    }
  }

  function multiplyPanels(
    rows: number,
    depth: number,
    c: Float32Array,
    to: number,
    rowStride: number,
    next: number,
    accumulate: boolean,
  ): void {
    for (let i = 0; i < rows; i += 4) {
      multiplyTile((i >> 2) * depth, depth);
      storeTile(c, to + i * rowStride, rowStride, next, rows - i, accumulate);
    }
  }

  /**
   * The loop ends in its midst, which keeps its two halves apart: V8 would else
   * form all products of a round before it adds the first, and these with the
   * sums are more than there are registers.
   */
  function multiplyTile(p: number, depth: number): void {
    let q = columnStart;
    const end = (q + depth) | 0;
    let c00 = 0;
    let c01 = 0;
    let c10 = 0;
    let c11 = 0;
    let c20 = 0;
    let c21 = 0;
    let c30 = 0;
    let c31 = 0;
    for (;;) {
      const b0 = panel0[q]!;
      const b1 = panel1[q]!;
      const a0 = panel0[p]!;
      c00 += a0 * b0;
      c01 += a0 * b1;
      const a1 = panel1[p]!;
      c10 += a1 * b0;
      c11 += a1 * b1;
      q = (q + 1) | 0;
      if (q >= end) {
        c20 += panel2[p]! * b0;
        c21 += panel2[p]! * b1;
        c30 += panel3[p]! * b0;
        c31 += panel3[p]! * b1;
        break;
      }
      const a2 = panel2[p]!;
      c20 += a2 * b0;
      c21 += a2 * b1;
      const a3 = panel3[p]!;
      c30 += a3 * b0;
      c31 += a3 * b1;
      p = (p + 1) | 0;
    }
    panel0[sums] = c00;
    panel0[sums + 1] = c01;
    panel1[sums] = c10;
    panel1[sums + 1] = c11;
    panel2[sums] = c20;
    panel2[sums + 1] = c21;
    panel3[sums] = c30;
    panel3[sums + 1] = c31;
  }

  function storeTile(
    c: Float32Array,
    to: number,
    rowStride: number,
    next: number,
    rows: number,
    accumulate: boolean,
  ): void {
    storeRow(c, to, next, panel0, accumulate);
    if (rows > 1) storeRow(c, to + rowStride, next, panel1, accumulate);
    if (rows > 2) storeRow(c, to + 2 * rowStride, next, panel2, accumulate);
    if (rows > 3) storeRow(c, to + 3 * rowStride, next, panel3, accumulate);
  }

  /** Of a last odd column the first sum, written last, wins. */
  function storeRow(
    c: Float32Array,
    to: number,
    next: number,
    panel: Float64Array,
    accumulate: boolean,
  ): void {
    const first = panel[sums]!;
    const second = panel[sums + 1]!;
    const before = accumulate ? c[to]! : 0;
    c[to + next] = accumulate ? c[to + next]! + second : second;
    c[to] = before + first;
  }

  return (
    a: Float32Array,
    a0: number,
    aRow: number,
    aDepth: number,
    b: Float32Array,
    b0: number,
    bDepth: number,
    bColumn: number,
    c: Float32Array,
    c0: number,
    cRow: number,
    cColumn: number,
    m: number,
    n: number,
    k: number,
    accumulate: boolean,
  ): void => {
    const height = 4 * Math.ceil(m / Math.ceil(m / panelRows) / 4);
    const length = Math.ceil(k / Math.ceil(k / panelDepth));
    for (let i = 0; i < m; i += height) {
      const rows = Math.min(height, m - i);
      for (let p = 0; p < k; p += length) {
        const depth = Math.min(length, k - p);
        packRows(a, a0 + i * aRow + p * aDepth, aRow, aDepth, rows, depth);
        for (let j = 0; j < n; j += 2) {
          const next = j + 1 < n ? 1 : 0;
          packColumns(
            b,
            b0 + p * bDepth + j * bColumn,
            next * bColumn,
            bDepth,
            depth,
          );
          const to = c0 + i * cRow + j * cColumn;
          multiplyPanels(
            rows,
            depth,
            c,
            to,
            cRow,
            next * cColumn,
            accumulate || p > 0,
          );
        }
      }
    }
  };
})();`,
    js: `/**
 * C = A · B, or C += A · B with \`accumulate\`, for sizes of at least 1.
 *
 * A[i, p] is \`a[a0 + i * aRow + p * aDepth]\`, and likewise B[p, j] and C[i, j].
 *
 * Measured, these make it fast in V8:
 * - Each row of a tile has a panel of its own, and all panels one length: an
 *   index that several panels share is checked once.
 * - The panels are views of one buffer: once any buffer of the program has been
 *   transferred, every access asks whether its own still is there.
 * - They are constants of an enclosing function, so that their addresses become
 *   part of the machine code (bundlers turn a module's \`const\` into \`var\`,
 *   whose value is loaded anew).
 * - Each inner loop is a function, all of whose code runs in every call. V8 may
 *   compile a loop while it runs, and then knows no constants. A function that
 *   first runs some code later loses its other machine code and can be left
 *   with that of the loop for good, ten times slower.
 * - \`| 0\` rules out integer overflow.
 */
const multiplyBlocks = /* @__PURE__ */ (() => {
  // Panels a power of two apart would compete for the same lines of the cache.
  const gap = 40;
  /** Where the columns of B begin, behind the rows of A. */
  const columnStart = (panelRows / 4) * panelDepth + 4 * gap;
  /** Where the two sums of each row of a tile are, behind the columns. */
  const sums = columnStart + panelDepth;
  const panelLength = sums + 2;
  const memory = new ArrayBuffer(8 * 4 * (panelLength + gap));
  const panelOf = (row) =>
    new Float64Array(memory, 8 * row * (panelLength + gap), panelLength);
  const panel0 = panelOf(0);
  const panel1 = panelOf(1);
  const panel2 = panelOf(2);
  const panel3 = panelOf(3);

  /** Rows that pad the last tile repeat a real one; their sums are dropped. */
  function packRows(a, from, rowStride, depthStride, rows, depth) {
    for (let i = 0; i < rows; i += 4) {
      const last = rows - 1 - i;
      packTile(
        a,
        from + i * rowStride,
        Math.min(1, last) * rowStride,
        Math.min(2, last) * rowStride,
        Math.min(3, last) * rowStride,
        depthStride,
        (i >> 2) * depth,
        depth,
      );
    }
  }

  function packTile(a, from, row1, row2, row3, depthStride, to, depth) {
    const end = (to + depth) | 0;
    while (to < end) {
      panel0[to] = a[from];
      panel1[to] = a[(from + row1) | 0];
      panel2[to] = a[(from + row2) | 0];
      panel3[to] = a[(from + row3) | 0];
      from = (from + depthStride) | 0;
      to = (to + 1) | 0;
    }
  }

  /** A last odd column is both first and second. */
  function packColumns(b, from, next, depthStride, depth) {
    let to = columnStart;
    const end = (to + depth) | 0;
    while (to < end) {
      panel0[to] = b[from];
      panel1[to] = b[(from + next) | 0];
      from = (from + depthStride) | 0;
      to = (to + 1) | 0;
    }
  }

  function multiplyPanels(rows, depth, c, to, rowStride, next, accumulate) {
    for (let i = 0; i < rows; i += 4) {
      multiplyTile((i >> 2) * depth, depth);
      storeTile(c, to + i * rowStride, rowStride, next, rows - i, accumulate);
    }
  }

  /**
   * The loop ends in its midst, which keeps its two halves apart: V8 would else
   * form all products of a round before it adds the first, and these with the
   * sums are more than there are registers.
   */
  function multiplyTile(p, depth) {
    let q = columnStart;
    const end = (q + depth) | 0;
    let c00 = 0;
    let c01 = 0;
    let c10 = 0;
    let c11 = 0;
    let c20 = 0;
    let c21 = 0;
    let c30 = 0;
    let c31 = 0;
    for (;;) {
      const b0 = panel0[q];
      const b1 = panel1[q];
      const a0 = panel0[p];
      c00 += a0 * b0;
      c01 += a0 * b1;
      const a1 = panel1[p];
      c10 += a1 * b0;
      c11 += a1 * b1;
      q = (q + 1) | 0;
      if (q >= end) {
        c20 += panel2[p] * b0;
        c21 += panel2[p] * b1;
        c30 += panel3[p] * b0;
        c31 += panel3[p] * b1;
        break;
      }
      const a2 = panel2[p];
      c20 += a2 * b0;
      c21 += a2 * b1;
      const a3 = panel3[p];
      c30 += a3 * b0;
      c31 += a3 * b1;
      p = (p + 1) | 0;
    }
    panel0[sums] = c00;
    panel0[sums + 1] = c01;
    panel1[sums] = c10;
    panel1[sums + 1] = c11;
    panel2[sums] = c20;
    panel2[sums + 1] = c21;
    panel3[sums] = c30;
    panel3[sums + 1] = c31;
  }

  function storeTile(c, to, rowStride, next, rows, accumulate) {
    storeRow(c, to, next, panel0, accumulate);
    if (rows > 1) storeRow(c, to + rowStride, next, panel1, accumulate);
    if (rows > 2) storeRow(c, to + 2 * rowStride, next, panel2, accumulate);
    if (rows > 3) storeRow(c, to + 3 * rowStride, next, panel3, accumulate);
  }

  /** Of a last odd column the first sum, written last, wins. */
  function storeRow(c, to, next, panel, accumulate) {
    const first = panel[sums];
    const second = panel[sums + 1];
    const before = accumulate ? c[to] : 0;
    c[to + next] = accumulate ? c[to + next] + second : second;
    c[to] = before + first;
  }

  return (
    a,
    a0,
    aRow,
    aDepth,
    b,
    b0,
    bDepth,
    bColumn,
    c,
    c0,
    cRow,
    cColumn,
    m,
    n,
    k,
    accumulate,
  ) => {
    const height = 4 * Math.ceil(m / Math.ceil(m / panelRows) / 4);
    const length = Math.ceil(k / Math.ceil(k / panelDepth));
    for (let i = 0; i < m; i += height) {
      const rows = Math.min(height, m - i);
      for (let p = 0; p < k; p += length) {
        const depth = Math.min(length, k - p);
        packRows(a, a0 + i * aRow + p * aDepth, aRow, aDepth, rows, depth);
        for (let j = 0; j < n; j += 2) {
          const next = j + 1 < n ? 1 : 0;
          packColumns(
            b,
            b0 + p * bDepth + j * bColumn,
            next * bColumn,
            bDepth,
            depth,
          );
          const to = c0 + i * cRow + j * cColumn;
          multiplyPanels(
            rows,
            depth,
            c,
            to,
            cRow,
            next * cColumn,
            accumulate || p > 0,
          );
        }
      }
    }
  };
})();`,
  },
  multiplyBlocksTileKernel64: {
    needs: ["panelDepthTileKernel64", "panelRowsTileKernel64"],
    ts: `/**
 * C = A · B, or C += A · B with \`accumulate\`, for sizes of at least 1.
 *
 * A[i, p] is \`a[a0 + i * aRow + p * aDepth]\`, and likewise B[p, j] and C[i, j].
 *
 * Measured, these make it fast in V8:
 * - Each row of a tile has a panel of its own, and all panels one length: an
 *   index that several panels share is checked once.
 * - The panels are views of one buffer: once any buffer of the program has been
 *   transferred, every access asks whether its own still is there.
 * - They are constants of an enclosing function, so that their addresses become
 *   part of the machine code (bundlers turn a module's \`const\` into \`var\`,
 *   whose value is loaded anew).
 * - Each inner loop is a function, all of whose code runs in every call. V8 may
 *   compile a loop while it runs, and then knows no constants. A function that
 *   first runs some code later loses its other machine code and can be left
 *   with that of the loop for good, ten times slower.
 * - \`| 0\` rules out integer overflow.
 */
const multiplyBlocksTileKernel64 = /* @__PURE__ */ (() => {
  // Panels a power of two apart would compete for the same lines of the cache.
  const gap = 40;
  /** Where the columns of B begin, behind the rows of A. */
  const columnStart =
    (panelRowsTileKernel64 / 4) * panelDepthTileKernel64 + 4 * gap;
  /** Where the two sums of each row of a tile are, behind the columns. */
  const sums = columnStart + panelDepthTileKernel64;
  const panelLength = sums + 2;
  const memory = new ArrayBuffer(8 * 4 * (panelLength + gap));
  const panelOf = (row: number) =>
    new Float64Array(memory, 8 * row * (panelLength + gap), panelLength);
  const panel0 = panelOf(0);
  const panel1 = panelOf(1);
  const panel2 = panelOf(2);
  const panel3 = panelOf(3);

  /** Rows that pad the last tile repeat a real one; their sums are dropped. */
  function packRows(
    a: Float64Array,
    from: number,
    rowStride: number,
    depthStride: number,
    rows: number,
    depth: number,
  ): void {
    for (let i = 0; i < rows; i += 4) {
      const last = rows - 1 - i;
      packTile(
        a,
        from + i * rowStride,
        Math.min(1, last) * rowStride,
        Math.min(2, last) * rowStride,
        Math.min(3, last) * rowStride,
        depthStride,
        (i >> 2) * depth,
        depth,
      );
    }
  }

  function packTile(
    a: Float64Array,
    from: number,
    row1: number,
    row2: number,
    row3: number,
    depthStride: number,
    to: number,
    depth: number,
  ): void {
    const end = (to + depth) | 0;
    while (to < end) {
      panel0[to] = a[from]!;
      panel1[to] = a[(from + row1) | 0]!;
      panel2[to] = a[(from + row2) | 0]!;
      panel3[to] = a[(from + row3) | 0]!;
      from = (from + depthStride) | 0;
      to = (to + 1) | 0;
    }
  }

  /** A last odd column is both first and second. */
  function packColumns(
    b: Float64Array,
    from: number,
    next: number,
    depthStride: number,
    depth: number,
  ): void {
    let to = columnStart;
    const end = (to + depth) | 0;
    while (to < end) {
      panel0[to] = b[from]!;
      panel1[to] = b[(from + next) | 0]!;
      from = (from + depthStride) | 0;
      to = (to + 1) | 0;
    }
  }

  function multiplyPanels(
    rows: number,
    depth: number,
    c: Float64Array,
    to: number,
    rowStride: number,
    next: number,
    accumulate: boolean,
  ): void {
    for (let i = 0; i < rows; i += 4) {
      multiplyTile((i >> 2) * depth, depth);
      storeTile(c, to + i * rowStride, rowStride, next, rows - i, accumulate);
    }
  }

  /**
   * The loop ends in its midst, which keeps its two halves apart: V8 would else
   * form all products of a round before it adds the first, and these with the
   * sums are more than there are registers.
   */
  function multiplyTile(p: number, depth: number): void {
    let q = columnStart;
    const end = (q + depth) | 0;
    let c00 = 0;
    let c01 = 0;
    let c10 = 0;
    let c11 = 0;
    let c20 = 0;
    let c21 = 0;
    let c30 = 0;
    let c31 = 0;
    for (;;) {
      const b0 = panel0[q]!;
      const b1 = panel1[q]!;
      const a0 = panel0[p]!;
      c00 += a0 * b0;
      c01 += a0 * b1;
      const a1 = panel1[p]!;
      c10 += a1 * b0;
      c11 += a1 * b1;
      q = (q + 1) | 0;
      if (q >= end) {
        c20 += panel2[p]! * b0;
        c21 += panel2[p]! * b1;
        c30 += panel3[p]! * b0;
        c31 += panel3[p]! * b1;
        break;
      }
      const a2 = panel2[p]!;
      c20 += a2 * b0;
      c21 += a2 * b1;
      const a3 = panel3[p]!;
      c30 += a3 * b0;
      c31 += a3 * b1;
      p = (p + 1) | 0;
    }
    panel0[sums] = c00;
    panel0[sums + 1] = c01;
    panel1[sums] = c10;
    panel1[sums + 1] = c11;
    panel2[sums] = c20;
    panel2[sums + 1] = c21;
    panel3[sums] = c30;
    panel3[sums + 1] = c31;
  }

  function storeTile(
    c: Float64Array,
    to: number,
    rowStride: number,
    next: number,
    rows: number,
    accumulate: boolean,
  ): void {
    storeRow(c, to, next, panel0, accumulate);
    if (rows > 1) storeRow(c, to + rowStride, next, panel1, accumulate);
    if (rows > 2) storeRow(c, to + 2 * rowStride, next, panel2, accumulate);
    if (rows > 3) storeRow(c, to + 3 * rowStride, next, panel3, accumulate);
  }

  /** Of a last odd column the first sum, written last, wins. */
  function storeRow(
    c: Float64Array,
    to: number,
    next: number,
    panel: Float64Array,
    accumulate: boolean,
  ): void {
    const first = panel[sums]!;
    const second = panel[sums + 1]!;
    const before = accumulate ? c[to]! : 0;
    c[to + next] = accumulate ? c[to + next]! + second : second;
    c[to] = before + first;
  }

  return (
    a: Float64Array,
    a0: number,
    aRow: number,
    aDepth: number,
    b: Float64Array,
    b0: number,
    bDepth: number,
    bColumn: number,
    c: Float64Array,
    c0: number,
    cRow: number,
    cColumn: number,
    m: number,
    n: number,
    k: number,
    accumulate: boolean,
  ): void => {
    const height = 4 * Math.ceil(m / Math.ceil(m / panelRowsTileKernel64) / 4);
    const length = Math.ceil(k / Math.ceil(k / panelDepthTileKernel64));
    for (let i = 0; i < m; i += height) {
      const rows = Math.min(height, m - i);
      for (let p = 0; p < k; p += length) {
        const depth = Math.min(length, k - p);
        packRows(a, a0 + i * aRow + p * aDepth, aRow, aDepth, rows, depth);
        for (let j = 0; j < n; j += 2) {
          const next = j + 1 < n ? 1 : 0;
          packColumns(
            b,
            b0 + p * bDepth + j * bColumn,
            next * bColumn,
            bDepth,
            depth,
          );
          const to = c0 + i * cRow + j * cColumn;
          multiplyPanels(
            rows,
            depth,
            c,
            to,
            cRow,
            next * cColumn,
            accumulate || p > 0,
          );
        }
      }
    }
  };
})();`,
    js: `/**
 * C = A · B, or C += A · B with \`accumulate\`, for sizes of at least 1.
 *
 * A[i, p] is \`a[a0 + i * aRow + p * aDepth]\`, and likewise B[p, j] and C[i, j].
 *
 * Measured, these make it fast in V8:
 * - Each row of a tile has a panel of its own, and all panels one length: an
 *   index that several panels share is checked once.
 * - The panels are views of one buffer: once any buffer of the program has been
 *   transferred, every access asks whether its own still is there.
 * - They are constants of an enclosing function, so that their addresses become
 *   part of the machine code (bundlers turn a module's \`const\` into \`var\`,
 *   whose value is loaded anew).
 * - Each inner loop is a function, all of whose code runs in every call. V8 may
 *   compile a loop while it runs, and then knows no constants. A function that
 *   first runs some code later loses its other machine code and can be left
 *   with that of the loop for good, ten times slower.
 * - \`| 0\` rules out integer overflow.
 */
const multiplyBlocksTileKernel64 = /* @__PURE__ */ (() => {
  // Panels a power of two apart would compete for the same lines of the cache.
  const gap = 40;
  /** Where the columns of B begin, behind the rows of A. */
  const columnStart =
    (panelRowsTileKernel64 / 4) * panelDepthTileKernel64 + 4 * gap;
  /** Where the two sums of each row of a tile are, behind the columns. */
  const sums = columnStart + panelDepthTileKernel64;
  const panelLength = sums + 2;
  const memory = new ArrayBuffer(8 * 4 * (panelLength + gap));
  const panelOf = (row) =>
    new Float64Array(memory, 8 * row * (panelLength + gap), panelLength);
  const panel0 = panelOf(0);
  const panel1 = panelOf(1);
  const panel2 = panelOf(2);
  const panel3 = panelOf(3);

  /** Rows that pad the last tile repeat a real one; their sums are dropped. */
  function packRows(a, from, rowStride, depthStride, rows, depth) {
    for (let i = 0; i < rows; i += 4) {
      const last = rows - 1 - i;
      packTile(
        a,
        from + i * rowStride,
        Math.min(1, last) * rowStride,
        Math.min(2, last) * rowStride,
        Math.min(3, last) * rowStride,
        depthStride,
        (i >> 2) * depth,
        depth,
      );
    }
  }

  function packTile(a, from, row1, row2, row3, depthStride, to, depth) {
    const end = (to + depth) | 0;
    while (to < end) {
      panel0[to] = a[from];
      panel1[to] = a[(from + row1) | 0];
      panel2[to] = a[(from + row2) | 0];
      panel3[to] = a[(from + row3) | 0];
      from = (from + depthStride) | 0;
      to = (to + 1) | 0;
    }
  }

  /** A last odd column is both first and second. */
  function packColumns(b, from, next, depthStride, depth) {
    let to = columnStart;
    const end = (to + depth) | 0;
    while (to < end) {
      panel0[to] = b[from];
      panel1[to] = b[(from + next) | 0];
      from = (from + depthStride) | 0;
      to = (to + 1) | 0;
    }
  }

  function multiplyPanels(rows, depth, c, to, rowStride, next, accumulate) {
    for (let i = 0; i < rows; i += 4) {
      multiplyTile((i >> 2) * depth, depth);
      storeTile(c, to + i * rowStride, rowStride, next, rows - i, accumulate);
    }
  }

  /**
   * The loop ends in its midst, which keeps its two halves apart: V8 would else
   * form all products of a round before it adds the first, and these with the
   * sums are more than there are registers.
   */
  function multiplyTile(p, depth) {
    let q = columnStart;
    const end = (q + depth) | 0;
    let c00 = 0;
    let c01 = 0;
    let c10 = 0;
    let c11 = 0;
    let c20 = 0;
    let c21 = 0;
    let c30 = 0;
    let c31 = 0;
    for (;;) {
      const b0 = panel0[q];
      const b1 = panel1[q];
      const a0 = panel0[p];
      c00 += a0 * b0;
      c01 += a0 * b1;
      const a1 = panel1[p];
      c10 += a1 * b0;
      c11 += a1 * b1;
      q = (q + 1) | 0;
      if (q >= end) {
        c20 += panel2[p] * b0;
        c21 += panel2[p] * b1;
        c30 += panel3[p] * b0;
        c31 += panel3[p] * b1;
        break;
      }
      const a2 = panel2[p];
      c20 += a2 * b0;
      c21 += a2 * b1;
      const a3 = panel3[p];
      c30 += a3 * b0;
      c31 += a3 * b1;
      p = (p + 1) | 0;
    }
    panel0[sums] = c00;
    panel0[sums + 1] = c01;
    panel1[sums] = c10;
    panel1[sums + 1] = c11;
    panel2[sums] = c20;
    panel2[sums + 1] = c21;
    panel3[sums] = c30;
    panel3[sums + 1] = c31;
  }

  function storeTile(c, to, rowStride, next, rows, accumulate) {
    storeRow(c, to, next, panel0, accumulate);
    if (rows > 1) storeRow(c, to + rowStride, next, panel1, accumulate);
    if (rows > 2) storeRow(c, to + 2 * rowStride, next, panel2, accumulate);
    if (rows > 3) storeRow(c, to + 3 * rowStride, next, panel3, accumulate);
  }

  /** Of a last odd column the first sum, written last, wins. */
  function storeRow(c, to, next, panel, accumulate) {
    const first = panel[sums];
    const second = panel[sums + 1];
    const before = accumulate ? c[to] : 0;
    c[to + next] = accumulate ? c[to + next] + second : second;
    c[to] = before + first;
  }

  return (
    a,
    a0,
    aRow,
    aDepth,
    b,
    b0,
    bDepth,
    bColumn,
    c,
    c0,
    cRow,
    cColumn,
    m,
    n,
    k,
    accumulate,
  ) => {
    const height = 4 * Math.ceil(m / Math.ceil(m / panelRowsTileKernel64) / 4);
    const length = Math.ceil(k / Math.ceil(k / panelDepthTileKernel64));
    for (let i = 0; i < m; i += height) {
      const rows = Math.min(height, m - i);
      for (let p = 0; p < k; p += length) {
        const depth = Math.min(length, k - p);
        packRows(a, a0 + i * aRow + p * aDepth, aRow, aDepth, rows, depth);
        for (let j = 0; j < n; j += 2) {
          const next = j + 1 < n ? 1 : 0;
          packColumns(
            b,
            b0 + p * bDepth + j * bColumn,
            next * bColumn,
            bDepth,
            depth,
          );
          const to = c0 + i * cRow + j * cColumn;
          multiplyPanels(
            rows,
            depth,
            c,
            to,
            cRow,
            next * cColumn,
            accumulate || p > 0,
          );
        }
      }
    }
  };
})();`,
  },
  multiplyColumn: {
    needs: ["store"],
    ts: `function multiplyColumn(
  a: Float32Array,
  from: number,
  b: Float32Array,
  q: number,
  bDepth: number,
  c: Float32Array,
  to: number,
  k: number,
  accumulate: boolean,
): void {
  let s = 0;
  const end = (from + k) | 0;
  while (from < end) {
    s += a[from]! * b[q]!;
    from = (from + 1) | 0;
    q = (q + bDepth) | 0;
  }
  store(c, to, s, accumulate);
}`,
    js: `function multiplyColumn(a, from, b, q, bDepth, c, to, k, accumulate) {
  let s = 0;
  const end = (from + k) | 0;
  while (from < end) {
    s += a[from] * b[q];
    from = (from + 1) | 0;
    q = (q + bDepth) | 0;
  }
  store(c, to, s, accumulate);
}`,
  },
  multiplyColumnMatvec64: {
    needs: ["storeMatvec64"],
    ts: `function multiplyColumnMatvec64(
  a: Float64Array,
  from: number,
  b: Float64Array,
  q: number,
  bDepth: number,
  c: Float64Array,
  to: number,
  k: number,
  accumulate: boolean,
): void {
  let s = 0;
  const end = (from + k) | 0;
  while (from < end) {
    s += a[from]! * b[q]!;
    from = (from + 1) | 0;
    q = (q + bDepth) | 0;
  }
  storeMatvec64(c, to, s, accumulate);
}`,
    js: `function multiplyColumnMatvec64(a, from, b, q, bDepth, c, to, k, accumulate) {
  let s = 0;
  const end = (from + k) | 0;
  while (from < end) {
    s += a[from] * b[q];
    from = (from + 1) | 0;
    q = (q + bDepth) | 0;
  }
  storeMatvec64(c, to, s, accumulate);
}`,
  },
  multiplyColumns: {
    needs: ["store"],
    ts: `/** Eight columns at a time: an addition waits for that before it in its own sum only. */
function multiplyColumns(
  a: Float32Array,
  from: number,
  b: Float32Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float32Array,
  to: number,
  k: number,
  accumulate: boolean,
): void {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  const end = (from + k) | 0;
  while (from < end) {
    const x = a[from]!;
    let q = b0;
    s0 += x * b[q]!;
    q = (q + bColumn) | 0;
    s1 += x * b[q]!;
    q = (q + bColumn) | 0;
    s2 += x * b[q]!;
    q = (q + bColumn) | 0;
    s3 += x * b[q]!;
    q = (q + bColumn) | 0;
    s4 += x * b[q]!;
    q = (q + bColumn) | 0;
    s5 += x * b[q]!;
    q = (q + bColumn) | 0;
    s6 += x * b[q]!;
    q = (q + bColumn) | 0;
    s7 += x * b[q]!;
    from = (from + 1) | 0;
    b0 = (b0 + bDepth) | 0;
  }
  store(c, to, s0, accumulate);
  store(c, to + 1, s1, accumulate);
  store(c, to + 2, s2, accumulate);
  store(c, to + 3, s3, accumulate);
  store(c, to + 4, s4, accumulate);
  store(c, to + 5, s5, accumulate);
  store(c, to + 6, s6, accumulate);
  store(c, to + 7, s7, accumulate);
}`,
    js: `/** Eight columns at a time: an addition waits for that before it in its own sum only. */
function multiplyColumns(
  a,
  from,
  b,
  b0,
  bDepth,
  bColumn,
  c,
  to,
  k,
  accumulate,
) {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  const end = (from + k) | 0;
  while (from < end) {
    const x = a[from];
    let q = b0;
    s0 += x * b[q];
    q = (q + bColumn) | 0;
    s1 += x * b[q];
    q = (q + bColumn) | 0;
    s2 += x * b[q];
    q = (q + bColumn) | 0;
    s3 += x * b[q];
    q = (q + bColumn) | 0;
    s4 += x * b[q];
    q = (q + bColumn) | 0;
    s5 += x * b[q];
    q = (q + bColumn) | 0;
    s6 += x * b[q];
    q = (q + bColumn) | 0;
    s7 += x * b[q];
    from = (from + 1) | 0;
    b0 = (b0 + bDepth) | 0;
  }
  store(c, to, s0, accumulate);
  store(c, to + 1, s1, accumulate);
  store(c, to + 2, s2, accumulate);
  store(c, to + 3, s3, accumulate);
  store(c, to + 4, s4, accumulate);
  store(c, to + 5, s5, accumulate);
  store(c, to + 6, s6, accumulate);
  store(c, to + 7, s7, accumulate);
}`,
  },
  multiplyColumnsMatvec64: {
    needs: ["storeMatvec64"],
    ts: `/** Eight columns at a time: an addition waits for that before it in its own sum only. */
function multiplyColumnsMatvec64(
  a: Float64Array,
  from: number,
  b: Float64Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float64Array,
  to: number,
  k: number,
  accumulate: boolean,
): void {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  const end = (from + k) | 0;
  while (from < end) {
    const x = a[from]!;
    let q = b0;
    s0 += x * b[q]!;
    q = (q + bColumn) | 0;
    s1 += x * b[q]!;
    q = (q + bColumn) | 0;
    s2 += x * b[q]!;
    q = (q + bColumn) | 0;
    s3 += x * b[q]!;
    q = (q + bColumn) | 0;
    s4 += x * b[q]!;
    q = (q + bColumn) | 0;
    s5 += x * b[q]!;
    q = (q + bColumn) | 0;
    s6 += x * b[q]!;
    q = (q + bColumn) | 0;
    s7 += x * b[q]!;
    from = (from + 1) | 0;
    b0 = (b0 + bDepth) | 0;
  }
  storeMatvec64(c, to, s0, accumulate);
  storeMatvec64(c, to + 1, s1, accumulate);
  storeMatvec64(c, to + 2, s2, accumulate);
  storeMatvec64(c, to + 3, s3, accumulate);
  storeMatvec64(c, to + 4, s4, accumulate);
  storeMatvec64(c, to + 5, s5, accumulate);
  storeMatvec64(c, to + 6, s6, accumulate);
  storeMatvec64(c, to + 7, s7, accumulate);
}`,
    js: `/** Eight columns at a time: an addition waits for that before it in its own sum only. */
function multiplyColumnsMatvec64(
  a,
  from,
  b,
  b0,
  bDepth,
  bColumn,
  c,
  to,
  k,
  accumulate,
) {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  const end = (from + k) | 0;
  while (from < end) {
    const x = a[from];
    let q = b0;
    s0 += x * b[q];
    q = (q + bColumn) | 0;
    s1 += x * b[q];
    q = (q + bColumn) | 0;
    s2 += x * b[q];
    q = (q + bColumn) | 0;
    s3 += x * b[q];
    q = (q + bColumn) | 0;
    s4 += x * b[q];
    q = (q + bColumn) | 0;
    s5 += x * b[q];
    q = (q + bColumn) | 0;
    s6 += x * b[q];
    q = (q + bColumn) | 0;
    s7 += x * b[q];
    from = (from + 1) | 0;
    b0 = (b0 + bDepth) | 0;
  }
  storeMatvec64(c, to, s0, accumulate);
  storeMatvec64(c, to + 1, s1, accumulate);
  storeMatvec64(c, to + 2, s2, accumulate);
  storeMatvec64(c, to + 3, s3, accumulate);
  storeMatvec64(c, to + 4, s4, accumulate);
  storeMatvec64(c, to + 5, s5, accumulate);
  storeMatvec64(c, to + 6, s6, accumulate);
  storeMatvec64(c, to + 7, s7, accumulate);
}`,
  },
  multiplyMatmul64: {
    needs: ["multiplyBlocksTileKernel64", "multiplyVectorMatvec64", "tileCountMatmul64"],
    ts: `/** A[i, p] is \`a[a0 + i * aRow + p * aDepth]\`, and likewise B[p, j]. */
function multiplyMatmul64(
  a: Float64Array,
  a0: number,
  aRow: number,
  aDepth: number,
  b: Float64Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float64Array,
  c0: number,
  m: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  if (n === 1) {
    multiplyVectorMatvec64(b, b0, a, a0, aDepth, aRow, c, c0, m, k, accumulate);
  } else if (m === 1 || k === 0) {
    multiplyVectorMatvec64(
      a,
      a0,
      b,
      b0,
      bDepth,
      bColumn,
      c,
      c0,
      m * n,
      k,
      accumulate,
    );
  } else if (tileCountMatmul64(n, m) < tileCountMatmul64(m, n)) {
    // Cᵀ = Bᵀ · Aᵀ
    multiplyBlocksTileKernel64(
      b,
      b0,
      bColumn,
      bDepth,
      a,
      a0,
      aDepth,
      aRow,
      c,
      c0,
      1,
      n,
      n,
      m,
      k,
      accumulate,
    );
  } else {
    multiplyBlocksTileKernel64(
      a,
      a0,
      aRow,
      aDepth,
      b,
      b0,
      bDepth,
      bColumn,
      c,
      c0,
      n,
      1,
      m,
      n,
      k,
      accumulate,
    );
  }
}`,
    js: `/** A[i, p] is \`a[a0 + i * aRow + p * aDepth]\`, and likewise B[p, j]. */
function multiplyMatmul64(
  a,
  a0,
  aRow,
  aDepth,
  b,
  b0,
  bDepth,
  bColumn,
  c,
  c0,
  m,
  n,
  k,
  accumulate,
) {
  if (n === 1) {
    multiplyVectorMatvec64(b, b0, a, a0, aDepth, aRow, c, c0, m, k, accumulate);
  } else if (m === 1 || k === 0) {
    multiplyVectorMatvec64(
      a,
      a0,
      b,
      b0,
      bDepth,
      bColumn,
      c,
      c0,
      m * n,
      k,
      accumulate,
    );
  } else if (tileCountMatmul64(n, m) < tileCountMatmul64(m, n)) {
    // Cᵀ = Bᵀ · Aᵀ
    multiplyBlocksTileKernel64(
      b,
      b0,
      bColumn,
      bDepth,
      a,
      a0,
      aDepth,
      aRow,
      c,
      c0,
      1,
      n,
      n,
      m,
      k,
      accumulate,
    );
  } else {
    multiplyBlocksTileKernel64(
      a,
      a0,
      aRow,
      aDepth,
      b,
      b0,
      bDepth,
      bColumn,
      c,
      c0,
      n,
      1,
      m,
      n,
      k,
      accumulate,
    );
  }
}`,
  },
  multiplyVector: {
    needs: ["multiplyColumn", "multiplyColumns"],
    ts: `/** c[n] (+)= a[k] · B[k, n], where B[p, j] is \`b[b0 + p * bDepth + j * bColumn]\`. */
function multiplyVector(
  a: Float32Array,
  a0: number,
  b: Float32Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float32Array,
  c0: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  let j = 0;
  for (; j + 7 < n; j += 8) {
    multiplyColumns(
      a,
      a0,
      b,
      b0 + j * bColumn,
      bDepth,
      bColumn,
      c,
      c0 + j,
      k,
      accumulate,
    );
  }
  for (; j < n; j++) {
    multiplyColumn(
      a,
      a0,
      b,
      b0 + j * bColumn,
      bDepth,
      c,
      c0 + j,
      k,
      accumulate,
    );
  }
}`,
    js: `/** c[n] (+)= a[k] · B[k, n], where B[p, j] is \`b[b0 + p * bDepth + j * bColumn]\`. */
function multiplyVector(
  a,
  a0,
  b,
  b0,
  bDepth,
  bColumn,
  c,
  c0,
  n,
  k,
  accumulate,
) {
  let j = 0;
  for (; j + 7 < n; j += 8) {
    multiplyColumns(
      a,
      a0,
      b,
      b0 + j * bColumn,
      bDepth,
      bColumn,
      c,
      c0 + j,
      k,
      accumulate,
    );
  }
  for (; j < n; j++) {
    multiplyColumn(
      a,
      a0,
      b,
      b0 + j * bColumn,
      bDepth,
      c,
      c0 + j,
      k,
      accumulate,
    );
  }
}`,
  },
  multiplyVectorMatvec64: {
    needs: ["multiplyColumnMatvec64", "multiplyColumnsMatvec64"],
    ts: `/** c[n] (+)= a[k] · B[k, n], where B[p, j] is \`b[b0 + p * bDepth + j * bColumn]\`. */
function multiplyVectorMatvec64(
  a: Float64Array,
  a0: number,
  b: Float64Array,
  b0: number,
  bDepth: number,
  bColumn: number,
  c: Float64Array,
  c0: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  let j = 0;
  for (; j + 7 < n; j += 8) {
    multiplyColumnsMatvec64(
      a,
      a0,
      b,
      b0 + j * bColumn,
      bDepth,
      bColumn,
      c,
      c0 + j,
      k,
      accumulate,
    );
  }
  for (; j < n; j++) {
    multiplyColumnMatvec64(
      a,
      a0,
      b,
      b0 + j * bColumn,
      bDepth,
      c,
      c0 + j,
      k,
      accumulate,
    );
  }
}`,
    js: `/** c[n] (+)= a[k] · B[k, n], where B[p, j] is \`b[b0 + p * bDepth + j * bColumn]\`. */
function multiplyVectorMatvec64(
  a,
  a0,
  b,
  b0,
  bDepth,
  bColumn,
  c,
  c0,
  n,
  k,
  accumulate,
) {
  let j = 0;
  for (; j + 7 < n; j += 8) {
    multiplyColumnsMatvec64(
      a,
      a0,
      b,
      b0 + j * bColumn,
      bDepth,
      bColumn,
      c,
      c0 + j,
      k,
      accumulate,
    );
  }
  for (; j < n; j++) {
    multiplyColumnMatvec64(
      a,
      a0,
      b,
      b0 + j * bColumn,
      bDepth,
      c,
      c0 + j,
      k,
      accumulate,
    );
  }
}`,
  },
  narrow: {
    needs: ["ConvolutionShape", "copyRows", "room"],
    ts: `function narrow(shape: ConvolutionShape, x: Float32Array, image: number): void {
  const { depth, height, inset, widePlane, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const [from, to] = [inset + c * widePlane, image + c * height * width];
    copyRows(room.wide, from, wideWidth, x, to, width, height, width);
  }
}`,
    js: `function narrow(shape, x, image) {
  const { depth, height, inset, widePlane, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const [from, to] = [inset + c * widePlane, image + c * height * width];
    copyRows(room.wide, from, wideWidth, x, to, width, height, width);
  }
}`,
  },
  narrowConvolve64: {
    needs: ["ConvolutionShape", "copyRowsConvolve64", "roomConvolve64"],
    ts: `function narrowConvolve64(
  shape: ConvolutionShape,
  x: Float64Array,
  image: number,
): void {
  const { depth, height, inset, widePlane, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const [from, to] = [inset + c * widePlane, image + c * height * width];
    copyRowsConvolve64(
      roomConvolve64.wide,
      from,
      wideWidth,
      x,
      to,
      width,
      height,
      width,
    );
  }
}`,
    js: `function narrowConvolve64(shape, x, image) {
  const { depth, height, inset, widePlane, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const [from, to] = [inset + c * widePlane, image + c * height * width];
    copyRowsConvolve64(
      roomConvolve64.wide,
      from,
      wideWidth,
      x,
      to,
      width,
      height,
      width,
    );
  }
}`,
  },
  nearDenominator: {
    needs: [],
    ts: `const nearDenominator = [
  2844.236833439171, 1282.6165260773723, 244.02463793444417, 23.601290952344122,
  1,
];`,
    js: `const nearDenominator = [
  2844.236833439171, 1282.6165260773723, 244.02463793444417, 23.601290952344122,
  1,
];`,
  },
  nearErf: {
    needs: ["nearDenominator", "nearNumerator", "polynomial"],
    ts: `function nearErf(x: number): number {
  const square = x * x;
  return (
    (x * polynomial(nearNumerator, square)) /
    polynomial(nearDenominator, square)
  );
}`,
    js: `function nearErf(x) {
  const square = x * x;
  return (
    (x * polynomial(nearNumerator, square)) /
    polynomial(nearDenominator, square)
  );
}`,
  },
  nearNumerator: {
    needs: [],
    ts: `/**
 * Source of the three rational approximations and their coefficients:
 * W. J. Cody, "Rational Chebyshev approximations for the error function",
 * Mathematics of Computation 23 (1969), 631–637. Lowest power first.
 */
const nearNumerator = [
  3209.3775891384694, 377.485237685302, 113.86415415105016, 3.1611237438705655,
  0.18577770618460315,
];`,
    js: `/**
 * Source of the three rational approximations and their coefficients:
 * W. J. Cody, "Rational Chebyshev approximations for the error function",
 * Mathematics of Computation 23 (1969), 631–637. Lowest power first.
 */
const nearNumerator = [
  3209.3775891384694, 377.485237685302, 113.86415415105016, 3.1611237438705655,
  0.18577770618460315,
];`,
  },
  own: {
    needs: ["FloatArray"],
    ts: `/** Operands of the other precision are rare enough to be copied. */
function own(operand: FloatArray): Float32Array {
  return operand instanceof Float32Array ? operand : Float32Array.from(operand);
}`,
    js: `/** Operands of the other precision are rare enough to be copied. */
function own(operand) {
  return operand instanceof Float32Array ? operand : Float32Array.from(operand);
}`,
  },
  ownConvolve64: {
    needs: ["FloatArray"],
    ts: `/** Operands of the other precision are rare enough to be copied. */
function ownConvolve64(operand: FloatArray): Float64Array {
  return operand instanceof Float64Array ? operand : Float64Array.from(operand);
}`,
    js: `/** Operands of the other precision are rare enough to be copied. */
function ownConvolve64(operand) {
  return operand instanceof Float64Array ? operand : Float64Array.from(operand);
}`,
  },
  panelDepth: {
    needs: [],
    ts: `/** 192 × 256 doubles stay in a second-level cache of 512 KB. */
const panelDepth = 256;`,
    js: `/** 192 × 256 doubles stay in a second-level cache of 512 KB. */
const panelDepth = 256;`,
  },
  panelDepthTileKernel64: {
    needs: [],
    ts: `/** 192 × 256 doubles stay in a second-level cache of 512 KB. */
const panelDepthTileKernel64 = 256;`,
    js: `/** 192 × 256 doubles stay in a second-level cache of 512 KB. */
const panelDepthTileKernel64 = 256;`,
  },
  panelRows: {
    needs: [],
    ts: `const panelRows = 192;`,
    js: `const panelRows = 192;`,
  },
  panelRowsTileKernel64: {
    needs: [],
    ts: `const panelRowsTileKernel64 = 192;`,
    js: `const panelRowsTileKernel64 = 192;`,
  },
  polygamma: {
    needs: ["polygammaFar"],
    ts: `/**
 * The derivative of digamma of a whole order ≥ 1; infinite at 0, −1, −2, ….
 *
 * Numerics: relative error of a few units in the last place for x > 0. The
 * time grows with |x| for negative x. Source: Abramowitz and Stegun, Handbook
 * of Mathematical Functions, 6.4.6 (recurrence), 6.4.11 (asymptotic series).
 */
function polygamma(order: number, x: number): number {
  if (!(x > -1e6)) return NaN;
  if (x <= 0 && Number.isInteger(x)) return order % 2 === 1 ? Infinity : NaN;
  if (x === Infinity) return 0;
  let factorial = 1;
  for (let k = 2; k <= order; k++) factorial *= k;
  let shift = 0;
  for (; x < 12 + order; x++) shift += x ** (-order - 1);
  const sum = factorial * shift + polygammaFar(order, x, factorial);
  return order % 2 === 1 ? sum : -sum;
}`,
    js: `/**
 * The derivative of digamma of a whole order ≥ 1; infinite at 0, −1, −2, ….
 *
 * Numerics: relative error of a few units in the last place for x > 0. The
 * time grows with |x| for negative x. Source: Abramowitz and Stegun, Handbook
 * of Mathematical Functions, 6.4.6 (recurrence), 6.4.11 (asymptotic series).
 */
function polygamma(order, x) {
  if (!(x > -1e6)) return NaN;
  if (x <= 0 && Number.isInteger(x)) return order % 2 === 1 ? Infinity : NaN;
  if (x === Infinity) return 0;
  let factorial = 1;
  for (let k = 2; k <= order; k++) factorial *= k;
  let shift = 0;
  for (; x < 12 + order; x++) shift += x ** (-order - 1);
  const sum = factorial * shift + polygammaFar(order, x, factorial);
  return order % 2 === 1 ? sum : -sum;
}`,
  },
  polygammaFar: {
    needs: ["evenBernoulli"],
    ts: `/** (n−1)!/xⁿ + n!/(2xⁿ⁺¹) + Σ B₂ₖ (2k+n−1)! / ((2k)! x²ᵏ⁺ⁿ). */
function polygammaFar(order: number, x: number, factorial: number): number {
  let sum =
    factorial / (order * x ** order) + factorial / (2 * x ** (order + 1));
  // (2k + n − 1)! / (2k)! for k = 1.
  let ratio = (factorial * (order + 1)) / 2;
  evenBernoulli.forEach((b, i) => {
    const k = i + 1;
    sum += (b * ratio) / x ** (2 * k + order);
    ratio *=
      ((2 * k + order) * (2 * k + order + 1)) / ((2 * k + 1) * (2 * k + 2));
  });
  return sum;
}`,
    js: `/** (n−1)!/xⁿ + n!/(2xⁿ⁺¹) + Σ B₂ₖ (2k+n−1)! / ((2k)! x²ᵏ⁺ⁿ). */
function polygammaFar(order, x, factorial) {
  let sum =
    factorial / (order * x ** order) + factorial / (2 * x ** (order + 1));
  // (2k + n − 1)! / (2k)! for k = 1.
  let ratio = (factorial * (order + 1)) / 2;
  evenBernoulli.forEach((b, i) => {
    const k = i + 1;
    sum += (b * ratio) / x ** (2 * k + order);
    ratio *=
      ((2 * k + order) * (2 * k + order + 1)) / ((2 * k + 1) * (2 * k + 2));
  });
  return sum;
}`,
  },
  polynomial: {
    needs: [],
    ts: `/** The polynomial Σ coefficients[i] xⁱ, by Horner's rule. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) {
    sum = sum * x + coefficients[i]!;
  }
  return sum;
}`,
    js: `/** The polynomial Σ coefficients[i] xⁱ, by Horner's rule. */
function polynomial(coefficients, x) {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) {
    sum = sum * x + coefficients[i];
  }
  return sum;
}`,
  },
  poolPositions: {
    needs: ["larger"],
    ts: `/**
 * Where the largest element of each window lies: its row-major position in the
 * plane [height, width]. The first wins at a tie, a NaN over all. Windows may
 * reach over the border, but lie in the plane in part.
 */
function poolPositions(
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
          for (let i = plane + h * width + left; i < end; i++)
            best = larger(x, best, i);
        }
        result[at++] = best - plane;
      }
    }
  }
}`,
    js: `/**
 * Where the largest element of each window lies: its row-major position in the
 * plane [height, width]. The first wins at a tie, a NaN over all. Windows may
 * reach over the border, but lie in the plane in part.
 */
function poolPositions(
  x,
  result,
  planes,
  height,
  width,
  resultHeight,
  resultWidth,
  windowH,
  windowW,
  strideH,
  strideW,
  paddingH,
  paddingW,
) {
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
          for (let i = plane + h * width + left; i < end; i++)
            best = larger(x, best, i);
        }
        result[at++] = best - plane;
      }
    }
  }
}`,
  },
  rangeText: {
    needs: [],
    ts: `function rangeText(size: number): string {
  return size > 0 ? \`outside 0 … \${size - 1}\` : "but the axis is empty";
}`,
    js: `function rangeText(size) {
  return size > 0 ? \`outside 0 … \${size - 1}\` : "but the axis is empty";
}`,
  },
  readColumns: {
    needs: ["ConvolutionShape"],
    ts: `/** columns = what windows \`first\` … read, a row for each tap. */
function readColumns(
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
    for (let t = first; t < end; t++)
      columns[(row + t) | 0] = pixels[(at + windowAt[t]!) | 0]!;
  }
}`,
    js: `/** columns = what windows \`first\` … read, a row for each tap. */
function readColumns(
  { tapAt, taps, windowAt },
  pixels,
  start,
  first,
  count,
  columns,
) {
  const end = first + count;
  let k = 0;
  for (; k + 3 < taps; k += 4) {
    const at0 = start + tapAt[k];
    const at1 = start + tapAt[k + 1];
    const at2 = start + tapAt[k + 2];
    const at3 = start + tapAt[k + 3];
    const row0 = k * count - first;
    const row1 = row0 + count;
    const row2 = row1 + count;
    const row3 = row2 + count;
    for (let t = first; t < end; t++) {
      const window = windowAt[t];
      columns[(row0 + t) | 0] = pixels[(at0 + window) | 0];
      columns[(row1 + t) | 0] = pixels[(at1 + window) | 0];
      columns[(row2 + t) | 0] = pixels[(at2 + window) | 0];
      columns[(row3 + t) | 0] = pixels[(at3 + window) | 0];
    }
  }
  for (; k < taps; k++) {
    const at = start + tapAt[k];
    const row = k * count - first;
    for (let t = first; t < end; t++)
      columns[(row + t) | 0] = pixels[(at + windowAt[t]) | 0];
  }
}`,
  },
  readColumns64: {
    needs: ["ConvolutionShape"],
    ts: `/** columns = what windows \`first\` … read, a row for each tap. */
function readColumns64(
  { tapAt, taps, windowAt }: ConvolutionShape,
  pixels: Float64Array,
  start: number,
  first: number,
  count: number,
  columns: Float64Array,
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
    for (let t = first; t < end; t++)
      columns[(row + t) | 0] = pixels[(at + windowAt[t]!) | 0]!;
  }
}`,
    js: `/** columns = what windows \`first\` … read, a row for each tap. */
function readColumns64(
  { tapAt, taps, windowAt },
  pixels,
  start,
  first,
  count,
  columns,
) {
  const end = first + count;
  let k = 0;
  for (; k + 3 < taps; k += 4) {
    const at0 = start + tapAt[k];
    const at1 = start + tapAt[k + 1];
    const at2 = start + tapAt[k + 2];
    const at3 = start + tapAt[k + 3];
    const row0 = k * count - first;
    const row1 = row0 + count;
    const row2 = row1 + count;
    const row3 = row2 + count;
    for (let t = first; t < end; t++) {
      const window = windowAt[t];
      columns[(row0 + t) | 0] = pixels[(at0 + window) | 0];
      columns[(row1 + t) | 0] = pixels[(at1 + window) | 0];
      columns[(row2 + t) | 0] = pixels[(at2 + window) | 0];
      columns[(row3 + t) | 0] = pixels[(at3 + window) | 0];
    }
  }
  for (; k < taps; k++) {
    const at = start + tapAt[k];
    const row = k * count - first;
    for (let t = first; t < end; t++)
      columns[(row + t) | 0] = pixels[(at + windowAt[t]) | 0];
  }
}`,
  },
  readWindows: {
    needs: ["ConvolutionShape", "copyRows", "room"],
    ts: `/** Windows \`first\` … of a result [share, windows]: all of it as it is, or a copy. */
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
}`,
    js: `/** Windows \`first\` … of a result [share, windows]: all of it as it is, or a copy. */
function readWindows({ share, windows }, y, result, first, count) {
  if (count === windows) return y;
  copyRows(y, result + first, windows, room.part, 0, count, share, count);
  return room.part;
}`,
  },
  readWindowsConvolve64: {
    needs: ["ConvolutionShape", "copyRowsConvolve64", "roomConvolve64"],
    ts: `/** Windows \`first\` … of a result [share, windows]: all of it as it is, or a copy. */
function readWindowsConvolve64(
  { share, windows }: ConvolutionShape,
  y: Float64Array,
  result: number,
  first: number,
  count: number,
): Float64Array {
  if (count === windows) return y;
  copyRowsConvolve64(
    y,
    result + first,
    windows,
    roomConvolve64.part,
    0,
    count,
    share,
    count,
  );
  return roomConvolve64.part;
}`,
    js: `/** Windows \`first\` … of a result [share, windows]: all of it as it is, or a copy. */
function readWindowsConvolve64({ share, windows }, y, result, first, count) {
  if (count === windows) return y;
  copyRowsConvolve64(
    y,
    result + first,
    windows,
    roomConvolve64.part,
    0,
    count,
    share,
    count,
  );
  return roomConvolve64.part;
}`,
  },
  reserve: {
    needs: ["ConvolutionShape", "atLeast", "clearWide", "room"],
    ts: `/** Makes room for what is needed in between; the border is 0. */
function reserve(shape: ConvolutionShape): void {
  const { hasBorder, isDense, isThin, share, step, taps, wideSize, windows } =
    shape;
  if (!isDense && !isThin) room.columns = atLeast(room.columns, taps * step);
  if (step < windows) room.part = atLeast(room.part, share * step);
  if (!hasBorder) return;
  room.wide = atLeast(room.wide, wideSize);
  clearWide(shape);
}`,
    js: `/** Makes room for what is needed in between; the border is 0. */
function reserve(shape) {
  const { hasBorder, isDense, isThin, share, step, taps, wideSize, windows } =
    shape;
  if (!isDense && !isThin) room.columns = atLeast(room.columns, taps * step);
  if (step < windows) room.part = atLeast(room.part, share * step);
  if (!hasBorder) return;
  room.wide = atLeast(room.wide, wideSize);
  clearWide(shape);
}`,
  },
  reserveConvolve64: {
    needs: ["ConvolutionShape", "atLeastConvolve64", "clearWideConvolve64", "roomConvolve64"],
    ts: `/** Makes room for what is needed in between; the border is 0. */
function reserveConvolve64(shape: ConvolutionShape): void {
  const { hasBorder, isDense, isThin, share, step, taps, wideSize, windows } =
    shape;
  if (!isDense && !isThin)
    roomConvolve64.columns = atLeastConvolve64(
      roomConvolve64.columns,
      taps * step,
    );
  if (step < windows)
    roomConvolve64.part = atLeastConvolve64(roomConvolve64.part, share * step);
  if (!hasBorder) return;
  roomConvolve64.wide = atLeastConvolve64(roomConvolve64.wide, wideSize);
  clearWideConvolve64(shape);
}`,
    js: `/** Makes room for what is needed in between; the border is 0. */
function reserveConvolve64(shape) {
  const { hasBorder, isDense, isThin, share, step, taps, wideSize, windows } =
    shape;
  if (!isDense && !isThin)
    roomConvolve64.columns = atLeastConvolve64(
      roomConvolve64.columns,
      taps * step,
    );
  if (step < windows)
    roomConvolve64.part = atLeastConvolve64(roomConvolve64.part, share * step);
  if (!hasBorder) return;
  roomConvolve64.wide = atLeastConvolve64(roomConvolve64.wide, wideSize);
  clearWideConvolve64(shape);
}`,
  },
  room: {
    needs: ["Room"],
    ts: `const room: Room = {
  wide: /* @__PURE__ */ new Float32Array(0),
  columns: /* @__PURE__ */ new Float32Array(0),
  part: /* @__PURE__ */ new Float32Array(0),
};`,
    js: `const room = {
  wide: /* @__PURE__ */ new Float32Array(0),
  columns: /* @__PURE__ */ new Float32Array(0),
  part: /* @__PURE__ */ new Float32Array(0),
};`,
  },
  roomConvolve64: {
    needs: ["RoomConvolve64"],
    ts: `const roomConvolve64: RoomConvolve64 = {
  wide: /* @__PURE__ */ new Float64Array(0),
  columns: /* @__PURE__ */ new Float64Array(0),
  part: /* @__PURE__ */ new Float64Array(0),
};`,
    js: `const roomConvolve64 = {
  wide: /* @__PURE__ */ new Float64Array(0),
  columns: /* @__PURE__ */ new Float64Array(0),
  part: /* @__PURE__ */ new Float64Array(0),
};`,
  },
  roomFor: {
    needs: [],
    ts: `function roomFor(held: number, length: number): number {
  return Math.max(length, 2 * held, 64);
}`,
    js: `function roomFor(held, length) {
  return Math.max(length, 2 * held, 64);
}`,
  },
  roundHalfToEven: {
    needs: [],
    ts: `/** The nearest whole number; halves go to the even one, as in NumPy and IEEE 754. */
function roundHalfToEven(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}`,
    js: `/** The nearest whole number; halves go to the even one, as in NumPy and IEEE 754. */
function roundHalfToEven(x) {
  const nearest = Math.round(x);
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}`,
  },
  shape: {
    needs: ["ConvolutionShape"],
    ts: `/** The shape at work; its tables are kept, and grow. */
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
};`,
    js: `/** The shape at work; its tables are kept, and grow. */
const shape = {
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
};`,
  },
  sigmoid: {
    needs: [],
    ts: `/**
 * The logistic function 1 / (1 + e⁻ˣ). Never NaN for a number: where e⁻ˣ
 * overflows, the quotient is the 0 it should be.
 */
function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}`,
    js: `/**
 * The logistic function 1 / (1 + e⁻ˣ). Never NaN for a number: where e⁻ˣ
 * overflows, the quotient is the 0 it should be.
 */
function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}`,
  },
  signOfExchanges: {
    needs: [],
    ts: `/** 1 or −1: the determinant of the exchanges. */
function signOfExchanges(
  f: ArrayLike<number>,
  base: number,
  n: number,
): number {
  let sign = 1;
  for (let k = 0; k < n; k++) {
    if (f[base + n * n + k] !== k) sign = -sign;
    if (f[base + (n + 1) * n + k] !== k) sign = -sign;
  }
  return sign;
}`,
    js: `/** 1 or −1: the determinant of the exchanges. */
function signOfExchanges(f, base, n) {
  let sign = 1;
  for (let k = 0; k < n; k++) {
    if (f[base + n * n + k] !== k) sign = -sign;
    if (f[base + (n + 1) * n + k] !== k) sign = -sign;
  }
  return sign;
}`,
  },
  sinPi: {
    needs: [],
    ts: `/** sin(πx), with the period taken off exactly: 0 at every integer. */
function sinPi(x: number): number {
  const r = x - 2 * Math.round(x / 2);
  if (r > 0.5) return Math.sin(Math.PI * (1 - r));
  if (r < -0.5) return -Math.sin(Math.PI * (1 + r));
  return Math.sin(Math.PI * r);
}`,
    js: `/** sin(πx), with the period taken off exactly: 0 at every integer. */
function sinPi(x) {
  const r = x - 2 * Math.round(x / 2);
  if (r > 0.5) return Math.sin(Math.PI * (1 - r));
  if (r < -0.5) return -Math.sin(Math.PI * (1 + r));
  return Math.sin(Math.PI * r);
}`,
  },
  sinc: {
    needs: ["sinPi"],
    ts: `/** sin(πx) / (πx), the normalised form of NumPy and PyTorch; 1 at 0. */
function sinc(x: number): number {
  if (x === 0) return 1;
  return Math.abs(x) === Infinity ? 0 : sinPi(x) / (Math.PI * x);
}`,
    js: `/** sin(πx) / (πx), the normalised form of NumPy and PyTorch; 1 at 0. */
function sinc(x) {
  if (x === 0) return 1;
  return Math.abs(x) === Infinity ? 0 : sinPi(x) / (Math.PI * x);
}`,
  },
  sincDerivative: {
    needs: ["sinPi", "sinc", "sincSeries"],
    ts: `/**
 * The derivative of sinc of a whole order ≥ 0: πⁿ f(πx) with
 * f(t) = ∫₀¹ sⁿ cos(ts + nπ/2) ds.
 *
 * Numerics: f is summed as its power series for small t, where t f⁽ⁿ⁾ =
 * sin(t + nπ/2) − n f⁽ⁿ⁻¹⁾ cancels, and by that recurrence elsewhere.
 */
function sincDerivative(x: number, order: number): number {
  if (Math.abs(x) === Infinity) return 0;
  const t = Math.PI * x;
  const scale = Math.PI ** order;
  if (Math.abs(t) < order + 2) return scale * sincSeries(t, order);
  let derivative = sinc(x);
  for (let n = 1; n <= order; n++)
    derivative = (sinPi(x + n / 2) - n * derivative) / t;
  return scale * derivative;
}`,
    js: `/**
 * The derivative of sinc of a whole order ≥ 0: πⁿ f(πx) with
 * f(t) = ∫₀¹ sⁿ cos(ts + nπ/2) ds.
 *
 * Numerics: f is summed as its power series for small t, where t f⁽ⁿ⁾ =
 * sin(t + nπ/2) − n f⁽ⁿ⁻¹⁾ cancels, and by that recurrence elsewhere.
 */
function sincDerivative(x, order) {
  if (Math.abs(x) === Infinity) return 0;
  const t = Math.PI * x;
  const scale = Math.PI ** order;
  if (Math.abs(t) < order + 2) return scale * sincSeries(t, order);
  let derivative = sinc(x);
  for (let n = 1; n <= order; n++)
    derivative = (sinPi(x + n / 2) - n * derivative) / t;
  return scale * derivative;
}`,
  },
  sincSeries: {
    needs: [],
    ts: `/** Σ tᵐ / m! · cos((n + m) π/2) / (n + m + 1). */
function sincSeries(t: number, order: number): number {
  let sum = 0;
  let power = 1;
  for (let m = 0; m < 60; m++) {
    const turn = (order + m) % 4;
    if (turn === 0) sum += power / (order + m + 1);
    if (turn === 2) sum -= power / (order + m + 1);
    power *= t / (m + 1);
  }
  return sum;
}`,
    js: `/** Σ tᵐ / m! · cos((n + m) π/2) / (n + m + 1). */
function sincSeries(t, order) {
  let sum = 0;
  let power = 1;
  for (let m = 0; m < 60; m++) {
    const turn = (order + m) % 4;
    if (turn === 0) sum += power / (order + m + 1);
    if (turn === 2) sum -= power / (order + m + 1);
    power *= t / (m + 1);
  }
  return sum;
}`,
  },
  softplus: {
    needs: [],
    ts: `/** log(1 + eˣ), without overflow: x for large x, eˣ for very negative x. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}`,
    js: `/** log(1 + eˣ), without overflow: x for large x, eˣ for very negative x. */
function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}`,
  },
  solveColumn: {
    needs: ["FloatArray", "exchange"],
    ts: `/** P A Q = L U: x = Q U⁻¹ L⁻¹ P b. */
function solveColumn(
  f: ArrayLike<number>,
  base: number,
  x: FloatArray,
  at: number,
  n: number,
  stride: number,
): void {
  for (let k = 0; k < n; k++)
    exchange(x, at + k * stride, at + f[base + n * n + k]! * stride);
  for (let i = 0; i < n; i++) {
    let sum = x[at + i * stride]!;
    for (let j = 0; j < i; j++)
      sum -= f[base + i * n + j]! * x[at + j * stride]!;
    x[at + i * stride] = sum;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[at + i * stride]!;
    for (let j = i + 1; j < n; j++)
      sum -= f[base + i * n + j]! * x[at + j * stride]!;
    x[at + i * stride] = sum / f[base + i * n + i]!;
  }
  for (let k = n - 1; k >= 0; k--)
    exchange(x, at + k * stride, at + f[base + (n + 1) * n + k]! * stride);
}`,
    js: `/** P A Q = L U: x = Q U⁻¹ L⁻¹ P b. */
function solveColumn(f, base, x, at, n, stride) {
  for (let k = 0; k < n; k++)
    exchange(x, at + k * stride, at + f[base + n * n + k] * stride);
  for (let i = 0; i < n; i++) {
    let sum = x[at + i * stride];
    for (let j = 0; j < i; j++) sum -= f[base + i * n + j] * x[at + j * stride];
    x[at + i * stride] = sum;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[at + i * stride];
    for (let j = i + 1; j < n; j++)
      sum -= f[base + i * n + j] * x[at + j * stride];
    x[at + i * stride] = sum / f[base + i * n + i];
  }
  for (let k = n - 1; k >= 0; k--)
    exchange(x, at + k * stride, at + f[base + (n + 1) * n + k] * stride);
}`,
  },
  solveFactored: {
    needs: ["FloatArray", "solveColumn", "solveTransposedColumn"],
    ts: `/**
 * x with A · x = b, or Aᵀ · x = b, for \`count\` matrices in factors and right
 * sides b [n, columns]. Infinite or NaN where A is singular.
 */
function solveFactored(
  factors: ArrayLike<number>,
  b: ArrayLike<number>,
  x: FloatArray,
  count: number,
  n: number,
  columns: number,
  transposed: boolean,
): void {
  for (let i = 0; i < count * n * columns; i++) x[i] = b[i]!;
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    const at = m * n * columns;
    for (let c = 0; c < columns; c++) {
      if (transposed)
        solveTransposedColumn(factors, base, x, at + c, n, columns);
      else solveColumn(factors, base, x, at + c, n, columns);
    }
  }
}`,
    js: `/**
 * x with A · x = b, or Aᵀ · x = b, for \`count\` matrices in factors and right
 * sides b [n, columns]. Infinite or NaN where A is singular.
 */
function solveFactored(factors, b, x, count, n, columns, transposed) {
  for (let i = 0; i < count * n * columns; i++) x[i] = b[i];
  for (let m = 0; m < count; m++) {
    const base = m * (n + 2) * n;
    const at = m * n * columns;
    for (let c = 0; c < columns; c++) {
      if (transposed)
        solveTransposedColumn(factors, base, x, at + c, n, columns);
      else solveColumn(factors, base, x, at + c, n, columns);
    }
  }
}`,
  },
  solveTransposedColumn: {
    needs: ["FloatArray", "exchange"],
    ts: `/** Aᵀ = Q U ᵀ Lᵀ P by rows: x = Pᵀ L⁻ᵀ U⁻ᵀ Qᵀ b. */
function solveTransposedColumn(
  f: ArrayLike<number>,
  base: number,
  x: FloatArray,
  at: number,
  n: number,
  stride: number,
): void {
  for (let k = 0; k < n; k++)
    exchange(x, at + k * stride, at + f[base + (n + 1) * n + k]! * stride);
  for (let i = 0; i < n; i++) {
    let sum = x[at + i * stride]!;
    for (let j = 0; j < i; j++)
      sum -= f[base + j * n + i]! * x[at + j * stride]!;
    x[at + i * stride] = sum / f[base + i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[at + i * stride]!;
    for (let j = i + 1; j < n; j++)
      sum -= f[base + j * n + i]! * x[at + j * stride]!;
    x[at + i * stride] = sum;
  }
  for (let k = n - 1; k >= 0; k--)
    exchange(x, at + k * stride, at + f[base + n * n + k]! * stride);
}`,
    js: `/** Aᵀ = Q U ᵀ Lᵀ P by rows: x = Pᵀ L⁻ᵀ U⁻ᵀ Qᵀ b. */
function solveTransposedColumn(f, base, x, at, n, stride) {
  for (let k = 0; k < n; k++)
    exchange(x, at + k * stride, at + f[base + (n + 1) * n + k] * stride);
  for (let i = 0; i < n; i++) {
    let sum = x[at + i * stride];
    for (let j = 0; j < i; j++) sum -= f[base + j * n + i] * x[at + j * stride];
    x[at + i * stride] = sum / f[base + i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[at + i * stride];
    for (let j = i + 1; j < n; j++)
      sum -= f[base + j * n + i] * x[at + j * stride];
    x[at + i * stride] = sum;
  }
  for (let k = n - 1; k >= 0; k--)
    exchange(x, at + k * stride, at + f[base + n * n + k] * stride);
}`,
  },
  solveTriangular: {
    needs: ["FloatArray"],
    ts: `/** x with L · x = b, or Lᵀ · x = b, for \`count\` lower triangular L of size n and b [n, columns]. */
function solveTriangular(
  l: ArrayLike<number>,
  b: ArrayLike<number>,
  x: FloatArray,
  count: number,
  n: number,
  columns: number,
  transposed: boolean,
): void {
  for (let m = 0; m < count; m++) {
    const at = m * n * columns;
    for (let step = 0; step < n; step++) {
      const i = transposed ? n - 1 - step : step;
      for (let c = 0; c < columns; c++) {
        let sum = b[at + i * columns + c]!;
        for (let before = 0; before < step; before++) {
          const j = transposed ? n - 1 - before : before;
          const factor = l[m * n * n + (transposed ? j * n + i : i * n + j)]!;
          sum -= factor * x[at + j * columns + c]!;
        }
        x[at + i * columns + c] = sum / l[m * n * n + i * n + i]!;
      }
    }
  }
}`,
    js: `/** x with L · x = b, or Lᵀ · x = b, for \`count\` lower triangular L of size n and b [n, columns]. */
function solveTriangular(l, b, x, count, n, columns, transposed) {
  for (let m = 0; m < count; m++) {
    const at = m * n * columns;
    for (let step = 0; step < n; step++) {
      const i = transposed ? n - 1 - step : step;
      for (let c = 0; c < columns; c++) {
        let sum = b[at + i * columns + c];
        for (let before = 0; before < step; before++) {
          const j = transposed ? n - 1 - before : before;
          const factor = l[m * n * n + (transposed ? j * n + i : i * n + j)];
          sum -= factor * x[at + j * columns + c];
        }
        x[at + i * columns + c] = sum / l[m * n * n + i * n + i];
      }
    }
  }
}`,
  },
  sortPositions: {
    needs: ["mergeRuns"],
    ts: `/**
 * Positions of the elements in ascending (or descending) order along the
 * middle axis of an array read as [outer, count, inner]. Stable: equal
 * elements keep their order, and NaN comes last either way.
 *
 * \`result\` holds the positions in its first half; the second is scratch of
 * the merge sort.
 */
function sortPositions(
  x: ArrayLike<number>,
  result: Int32Array,
  outer: number,
  count: number,
  inner: number,
  descending: boolean,
): void {
  const half = outer * count * inner;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const first = o * count * inner + i;
      for (let k = 0; k < count; k++) result[first + k * inner] = k;
      let from = first;
      let to = first + half;
      for (let width = 1; width < count; width *= 2) {
        for (let low = 0; low < count; low += 2 * width)
          mergeRuns(
            x,
            result,
            first,
            from,
            to,
            inner,
            low,
            width,
            count,
            descending,
          );
        [from, to] = [to, from];
      }
      if (from === first) continue;
      for (let k = 0; k < count; k++)
        result[first + k * inner] = result[from + k * inner]!;
    }
  }
}`,
    js: `/**
 * Positions of the elements in ascending (or descending) order along the
 * middle axis of an array read as [outer, count, inner]. Stable: equal
 * elements keep their order, and NaN comes last either way.
 *
 * \`result\` holds the positions in its first half; the second is scratch of
 * the merge sort.
 */
function sortPositions(x, result, outer, count, inner, descending) {
  const half = outer * count * inner;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const first = o * count * inner + i;
      for (let k = 0; k < count; k++) result[first + k * inner] = k;
      let from = first;
      let to = first + half;
      for (let width = 1; width < count; width *= 2) {
        for (let low = 0; low < count; low += 2 * width)
          mergeRuns(
            x,
            result,
            first,
            from,
            to,
            inner,
            low,
            width,
            count,
            descending,
          );
        [from, to] = [to, from];
      }
      if (from === first) continue;
      for (let k = 0; k < count; k++)
        result[first + k * inner] = result[from + k * inner];
    }
  }
}`,
  },
  stirling: {
    needs: ["bernoulli"],
    ts: `const stirling = /* @__PURE__ */ bernoulli.map(
  (b, i) => b / ((2 * i + 2) * (2 * i + 1)),
);`,
    js: `const stirling = /* @__PURE__ */ bernoulli.map(
  (b, i) => b / ((2 * i + 2) * (2 * i + 1)),
);`,
  },
  store: {
    needs: [],
    ts: `/** Adds in any case: all code runs in every call, for the reason \`tileKernel.ts\` gives. */
function store(
  c: Float32Array,
  to: number,
  sum: number,
  accumulate: boolean,
): void {
  const total = c[to]! + sum;
  c[to] = accumulate ? total : sum;
}`,
    js: `/** Adds in any case: all code runs in every call, for the reason \`tileKernel.ts\` gives. */
function store(c, to, sum, accumulate) {
  const total = c[to] + sum;
  c[to] = accumulate ? total : sum;
}`,
  },
  storeMatvec64: {
    needs: [],
    ts: `/** Adds in any case: all code runs in every call, for the reason \`tileKernel64.ts\` gives. */
function storeMatvec64(
  c: Float64Array,
  to: number,
  sum: number,
  accumulate: boolean,
): void {
  const total = c[to]! + sum;
  c[to] = accumulate ? total : sum;
}`,
    js: `/** Adds in any case: all code runs in every call, for the reason \`tileKernel64.ts\` gives. */
function storeMatvec64(c, to, sum, accumulate) {
  const total = c[to] + sum;
  c[to] = accumulate ? total : sum;
}`,
  },
  tail: {
    needs: ["farDenominator", "farNumerator", "middleDenominator", "middleNumerator", "polynomial"],
    ts: `/** erfc(x) for x > 0.46875; NaN for NaN. */
function tail(x: number): number {
  if (x > 28) return 0;
  // x² splits into an exact square and a small rest: e^(−x²) would multiply
  // the rounding error of x² by x².
  const head = Math.trunc(x * 16) / 16;
  const gauss = Math.exp(-head * head) * Math.exp((head - x) * (head + x));
  if (x <= 4) {
    return (
      (gauss * polynomial(middleNumerator, x)) /
      polynomial(middleDenominator, x)
    );
  }
  const z = 1 / (x * x);
  const rest =
    (z * polynomial(farNumerator, z)) / polynomial(farDenominator, z);
  return (gauss / x) * (1 / Math.sqrt(Math.PI) - rest);
}`,
    js: `/** erfc(x) for x > 0.46875; NaN for NaN. */
function tail(x) {
  if (x > 28) return 0;
  // x² splits into an exact square and a small rest: e^(−x²) would multiply
  // the rounding error of x² by x².
  const head = Math.trunc(x * 16) / 16;
  const gauss = Math.exp(-head * head) * Math.exp((head - x) * (head + x));
  if (x <= 4) {
    return (
      (gauss * polynomial(middleNumerator, x)) /
      polynomial(middleDenominator, x)
    );
  }
  const z = 1 / (x * x);
  const rest =
    (z * polynomial(farNumerator, z)) / polynomial(farDenominator, z);
  return (gauss / x) * (1 / Math.sqrt(Math.PI) - rest);
}`,
  },
  taylor: {
    needs: [],
    ts: `/** log Γ(2 + t) = Σ_{k≥1} t^k taylor[k − 1]: 1 − γ, then (−1)^k (ζ(k) − 1) / k. */
const taylor = [
  0.42278433509846713, 0.3224670334241132, -0.06735230105319809,
  0.020580808427784546, -0.007385551028673986, 0.0028905103307415234,
  -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939,
  0.00009945751278180853, -0.00004492623673813314, 0.00002050721277567069,
  -0.000009439488275268397, 0.000004374866789907488, -0.000002039215753801366,
  9.55141213040742e-7, -4.492469198764566e-7, 2.1207184805554667e-7,
  -1.00432248239681e-7, 4.7698101693639804e-8, -2.2711094608943164e-8,
  1.0838659214896955e-8, -5.183475041970047e-9, 2.4836745438024785e-9,
  -1.1921401405860912e-9, 5.731367241678862e-10,
];`,
    js: `/** log Γ(2 + t) = Σ_{k≥1} t^k taylor[k − 1]: 1 − γ, then (−1)^k (ζ(k) − 1) / k. */
const taylor = [
  0.42278433509846713, 0.3224670334241132, -0.06735230105319809,
  0.020580808427784546, -0.007385551028673986, 0.0028905103307415234,
  -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939,
  0.00009945751278180853, -0.00004492623673813314, 0.00002050721277567069,
  -0.000009439488275268397, 0.000004374866789907488, -0.000002039215753801366,
  9.55141213040742e-7, -4.492469198764566e-7, 2.1207184805554667e-7,
  -1.00432248239681e-7, 4.7698101693639804e-8, -2.2711094608943164e-8,
  1.0838659214896955e-8, -5.183475041970047e-9, 2.4836745438024785e-9,
  -1.1921401405860912e-9, 5.731367241678862e-10,
];`,
  },
  tileCount: {
    needs: [],
    ts: `/** Tiles of 4 rows and 2 columns that cover a matrix. */
function tileCount(rows: number, columns: number): number {
  return Math.ceil(rows / 4) * Math.ceil(columns / 2);
}`,
    js: `/** Tiles of 4 rows and 2 columns that cover a matrix. */
function tileCount(rows, columns) {
  return Math.ceil(rows / 4) * Math.ceil(columns / 2);
}`,
  },
  tileCountMatmul64: {
    needs: [],
    ts: `/** Tiles of 4 rows and 2 columns that cover a matrix. */
function tileCountMatmul64(rows: number, columns: number): number {
  return Math.ceil(rows / 4) * Math.ceil(columns / 2);
}`,
    js: `/** Tiles of 4 rows and 2 columns that cover a matrix. */
function tileCountMatmul64(rows, columns) {
  return Math.ceil(rows / 4) * Math.ceil(columns / 2);
}`,
  },
  trigamma: {
    needs: ["bernoulli", "polynomial", "sinPi"],
    ts: `/**
 * The derivative of digamma, polygamma(1, x); +inf at 0, −1, −2, ….
 *
 * Numerics: relative error of a few units in the last place for x > 0.
 * Source: Abramowitz and Stegun 6.4.6, 6.4.7, 6.4.12.
 */
function trigamma(x: number): number {
  if (x < 0) {
    if (x === -Infinity) return NaN;
    return (Math.PI / sinPi(x)) ** 2 - trigamma(1 - x);
  }
  let shift = 0;
  for (; x < 10; x++) shift += 1 / (x * x);
  const z = 1 / (x * x);
  return (1 + 0.5 / x + z * polynomial(bernoulli, z)) / x + shift;
}`,
    js: `/**
 * The derivative of digamma, polygamma(1, x); +inf at 0, −1, −2, ….
 *
 * Numerics: relative error of a few units in the last place for x > 0.
 * Source: Abramowitz and Stegun 6.4.6, 6.4.7, 6.4.12.
 */
function trigamma(x) {
  if (x < 0) {
    if (x === -Infinity) return NaN;
    return (Math.PI / sinPi(x)) ** 2 - trigamma(1 - x);
  }
  let shift = 0;
  for (; x < 10; x++) shift += 1 / (x * x);
  const z = 1 / (x * x);
  return (1 + 0.5 / x + z * polynomial(bernoulli, z)) / x + shift;
}`,
  },
  uniformAt: {
    needs: ["mixBits"],
    ts: `/**
 * A number of the uniform distribution on [0, 1), in steps of 2⁻³², that is a
 * function of a seed and a position: the same on every machine, in any order.
 *
 * Source: the finaliser of MurmurHash3 (Austin Appleby, public domain),
 * applied to position and seed in turn. Not for cryptography.
 */
function uniformAt(seed: number, position: number): number {
  const high = Math.floor(seed / 4294967296);
  let hash = mixBits((seed | 0) ^ 0x9e3779b9);
  hash = mixBits(hash ^ (high | 0));
  hash = mixBits(hash ^ (position | 0));
  hash = mixBits(hash ^ Math.floor(position / 4294967296));
  return (hash >>> 0) / 4294967296;
}`,
    js: `/**
 * A number of the uniform distribution on [0, 1), in steps of 2⁻³², that is a
 * function of a seed and a position: the same on every machine, in any order.
 *
 * Source: the finaliser of MurmurHash3 (Austin Appleby, public domain),
 * applied to position and seed in turn. Not for cryptography.
 */
function uniformAt(seed, position) {
  const high = Math.floor(seed / 4294967296);
  let hash = mixBits((seed | 0) ^ 0x9e3779b9);
  hash = mixBits(hash ^ (high | 0));
  hash = mixBits(hash ^ (position | 0));
  hash = mixBits(hash ^ Math.floor(position / 4294967296));
  return (hash >>> 0) / 4294967296;
}`,
  },
  valueOf: {
    needs: [],
    ts: `/** A–Z, a–z, 0–9, + and / stand for 0 to 63. */
function valueOf(code: number): number {
  if (code >= 97) return code - 71;
  if (code >= 65) return code - 65;
  if (code >= 48) return code + 4;
  return code === 43 ? 62 : 63;
}`,
    js: `/** A–Z, a–z, 0–9, + and / stand for 0 to 63. */
function valueOf(code) {
  if (code >= 97) return code - 71;
  if (code >= 65) return code - 65;
  if (code >= 48) return code + 4;
  return code === 43 ? 62 : 63;
}`,
  },
  vecmat: {
    needs: ["multiplyVector"],
    ts: `/**
 * c = a · B, or c += a · B with \`accumulate\`.
 *
 * Shapes: a [k], B [k, n], c [n]; otherwise as {@link matvec}.
 */
function vecmat(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiplyVector(a, aOffset, b, bOffset, n, 1, c, cOffset, n, k, accumulate);
}`,
    js: `/**
 * c = a · B, or c += a · B with \`accumulate\`.
 *
 * Shapes: a [k], B [k, n], c [n]; otherwise as {@link matvec}.
 */
function vecmat(
  a,
  b,
  c,
  n,
  k,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
) {
  multiplyVector(a, aOffset, b, bOffset, n, 1, c, cOffset, n, k, accumulate);
}`,
  },
  vecmat64: {
    needs: ["multiplyVectorMatvec64"],
    ts: `/**
 * c = a · B, or c += a · B with \`accumulate\`.
 *
 * Shapes: a [k], B [k, n], c [n]; otherwise as {@link matvec64}.
 */
function vecmat64(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  n: number,
  k: number,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
): void {
  multiplyVectorMatvec64(
    a,
    aOffset,
    b,
    bOffset,
    n,
    1,
    c,
    cOffset,
    n,
    k,
    accumulate,
  );
}`,
    js: `/**
 * c = a · B, or c += a · B with \`accumulate\`.
 *
 * Shapes: a [k], B [k, n], c [n]; otherwise as {@link matvec64}.
 */
function vecmat64(
  a,
  b,
  c,
  n,
  k,
  accumulate = false,
  aOffset = 0,
  bOffset = 0,
  cOffset = 0,
) {
  multiplyVectorMatvec64(
    a,
    aOffset,
    b,
    bOffset,
    n,
    1,
    c,
    cOffset,
    n,
    k,
    accumulate,
  );
}`,
  },
  wasmCode: {
    needs: ["WasmCode"],
    ts: `/** A module from its bytes in base64, and from those it may have instead where the engine takes them. */
function wasmCode(base64: string, relaxed?: string): WasmCode {
  return { base64, relaxed, module: undefined };
}`,
    js: `/** A module from its bytes in base64, and from those it may have instead where the engine takes them. */
function wasmCode(base64, relaxed) {
  return { base64, relaxed, module: undefined };
}`,
  },
  wasmCompile: {
    needs: ["WasmCode", "bytesFor", "webAssembly"],
    ts: `/** Compiles a module without holding up the thread. */
function wasmCompile(code: WasmCode): Promise<void> {
  if (code.module !== undefined) return Promise.resolve();
  return webAssembly()
    .compile(bytesFor(code))
    .then((module) => {
      code.module = module;
    });
}`,
    js: `/** Compiles a module without holding up the thread. */
function wasmCompile(code) {
  if (code.module !== undefined) return Promise.resolve();
  return webAssembly()
    .compile(bytesFor(code))
    .then((module) => {
      code.module = module;
    });
}`,
  },
  wasmCopy: {
    needs: ["WasmView"],
    ts: `/** Copies an argument to its place in a memory, if it does not lie there already. */
function wasmCopy(to: WasmView, from: ArrayLike<number>): void {
  if (to !== from) to.set(from);
}`,
    js: `/** Copies an argument to its place in a memory, if it does not lie there already. */
function wasmCopy(to, from) {
  if (to !== from) to.set(from);
}`,
  },
  wasmMemory: {
    needs: ["WasmMemory", "webAssembly"],
    ts: `/** Memory of at least so many bytes, all 0. */
function wasmMemory(bytes: number): WasmMemory {
  const { Memory } = webAssembly();
  return new Memory({ initial: Math.max(1, Math.ceil(bytes / 65536)) });
}`,
    js: `/** Memory of at least so many bytes, all 0. */
function wasmMemory(bytes) {
  const { Memory } = webAssembly();
  return new Memory({ initial: Math.max(1, Math.ceil(bytes / 65536)) });
}`,
  },
  wasmRoom: {
    needs: [],
    ts: `/** For how many entries a tape should have room that had too little, or nearly, for what it has now. */
function wasmRoom(room: number, length: number): number {
  return 2 * length > room ? Math.max(2 * room, length) : room;
}`,
    js: `/** For how many entries a tape should have room that had too little, or nearly, for what it has now. */
function wasmRoom(room, length) {
  return 2 * length > room ? Math.max(2 * room, length) : room;
}`,
  },
  wasmStages: {
    needs: ["WasmCode", "WasmImports", "WasmMemory", "bytesFor", "webAssembly"],
    ts: `/**
 * The functions of a module over a memory. The module is compiled if it is
 * not yet; where that may not be done at once, call {@link wasmCompile} first.
 */
function wasmStages(
  code: WasmCode,
  memory: WasmMemory,
  host: WasmImports,
  calls: WasmImports,
): object {
  const { Module, Instance } = webAssembly();
  code.module ??= new Module(bytesFor(code));
  return new Instance(code.module, { host: { memory, ...host }, calls })
    .exports;
}`,
    js: `/**
 * The functions of a module over a memory. The module is compiled if it is
 * not yet; where that may not be done at once, call {@link wasmCompile} first.
 */
function wasmStages(code, memory, host, calls) {
  const { Module, Instance } = webAssembly();
  code.module ??= new Module(bytesFor(code));
  return new Instance(code.module, { host: { memory, ...host }, calls })
    .exports;
}`,
  },
  webAssembly: {
    needs: ["WebAssemblyHost"],
    ts: `function webAssembly(): WebAssemblyHost {
  const host = globalThis as { readonly WebAssembly?: WebAssemblyHost };
  if (host.WebAssembly === undefined)
    throw new TypeError("there is no WebAssembly here");
  return host.WebAssembly;
}`,
    js: `function webAssembly() {
  const host = globalThis;
  if (host.WebAssembly === undefined)
    throw new TypeError("there is no WebAssembly here");
  return host.WebAssembly;
}`,
  },
  widen: {
    needs: ["ConvolutionShape", "copyRows", "room"],
    ts: `function widen(shape: ConvolutionShape, x: Float32Array, image: number): void {
  const { depth, height, inset, widePlane, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const [from, to] = [image + c * height * width, inset + c * widePlane];
    copyRows(x, from, width, room.wide, to, wideWidth, height, width);
  }
}`,
    js: `function widen(shape, x, image) {
  const { depth, height, inset, widePlane, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const [from, to] = [image + c * height * width, inset + c * widePlane];
    copyRows(x, from, width, room.wide, to, wideWidth, height, width);
  }
}`,
  },
  widenConvolve64: {
    needs: ["ConvolutionShape", "copyRowsConvolve64", "roomConvolve64"],
    ts: `function widenConvolve64(
  shape: ConvolutionShape,
  x: Float64Array,
  image: number,
): void {
  const { depth, height, inset, widePlane, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const [from, to] = [image + c * height * width, inset + c * widePlane];
    copyRowsConvolve64(
      x,
      from,
      width,
      roomConvolve64.wide,
      to,
      wideWidth,
      height,
      width,
    );
  }
}`,
    js: `function widenConvolve64(shape, x, image) {
  const { depth, height, inset, widePlane, wideWidth, width } = shape;
  for (let c = 0; c < depth; c++) {
    const [from, to] = [image + c * height * width, inset + c * widePlane];
    copyRowsConvolve64(
      x,
      from,
      width,
      roomConvolve64.wide,
      to,
      wideWidth,
      height,
      width,
    );
  }
}`,
  },
  xlogy: {
    needs: [],
    ts: `/** x · log(y), and 0 where x is 0, unless y is NaN. */
function xlogy(x: number, y: number): number {
  return x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y);
}`,
    js: `/** x · log(y), and 0 where x is 0, unless y is NaN. */
function xlogy(x, y) {
  return x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y);
}`,
  },
};
