import type { Dim } from "../ir/dim.js";
import type { Attrs } from "../ir/node.js";
import type { KernelArgument, Value } from "../ir/op.js";
import type { Shape } from "../ir/type.js";
import { nth } from "./chain.js";
import { numberAttr } from "./define.js";
import { bothOf } from "./windows.js";

/** Shapes of image, filters and result, and the options, as the kernels take them. */
export function geometry(x: Shape, w: Shape, y: Shape, attrs: Attrs): readonly KernelArgument[] {
  const dims: readonly Dim[] = [...x, nth(w, 0), ...w.slice(2), ...y.slice(2)];
  const numbers = [
    ...bothOf(attrs, "stride"),
    ...bothOf(attrs, "padding"),
    ...bothOf(attrs, "dilation"),
    numberAttr(attrs, "groups"),
  ];
  return [
    { kind: "operand", index: 0 },
    { kind: "operand", index: 1 },
    { kind: "result" },
    ...dims.map((value) => ({ kind: "dim", value }) as const),
    ...numbers.map((value) => ({ kind: "number", value }) as const),
  ];
}

/** Calls `visit` with the positions in x, w and y of every product that a convolution adds up. */
export function eachProduct(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  attrs: Attrs,
  visit: (inX: number, inW: number, inY: number) => void,
): void {
  const [, channels = 0, height = 0, width = 0] = x;
  const [filters = 0, depth = 0, filterHeight = 0, filterWidth = 0] = w;
  const [images = 0, , resultHeight = 0, resultWidth = 0] = y;
  const [stride, padding, dilation] = [
    bothOf(attrs, "stride"),
    bothOf(attrs, "padding"),
    bothOf(attrs, "dilation"),
  ];
  const share = filters / numberAttr(attrs, "groups");
  const sizes = [images, filters, resultHeight, resultWidth, depth, filterHeight, filterWidth];
  const total = sizes.reduce((p, q) => p * q, 1);
  for (let k = 0; k < total; k++) {
    const [n = 0, o = 0, p = 0, q = 0, c = 0, i = 0, j = 0] = unravel(k, sizes);
    const h = p * stride[0] - padding[0] + i * dilation[0];
    const v = q * stride[1] - padding[1] + j * dilation[1];
    if (h < 0 || h >= height || v < 0 || v >= width) continue;
    const channel = Math.floor(o / share) * depth + c;
    visit(
      ((n * channels + channel) * height + h) * width + v,
      ((o * depth + c) * filterHeight + i) * filterWidth + j,
      ((n * filters + o) * resultHeight + p) * resultWidth + q,
    );
  }
}

function unravel(position: number, sizes: readonly number[]): readonly number[] {
  let rest = position;
  return sizes
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .toReversed();
}

export function summed(type: Pick<Value, "dtype" | "shape">, add: (data: number[]) => void): Value {
  const data = new Array<number>(type.shape.reduce((p, q) => p * q, 1)).fill(0);
  add(data);
  return { ...type, data };
}

export const plus = (data: number[], position: number, value: number): void => {
  data[position] = (data[position] ?? 0) + value;
};
