import { finish, kernelParameters, type MatmulKernel } from "./kernel.js";
import { lanesOf } from "./lanes.js";
import { packColumnsName, packRowsName, packRowStripsName, packStripsName } from "./pack.js";
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
  params,
  repeatWhile,
  set,
  sub,
  times,
  when,
} from "./text.js";

/**
 * The general shape: blocks of rows, in them panels of columns, in them blocks
 * of terms. A panel of B is packed, where that pays, just before all rows of
 * the block are multiplied by it; so packing needs memory for one panel only.
 */

/** Bytes of a row of a panel: two vectors. */
const panelRow = 32;
/** Terms of a sum at once: a packed panel and four rows of A stay in the first cache. */
const depthBlock = 512;
/** Rows of a block, a multiple of the rows of every tile. */
const mostRows = 288;
const leastRows = 24;
/** What a block of rows of A may take: more rows repay a packed panel better, fewer stay in the cache. */
const leftBlockBytes = 1152 * 1024;
/** Strides that are multiples of this make rows compete for the same lines of the cache. */
const crowdedStride = 1024;
/** Fewer rows, or columns, do not repay packing even what is crowded. */
const worthPackingCrowded = 16;
/** So many columns repay packing A in any case, from where one pointer reads a tile. */
const worthPackingLeft = 48;
/** So many rows repay packing B in any case. */
const worthPackingRight = 32;

export const blocksName = ({ name }: MatmulKernel): string => `mm.${name}.blocks`;

/** The kernel for all shapes, made for those that are not thin. */
export function blocksFunction(kernel: MatmulKernel, tileRows: number): string {
  const lanes = lanesOf(kernel.dtype);
  const element = i32(lanes.bytes);
  return lines(
    `(func $${blocksName(kernel)} ${params(...kernelParameters(kernel))}`,
    locals("i32", "aRow", "bRow", "cRow", "packA", "packB", "height", "rowsNow", "panel", "strips"),
    locals("i32", "i", "j", "k", "width", "depth", "left", "aStep", "aTile", "right", "bStep"),
    locals("i32", "out", "outRow", "whole"),
    set("aRow", times(get(kernel.transposeA ? "rows" : "inner"), element)),
    set("bRow", times(get(kernel.transposeB ? "inner" : "columns"), element)),
    set("cRow", times(get("columns"), element)),
    set("panel", add(get("scratch"), times(least(get("rows"), i32(mostRows)), i32(panelRow)))),
    set("strips", add(get("panel"), times(least(get("inner"), i32(depthBlock)), i32(panelRow)))),
    ...blockHeight(lanes.bytes, tileRows),
    ...whatToPack(kernel),
    repeatWhile(
      `(i32.lt_u ${get("i")} ${get("rows")})`,
      set("rowsNow", least(sub(get("rows"), get("i")), get("height"))),
      ...packLeft(kernel),
      set("j", i32(0)),
      repeatWhile(
        `(i32.lt_u ${get("j")} ${get("columns")})`,
        ...columnPanel(kernel, tileRows),
        advance("j", i32(panelRow / lanes.bytes)),
      ),
      advance("i", get("height")),
    ),
    ")",
  );
}

/** Blocks of equal height, as high as the cache allows. */
function blockHeight(bytes: number, tileRows: number): readonly string[] {
  const dividedUp = (value: string, by: string): string =>
    `(i32.div_u ${sub(add(value, by), i32(1))} ${by})`;
  const inGroups = (value: string): string =>
    times(`(i32.div_u ${value} ${i32(leastRows)})`, i32(leastRows));
  const fitting = `(i32.div_u ${i32(leftBlockBytes / bytes)} ${add(get("inner"), i32(1))})`;
  return [
    set("height", least(inGroups(fitting), i32(mostRows))),
    when(`(i32.eqz ${get("height")})`, set("height", i32(leastRows))),
    set("height", dividedUp(get("rows"), dividedUp(get("rows"), get("height")))),
    set("height", times(dividedUp(get("height"), i32(tileRows)), i32(tileRows))),
  ];
}

function whatToPack(kernel: MatmulKernel): readonly string[] {
  const { bytes } = lanesOf(kernel.dtype);
  const crowded = (row: string): string =>
    `(i32.eqz (i32.and ${get(row)} ${i32(crowdedStride - 1)}))`;
  const atLeast = (count: string, bound: number): string =>
    `(i32.ge_u ${get(count)} ${i32(bound)})`;
  const both = (left: string, right: string): string => `(i32.and ${left} ${right})`;
  const either = (left: string, right: string): string => `(i32.or ${left} ${right})`;
  const fits = `(i32.le_u ${get("inner")} ${i32(mostPackedTerms(bytes))})`;
  const repays = (row: string, count: string, worth: number): string =>
    either(atLeast(count, worth), both(crowded(row), atLeast(count, worthPackingCrowded)));
  return [
    set("packA", both(fits, repays("aRow", "columns", worthPackingLeft))),
    ...(kernel.transposeB ? [] : [set("packB", repays("bRow", "rows", worthPackingRight))]),
  ];
}

/** With more terms, not even the lowest block of A fits the memory for packing. */
const mostPackedTerms = (bytes: number): number => leftBlockBytes / bytes / leastRows;

/** Packs the rows of a block, if they lie badly. */
function packLeft(kernel: MatmulKernel): readonly string[] {
  const lanes = lanesOf(kernel.dtype);
  const [pack, step] = kernel.transposeA
    ? [packStripsName(lanes), i32(lanes.bytes)]
    : [packRowStripsName(lanes), get("aRow")];
  const from = add(get("a"), times(get("i"), step));
  return [
    when(get("packA"), call(pack, from, get("aRow"), get("inner"), get("strips"), get("rowsNow"))),
  ];
}

/** All rows of the block times the columns of one panel. */
function columnPanel(kernel: MatmulKernel, tileRows: number): readonly string[] {
  const { bytes } = lanesOf(kernel.dtype);
  const widthBytes = times(get("width"), i32(bytes));
  const whole = `(i32.eq ${widthBytes} ${i32(panelRow)})`;
  const inPlace = [
    set("out", add(add(get("c"), times(get("i"), get("cRow"))), times(get("j"), i32(bytes)))),
    set("outRow", get("cRow")),
  ];
  const inScratch = [set("out", get("scratch")), set("outRow", i32(panelRow))];
  const fromScratch = finish(kernel, {
    from: get("scratch"),
    fromRow: i32(panelRow),
    row: get("i"),
    column: get("j"),
    rows: get("rowsNow"),
    columns: get("width"),
  });
  const direct = kernel.epilogue === undefined;
  return [
    set("width", least(sub(get("columns"), get("j")), i32(panelRow / bytes))),
    ...(direct ? [set("whole", whole), choose(get("whole"), inPlace, inScratch)] : inScratch),
    set("k", i32(0)),
    "(loop $terms",
    ...termBlock(kernel, tileRows),
    advance("k", i32(depthBlock)),
    `(br_if $terms (i32.lt_u ${get("k")} ${get("inner")})))`,
    direct ? when(`(i32.eqz ${get("whole")})`, fromScratch) : fromScratch,
  ];
}

/** Adds one block of terms to the sums. */
function termBlock(kernel: MatmulKernel, tileRows: number): readonly string[] {
  const lanes = lanesOf(kernel.dtype);
  const continued = `(i32.ne ${get("k")} ${i32(0)})`;
  const multiplyAs = (left: LeftLayout, vectors: number): string =>
    call(
      panelName({ lanes, left, vectors }),
      ...["left", "aStep", "aRow", "aTile", "right", "bStep", "depth"].map(get),
      ...["out", "outRow", "rowsNow"].map(get),
      kernel.accumulate ? `(i32.or ${get("whole")} ${continued})` : continued,
    );
  const multiply = (vectors: number): string =>
    kernel.transposeA
      ? multiplyAs("strips", vectors)
      : choose(get("packA"), [multiplyAs("strips", vectors)], [multiplyAs("rows", vectors)]);
  return [
    set("depth", least(sub(get("inner"), get("k")), i32(depthBlock))),
    ...leftBlock(kernel, tileRows),
    ...rightPanel(kernel),
    choose(
      `(i32.gt_u ${times(get("width"), i32(lanes.bytes))} ${i32(panelRow / 2)})`,
      [multiply(2)],
      [multiply(1)],
    ),
  ];
}

function leftBlock(kernel: MatmulKernel, tileRows: number): readonly string[] {
  const { bytes } = lanesOf(kernel.dtype);
  const tileBytes = i32(tileRows * bytes);
  const at = (row: string, column: string, stride: string): string =>
    add(add(get("a"), times(row, stride)), times(column, i32(bytes)));
  const inPlace = kernel.transposeA
    ? [
        set("left", at(get("k"), get("i"), get("aRow"))),
        set("aStep", get("aRow")),
        set("aTile", tileBytes),
      ]
    : [
        set("left", at(get("i"), get("k"), get("aRow"))),
        set("aTile", times(get("aRow"), i32(tileRows))),
      ];
  const packed = [
    set("left", add(get("strips"), times(get("k"), tileBytes))),
    set("aStep", tileBytes),
    set("aTile", times(get("inner"), tileBytes)),
  ];
  return [choose(get("packA"), packed, inPlace)];
}

function rightPanel(kernel: MatmulKernel): readonly string[] {
  const lanes = lanesOf(kernel.dtype);
  const at = (row: string, column: string): string =>
    add(add(get("b"), times(get(row), get("bRow"))), times(get(column), i32(lanes.bytes)));
  const packed = [set("right", get("panel")), set("bStep", i32(panelRow))];
  if (kernel.transposeB) {
    return [
      call(
        packColumnsName(lanes),
        at("j", "k"),
        get("bRow"),
        get("depth"),
        get("panel"),
        get("width"),
      ),
      ...packed,
    ];
  }
  return [
    choose(
      get("packB"),
      [call(packRowsName(lanes), at("k", "j"), get("bRow"), get("depth"), get("panel")), ...packed],
      [set("right", at("k", "j")), set("bStep", get("bRow"))],
    ),
  ];
}

/** Sizes known when the code is generated; null for others. */
export interface KnownSizes {
  readonly rows: number | null;
  readonly columns: number | null;
  readonly inner: number | null;
}

/** Bytes of scratch: sums on their way to C, a packed panel, packed rows. */
export function blocksScratchBytes(
  { dtype, transposeA }: MatmulKernel,
  { columns, inner, rows }: KnownSizes,
): number {
  const { bytes } = lanesOf(dtype);
  const sums = Math.min(rows ?? mostRows, mostRows) * panelRow;
  const panel = Math.min(inner ?? depthBlock, depthBlock) * panelRow;
  const stride = transposeA ? rows : inner;
  const mayBeCrowded = stride === null || (stride * bytes) % crowdedStride === 0;
  const packs = (columns ?? Infinity) >= (mayBeCrowded ? worthPackingCrowded : worthPackingLeft);
  const terms = Math.min(inner ?? mostPackedTerms(bytes), mostPackedTerms(bytes));
  const height = Math.ceil(Math.min(rows ?? mostRows, mostRows) / leastRows) * leastRows;
  const strips = packs ? Math.min(height * terms * bytes, leftBlockBytes) : 0;
  return sums + panel + strips;
}
