import { dimAdd, dimAtLeast, dimFloorDivide, type Dim } from "../ir/dim.js";
import type { Attr, Attrs } from "../ir/node.js";
import { TypeFault } from "../ir/op.js";
import { nth } from "./chain.js";
import { numbersAttr } from "./define.js";

/** A number for each of the two axes of an image: [vertical, horizontal]. */
export type Both = readonly [vertical: number, horizontal: number];

/** An option as written, one number or one for each axis, as a number for each. @throws TypeFault FG214 */
export function perAxis(
  operation: string,
  option: string,
  given: Attr | undefined,
  axes: number,
  least: number,
): readonly number[] {
  const list = Array.isArray(given)
    ? given.map(Number)
    : new Array<number>(axes).fill(Number(given));
  if (list.length === axes && list.every((value) => value >= least)) return list;
  throw new TypeFault("FG214", `${operation}: \`${option}\` cannot be [${list.join(", ")}]`, {
    accepted: `a whole number ≥ ${least}${axes === 1 ? "" : `, or ${axes} of them`}`,
  });
}

/** The two numbers of a normalised option. */
export function bothOf(attrs: Attrs, name: string): Both {
  const list = numbersAttr(attrs, name);
  return [nth(list, 0), nth(list, 1)];
}

/** Positions of a window along an axis: floor((size + 2 padding − extent) / stride) + 1. @throws TypeFault FG301 */
export function windowCount(
  operation: string,
  size: Dim,
  window: Dim,
  { stride, padding, dilation }: { stride: number; padding: number; dilation: number },
): Dim {
  if (typeof window !== "number") {
    throw new TypeFault("FG310", `${operation}: the size ${window} of the window is not known`, {
      operands: [1],
      accepted: "windows whose sizes are numbers",
    });
  }
  const spare = dimAdd(size, 2 * padding - dilation * (window - 1) - 1);
  if (typeof spare === "number" && !dimAtLeast(spare, 0)) {
    throw new TypeFault(
      "FG301",
      `${operation}: a window of ${dilation * (window - 1) + 1} does not fit ${size} elements with padding ${padding}`,
      { operands: [0, 1], accepted: "windows that fit the padded image" },
    );
  }
  return dimAdd(dimFloorDivide(spare, stride), 1);
}
