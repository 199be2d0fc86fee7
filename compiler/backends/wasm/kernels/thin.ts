import { finish, kernelParameters, type MatmulKernel } from "./kernel.js";
import { type Lanes, lanesOf } from "./lanes.js";
import { dotsName, scaledRowsName } from "./rows.js";
import {
  add,
  advance,
  call,
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
} from "./text.js";

/**
 * One column, or fewer rows than a tile has: no element of A or B is used
 * often enough for tiles or packing to pay. Products of a row with a matrix
 * read each of them once, in order.
 */

/** Elements of C that wait for the epilogue together. */
const elementsAtOnce = 512;

export const thinSumsBytes = ({ dtype, epilogue }: MatmulKernel): number =>
  epilogue === undefined ? 0 : elementsAtOnce * lanesOf(dtype).bytes;

/** Where a piece of a product goes: `count` elements from element `at` on. */
interface Piece {
  readonly out: string;
  readonly at: string;
  readonly count: string;
  readonly add: boolean;
}

export const columnName = ({ name }: MatmulKernel): string => `mm.${name}.column`;

/** The kernel for one column. */
export function columnFunction(kernel: MatmulKernel): string {
  const lanes = lanesOf(kernel.dtype);
  const element = i32(lanes.bytes);
  const aRow = times(get(kernel.transposeA ? "rows" : "inner"), element);
  const product = (piece: Piece): string =>
    kernel.transposeA
      ? scaledRows(lanes, { vector: get("b"), step: element, matrix: get("a"), row: aRow }, piece)
      : dots(lanes, { vector: get("b"), matrix: get("a"), row: aRow }, piece);
  const code =
    kernel.epilogue === undefined
      ? [product({ out: get("c"), at: i32(0), count: get("rows"), add: kernel.accumulate })]
      : inPieces("rows", product, (at, count) =>
          finish(kernel, {
            from: get("scratch"),
            fromRow: element,
            row: at,
            column: i32(0),
            rows: count,
            columns: i32(1),
          }),
        );
  return lines(
    `(func $${columnName(kernel)} ${params(...kernelParameters(kernel))}`,
    locals("i32", "at", "count"),
    ...code,
    ")",
  );
}

export const fewRowsName = ({ name }: MatmulKernel): string => `mm.${name}.fewRows`;

/** The kernel for a few rows, one after the other. */
export function fewRowsFunction(kernel: MatmulKernel): string {
  const lanes = lanesOf(kernel.dtype);
  const element = i32(lanes.bytes);
  const aRow = kernel.transposeA ? element : times(get("inner"), element);
  const step = kernel.transposeA ? times(get("rows"), element) : element;
  const bRow = times(get(kernel.transposeB ? "inner" : "columns"), element);
  const vector = add(get("a"), times(get("i"), aRow));
  const product = (piece: Piece): string =>
    kernel.transposeB
      ? dots(lanes, { vector, matrix: get("b"), row: bRow }, piece)
      : scaledRows(lanes, { vector, step, matrix: get("b"), row: bRow }, piece);
  const out = add(get("c"), times(times(get("i"), get("columns")), element));
  const code =
    kernel.epilogue === undefined
      ? [product({ out, at: i32(0), count: get("columns"), add: kernel.accumulate })]
      : inPieces("columns", product, (at, count) =>
          finish(kernel, {
            from: get("scratch"),
            fromRow: i32(0),
            row: get("i"),
            column: at,
            rows: i32(1),
            columns: count,
          }),
        );
  return lines(
    `(func $${fewRowsName(kernel)} ${params(...kernelParameters(kernel))}`,
    locals("i32", "i", "at", "count"),
    repeatWhile(`(i32.lt_u ${get("i")} ${get("rows")})`, ...code, advance("i", i32(1))),
    ")",
  );
}

/** Sums go to the scratch and from there, by the epilogue, to C, so that it may still read C. */
function inPieces(
  total: string,
  product: (piece: Piece) => string,
  store: (at: string, count: string) => string,
): readonly string[] {
  const [at, count] = [get("at"), get("count")];
  return [
    set("at", i32(0)),
    repeatWhile(
      `(i32.lt_u ${at} ${get(total)})`,
      set("count", least(sub(get(total), at), i32(elementsAtOnce))),
      product({ out: get("scratch"), at, count, add: false }),
      store(at, count),
      advance("at", i32(elementsAtOnce)),
    ),
  ];
}

interface RowTimesMatrix {
  readonly vector: string;
  readonly matrix: string;
  /** Bytes between rows of the matrix. */
  readonly row: string;
}

/** The vector times columns `at` … of the matrix; `step` bytes lie between elements of the vector. */
function scaledRows(
  lanes: Lanes,
  { matrix, row, step, vector }: RowTimesMatrix & { readonly step: string },
  { add: adds, at, count, out }: Piece,
): string {
  const from = add(matrix, times(at, i32(lanes.bytes)));
  return call(
    scaledRowsName(lanes),
    vector,
    step,
    from,
    row,
    get("inner"),
    out,
    count,
    i32(adds ? 1 : 0),
  );
}

/** The dot products of the vector with rows `at` … of the matrix. */
function dots(
  lanes: Lanes,
  { matrix, row, vector }: RowTimesMatrix,
  { add: adds, at, count, out }: Piece,
): string {
  const from = add(matrix, times(at, row));
  return call(dotsName(lanes), vector, from, row, get("inner"), out, count, i32(adds ? 1 : 0));
}
