import { entry } from "./convolveTables.js";
import type { Lanes } from "./lanes.js";
import { transposedBlock } from "./pack.js";
import {
  add,
  advance,
  choose,
  get,
  i32,
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
 * Between an image and panels of a matrix product. Every element of the matrix
 * whose columns are windows lies in the image at the sum of two distances: of
 * its window and of its place in the window, its tap. Tables hold both, in
 * bytes, so that no size, stride or dilation is needed here. Windows in a row
 * whose distances are contiguous are read and written as vectors.
 */

/** Bytes of a row of a panel: two vectors. */
export const panelRow = 32;

export const packWindowsName = ({ dtype }: Lanes): string => `cv.${dtype}.packWindows`;

export const packTapsName = ({ dtype }: Lanes): string => `cv.${dtype}.packTaps`;

export const addWindowsName = ({ dtype }: Lanes): string => `cv.${dtype}.addWindows`;

export const storeSumsName = ({ dtype }: Lanes): string => `cv.${dtype}.storeSums`;

const elementsAtOnce = ({ bytes }: Lanes): number => panelRow / bytes;

const loadEntry = (table: string, index = 0): string =>
  `(i32.load offset=${4 * index} ${get(table)})`;

/** Whether the windows from an entry on, as many as a vector has lanes, lie side by side. */
export const areContiguous = ({ bytes }: Lanes, table: string, count: number): string =>
  `(i32.eq ${sub(loadEntry(table, count - 1), loadEntry(table))} ${i32((count - 1) * bytes)})`;

/** Copies an element or a vector. */
const copied = (type: string, to: string, from: string, offset: Offsets = {}): string =>
  `(${type}.store offset=${offset.to ?? 0} ${to} (${type}.load offset=${offset.from ?? 0} ${from}))`;

interface Offsets {
  readonly to?: number;
  readonly from?: number;
}

/** Row k of the panel: tap k of eight windows, or of as many as fit its row. */
export function packWindowsFunction(lanes: Lanes): string {
  const { bytes, count, dtype } = lanes;
  const source = add(get("from"), loadEntry("at"));
  const column = (copy: readonly string[]): readonly string[] => [
    set("from", add(get("image"), loadEntry("windows"))),
    set("at", get("taps")),
    set("to", get("column")),
    repeatWhile(
      `(i32.ne ${get("at")} ${get("end")})`,
      ...copy,
      advance("at", i32(4)),
      advance("to", i32(panelRow)),
    ),
  ];
  const next = (elements: number): readonly string[] => [
    advance("windows", i32(4 * elements)),
    advance("column", i32(elements * bytes)),
  ];
  const all = elementsAtOnce(lanes);
  return lines(
    `(func $${packWindowsName(lanes)} ${params("image", "windows", "taps", "depth", "panel")}`,
    locals("i32", "column", "end", "from", "at", "to", "source"),
    set("column", get("panel")),
    set("end", entry("taps", get("depth"))),
    choose(
      areContiguous(lanes, "windows", all),
      column([
        set("source", source),
        copied("v128", get("to"), get("source")),
        copied("v128", get("to"), get("source"), { to: 16, from: 16 }),
      ]),
      [
        repeatWhile(
          `(i32.ne ${get("column")} ${add(get("panel"), i32(panelRow))})`,
          choose(
            `(i32.and ${areContiguous(lanes, "windows", count)}
              (i32.le_u ${get("column")} ${add(get("panel"), i32(panelRow - 16))}))`,
            [...column([copied("v128", get("to"), source)]), ...next(count)],
            [...column([copied(dtype, get("to"), source)]), ...next(1)],
          ),
        ),
      ],
    ),
    ")",
  );
}

/** Row t of the panel: window t at eight taps, or at as many as fit its row. */
export function packTapsFunction(lanes: Lanes): string {
  const { bytes, count } = lanes;
  const sources = upTo(elementsAtOnce(lanes)).map((u) => `from${u}`);
  const place = (source: string): string => add(get(source), get("at"));
  const next = (elements: number): readonly string[] => [
    advance("windows", i32(4 * elements)),
    advance("to", i32(elements * panelRow)),
    advance("depth", i32(-elements)),
  ];
  return lines(
    `(func $${packTapsName(lanes)} ${params("image", "windows", "taps", "depth", "to")}`,
    locals("i32", "at", ...sources),
    locals("v128", ...upTo(count).flatMap((r) => [`row${r}`, `half${r}`])),
    ...sources.map((source, u) => set(source, add(get("image"), loadEntry("taps", u)))),
    repeatWhile(
      get("depth"),
      set("at", loadEntry("windows")),
      choose(
        `(i32.and (i32.ge_u ${get("depth")} ${i32(count)}) ${areContiguous(lanes, "windows", count)})`,
        [
          ...[0, count].flatMap((first) =>
            transposedBlock(
              lanes,
              (r) => place(sources[first + r] ?? ""),
              (column) => column * panelRow + first * bytes,
            ),
          ),
          ...next(count),
        ],
        [
          ...sources.map((source, u) =>
            copied(lanes.dtype, get("to"), place(source), { to: u * bytes }),
          ),
          ...next(1),
        ],
      ),
    ),
    ")",
  );
}

/**
 * Adds row k of the panel to tap k of its windows. Neighbouring taps of one
 * channel overlap, and what was just stored is slow to load as another vector;
 * so the channels of a tap, `size` taps apart, come one after the other.
 */
export function addWindowsFunction(lanes: Lanes): string {
  const { bytes, count, dtype, vector } = lanes;
  const sum = (type: string, adds: string, offset = 0): string =>
    `(${type}.store offset=${offset} ${get("to")} (${adds}.add
      (${type}.load offset=${offset} ${get("to")})
      (${type}.load offset=${offset} ${get("from")})))`;
  const column = (adds: readonly string[]): readonly string[] => [
    set("place", add(get("image"), loadEntry("windows"))),
    set("tap", i32(0)),
    repeatWhile(
      `(i32.lt_u ${get("tap")} ${get("size")})`,
      set("at", entry("taps", get("tap"))),
      set("from", add(get("panel"), times(get("tap"), i32(panelRow)))),
      repeatWhile(
        `(i32.lt_u ${get("at")} ${get("end")})`,
        set("to", add(get("place"), loadEntry("at"))),
        ...adds,
        advance("at", get("tableStep")),
        advance("from", get("panelStep")),
      ),
      advance("tap", i32(1)),
    ),
  ];
  const next = (elements: number): readonly string[] => [
    advance("windows", i32(4 * elements)),
    advance("panel", i32(elements * bytes)),
    advance("width", i32(-elements)),
  ];
  const all = elementsAtOnce(lanes);
  const fits = (elements: number): string =>
    `(i32.and (i32.ge_u ${get("width")} ${i32(elements)}) ${areContiguous(lanes, "windows", elements)})`;
  return lines(
    `(func $${addWindowsName(lanes)}`,
    params("panel", "image", "windows", "taps", "depth", "size", "width"),
    locals("i32", "place", "tap", "at", "from", "to", "end", "tableStep", "panelStep"),
    set("end", entry("taps", get("depth"))),
    set("tableStep", times(get("size"), i32(4))),
    set("panelStep", times(get("size"), i32(panelRow))),
    choose(
      fits(all),
      [...column([sum("v128", vector), sum("v128", vector, 16)])],
      [
        repeatWhile(
          get("width"),
          choose(
            fits(count),
            [...column([sum("v128", vector)]), ...next(count)],
            [...column([sum(dtype, dtype)]), ...next(1)],
          ),
        ),
      ],
    ),
    ")",
  );
}

/** Stores, or adds, the first `width` elements of each row of a panel. */
export function storeSumsFunction(lanes: Lanes): string {
  const { bytes, dtype } = lanes;
  const sum = `(${dtype}.load ${add(get("panel"), get("at"))})`;
  const place = add(get("to"), get("at"));
  return lines(
    `(func $${storeSumsName(lanes)} ${params("panel", "to", "toRow", "rows", "width", "add")}`,
    locals("i32", "at"),
    repeatWhile(
      get("rows"),
      set("at", i32(0)),
      repeatWhile(
        `(i32.lt_u ${get("at")} ${times(get("width"), i32(bytes))})`,
        `(${dtype}.store ${place} (if (result ${dtype}) ${get("add")}
          (then (${dtype}.add ${sum} (${dtype}.load ${place})))
          (else ${sum})))`,
        advance("at", i32(bytes)),
      ),
      advance("panel", i32(panelRow)),
      advance("to", get("toRow")),
      advance("rows", i32(-1)),
    ),
    ")",
  );
}
