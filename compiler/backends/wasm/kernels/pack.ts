import type { Lanes } from "./lanes.js";
import {
  add,
  advance,
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
  upTo,
} from "./text.js";

/**
 * Packing copies what a tile loop will read into the order it reads it in.
 * It pays where the matrix is read several times, and its rows lie so far
 * apart, or at such powers of two, that they do not stay in the cache.
 */

/** Columns of a packed panel are two vectors wide. */
const panelVectors = 2;

export const packRowsName = ({ dtype }: Lanes): string => `mm.${dtype}.packRows`;

export const packColumnsName = ({ dtype }: Lanes): string => `mm.${dtype}.packColumns`;

export const packStripsName = ({ dtype }: Lanes): string => `mm.${dtype}.packStrips`;

export const packRowStripsName = ({ dtype }: Lanes): string => `mm.${dtype}.packRowStrips`;

/** Copies `depth` rows of a panel's width, `fromRow` bytes apart, to contiguous ones. */
export function packRowsFunction(lanes: Lanes): string {
  const bytes = i32(16 * panelVectors);
  return lines(
    `(func $${packRowsName(lanes)} ${params("from", "fromRow", "depth", "to")}`,
    repeatWhile(
      get("depth"),
      ...upTo(panelVectors).map(
        (v) =>
          `(v128.store offset=${16 * v} ${get("to")} (v128.load offset=${16 * v} ${get("from")}))`,
      ),
      advance("from", get("fromRow")),
      advance("to", bytes),
      advance("depth", i32(-1)),
    ),
    ")",
  );
}

/**
 * Transposes `width` rows of `depth` elements, `fromRow` bytes apart, into a
 * panel: its row p holds element p of each. A panel of full width is
 * transposed in square blocks of vectors; of a narrower one the columns
 * beyond `width` are left as they are.
 */
export function packColumnsFunction(lanes: Lanes): string {
  const { bytes, count } = lanes;
  const columns = panelVectors * count;
  const panelRow = 16 * panelVectors;
  const pointers = upTo(columns).map((c) => `from${c}`);
  return lines(
    `(func $${packColumnsName(lanes)} ${params("from", "fromRow", "depth", "to", "width")}`,
    locals("i32", "vectors", "left", "source", "target", "column", ...pointers.slice(1)),
    locals("v128", ...upTo(count).flatMap((r) => [`row${r}`, `half${r}`])),
    choose(
      `(i32.eq ${get("width")} ${i32(columns)})`,
      [
        set("vectors", `(i32.div_u ${get("depth")} ${i32(count)})`),
        repeatWhile(
          get("vectors"),
          ...upTo(panelVectors).flatMap((v) => {
            const row = (r: number): string =>
              add(get("from"), times(get("fromRow"), i32(v * count + r)));
            return transposedBlock(lanes, row, (column) => column * panelRow + 16 * v);
          }),
          advance("from", i32(16)),
          advance("to", i32(panelRow * count)),
          advance("vectors", i32(-1)),
        ),
        set("depth", `(i32.rem_u ${get("depth")} ${i32(count)})`),
      ],
      [],
    ),
    repeatWhile(
      `(i32.lt_u ${get("column")} ${get("width")})`,
      set("source", add(get("from"), times(get("column"), get("fromRow")))),
      set("target", add(get("to"), times(get("column"), i32(bytes)))),
      set("left", get("depth")),
      repeatWhile(
        get("left"),
        copyElement(lanes, "target", "source"),
        advance("source", i32(bytes)),
        advance("target", i32(panelRow)),
        advance("left", i32(-1)),
      ),
      advance("column", i32(1)),
    ),
    ")",
  );
}

function copyElement({ dtype }: Lanes, to: string, from: string): string {
  return `(${dtype}.store ${get(to)} (${dtype}.load ${get(from)}))`;
}

/** Loads a vector of each of as many rows, and stores column c of the square `offset(c)` bytes from `to`. */
export function transposedBlock(
  lanes: Lanes,
  row: (index: number) => string,
  offset: (column: number) => number,
): readonly string[] {
  const { count } = lanes;
  const loads = upTo(count).map((r) => set(`row${r}`, `(v128.load ${row(r)})`));
  const store = (column: number, value: string): string =>
    `(v128.store offset=${offset(column)} ${get("to")} ${value})`;
  if (count === 2) {
    return [
      ...loads,
      store(0, shuffle(lanes, "row0", "row1", [0, 2])),
      store(1, shuffle(lanes, "row0", "row1", [1, 3])),
    ];
  }
  return [
    ...loads,
    set("half0", shuffle(lanes, "row0", "row1", [0, 4, 1, 5])),
    set("half1", shuffle(lanes, "row2", "row3", [0, 4, 1, 5])),
    set("half2", shuffle(lanes, "row0", "row1", [2, 6, 3, 7])),
    set("half3", shuffle(lanes, "row2", "row3", [2, 6, 3, 7])),
    store(0, shuffle(lanes, "half0", "half1", [0, 1, 4, 5])),
    store(1, shuffle(lanes, "half0", "half1", [2, 3, 6, 7])),
    store(2, shuffle(lanes, "half2", "half3", [0, 1, 4, 5])),
    store(3, shuffle(lanes, "half2", "half3", [2, 3, 6, 7])),
  ];
}

/** Picks lanes of two vectors, those of the second counted on from the first's. */
function shuffle({ bytes }: Lanes, left: string, right: string, lanes: readonly number[]): string {
  const indices = lanes.flatMap((lane) => upTo(bytes).map((byte) => lane * bytes + byte));
  return `(i8x16.shuffle ${indices.join(" ")} ${get(left)} ${get(right)})`;
}

/**
 * Copies `rows` columns of a matrix with `depth` rows, `fromRow` bytes apart,
 * to strips of `tileRows`: each holds its columns side by side for every row.
 */
export function packStripsFunction(lanes: Lanes, tileRows: number): string {
  const bytes = tileRows * lanes.bytes;
  return lines(
    `(func $${packStripsName(lanes)} ${params("from", "fromRow", "depth", "to", "rows")}`,
    locals("i32", "source", "left"),
    repeatWhile(
      `(i32.gt_s ${get("rows")} (i32.const 0))`,
      set("source", get("from")),
      set("left", get("depth")),
      repeatWhile(
        get("left"),
        ...copyBytes(bytes),
        advance("source", get("fromRow")),
        advance("to", i32(bytes)),
        advance("left", i32(-1)),
      ),
      advance("from", i32(bytes)),
      set("rows", sub(get("rows"), least(get("rows"), i32(tileRows)))),
    ),
    ")",
  );
}

/** Copies with the widest loads that fit; `bytes` is a multiple of 8. */
function copyBytes(bytes: number): readonly string[] {
  const vectors = upTo(Math.floor(bytes / 16)).map(
    (v) =>
      `(v128.store offset=${16 * v} ${get("to")} (v128.load offset=${16 * v} ${get("source")}))`,
  );
  const rest = 16 * vectors.length;
  return rest === bytes
    ? vectors
    : [
        ...vectors,
        `(i64.store offset=${rest} ${get("to")} (i64.load offset=${rest} ${get("source")}))`,
      ];
}

/**
 * Transposes `rows` rows of `depth` elements, `fromRow` bytes apart, to strips
 * of `tileRows`. What stands in the last strip for rows beyond is of no use.
 */
export function packRowStripsFunction(lanes: Lanes, tileRows: number): string {
  const { bytes, count } = lanes;
  const strip = tileRows * bytes;
  const sources = upTo(tileRows).map((r) => `source${r}`);
  const inBlocks = Math.floor(tileRows / count) * count;
  const blocks = upTo(inBlocks / count).map((block) => block * count);
  const copies = (rows: readonly string[], first: number, column: number): readonly string[] =>
    rows.map(
      (source, r) =>
        `(${lanes.dtype}.store offset=${column * strip + (first + r) * bytes} ${get("to")}
          (${lanes.dtype}.load offset=${column * bytes} ${get(source)}))`,
    );
  const advanceAll = (columns: number): readonly string[] => [
    ...sources.map((source) => advance(source, i32(columns * bytes))),
    advance("to", i32(columns * strip)),
    advance("left", i32(-columns)),
  ];
  return lines(
    `(func $${packRowStripsName(lanes)} ${params("from", "fromRow", "depth", "to", "rows")}`,
    locals("i32", "left", ...sources),
    locals("v128", ...upTo(count).flatMap((r) => [`row${r}`, `half${r}`])),
    repeatWhile(
      `(i32.gt_s ${get("rows")} (i32.const 0))`,
      ...sources.map((source, r) => set(source, r === 0 ? get("from") : nextRowOf(sources, r))),
      set("left", get("depth")),
      repeatWhile(
        `(i32.ge_u ${get("left")} ${i32(count)})`,
        ...blocks.flatMap((first) =>
          transposedBlock(
            lanes,
            (r) => get(`source${first + r}`),
            (column) => column * strip + first * bytes,
          ),
        ),
        ...upTo(count).flatMap((column) => copies(sources.slice(inBlocks), inBlocks, column)),
        ...advanceAll(count),
      ),
      repeatWhile(get("left"), ...copies(sources, 0, 0), ...advanceAll(1)),
      advance("from", times(get("fromRow"), i32(tileRows))),
      set("rows", sub(get("rows"), least(get("rows"), i32(tileRows)))),
    ),
    ")",
  );
}

/** The row below, or where there is none the same once more. */
function nextRowOf(sources: readonly string[], r: number): string {
  const above = get(sources[r - 1] ?? "from");
  return `(select ${add(above, get("fromRow"))} ${above} (i32.gt_u ${get("rows")} ${i32(r)}))`;
}
