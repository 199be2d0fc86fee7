import type { AxisMap } from "../ir/op.js";

/** Sizes of the axes where all of them are numbers. */
export type Sizes = readonly number[];

export const elementsOf = (shape: Sizes): number => shape.reduce((p, q) => p * q, 1);

/** Row-major distances between neighbours along each axis. */
export function stridesOf(shape: Sizes): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  return strides;
}

/**
 * For every element of a shape in row-major order, `offset + Σ step · index`:
 * where an element lies that its own place determines in an affine way.
 */
export function affinePositions(shape: Sizes, steps: readonly number[], offset = 0): Int32Array {
  let positions = Int32Array.of(offset);
  for (const [axis, size] of shape.entries()) {
    const step = steps[axis] ?? 0;
    const next = new Int32Array(positions.length * size);
    positions.forEach((start, i) => {
      for (let k = 0; k < size; k++) next[i * size + k] = start + step * k;
    });
    positions = next;
  }
  return positions;
}

/** Where in `target` each element of `shape` lies, by the map of every axis of the target. */
export function mappedPositions(shape: Sizes, target: Sizes, map: readonly AxisMap[]): Int32Array {
  const strides = stridesOf(target);
  const steps = new Array<number>(shape.length).fill(0);
  let offset = 0;
  for (const [k, { axis, stride, offset: start }] of map.entries()) {
    const distance = strides[k] ?? 0;
    offset += Number(start) * distance;
    if (axis !== null) steps[axis] = (steps[axis] ?? 0) + stride * distance;
  }
  return affinePositions(shape, steps, offset);
}

/** Where in a tensor that is broadcast to `shape` each element is read. */
export function broadcastPositions(shape: Sizes, from: Sizes): Int32Array {
  const strides = stridesOf(from);
  const extra = shape.length - from.length;
  const steps = shape.map((_, axis) =>
    axis < extra || from[axis - extra] === 1 ? 0 : (strides[axis - extra] ?? 0),
  );
  return affinePositions(shape, steps);
}

/** Where in a tensor reduced along `axes` each element of `shape` goes. */
export function reducedPositions(shape: Sizes, axes: readonly number[]): Int32Array {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const strides = stridesOf(kept);
  return affinePositions(
    shape,
    shape.map((_, axis) => (axes.includes(axis) ? 0 : (strides[axis] ?? 0))),
  );
}
