import type { Lanes } from "./lanes.js";
import { multiplyAdd } from "./panel.js";
import {
  add,
  advance,
  call,
  choose,
  get,
  i32,
  lines,
  locals,
  params,
  repeatWhile,
  set,
  times,
  upTo,
} from "./text.js";

/** Products of one row with a matrix, for shapes too thin for tiles. */

interface RowKernel {
  readonly lanes: Lanes;
  readonly relaxed: boolean;
}

export const scaledRowsName = ({ dtype }: Lanes): string => `mm.${dtype}.scaledRows`;

export const dotsName = ({ dtype }: Lanes): string => `mm.${dtype}.dots`;

export const storeLanesName = ({ dtype }: Lanes): string => `mm.${dtype}.storeLanes`;

/** Stores the first `count` lanes, all of them if there are fewer. */
export function storeLanesFunction(lanes: Lanes): string {
  const one = (lane: number): string =>
    `(${lanes.storeLane} offset=${lane * lanes.bytes} ${lane} ${get("to")} ${get("value")})`;
  return lines(
    `(func $${storeLanesName(lanes)} (param $to i32) (param $value v128) (param $count i32)`,
    choose(
      `(i32.ge_s ${get("count")} ${i32(lanes.count)})`,
      [`(v128.store ${get("to")} ${get("value")})`],
      upTo(lanes.count - 1).map(
        (lane) => `(if (i32.gt_s ${get("count")} ${i32(lane)}) (then ${one(lane)}))`,
      ),
    ),
    ")",
  );
}

/**
 * `out[count] (+)= a[depth] · B[depth, count]`: rows of B, scaled and summed
 * in blocks of columns. Wide blocks read whole cache lines of B.
 */
export function scaledRowsFunction(kernel: RowKernel): string {
  const { lanes } = kernel;
  return lines(
    `(func $${scaledRowsName(lanes)}`,
    params("a", "aStep", "b", "bRow", "depth", "out", "count", "add"),
    locals("i32", "pa", "pb", "left"),
    locals("v128", "x", ...upTo(widestBlock).map((v) => `sum${v}`)),
    ...[widestBlock, 2].map((vectors) =>
      repeatWhile(
        `(i32.ge_u ${get("count")} ${i32(vectors * lanes.count)})`,
        ...columnBlock(kernel, vectors),
        ...upTo(vectors).map(
          (v) => `(v128.store offset=${16 * v} ${get("out")} ${get(`sum${v}`)})`,
        ),
        advance("out", i32(16 * vectors)),
        advance("b", i32(16 * vectors)),
        advance("count", i32(-vectors * lanes.count)),
      ),
    ),
    repeatWhile(
      `(i32.gt_s ${get("count")} (i32.const 0))`,
      ...columnBlock(kernel, 1),
      call(storeLanesName(lanes), get("out"), get("sum0"), get("count")),
      advance("out", i32(16)),
      advance("b", i32(16)),
      advance("count", i32(-lanes.count)),
    ),
    ")",
  );
}

const widestBlock = 8;

function columnBlock(kernel: RowKernel, vectors: number): readonly string[] {
  const { lanes } = kernel;
  const sums = upTo(vectors).map((v) => `sum${v}`);
  return [
    choose(
      get("add"),
      sums.map((sum, v) => set(sum, `(v128.load offset=${16 * v} ${get("out")})`)),
      sums.map((sum) => set(sum, "(v128.const i64x2 0 0)")),
    ),
    set("pa", get("a")),
    set("pb", get("b")),
    set("left", get("depth")),
    repeatWhile(
      get("left"),
      set("x", `(${lanes.loadSplat} ${get("pa")})`),
      ...sums.map((sum, v) =>
        set(
          sum,
          multiplyAdd(kernel, get("x"), `(v128.load offset=${16 * v} ${get("pb")})`, get(sum)),
        ),
      ),
      advance("pa", get("aStep")),
      advance("pb", get("bRow")),
      advance("left", i32(-1)),
    ),
  ];
}

/** `out[count] (+)= B[count, depth] · a[depth]`: dot products with the rows of B, four at a time. */
export function dotsFunction(kernel: RowKernel): string {
  const { lanes } = kernel;
  const rows = upTo(4);
  return lines(
    `(func $${dotsName(lanes)}`,
    params("a", "b", "bRow", "depth", "out", "count", "add"),
    locals("i32", "pa", "end", "vectorEnd", ...rows.map((r) => `b${r}`)),
    locals("v128", "x", ...rows.map((r) => `sum${r}`)),
    locals(lanes.dtype, ...rows.map((r) => `total${r}`)),
    set("end", add(get("a"), times(get("depth"), i32(lanes.bytes)))),
    set(
      "vectorEnd",
      add(get("a"), times(`(i32.and ${get("depth")} ${i32(-lanes.count)})`, i32(lanes.bytes))),
    ),
    ...[4, 1].map((together) =>
      repeatWhile(
        `(i32.ge_u ${get("count")} ${i32(together)})`,
        ...dots(kernel, together),
        advance("b", times(get("bRow"), i32(together))),
        advance("out", i32(together * lanes.bytes)),
        advance("count", i32(-together)),
      ),
    ),
    ")",
  );
}

function dots(kernel: RowKernel, together: number): readonly string[] {
  const { lanes } = kernel;
  const { bytes, dtype, vector } = lanes;
  const rows = upTo(together);
  const lanesOfSum = (r: number): readonly string[] =>
    upTo(lanes.count).map((lane) => `(${vector}.extract_lane ${lane} ${get(`sum${r}`)})`);
  const advanceAll = (by: number): readonly string[] => [
    ...rows.map((r) => advance(`b${r}`, i32(by))),
    advance("pa", i32(by)),
  ];
  return [
    ...rows.map((r) => set(`b${r}`, r === 0 ? get("b") : add(get(`b${r - 1}`), get("bRow")))),
    ...rows.map((r) => set(`sum${r}`, "(v128.const i64x2 0 0)")),
    set("pa", get("a")),
    repeatWhile(
      `(i32.ne ${get("pa")} ${get("vectorEnd")})`,
      set("x", `(v128.load ${get("pa")})`),
      ...rows.map((r) =>
        set(
          `sum${r}`,
          multiplyAdd(kernel, get("x"), `(v128.load ${get(`b${r}`)})`, get(`sum${r}`)),
        ),
      ),
      ...advanceAll(16),
    ),
    ...rows.map((r) => set(`total${r}`, pairwise(dtype, lanesOfSum(r)))),
    repeatWhile(
      `(i32.ne ${get("pa")} ${get("end")})`,
      ...rows.map((r) =>
        set(
          `total${r}`,
          `(${dtype}.add ${get(`total${r}`)} (${dtype}.mul (${dtype}.load ${get("pa")}) (${dtype}.load ${get(`b${r}`)})))`,
        ),
      ),
      ...advanceAll(bytes),
    ),
    ...rows.map(
      (r) =>
        `(${dtype}.store offset=${r * bytes} ${get("out")} (if (result ${dtype}) ${get("add")}
          (then (${dtype}.add (${dtype}.load offset=${r * bytes} ${get("out")}) ${get(`total${r}`)}))
          (else ${get(`total${r}`)})))`,
    ),
  ];
}

function pairwise(dtype: string, terms: readonly string[]): string {
  const [only] = terms;
  if (only !== undefined && terms.length === 1) return only;
  const half = terms.length / 2;
  return `(${dtype}.add ${pairwise(dtype, terms.slice(0, half))} ${pairwise(dtype, terms.slice(half))})`;
}
