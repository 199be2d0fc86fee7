/**
 * Positions of the elements in ascending (or descending) order along the
 * middle axis of an array read as [outer, count, inner]. Stable: equal
 * elements keep their order, and NaN comes last either way.
 *
 * `result` holds the positions in its first half; the second is scratch of
 * the merge sort.
 */
export function sortPositions(
  x: ArrayLike<number>,
  result: Int32Array,
  outer: number,
  count: number,
  inner: number,
  descending: boolean,
): void {
  const half = outer * count * inner;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const first = o * count * inner + i;
      for (let k = 0; k < count; k++) result[first + k * inner] = k;
      let from = first;
      let to = first + half;
      for (let width = 1; width < count; width *= 2) {
        for (let low = 0; low < count; low += 2 * width)
          mergeRuns(x, result, first, from, to, inner, low, width, count, descending);
        [from, to] = [to, from];
      }
      if (from === first) continue;
      for (let k = 0; k < count; k++) result[first + k * inner] = result[from + k * inner]!;
    }
  }
}

/** Merges the sorted runs of `width` positions at `low` and behind it from one half into the other. */
function mergeRuns(
  x: ArrayLike<number>,
  positions: Int32Array,
  first: number,
  from: number,
  to: number,
  stride: number,
  low: number,
  width: number,
  count: number,
  descending: boolean,
): void {
  const middle = Math.min(low + width, count);
  const high = Math.min(low + 2 * width, count);
  let left = low;
  let right = middle;
  for (let k = low; k < high; k++) {
    const takesRight =
      right < high &&
      (left >= middle ||
        comesBefore(
          x[first + positions[from + right * stride]! * stride]!,
          x[first + positions[from + left * stride]! * stride]!,
          descending,
        ));
    positions[to + k * stride] = positions[from + (takesRight ? right++ : left++) * stride]!;
  }
}

/** Whether `a` must stand before `b`, which it was given behind. */
function comesBefore(a: number, b: number, descending: boolean): boolean {
  if (Number.isNaN(b)) return !Number.isNaN(a);
  return descending ? a > b : a < b;
}
