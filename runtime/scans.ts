import type { FloatArray } from "./floatArray.js";

/**
 * Scans run along the middle axis of arrays read as [outer, count, inner].
 * With `reverse` they start at the last element.
 */

/** Running sums. */
export function cumulativeSum(
  x: ArrayLike<number>,
  result: FloatArray | Int32Array,
  outer: number,
  count: number,
  inner: number,
  reverse: boolean,
): void {
  const step = reverse ? -inner : inner;
  for (let o = 0; o < outer; o++) {
    const first = o * count * inner + (reverse ? (count - 1) * inner : 0);
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let k = 0, at = first + i; k < count; k++, at += step) {
        sum += x[at]!;
        result[at] = sum;
      }
    }
  }
}

/** Running products; with `exclusive` each stops before its own element, so that the first is 1. */
export function cumulativeProduct(
  x: ArrayLike<number>,
  result: FloatArray | Int32Array,
  outer: number,
  count: number,
  inner: number,
  reverse: boolean,
  exclusive: boolean,
): void {
  const step = reverse ? -inner : inner;
  for (let o = 0; o < outer; o++) {
    const first = o * count * inner + (reverse ? (count - 1) * inner : 0);
    for (let i = 0; i < inner; i++) {
      let product = 1;
      for (let k = 0, at = first + i; k < count; k++, at += step) {
        const before = product;
        product *= x[at]!;
        result[at] = exclusive ? before : product;
      }
    }
  }
}

/**
 * The recurrence s[k] = b[k] + a[k] · s[k − 1], starting from s[−1] = 0; with
 * `lagged`, a[k − 1] stands in place of a[k].
 */
export function linearRecurrence(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  result: FloatArray,
  outer: number,
  count: number,
  inner: number,
  reverse: boolean,
  lagged: boolean,
): void {
  const step = reverse ? -inner : inner;
  for (let o = 0; o < outer; o++) {
    const first = o * count * inner + (reverse ? (count - 1) * inner : 0);
    for (let i = 0; i < inner; i++) {
      let state = 0;
      for (let k = 0, at = first + i; k < count; k++, at += step) {
        const factor = k === 0 ? 0 : a[lagged ? at - step : at]!;
        state = k === 0 ? b[at]! : b[at]! + factor * state;
        result[at] = state;
      }
    }
  }
}
