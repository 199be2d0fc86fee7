import type { Node } from "../ir/node.js";
import { nth } from "../ops/chain.js";
import type { Buffer, Index, Operand, Slice, Statement } from "./program.js";
import type { Unit } from "./unit.js";

/** The statement of a matrix product. */
export function productStatement(
  unit: Unit,
  placeOf: (node: Node) => Buffer | Slice,
  position: (index: Index) => Index,
): Statement {
  const { work, node, origin } = unit;
  if (work.kind !== "matmul") throw new Error("not a product");
  const { product, accumulate, batchOf } = work;
  const [a, b] = [nth(product.inputs, 0), nth(product.inputs, 1)];
  const { transposeA, transposeB } = product.attrs as {
    transposeA: boolean;
    transposeB: boolean;
  };
  const part = (x: Node, place: Buffer | Slice): Operand => {
    const { shape } = x.type;
    const batch = batchOf(shape).map(position);
    if (place.kind === "buffer") return { buffer: place, shape, batch };
    const { buffer, outer } = place;
    return { buffer, shape: [...outer, ...shape], batch: [...place.position, ...batch] };
  };
  const { shape } = product.type;
  return {
    kind: "matmul",
    transposeA,
    transposeB,
    accumulate,
    a: part(a, placeOf(a)),
    b: part(b, placeOf(b)),
    result: part(product, placeOf(node)),
    rows: nth(shape, shape.length - 2),
    columns: nth(shape, shape.length - 1),
    inner: nth(a.type.shape, a.type.shape.length - (transposeA ? 2 : 1)),
    node: product,
    origin,
  };
}
