import type { KernelOptions } from "./matmul.js";
import { tileRowsOf } from "./matmul.js";
import { convolutionFunction, termsAtOnce } from "./convolve.js";
import {
  convolutionName,
  convolutionParameters,
  type ConvolutionKernel,
  type ConvolutionName,
} from "./convolveImages.js";
import {
  addWindowsFunction,
  addWindowsName,
  packTapsFunction,
  packTapsName,
  packWindowsFunction,
  packWindowsName,
  panelRow,
  storeSumsFunction,
  storeSumsName,
} from "./convolvePanels.js";
import {
  clearFunction,
  clearName,
  copyRowsFunction,
  copyRowsName,
  tableFunction,
  tableName,
} from "./convolveTables.js";
import { thinInputFunction } from "./convolveThin.js";
import type { MatmulKernel } from "./kernel.js";
import { type Dtype, lanesOf } from "./lanes.js";
import { add, call, i32 } from "./text.js";

/** Sizes of a convolution and its options, in the order of the kernels' arguments after `images`. */
export const geometryNames = [
  "channels",
  "height",
  "width",
  "filters",
  "filterHeight",
  "filterWidth",
  "resultHeight",
  "resultWidth",
  "strideH",
  "strideW",
  "paddingH",
  "paddingW",
  "dilationH",
  "dilationW",
  "groups",
] as const;

export type Geometry = Readonly<Record<(typeof geometryNames)[number], number>>;

/** A function by its name, as text that depends on the instructions allowed. */
export interface NamedFunction {
  readonly name: string;
  text(options: KernelOptions): string;
}

export const convolutionKernel = (
  name: ConvolutionName,
  dtype: Dtype,
  { filters, groups }: Geometry,
): ConvolutionKernel => ({ name, dtype, isThin: name === "convolveInput" && filters === groups });

/** The functions a convolution calls, itself included, but for those of matrix products. */
export function convolutionFunctions(kernel: ConvolutionKernel): readonly NamedFunction[] {
  const { dtype, isThin, name } = kernel;
  const lanes = lanesOf(dtype);
  const always = (own: string, text: string): NamedFunction => ({ name: own, text: () => text });
  const storeSums = always(storeSumsName(lanes), storeSumsFunction(lanes));
  const panels = {
    convolve: [storeSums, always(packWindowsName(lanes), packWindowsFunction(lanes))],
    convolveInput: [always(addWindowsName(lanes), addWindowsFunction(lanes))],
    convolveFilters: [storeSums, always(packTapsName(lanes), packTapsFunction(lanes))],
  };
  return [
    always(tableName, tableFunction()),
    always(clearName, clearFunction()),
    always(copyRowsName, copyRowsFunction()),
    ...(isThin ? [] : panels[name]),
    {
      name: convolutionName(kernel),
      text: (options) =>
        isThin ? thinInputFunction(kernel) : convolutionFunction(kernel, tileRowsOf(options)),
    },
  ];
}

/** The matrix products whose parts a convolution calls. */
export function convolutionProducts({
  dtype,
  isThin,
  name,
}: ConvolutionKernel): readonly Omit<MatmulKernel, "name">[] {
  const transposeA = name === "convolveInput";
  return isThin ? [] : [{ dtype, transposeA, transposeB: false, accumulate: false }];
}

/** Places in the scratch of a convolution, in bytes, and how much it takes. */
interface Scratch {
  readonly places: Readonly<Record<(typeof sections)[number], number>>;
  readonly bytes: number;
}

const sections = ["tapTable", "windowTable", "panel", "sums", "strips", "wide"] as const;

/** Panels read the tables in rows of as many entries. */
const spareEntries = 8;
/** Strips have at most so many rows, the last one also where fewer are left. */
const spareRows = 5;

function measures(geometry: Geometry, dtype: Dtype) {
  const { channels, filters, filterHeight, filterWidth, groups, height, width } = geometry;
  const { paddingH, paddingW, resultHeight, resultWidth } = geometry;
  const { bytes } = lanesOf(dtype);
  const depth = channels / groups;
  const wideRow = (width + 2 * paddingW) * bytes;
  return {
    bytes,
    depth,
    share: filters / groups,
    size: filterHeight * filterWidth,
    count: depth * filterHeight * filterWidth,
    windows: resultHeight * resultWidth,
    row: width * bytes,
    hasBorder: paddingH + paddingW > 0,
    wideRow,
    widePlane: (height + 2 * paddingH) * wideRow,
    inset: paddingH * wideRow + paddingW * bytes,
  };
}

type Measures = ReturnType<typeof measures>;

function scratchOf({ isThin, name }: ConvolutionKernel, own: Measures): Scratch {
  const { bytes, count, depth, hasBorder, share, widePlane, windows } = own;
  const isInput = name === "convolveInput";
  const sizes = {
    tapTable: 4 * (count + spareEntries),
    windowTable: 4 * (windows + spareEntries),
    panel: isThin ? 0 : termsAtOnce * panelRow,
    sums: isThin ? 0 : (isInput ? count : share) * panelRow,
    strips: isInput && !isThin ? (count + spareRows) * share * bytes : 0,
    wide: hasBorder ? depth * widePlane : 0,
  };
  let end = 0;
  const place = (section: (typeof sections)[number]): number => {
    const start = end;
    end += 64 * Math.ceil(sizes[section] / 64);
    return start;
  };
  const places = {
    tapTable: place("tapTable"),
    windowTable: place("windowTable"),
    panel: place("panel"),
    sums: place("sums"),
    strips: place("strips"),
    wide: place("wide"),
  };
  return { places, bytes: end };
}

/** Bytes a convolution works in besides its operands. */
export function convolutionScratchBytes(kernel: ConvolutionKernel, geometry: Geometry): number {
  return scratchOf(kernel, measures(geometry, kernel.dtype)).bytes;
}

/** The calls for one convolution: of the functions that fill its tables, and of its own. */
export function convolutionCalls(
  kernel: ConvolutionKernel,
  geometry: Geometry,
  given: {
    /** Addresses of both operands and the result. */
    readonly operands: readonly string[];
    readonly images: string;
    readonly scratch: string;
  },
): readonly string[] {
  const own = measures(geometry, kernel.dtype);
  const { dilationH, dilationW, filterHeight, filterWidth, groups, height } = geometry;
  const { resultHeight, resultWidth, strideH, strideW } = geometry;
  const { bytes, count, depth, wideRow, widePlane, windows } = own;
  const { places } = scratchOf(kernel, own);
  const at = (section: (typeof sections)[number], entries = 0): string =>
    add(given.scratch, i32(places[section] + 4 * entries));
  const table = (to: string, ...steps: readonly number[]): string =>
    call(tableName, to, ...steps.map(i32));
  const numbers = {
    ...own,
    groups,
    height,
    hasBorder: own.hasBorder ? 1 : 0,
  };
  const argument = (parameter: (typeof convolutionParameters)[number]): string => {
    if (parameter === "images") return given.images;
    return parameter in places
      ? at(parameter as (typeof sections)[number])
      : i32(numbers[parameter as keyof typeof numbers]);
  };
  const taps = [depth, widePlane, filterHeight, dilationH * wideRow, filterWidth] as const;
  return [
    table(at("tapTable"), ...taps, dilationW * bytes),
    table(at("tapTable", count), 1, 0, 1, 0, spareEntries, 0),
    table(at("windowTable"), 1, 0, resultHeight, strideH * wideRow, resultWidth, strideW * bytes),
    table(at("windowTable", windows), 1, 0, 1, 0, spareEntries, 0),
    call(convolutionName(kernel), ...given.operands, ...convolutionParameters.map(argument)),
  ];
}
