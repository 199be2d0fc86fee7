import { dimDivide, dimProduct, type Dim } from "../ir/dim.js";
import { makeNode, withOrigin, type Node } from "../ir/node.js";
import { sameShape } from "../ir/type.js";
import { cast, equal } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { inputOp, one, zero } from "../ops/leaf.js";
import { broadcastTo, iota, reshape, transpose } from "../ops/shape.js";
import { vjp } from "./differentiate.js";
import { filled } from "./filled.js";
import { jvp } from "./jvp.js";
import { vmap } from "./vmap.js";

/**
 * The Jacobian of y by x, of the shape of y followed by that of x: forward,
 * column by column, where x is the smaller one, else in reverse, row by row;
 * all of them in one batch.
 */
export function jacobianOf(y: Node, x: Node): Node {
  if (x.type.shape.length === 0) return filled(jvp([y], [x], [one()])[0] ?? null, y);
  if (y.type.shape.length === 0)
    return filled(vjp([y], [one()], [x], { origin: () => y.origin })[0] ?? null, x);
  const [rows, columns] = [dimProduct(y.type.shape), dimProduct(x.type.shape)];
  const full = [...y.type.shape, ...x.type.shape];
  const table = isForward(rows, columns)
    ? tangents(y, x, basis(x, columns))
    : cotangents(y, x, basis(y, rows));
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

/**
 * The second derivatives of a number whose gradient by each of `wrt` is one of
 * `slopes`: a row of blocks for each, block [i, j] of the shape of `wrt[i]`
 * followed by that of `wrt[j]`. All blocks of a row are one batch of products.
 */
export function hessianBlocks(
  slopes: readonly Node[],
  wrt: readonly Node[],
): readonly (readonly Node[])[] {
  return wrt.map((x) => {
    const [front, origin] = [x.type.shape, nth(slopes, wrt.indexOf(x)).origin];
    return withOrigin(origin, () =>
      movedAlong(slopes, x).map((moved, j) => {
        const shape = [...front, ...nth(wrt, j).type.shape];
        const { dtype } = nth(slopes, j).type;
        if (moved !== null) return reshape(moved, shape);
        return shape.length === 0 ? zero() : broadcastTo(cast(zero(), dtype), shape);
      }),
    );
  });
}

/** How each slope moves along every unit direction of x; null where it does not. */
function movedAlong(slopes: readonly Node[], x: Node): readonly (Node | null)[] {
  if (x.type.shape.length === 0) return jvp(slopes, [x], [one()]);
  const v = direction(x);
  const moved = jvp(slopes, [x], [v]);
  const count = dimProduct(x.type.shape);
  const alive = moved.flatMap((node) => node ?? []);
  const tables = vmap(alive, [v], [basis(x, count)], count);
  const images = new Map(alive.map((node, i) => [node, nth(tables, i)]));
  return moved.map((node) => (node === null ? null : (images.get(node) ?? null)));
}

/** Stands for a direction until a batch of them takes its place; an input, so that no copy of it is made for a name. */
function direction({ type: { dtype, shape } }: Node): Node {
  return makeNode(inputOp, [], { name: "direction", dtype, shape: [...shape] });
}

/** All unit directions of a value, along a first axis. */
function basis({ type }: Node, count: Dim): Node {
  const [rows, columns] = [iota([count, count], 0), iota([count, count], 1)];
  const unit = cast(equal(rows, columns), type.dtype);
  const shape = [count, ...type.shape];
  return sameShape(unit.type.shape, shape) ? unit : reshape(unit, shape);
}
