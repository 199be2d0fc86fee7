import { clearName, copyRowsName } from "./convolveTables.js";
import type { Dtype } from "./lanes.js";
import {
  add,
  advance,
  call,
  choose,
  get,
  i32,
  params,
  repeatWhile,
  set,
  times,
  when,
} from "./text.js";

export type ConvolutionName = "convolve" | "convolveInput" | "convolveFilters";

/** A function to generate, for a convolution or one of its adjoints. */
export interface ConvolutionKernel {
  readonly name: ConvolutionName;
  readonly dtype: Dtype;
  /** The adjoint in the images where each group has one filter. */
  readonly isThin: boolean;
}

/** What the functions take besides two operands and their result; all i32, lengths of rows in bytes. */
export const convolutionParameters = [
  "images",
  "groups",
  "depth",
  "share",
  "count",
  "size",
  "windows",
  "height",
  "row",
  "hasBorder",
  "wideRow",
  "widePlane",
  "inset",
  "tapTable",
  "windowTable",
  "panel",
  "sums",
  "strips",
  "wide",
] as const;

export const convolutionName = ({ dtype, isThin, name }: ConvolutionKernel): string =>
  `${name}${isThin ? "Thin" : ""}_${dtype}`;

const operandNames: Readonly<Record<ConvolutionName, readonly [string, string, string]>> = {
  convolve: ["x", "w", "y"],
  convolveInput: ["y", "w", "x"],
  convolveFilters: ["x", "y", "w"],
};

export const parametersOf = ({ name }: ConvolutionKernel): string =>
  params(...operandNames[name], ...convolutionParameters);

/** Variables of {@link eachGroup} and of what reads images. */
export const imageLocals = [
  "wRow",
  "yRow",
  "imageBytes",
  "image",
  "result",
  "source",
  "groupsLeft",
  "left",
] as const;

/** Bytes of a row of w, of a channel of y and of a group's channels of x. */
export const setSizes = (bytes: number): readonly string[] => [
  set("wRow", times(get("count"), i32(bytes))),
  set("yRow", times(get("windows"), i32(bytes))),
  set("imageBytes", times(times(get("depth"), get("height")), get("row"))),
];

/** For each group of channels and each image: `image` and `result` are its parts of x and y. */
export function eachGroup(before: readonly string[], body: readonly string[]): readonly string[] {
  const yBytes = times(get("share"), get("yRow"));
  return [
    set("groupsLeft", get("groups")),
    repeatWhile(
      get("groupsLeft"),
      ...before,
      set("image", get("x")),
      set("result", get("y")),
      set("left", get("images")),
      repeatWhile(
        get("left"),
        ...body,
        advance("image", times(get("groups"), get("imageBytes"))),
        advance("result", times(get("groups"), yBytes)),
        advance("left", i32(-1)),
      ),
      advance("x", get("imageBytes")),
      advance("y", yBytes),
      advance("w", times(get("share"), get("wRow"))),
      advance("groupsLeft", i32(-1)),
    ),
  ];
}

export const clear = (to: string, bytes: string): string => call(clearName, to, bytes);

const wideBytes = times(get("depth"), get("widePlane"));

/** The border stays as it is while images come and go inside it. */
export const clearBorder = when(get("hasBorder"), clear(get("wide"), wideBytes));

type Place = readonly [start: string, row: string, plane: string];

const plainImage: Place = [get("image"), get("row"), times(get("row"), get("height"))];

const wideImage: Place = [add(get("wide"), get("inset")), get("wideRow"), get("widePlane")];

const copyImage = (from: Place, to: Place): string =>
  call(copyRowsName, ...from, ...to, ...["row", "height", "depth"].map(get));

/** `source` is the image with its border. */
export const readImage: readonly string[] = [
  choose(
    get("hasBorder"),
    [copyImage(plainImage, wideImage), set("source", get("wide"))],
    [set("source", get("image"))],
  ),
];

/** `source` is where an image is summed up, at first 0. */
export const openImage: readonly string[] = [
  choose(
    get("hasBorder"),
    [set("source", get("wide")), clear(get("wide"), wideBytes)],
    [set("source", get("image")), clear(get("image"), get("imageBytes"))],
  ),
];

/** The sums without the border go to their place. */
export const closeImage = when(get("hasBorder"), copyImage(wideImage, plainImage));
