import { type Dtype, type Lanes, lanesOf } from "./lanes.js";
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

export const poolPositionsName = (dtype: Dtype): string => `poolPositions_${dtype}`;

/**
 * Where the largest element of each window lies, as the function of the
 * runtime finds it: the first at a tie, a NaN over all. As many windows in a
 * row as a vector has lanes are compared at once where all of them lie inside
 * the image; comparing without jumps, since nobody can foresee the larger.
 */
export function poolPositionsFunction(dtype: Dtype): string {
  const lanes = lanesOf(dtype);
  const element = i32(lanes.bytes);
  const inside = `(i32.and
    (i32.ge_s ${get("left")} ${i32(0)})
    (i32.and
      (i32.le_u ${add(get("q"), i32(lanes.count))} ${get("resultWidth")})
      (i32.le_s ${lastEnd(lanes)} ${get("width")})))`;
  return lines(
    `(func $${poolPositionsName(dtype)} ${params(...parameters)}`,
    locals("i32", "p", "q", "upper", "left", "top", "bottom", "start", "end", "h", "at", "stop"),
    locals("i32", "position", "best", "step", "rest"),
    locals("v128", "value", "largest", "where", "chosen", "takes", "one"),
    `(local $element ${dtype}) (local $most ${dtype})`,
    set("step", times(get("strideW"), element)),
    repeatWhile(
      get("planes"),
      set("p", i32(0)),
      set("upper", sub(i32(0), get("paddingH"))),
      repeatWhile(
        `(i32.lt_u ${get("p")} ${get("resultHeight")})`,
        set("top", atLeastZero("upper")),
        set("bottom", leastSigned(add(get("upper"), get("windowH")), get("height"))),
        set("q", i32(0)),
        set("left", sub(i32(0), get("paddingW"))),
        repeatWhile(
          `(i32.lt_u ${get("q")} ${get("resultWidth")})`,
          choose(inside, manyWindows(lanes), oneWindow(lanes)),
        ),
        advance("p", i32(1)),
        advance("upper", get("strideH")),
      ),
      advance("x", times(times(get("height"), get("width")), element)),
      advance("planes", i32(-1)),
    ),
    ")",
  );
}

const parameters = [
  "x",
  "result",
  "planes",
  "height",
  "width",
  "resultHeight",
  "resultWidth",
  "windowH",
  "windowW",
  "strideH",
  "strideW",
  "paddingH",
  "paddingW",
] as const;

const leastSigned = (left: string, right: string): string =>
  `(select ${left} ${right} (i32.lt_s ${left} ${right}))`;

const atLeastZero = (name: string): string =>
  `(select ${get(name)} ${i32(0)} (i32.gt_s ${get(name)} ${i32(0)}))`;

/** The column past the last of as many windows. */
const lastEnd = ({ count }: Lanes): string =>
  add(add(get("left"), times(get("strideW"), i32(count - 1))), get("windowW"));

/** Runs through the rows of a window from column `start` to `end`; `at` and `position` are where it is. */
function eachElement({ bytes }: Lanes, body: readonly string[]): readonly string[] {
  return [
    set("h", get("top")),
    repeatWhile(
      `(i32.lt_s ${get("h")} ${get("bottom")})`,
      set("position", add(times(get("h"), get("width")), get("start"))),
      set("at", add(get("x"), times(get("position"), i32(bytes)))),
      set("stop", add(get("at"), times(sub(get("end"), get("start")), i32(bytes)))),
      ...body,
      advance("h", i32(1)),
    ),
  ];
}

function oneWindow(lanes: Lanes): readonly string[] {
  const { bytes, dtype } = lanes;
  const next = [
    set("element", `(${dtype}.load ${get("at")})`),
    // Not "greater": a NaN is to be found too.
    `(if (i32.and
        (i32.eqz (${dtype}.le ${get("element")} ${get("most")}))
        (${dtype}.eq ${get("most")} ${get("most")}))
      (then ${set("most", get("element"))} ${set("best", get("position"))}))`,
    advance("position", i32(1)),
    advance("at", i32(bytes)),
  ];
  return [
    set("start", atLeastZero("left")),
    set("end", leastSigned(add(get("left"), get("windowW")), get("width"))),
    set("best", add(times(get("top"), get("width")), get("start"))),
    set("most", `(${dtype}.load ${add(get("x"), times(get("best"), i32(bytes)))})`),
    ...eachElement(lanes, [repeatWhile(`(i32.lt_u ${get("at")} ${get("stop")})`, ...next)]),
    `(i32.store ${get("result")} ${get("best")})`,
    ...nextWindows(1),
  ];
}

const nextWindows = (count: number): readonly string[] => [
  advance("q", i32(count)),
  advance("left", times(get("strideW"), i32(count))),
  advance("result", i32(4 * count)),
];

function manyWindows(lanes: Lanes): readonly string[] {
  const { bytes, count, vector } = lanes;
  const integers = vector === "f32x4" ? "i32x4" : "i64x2";
  const width = 8 * bytes;
  const toLane = (value: string): string => (bytes === 4 ? value : `(i64.extend_i32_s ${value})`);
  const splat = (value: string): string => `(${integers}.splat ${toLane(value)})`;
  const stored = (lane: number): string =>
    `(v128.store32_lane offset=${4 * lane} ${lane * (bytes / 4)} ${get("result")} ${get("chosen")})`;
  const next = [
    ...upTo(count).flatMap((lane) => [
      ...(lane === 0 ? [set("rest", get("at"))] : [advance("rest", get("step"))]),
      set(
        "value",
        lane === 0
          ? `(${lanes.loadFirst} ${get("rest")})`
          : `(v128.load${width}_lane ${lane} ${get("rest")} ${get("value")})`,
      ),
    ]),
    set(
      "takes",
      `(v128.andnot (${vector}.eq ${get("largest")} ${get("largest")})
        (${vector}.le ${get("value")} ${get("largest")}))`,
    ),
    set("largest", `(v128.bitselect ${["value", "largest", "takes"].map(get).join(" ")})`),
    set("chosen", `(v128.bitselect ${["where", "chosen", "takes"].map(get).join(" ")})`),
    set("where", `(${integers}.add ${get("where")} ${get("one")})`),
    advance("at", i32(bytes)),
  ];
  const positions = [
    set("where", splat(get("position"))),
    ...upTo(count)
      .slice(1)
      .map((lane) => {
        const position = add(get("position"), times(get("strideW"), i32(lane)));
        const lanesBefore = `(${integers}.replace_lane ${lane} ${get("where")} ${toLane(position)})`;
        return set("where", lanesBefore);
      }),
  ];
  return [
    set("start", get("left")),
    set("end", add(get("left"), get("windowW"))),
    set("one", splat(i32(1))),
    set("largest", `(${vector}.splat (${lanes.dtype}.const -inf))`),
    set("position", add(times(get("top"), get("width")), get("left"))),
    ...positions,
    set("chosen", get("where")),
    ...eachElement(lanes, [
      ...positions,
      repeatWhile(`(i32.lt_u ${get("at")} ${get("stop")})`, ...next),
    ]),
    ...upTo(count).map(stored),
    ...nextWindows(count),
  ];
}
