import type { Span } from "../diagnostic.js";
import { dimAdd, dimAtLeast, type Dim } from "../ir/dim.js";
import { sliceLength } from "../ops/shape.js";
import { termCount } from "./apply.js";
import { withoutNegativeZero } from "./attributes.js";
import type { Context, Placed } from "./context.js";
import { describe } from "./values.js";

/** `start:stop:step` as written. */
export interface SliceBounds {
  readonly start: Placed | undefined;
  readonly stop: Placed | undefined;
  readonly step: Placed | undefined;
}

/** The positions start, start + step, …, `length` of them. */
export interface Range {
  readonly start: Dim;
  readonly length: Dim;
  readonly step: number;
}

/**
 * A slice of an axis by NumPy's rules: bounds below zero count from the end,
 * bounds beyond it stop there. Of a named size only its sign is known, so a
 * number is taken to be within it.
 */
export function readSlice(
  context: Context,
  bounds: SliceBounds,
  size: Dim,
  span: Span,
): Range | undefined {
  const step = readStep(context, bounds.step);
  const start = readBound(context, bounds.start);
  const stop = readBound(context, bounds.stop);
  if (step === undefined || start === undefined || stop === undefined) return undefined;
  const [first, last] = step > 0 ? [0, size] : [dimAdd(size, -1), -1];
  const from = start === null ? first : clampBound(start, size, step);
  const to = stop === null ? last : clampBound(stop, size, step);
  const length = sliceLength(from, to, step);
  if (typeof length === "number")
    return { start: length > 0 ? from : 0, length: Math.max(length, 0), step };
  if (termCount(length) < 20) return { start: from, length, step };
  context.error("FG312", "the length of this slice is too complicated", span, {
    accepted: "bounds that are sums of a few named sizes",
  });
  return undefined;
}

/** Null where the bound is left out, undefined where it is not accepted. */
function readBound(context: Context, bound: Placed | undefined): Dim | null | undefined {
  if (bound === undefined) return null;
  const { value, span } = bound;
  if (value.kind === "poison") return undefined;
  if (value.kind === "dim") return value.dim;
  if (value.kind === "number" && Number.isSafeInteger(value.value))
    return withoutNegativeZero(value.value);
  context.error("FG304", `${describe(value)} is not a bound of a slice`, span, {
    accepted: "a whole number or a size, known at build time",
    hint:
      value.kind === "node" ? "write take(x, indices) for positions known at run time" : undefined,
  });
  return undefined;
}

function readStep(context: Context, step: Placed | undefined): number | undefined {
  if (step === undefined) return 1;
  const { value, span } = step;
  const valid = value.kind === "number" && Number.isSafeInteger(value.value) && value.value !== 0;
  if (valid) return value.value;
  if (value.kind === "poison") return undefined;
  context.error("FG304", `${describe(value)} is not a step of a slice`, span, {
    accepted: "a whole number that is not 0, known at build time",
  });
  return undefined;
}

function clampBound(bound: Dim, size: Dim, step: number): Dim {
  const negative = typeof bound === "number" ? bound < 0 : isNegative(bound);
  const position = negative ? dimAdd(size, bound) : bound;
  if (typeof position !== "number" || typeof size !== "number") return position;
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  return Math.min(Math.max(position, low), high);
}

/** Whether a size is below zero for all values of its names. */
function isNegative(bound: string): boolean {
  return bound.startsWith("-") && !dimAtLeast(bound, 0) && !/ \+ /.test(bound);
}
