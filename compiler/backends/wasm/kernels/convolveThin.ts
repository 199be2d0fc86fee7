import {
  closeImage,
  convolutionName,
  eachGroup,
  imageLocals,
  openImage,
  parametersOf,
  setSizes,
  type ConvolutionKernel,
} from "./convolveImages.js";
import { areContiguous } from "./convolvePanels.js";
import { entry } from "./convolveTables.js";
import { lanesOf } from "./lanes.js";
import { add, advance, choose, get, i32, lines, locals, repeatWhile, set } from "./text.js";

/**
 * The adjoint in the images with one filter in each group: channel by channel,
 * or back from means of windows. A product with one row would be added to the
 * image tap by tap, where taps overlap and each has to wait for the one before.
 * So all windows are gone through for one tap after the other, as vectors where
 * they lie side by side.
 */
export function thinInputFunction(kernel: ConvolutionKernel): string {
  const { bytes, count, dtype, loadSplat, vector } = lanesOf(kernel.dtype);
  const sum = (load: string, type: string, factor: string): string =>
    `(${load}.store ${get("at")} (${type}.add (${load}.load ${get("at")})
      (${type}.mul ${get(factor)} (${load}.load ${get("from")}))))`;
  const next = (windows: number): readonly string[] => [
    advance("window", i32(4 * windows)),
    advance("from", i32(bytes * windows)),
  ];
  const fits = `(i32.le_u ${add(get("window"), i32(4 * count))} ${get("lastWindow")})`;
  const isTogether = `(i32.and ${fits} ${areContiguous(lanesOf(dtype), "window", count)})`;
  const windows = [
    set("window", get("windowTable")),
    set("from", get("result")),
    repeatWhile(
      `(i32.lt_u ${get("window")} ${get("lastWindow")})`,
      set("at", add(get("base"), `(i32.load ${get("window")})`)),
      choose(
        isTogether,
        [sum("v128", vector, "factors"), ...next(count)],
        [sum(dtype, dtype, "factor"), ...next(1)],
      ),
    ),
  ];
  const taps = [
    set("tap", get("tapTable")),
    set("weight", get("w")),
    repeatWhile(
      `(i32.lt_u ${get("tap")} ${get("lastTap")})`,
      set("base", add(get("source"), `(i32.load ${get("tap")})`)),
      set("factors", `(${loadSplat} ${get("weight")})`),
      set("factor", `(${dtype}.load ${get("weight")})`),
      ...windows,
      advance("weight", i32(bytes)),
      advance("tap", i32(4)),
    ),
  ];
  return lines(
    `(func $${convolutionName(kernel)} ${parametersOf(kernel)}`,
    locals("i32", ...imageLocals, "tap", "lastTap", "window", "lastWindow"),
    locals("i32", "base", "from", "weight", "at"),
    locals("v128", "factors"),
    locals(dtype, "factor"),
    ...setSizes(bytes),
    set("lastTap", entry("tapTable", get("count"))),
    set("lastWindow", entry("windowTable", get("windows"))),
    ...eachGroup([], [...openImage, ...taps, closeImage]),
    ")",
  );
}
