import { dimDivide, dimProduct, type Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { sameShape } from "../ir/type.js";
import { variable } from "../ops/accumulate.js";
import { cast, equal } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { zero } from "../ops/leaf.js";
import { broadcastTo, iota, reshape, transpose } from "../ops/shape.js";
import { vjp } from "./differentiate.js";
import { jvp } from "./jvp.js";
import { vmap } from "./vmap.js";

/**
 * The Jacobian of y by x, of the shape of y followed by that of x: forward,
 * column by column, where x is the smaller one, else in reverse, row by row;
 * all of them in one batch.
 */
export function jacobianOf(y: Node, x: Node): Node {
  const [rows, columns] = [dimProduct(y.type.shape), dimProduct(x.type.shape)];
  const full = [...y.type.shape, ...x.type.shape];
  const seeds = isForward(rows, columns) ? basis(x, columns) : basis(y, rows);
  const table = isForward(rows, columns) ? tangents(y, x, seeds) : cotangents(y, x, seeds);
  if (table === null) return broadcastTo(cast(zero(), y.type.dtype), full);
  if (!isForward(rows, columns)) return reshape(table, full);
  const stacked = reshape(table, [...x.type.shape, ...y.type.shape]);
  const [p, q] = [x.type.shape.length, y.type.shape.length];
  return transpose(
    stacked,
    Array.from({ length: p + q }, (_, i) => (i < q ? p + i : i - q)),
  );
}

/**
 * Whether there are fewer columns than rows. A number counts as less than a
 * named size, which is often that of a batch; of two named sizes the smaller
 * is known where it divides the other.
 */
export function isForward(rows: Dim, columns: Dim): boolean {
  if (typeof rows === "number") return typeof columns === "number" && columns < rows;
  if (typeof columns === "number") return true;
  return rows !== columns && dimDivide(rows, columns) !== undefined;
}

/** J v for a batch of tangents v; null where y does not move with x. */
export function tangents(y: Node, x: Node, seeds: Node): Node | null {
  const v = direction(x);
  const [moved = null] = jvp([y], [x], [v]);
  return moved === null ? null : nth(vmap([moved], [v], [seeds], nth(seeds.type.shape, 0)), 0);
}

/** Jᵀ u for a batch of cotangents u; null where y does not move with x. */
export function cotangents(y: Node, x: Node, seeds: Node): Node | null {
  const u = direction(y);
  const [pulled = null] = vjp([y], [u], [x], { origin: () => y.origin });
  return pulled === null ? null : nth(vmap([pulled], [u], [seeds], nth(seeds.type.shape, 0)), 0);
}

function direction({ type }: Node): Node {
  return variable(
    type.shape.length === 0 ? zero() : broadcastTo(cast(zero(), type.dtype), type.shape),
  );
}

/** All unit directions of a value, along a first axis. */
function basis({ type }: Node, count: Dim): Node {
  const [rows, columns] = [iota([count, count], 0), iota([count, count], 1)];
  const unit = cast(equal(rows, columns), type.dtype);
  const shape = [count, ...type.shape];
  return sameShape(unit.type.shape, shape) ? unit : reshape(unit, shape);
}
