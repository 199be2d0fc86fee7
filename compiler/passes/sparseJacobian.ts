import { CompileError } from "../diagnostic.js";
import { dimProduct } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import type { TensorType } from "../ir/type.js";
import { cast, equal } from "../ops/arithmetic.js";
import { zero } from "../ops/leaf.js";
import { take } from "../ops/indexing.js";
import { broadcastTo, iota, reshape } from "../ops/shape.js";
import { colourColumns, colourStars, transposed, type Colouring } from "./colouring.js";
import type { IndexSet } from "./indexSet.js";
import { integerTable, tableParts } from "./integerTable.js";
import { cotangents, tangents } from "./jacobian.js";
import { jacobianSparsity, type Sparsity } from "./sparsity.js";

/**
 * A sparse matrix in coordinate form, as `coo_array` of SciPy: `data[k]` is the
 * element in row `row[k]` and column `col[k]`. Rows ascend, columns within a
 * row too, and none comes twice. Rows and columns are known while compiling.
 */
export interface SparseMatrix {
  readonly data: Node;
  readonly row: Node;
  readonly col: Node;
}

/** Pieces that the positions of a structure may consist of, by which the code grows. */
const MAX_PARTS = 512;

/**
 * The Jacobian of y by x, both flat in row-major order, from as many products
 * as its structure needs colours: tangents where columns need fewer, else
 * cotangents.
 *
 * @throws CompileError FG426 where the structure cannot be found
 */
export function sparseJacobianOf(y: Node, x: Node): SparseMatrix {
  const rows = jacobianSparsity(y, x);
  const columns = Number(dimProduct(x.type.shape));
  const forward = colourColumns(rows, columns);
  const reverse = colourColumns(transposed(rows, columns), rows.length);
  if (forward.count <= reverse.count) {
    const place = (i: number, j: number) => colourOf(forward, j) * rows.length + i;
    return matrixOf(y, rows, tangents(y, x, seedsOf(forward, x.type)), place);
  }
  const place = (i: number, j: number) => colourOf(reverse, i) * columns + j;
  return matrixOf(y, rows, cotangents(y, x, seedsOf(reverse, y.type)), place);
}

/**
 * The second derivatives of a number by x, of which `gradient` is the
 * gradient: both triangles, from one Hessian product for each colour.
 *
 * @throws CompileError FG426 where the structure cannot be found
 */
export function sparseHessianOf(gradient: Node, x: Node): SparseMatrix {
  const rows = symmetricPart(jacobianSparsity(gradient, x));
  const colouring = colourStars(rows);
  const readable = rows.map((row) => coloursOnce(row, colouring));
  const place = (i: number, j: number) => {
    const [low, high] = [Math.min(i, j), Math.max(i, j)];
    const isRead = readable[low]?.has(colourOf(colouring, high)) === true;
    const [at, of] = isRead ? [low, high] : [high, low];
    if (readable[at]?.has(colourOf(colouring, of)) !== true)
      throw new Error(`the colouring does not hold element ${i}, ${j} apart`);
    return colourOf(colouring, of) * rows.length + at;
  };
  return matrixOf(gradient, rows, tangents(gradient, x, seedsOf(colouring, x.type)), place);
}

const colourOf = ({ colours }: Colouring, i: number): number => colours[i] ?? 0;

/** What is in the structure and in its transpose: a Hessian has both. */
function symmetricPart(rows: Sparsity): Sparsity {
  const flipped = transposed(rows, rows.length).map((row) => new Set(row));
  return rows.map((row, i) => row.filter((j) => flipped[i]?.has(j) === true));
}

/** The colours that only one element of a row has. */
function coloursOnce(row: IndexSet, colouring: Colouring): ReadonlySet<number> {
  const [once, again] = [new Set<number>(), new Set<number>()];
  for (const j of row)
    (once.has(colourOf(colouring, j)) ? again : once).add(colourOf(colouring, j));
  again.forEach((colour) => once.delete(colour));
  return once;
}

/** For each colour 1 at the elements that have it and 0 elsewhere, along a first axis. */
function seedsOf({ colours, count }: Colouring, { dtype, shape }: TensorType): Node {
  const first = iota([count, colours.length], 0);
  const own = reshape(integerTable(colours), [1, colours.length]);
  return reshape(cast(equal(first, own), dtype), [count, ...shape]);
}

/** The elements of a structure, each read where it lies in the products. */
function matrixOf(
  y: Node,
  rows: Sparsity,
  products: Node | null,
  place: (i: number, j: number) => number,
): SparseMatrix {
  const count = rows.reduce((total, { length }) => total + length, 0);
  const [row, col, from] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  let k = 0;
  rows.forEach((columns, i) =>
    columns.forEach((j) => {
      row[k] = i;
      col[k] = j;
      from[k] = place(i, j);
      k++;
    }),
  );
  refuseIrregular(y, [row, col, from]);
  return {
    data: products === null ? zeros(y, count) : read(products, from),
    row: integerTable(row),
    col: integerTable(col),
  };
}

const zeros = ({ type }: Node, count: number): Node =>
  broadcastTo(cast(zero(), type.dtype), [count]);

function read(products: Node, from: Int32Array): Node {
  const flat = reshape(products, [dimProduct(products.type.shape)]);
  const isWhole = flat.type.shape[0] === from.length && from.every((place, i) => place === i);
  return isWhole ? flat : take(flat, integerTable(from), 0);
}

/** Positions without a pattern would be code of their length. */
function refuseIrregular({ origin }: Node, tables: readonly Int32Array[]): void {
  if (tables.every((table) => tableParts(table, MAX_PARTS) <= MAX_PARTS)) return;
  throw new CompileError([
    {
      code: "FG426",
      severity: "error",
      message: "the structure of this Jacobian is too irregular: its positions follow no pattern",
      span: origin.step.span ?? origin.step.line.span,
      accepted: `structures that repeat, such as bands, blocks and stencils: at most ${MAX_PARTS} parts`,
      hint: "take products with the Jacobian: jvp, vjp, hvp",
    },
  ]);
}
