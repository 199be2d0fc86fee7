import type { Shape } from "../../ir/type.js";

/** For each axis of `shape` that of `inner` it stands for, -1 for an inserted axis of size 1; null if there is more to it. */
export function insertedAxes(shape: Shape, inner: Shape): readonly number[] | null {
  const axes: number[] = [];
  let next = 0;
  for (const dim of shape) {
    if (next < inner.length && dim === inner[next]) axes.push(next++);
    else if (dim === 1) axes.push(-1);
    else return null;
  }
  return next === inner.length ? axes : null;
}
