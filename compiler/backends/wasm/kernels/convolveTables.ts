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
} from "./text.js";

/** Fills a table of bytes with the sums of three running distances. */
export const tableName = "cv.table";

/** i32 numbers p · step0 + q · step1 + r · step2, r running fastest. */
export function tableFunction(): string {
  return lines(
    `(func $${tableName} ${params("to", "count0", "step0", "count1", "step1", "count2", "step2")}`,
    locals("i32", "at0", "at1", "at2", "left1", "left2"),
    repeatWhile(
      get("count0"),
      set("at1", get("at0")),
      set("left1", get("count1")),
      repeatWhile(
        get("left1"),
        set("at2", get("at1")),
        set("left2", get("count2")),
        repeatWhile(
          get("left2"),
          `(i32.store ${get("to")} ${get("at2")})`,
          advance("to", i32(4)),
          advance("at2", get("step2")),
          advance("left2", i32(-1)),
        ),
        advance("at1", get("step1")),
        advance("left1", i32(-1)),
      ),
      advance("at0", get("step0")),
      advance("count0", i32(-1)),
    ),
    ")",
  );
}

export const clearName = "cv.clear";

/** Fills `bytes`, a multiple of 4, with zeros. */
export function clearFunction(): string {
  const last = (size: number): string => `(i32.le_u ${add(get("to"), i32(size))} ${get("end")})`;
  return lines(
    `(func $${clearName} ${params("to", "bytes")}`,
    locals("i32", "end"),
    set("end", add(get("to"), get("bytes"))),
    repeatWhile(
      last(16),
      `(v128.store ${get("to")} (v128.const i64x2 0 0))`,
      advance("to", i32(16)),
    ),
    repeatWhile(last(4), `(i32.store ${get("to")} ${i32(0)})`, advance("to", i32(4))),
    ")",
  );
}

export const copyRowsName = "cv.copyRows";

/**
 * Copies `planes` of `rows` of `bytes`, a multiple of 4, between images whose
 * rows and planes lie apart. The last vector of a row overlaps the one before.
 */
export function copyRowsFunction(): string {
  const vectorAt = (to: string, from: string): string => `(v128.store ${to} (v128.load ${from}))`;
  return lines(
    `(func $${copyRowsName}`,
    params("from", "fromRow", "fromPlane", "to", "toRow", "toPlane", "bytes", "rows", "planes"),
    locals("i32", "left", "source", "target", "at", "last"),
    set("last", sub(get("bytes"), i32(16))),
    repeatWhile(
      get("planes"),
      set("source", get("from")),
      set("target", get("to")),
      set("left", get("rows")),
      repeatWhile(
        get("left"),
        set("at", i32(0)),
        choose(
          `(i32.ge_s ${get("last")} (i32.const 0))`,
          [
            repeatWhile(
              `(i32.lt_u ${get("at")} ${get("last")})`,
              vectorAt(add(get("target"), get("at")), add(get("source"), get("at"))),
              advance("at", i32(16)),
            ),
            vectorAt(add(get("target"), get("last")), add(get("source"), get("last"))),
          ],
          [
            repeatWhile(
              `(i32.lt_u ${get("at")} ${get("bytes")})`,
              `(i32.store ${add(get("target"), get("at"))}
                (i32.load ${add(get("source"), get("at"))}))`,
              advance("at", i32(4)),
            ),
          ],
        ),
        advance("source", get("fromRow")),
        advance("target", get("toRow")),
        advance("left", i32(-1)),
      ),
      advance("from", get("fromPlane")),
      advance("to", get("toPlane")),
      advance("planes", i32(-1)),
    ),
    ")",
  );
}

/** The entry so many places on in a table. */
export const entry = (table: string, index: string): string =>
  add(get(table), times(index, i32(4)));
