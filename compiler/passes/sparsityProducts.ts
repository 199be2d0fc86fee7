import type { Node } from "../ir/node.js";
import { nth } from "../ops/chain.js";
import { broadcastPositions, elementsOf, stridesOf, type Sizes } from "./elementPositions.js";
import { unionOf, type IndexSet } from "./indexSet.js";
import type { Sparsity, SparsityContext } from "./sparsity.js";

/** Products looked at one by one, for factors that are known to be 0. */
const MAX_PRODUCTS = 2 ** 24;

/** A factor of a matrix product: elements by batch, place along the result, and place along the sum. */
interface Factor {
  readonly own: Sparsity | undefined;
  readonly known: readonly number[] | undefined;
  /** Where the matrix of each batch of the result starts. */
  readonly starts: Int32Array;
  readonly outer: number;
  readonly inner: number;
}

/** A product of matrices: an element depends on its row and its column, without factors known to be 0. */
export function ofProduct(node: Node, context: SparsityContext): Sparsity {
  const shape = context.shapeOf(node);
  const [a, b] = [nth(node.inputs, 0), nth(node.inputs, 1)];
  const batch = shape.slice(0, -2);
  const [rows = 1, columns = 1] = shape.slice(-2);
  const left = factorOf(a, node.attrs["transposeA"] === true, batch, context);
  const right = factorOf(b, node.attrs["transposeB"] !== true, batch, context);
  const depth = context.shapeOf(a).at(node.attrs["transposeA"] === true ? -2 : -1) ?? 1;
  const isSmall = elementsOf(shape) * depth <= MAX_PRODUCTS;
  const sets: IndexSet[] = [];
  for (let n = 0; n < elementsOf(batch); n++) {
    const fromLeft = partOf(left, right, { n, count: rows, others: columns, depth, isSmall });
    const fromRight = partOf(right, left, { n, count: columns, others: rows, depth, isSmall });
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) sets.push(unionOf([fromLeft(i, j), fromRight(j, i)]));
  }
  return sets;
}

function factorOf(node: Node, isSumFirst: boolean, batch: Sizes, context: SparsityContext): Factor {
  const shape = context.shapeOf(node);
  const strides = stridesOf(shape);
  const [row = 1, column = 1] = strides.slice(-2);
  const size = (shape.at(-1) ?? 1) * (shape.at(-2) ?? 1);
  return {
    own: context.structureOf(node),
    known: context.knownOf(node),
    starts: broadcastPositions(batch, shape.slice(0, -2)).map((matrix) => matrix * size),
    outer: isSumFirst ? column : row,
    inner: isSumFirst ? row : column,
  };
}

interface Part {
  readonly n: number;
  readonly count: number;
  readonly others: number;
  readonly depth: number;
  readonly isSmall: boolean;
}

/** What an element depends on through one factor: of its line, the elements that meet no known 0. */
function partOf(
  { own, starts, outer, inner }: Factor,
  other: Factor,
  { n, count, others, depth, isSmall }: Part,
): (i: number, j: number) => IndexSet {
  if (own === undefined) return () => unionOf([]);
  const line = (i: number, isAlive: (k: number) => boolean) =>
    unionOf(
      Array.from({ length: depth }, (_, k) => k)
        .filter(isAlive)
        .flatMap((k) => own[(starts[n] ?? 0) + i * outer + k * inner] ?? []),
    );
  const { known } = other;
  if (known === undefined || !isSmall) {
    const lines = Array.from({ length: count }, (_, i) => line(i, () => true));
    return (i) => lines[i] ?? unionOf([]);
  }
  const start = other.starts[n] ?? 0;
  const table = Array.from({ length: count * others }, (_, at) => {
    const [i, j] = [Math.floor(at / others), at % others];
    return line(i, (k) => known[start + j * other.outer + k * other.inner] !== 0);
  });
  return (i, j) => table[i * others + j] ?? unionOf([]);
}
