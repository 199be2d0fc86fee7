import type { Attr, Attrs } from "../ir/node.js";
import { TypeFault } from "../ir/op.js";
import { formatShape, type Shape, type TensorType } from "../ir/type.js";

/** An axis counted from the front. @throws TypeFault FG303 */
export function resolveAxis(name: string, axis: number, shape: Shape, extra = 0): number {
  const rank = shape.length + extra;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new TypeFault(
      "FG303",
      `${name}: axis ${axis} is out of range for shape ${formatShape(shape)}`,
      {
        operands: [0],
        accepted: rank === 0 ? "no axis: the value is a scalar" : `${-rank} … ${rank - 1}`,
      },
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Axes as written (`null`, one, several) to a sorted list counted from the front. @throws TypeFault FG303 */
export function resolveAxes(name: string, axes: Attr | undefined, shape: Shape): readonly number[] {
  if (axes === null || axes === undefined) return shape.map((_, i) => i);
  const list = (Array.isArray(axes) ? axes : [axes]).map((axis) =>
    resolveAxis(name, Number(axis), shape),
  );
  if (new Set(list).size !== list.length) {
    throw new TypeFault("FG303", `${name}: an axis is named twice`, {
      accepted: "each axis at most once",
    });
  }
  return list.toSorted((a, b) => a - b);
}

/** Normalises `axis` of a call to `axes`, for operations over one, several or all axes. */
export function normaliseAxes(name: string) {
  return (inputs: readonly TensorType[], { axis, ...rest }: Attrs): Attrs => ({
    ...rest,
    axes: resolveAxes(name, axis, inputs[0]?.shape ?? []),
  });
}

/** Normalises `axis` of a call that takes exactly one. */
export function normaliseAxis(name: string) {
  return (inputs: readonly TensorType[], attrs: Attrs): Attrs => ({
    ...attrs,
    axis: resolveAxis(name, Number(attrs["axis"]), inputs[0]?.shape ?? []),
  });
}

/** The shape after combining along `axes`. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  if (keepDims) return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return shape.filter((_, axis) => !axes.includes(axis));
}
