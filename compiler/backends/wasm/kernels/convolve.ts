import {
  clear,
  clearBorder,
  closeImage,
  convolutionName,
  eachGroup,
  imageLocals,
  openImage,
  parametersOf,
  readImage,
  setSizes,
  type ConvolutionKernel,
  type ConvolutionName,
} from "./convolveImages.js";
import { entry } from "./convolveTables.js";
import {
  addWindowsName,
  packTapsName,
  packWindowsName,
  panelRow,
  storeSumsName,
} from "./convolvePanels.js";
import { type Lanes, lanesOf } from "./lanes.js";
import { packRowsName, packStripsName } from "./pack.js";
import { type LeftLayout, panelName } from "./panel.js";
import {
  add,
  advance,
  call,
  choose,
  get,
  i32,
  least,
  lines,
  locals,
  repeatWhile,
  set,
  sub,
  times,
} from "./text.js";

/**
 * Convolutions and their two adjoints as products of the filters, a matrix
 * [filters, taps], with the matrix [taps, windows] of what each filter meets.
 * That matrix is never there as a whole: panels of it, as the tiles of the
 * matrix product read them, are gathered from the image, or added to it.
 *
 *     convolve         y = w · panel
 *     convolveInput    image += wᵀ · dy
 *     convolveFilters  dw += dy · panelᵀ
 *
 * An image with padding is first copied into one with a border of zeros.
 */

/** Terms of a sum at once: a panel stays in the first cache. */
export const termsAtOnce = 512;

export function convolutionFunction(kernel: ConvolutionKernel, tileRows: number): string {
  const lanes = lanesOf(kernel.dtype);
  return lines(
    `(func $${convolutionName(kernel)} ${parametersOf(kernel)}`,
    locals("i32", ...imageLocals, "k", "t", "terms", "width"),
    ...setSizes(lanes.bytes),
    ...bodies[kernel.name](lanes, tileRows),
    ")",
  );
}

const bodies: Readonly<
  Record<ConvolutionName, (lanes: Lanes, tileRows: number) => readonly string[]>
> = { convolve: forward, convolveInput: toInput, convolveFilters: toFilters };

function forward(lanes: Lanes, tileRows: number): readonly string[] {
  const panel = [
    set("width", sub(get("windows"), get("t"))),
    gather(packWindowsName(lanes)),
    multiplyRows(lanes, tileRows, {
      left: elementAt(lanes, "w", "k"),
      leftRow: get("wRow"),
      out: elementAt(lanes, "result", "t"),
      outRow: get("yRow"),
      rows: get("share"),
      adds: `(i32.ne ${get("k")} ${i32(0)})`,
    }),
  ];
  return [
    clearBorder,
    ...eachGroup(
      [],
      [...readImage, inTerms("k", "count", [inPanels(lanes, "t", "windows", panel)])],
    ),
  ];
}

function toFilters(lanes: Lanes, tileRows: number): readonly string[] {
  const panel = [
    set("width", sub(get("count"), get("k"))),
    gather(packTapsName(lanes)),
    multiplyRows(lanes, tileRows, {
      left: elementAt(lanes, "result", "t"),
      leftRow: get("yRow"),
      out: elementAt(lanes, "w", "k"),
      outRow: get("wRow"),
      rows: get("share"),
      adds: i32(1),
    }),
  ];
  return [
    clear(get("w"), times(times(get("groups"), get("share")), get("wRow"))),
    clearBorder,
    ...eachGroup(
      [],
      [...readImage, inTerms("t", "windows", [inPanels(lanes, "k", "count", panel)])],
    ),
  ];
}

function toInput(lanes: Lanes, tileRows: number): readonly string[] {
  const tile = i32(tileRows * lanes.bytes);
  const from = add(elementAt(lanes, "result", "t"), times(get("k"), get("yRow")));
  const panel = [
    call(packRowsName(lanes), from, ...["yRow", "terms", "panel"].map(get)),
    multiplyPanel(lanes, 2, {
      layout: "strips",
      left: add(get("strips"), times(get("k"), tile)),
      leftStep: tile,
      leftRow: i32(0),
      leftTile: times(get("share"), tile),
      out: get("sums"),
      outRow: i32(panelRow),
      rows: get("count"),
      adds: `(i32.ne ${get("k")} ${i32(0)})`,
    }),
  ];
  const width = least(sub(get("windows"), get("t")), i32(panelRow / lanes.bytes));
  const panels = [
    inTerms("k", "share", panel),
    call(
      addWindowsName(lanes),
      get("sums"),
      get("source"),
      entry("windowTable", get("t")),
      ...["tapTable", "count", "size"].map(get),
      width,
    ),
  ];
  return eachGroup(
    [call(packStripsName(lanes), ...["w", "wRow", "share", "strips", "count"].map(get))],
    [...openImage, inPanels(lanes, "t", "windows", panels), closeImage],
  );
}

// Loops

/** Runs along the sums of a product, `terms` at once. */
function inTerms(index: string, total: string, body: readonly string[]): string {
  return along(index, total, termsAtOnce, [
    set("terms", least(sub(get(total), get(index)), i32(termsAtOnce))),
    ...body,
  ]);
}

/** Runs along the columns of a product, a panel at once. */
const inPanels = (
  { bytes }: Lanes,
  index: string,
  total: string,
  body: readonly string[],
): string => along(index, total, panelRow / bytes, body);

function along(index: string, total: string, step: number, body: readonly string[]): string {
  return lines(
    set(index, i32(0)),
    repeatWhile(`(i32.lt_u ${get(index)} ${get(total)})`, ...body, advance(index, i32(step))),
  );
}

// Products

const gather = (callee: string): string =>
  call(
    callee,
    get("source"),
    entry("windowTable", get("t")),
    entry("tapTable", get("k")),
    ...["terms", "panel"].map(get),
  );

const elementAt = ({ bytes }: Lanes, pointer: string, index: string): string =>
  add(get(pointer), times(get(index), i32(bytes)));

interface Product {
  /** The first row of the left operand, and the bytes from one to the next. */
  readonly left: string;
  readonly leftRow: string;
  readonly out: string;
  readonly outRow: string;
  readonly rows: string;
  /** Whether to add to what is there. */
  readonly adds: string;
}

/** The panel times rows in memory; what is narrower than a panel goes by way of `sums`. */
function multiplyRows(lanes: Lanes, tileRows: number, product: Product): string {
  const { adds, leftRow, out, outRow, rows } = product;
  const inPlace = {
    ...product,
    layout: "rows" as const,
    leftStep: i32(0),
    leftTile: times(leftRow, i32(tileRows)),
  };
  const aside = { ...inPlace, out: get("sums"), outRow: i32(panelRow), adds: i32(0) };
  return choose(
    `(i32.ge_u ${get("width")} ${i32(panelRow / lanes.bytes)})`,
    [multiplyPanel(lanes, 2, inPlace)],
    [
      choose(
        `(i32.gt_u ${get("width")} ${i32(lanes.count)})`,
        [multiplyPanel(lanes, 2, aside)],
        [multiplyPanel(lanes, 1, aside)],
      ),
      call(storeSumsName(lanes), get("sums"), out, outRow, rows, get("width"), adds),
    ],
  );
}

function multiplyPanel(
  lanes: Lanes,
  vectors: number,
  product: Product & {
    readonly layout: LeftLayout;
    /** Bytes between terms of a sum, where rows do not lie in one piece. */
    readonly leftStep: string;
    /** Bytes from tile to tile. */
    readonly leftTile: string;
  },
): string {
  const { adds, layout, left, leftRow, leftStep, leftTile, out, outRow, rows } = product;
  return call(
    panelName({ lanes, left: layout, vectors }),
    left,
    leftStep,
    leftRow,
    leftTile,
    get("panel"),
    i32(panelRow),
    get("terms"),
    out,
    outRow,
    rows,
    adds,
  );
}
