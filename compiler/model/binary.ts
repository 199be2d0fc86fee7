import { onScalars } from "./calls.js";
import type { Broadcast, Computed, Same } from "./shapes.js";

/** A function of two values that broadcast as in NumPy. Runs on numbers as it stands. */
export type Binary = <A extends number, B extends number>(a: A, b: B) => Broadcast<A, B>;

function binary(name: string, compute: (a: number, b: number) => number): Binary {
  return onScalars(name, compute) as Binary;
}

/** a + b. */
export const add = binary("add", (a, b) => a + b);
/** a − b. */
export const sub = binary("sub", (a, b) => a - b);
/** a · b, elementwise. */
export const mul = binary("mul", (a, b) => a * b);
/** a / b. */
export const div = binary("div", (a, b) => a / b);
/** Remainder of a / b, with the sign of a. */
export const remainder = binary("remainder", (a, b) => a % b);
/** a to the power b. */
export const pow = binary("pow", Math.pow);
/** The larger of two; at a tie both get half the gradient. */
export const maximum = binary("maximum", Math.max);
/** The smaller of two; at a tie both get half the gradient. */
export const minimum = binary("minimum", Math.min);
/** Angle of the point (x, y), in radians: `atan2(y, x)`. */
export const atan2 = binary("atan2", Math.atan2);
/** sqrt(a² + b²) without overflow. */
export const hypot = binary("hypot", Math.hypot);
/** x · log(y), and 0 where x is 0. */
export const xlogy = binary("xlogy", (x, y) => (x === 0 ? 0 : x * Math.log(y)));

/** x, but at least `low` and at most `high`; the gradient at a bound is 1. */
export const clip = onScalars("clip", (x, low, high) => Math.min(Math.max(x, low), high)) as <
  A extends number,
>(
  x: A,
  low: number,
  high: number,
) => Same<A>;

/** `a` where the condition holds, else `b`, elementwise. Only the one taken contributes to the gradient. */
export const where = onScalars("where", (condition, a, b) => (condition === 0 ? b : a)) as <
  A extends number,
  B extends number,
>(
  condition: boolean | number,
  a: A,
  b: B,
) => Computed<A | B>;

// Comparisons: as with the operators, TypeScript takes their result for a boolean.

export type Comparison = (a: number, b: number) => boolean;

function comparison(name: string, compute: (a: number, b: number) => boolean): Comparison {
  return onScalars(name, compute);
}

/** Whether `a < b`, elementwise. */
export const less = comparison("less", (a, b) => a < b);
/** Whether `a <= b`, elementwise. */
export const lessEqual = comparison("lessEqual", (a, b) => a <= b);
/** Whether `a > b`, elementwise. */
export const greater = comparison("greater", (a, b) => a > b);
/** Whether `a >= b`, elementwise. */
export const greaterEqual = comparison("greaterEqual", (a, b) => a >= b);
/** Whether `a === b`, elementwise. */
export const equal = comparison("equal", (a, b) => a === b);
/** Whether `a !== b`, elementwise. */
export const notEqual = comparison("notEqual", (a, b) => a !== b);

/** Whether both hold, elementwise. */
export const logicalAnd = onScalars("logicalAnd", (a, b) => a !== 0 && b !== 0) as (
  a: boolean | number,
  b: boolean | number,
) => boolean;
/** Whether one of them holds, elementwise. */
export const logicalOr = onScalars("logicalOr", (a, b) => a !== 0 || b !== 0) as (
  a: boolean | number,
  b: boolean | number,
) => boolean;
/** Whether it does not hold, elementwise. */
export const logicalNot = onScalars("logicalNot", (a) => a === 0) as (
  a: boolean | number,
) => boolean;
