import type { Lanes } from "./lanes.js";
import {
  add,
  advance,
  choose,
  get,
  i32,
  lines,
  locals,
  params,
  set,
  times,
  upTo,
  when,
} from "./text.js";

/** How a panel reads the left operand. */
export type LeftLayout =
  /** Rows lie `aRow` bytes apart and are contiguous along the sum. */
  | "rows"
  /** The rows of a tile lie side by side; the next term of the sum is `aStep` bytes further. */
  | "strips";

export interface Panel {
  readonly lanes: Lanes;
  readonly left: LeftLayout;
  /** Rows of a tile; its accumulators and operands must fit the 16 vector registers. */
  readonly tileRows: number;
  /** Vectors of a tile's row. */
  readonly vectors: number;
  readonly relaxed: boolean;
}

export function panelName({
  lanes,
  left,
  vectors,
}: Pick<Panel, "lanes" | "left" | "vectors">): string {
  return `mm.${lanes.dtype}.panel.${left}.${vectors}`;
}

/**
 * A function that multiplies rows of A by a panel of `vectors` vectors of
 * columns of B: `out (+)= A · panel`, for all `rows`, tile after tile.
 *
 * Its parameters are the start of A and the bytes between terms of a sum,
 * between rows of a tile ("rows" only) and between tiles; start of the panel
 * and the bytes between its rows; the terms of a sum; start of `out` and the
 * bytes between its rows; how many rows; and whether to add to `out`.
 *
 * The loop over the terms is not unrolled and keeps one vector of A at a time:
 * with more, the engine of Node 20 spills accumulators to the stack, which
 * halves the speed.
 */
export function panelFunction(panel: Panel): string {
  const { tileRows } = panel;
  const remainders = upTo(tileRows).slice(1);
  return lines(
    `(func $${panelName(panel)} ${params(...panelParameters)}`,
    locals("i32", "pa", "pb", "end", ...upTo(tileRows).flatMap((r) => [`a${r}`, `out${r}`])),
    locals("v128", "x", ...upTo(panel.vectors).map((v) => `b${v}`)),
    locals("v128", ...accumulators(tileRows, panel.vectors).flat()),
    set("end", add(get("b"), times(get("depth"), get("bStep")))),
    "(block $done (loop $tiles",
    `(br_if $done (i32.lt_u ${get("rows")} ${i32(tileRows)}))`,
    tile(panel, tileRows),
    advance("rows", i32(-tileRows)),
    advance("a", get("aTile")),
    advance("out", times(get("outRow"), i32(tileRows))),
    "(br $tiles)))",
    ...remainders.map((rows) => when(`(i32.eq ${get("rows")} ${i32(rows)})`, tile(panel, rows))),
    ")",
  );
}

const panelParameters = [
  "a",
  "aStep",
  "aRow",
  "aTile",
  "b",
  "bStep",
  "depth",
  "out",
  "outRow",
  "rows",
  "add",
] as const;

function accumulators(rows: number, vectors: number): readonly (readonly string[])[] {
  return upTo(rows).map((r) => upTo(vectors).map((v) => `sum${r}.${v}`));
}

function tile(panel: Panel, rows: number): string {
  const { vectors } = panel;
  const sums = accumulators(rows, vectors);
  const each = (write: (sum: string, row: number, vector: number) => string): readonly string[] =>
    sums.flatMap((row, r) => row.map((sum, v) => write(sum, r, v)));
  return lines(
    set("out0", get("out")),
    ...upTo(rows)
      .slice(1)
      .map((r) => set(`out${r}`, add(get(`out${r - 1}`), get("outRow")))),
    choose(
      get("add"),
      each((sum, r, v) => set(sum, `(v128.load offset=${16 * v} ${get(`out${r}`)})`)),
      each((sum) => set(sum, "(v128.const i64x2 0 0)")),
    ),
    when(get("depth"), sumLoop(panel, sums)),
    ...each((sum, r, v) => `(v128.store offset=${16 * v} ${get(`out${r}`)} ${get(sum)})`),
  );
}

function sumLoop(panel: Panel, sums: readonly (readonly string[])[]): string {
  const { lanes, left, vectors } = panel;
  const pointers = left === "rows" ? upTo(sums.length).map((r) => `a${r}`) : ["pa"];
  const leftElement = (r: number): string =>
    left === "rows"
      ? `(${lanes.loadSplat} ${get(`a${r}`)})`
      : `(${lanes.loadSplat} offset=${r * lanes.bytes} ${get("pa")})`;
  return lines(
    ...pointers.map((pointer, r) =>
      set(pointer, r === 0 ? get("a") : add(get(`a${r - 1}`), get("aRow"))),
    ),
    set("pb", get("b")),
    "(loop $terms",
    ...upTo(vectors).map((v) => set(`b${v}`, `(v128.load offset=${16 * v} ${get("pb")})`)),
    ...sums.flatMap((row, r) => [
      set("x", leftElement(r)),
      ...row.map((sum, v) => set(sum, multiplyAdd(panel, get("x"), get(`b${v}`), get(sum)))),
    ]),
    ...pointers.map((pointer) =>
      advance(pointer, left === "rows" ? i32(lanes.bytes) : get("aStep")),
    ),
    advance("pb", get("bStep")),
    `(br_if $terms (i32.ne ${get("pb")} ${get("end")})))`,
  );
}

/** `x · y + sum`: two roundings, or with `relaxed` as many as the machine likes. */
export function multiplyAdd(
  { lanes, relaxed }: Pick<Panel, "lanes" | "relaxed">,
  x: string,
  y: string,
  sum: string,
): string {
  return relaxed
    ? `(${lanes.vector}.relaxed_madd ${x} ${y} ${sum})`
    : `(${lanes.vector}.add ${sum} (${lanes.vector}.mul ${x} ${y}))`;
}
