import { type Dim, dimProduct } from "./dim.js";

export type DType = "f32" | "f64" | "i32" | "bool";

/** Sizes of the axes, outermost first; `[]` is a scalar. */
export type Shape = readonly Dim[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Bytes of one element in memory; bool is kept as one byte. */
export const bytesPerElement: Readonly<Record<DType, number>> = {
  f32: 4,
  f64: 8,
  i32: 4,
  bool: 1,
};

export function isFloat(dtype: DType): boolean {
  return dtype === "f32" || dtype === "f64";
}

export function elementCount(type: TensorType): Dim {
  return dimProduct(type.shape);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

/** `[N, 784]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** `f32[N, 784]`; a scalar is its dtype alone. */
export function formatType(type: TensorType): string {
  return type.shape.length === 0 ? type.dtype : `${type.dtype}${formatShape(type.shape)}`;
}

/**
 * NumPy's rule: axes are aligned at the right, and an axis of size 1 is
 * repeated. Named sizes must be equal, since nothing else is known of them.
 * Returns undefined where the shapes do not fit.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const p = a[axis - (rank - a.length)] ?? 1;
    const q = b[axis - (rank - b.length)] ?? 1;
    if (p !== q && p !== 1 && q !== 1) return undefined;
    shape.push(p === 1 ? q : p);
  }
  return shape;
}

const categories: readonly (readonly DType[])[] = [["bool"], ["i32"], ["f32", "f64"]];

/**
 * The dtype of arithmetic on these types, by PyTorch's rule: the widest of
 * the highest category (float over integer over bool); within a category a
 * scalar does not widen a tensor, so `0.5 * x` stays f32.
 */
export function promoteTypes(types: readonly TensorType[]): DType {
  for (const category of categories.toReversed()) {
    const among = types.filter((type) => category.includes(type.dtype));
    const tensors = among.filter((type) => type.shape.length > 0);
    const deciding = tensors.length > 0 ? tensors : among;
    const widest = category.findLast((dtype) => deciding.some((type) => type.dtype === dtype));
    if (widest !== undefined) return widest;
  }
  return "f64";
}
