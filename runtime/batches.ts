import type { Random } from "./random.js";

/**
 * One pass over `count` rows: yields the indices of each mini-batch, all of
 * `batchSize`; rows left over at the end are dropped. With a random source the
 * rows are shuffled, without one they come in order. Each batch is a view that
 * stays valid.
 *
 * @throws RangeError if batchSize is not an integer of 1 … count
 */
export function batches(count: number, batchSize: number, random?: Random): Iterable<Int32Array> {
  if (!(Number.isInteger(batchSize) && batchSize > 0 && batchSize <= count)) {
    throw new RangeError(`batchSize is ${batchSize}, expected 1 … ${count}`);
  }
  const order = new Int32Array(count).map((_, i) => i);
  random?.shuffle(order);
  return slices(order, batchSize);
}

function* slices(order: Int32Array, size: number): Generator<Int32Array> {
  for (let end = size; end <= order.length; end += size) {
    yield order.subarray(end - size, end);
  }
}

/**
 * Copies rows of a row-major matrix: target[i, :] = source[indices[i], :]. With
 * a row length of 1 it gathers labels.
 *
 * Shapes: source [rows, rowLength], target [indices.length, rowLength].
 * @throws RangeError if target has another length, or naming an index that has
 * no row
 */
export function gatherRows(
  source: ArrayLike<number>,
  rowLength: number,
  indices: ArrayLike<number>,
  target: { readonly length: number; [index: number]: number },
): void {
  if (target.length !== indices.length * rowLength) {
    throw new RangeError(
      `target has ${target.length} elements, expected ${indices.length} rows of ${rowLength}`,
    );
  }
  const rows = source.length / rowLength;
  for (let i = 0; i < indices.length; i++) {
    const row = indices[i]!;
    if (!(row >= 0 && row < rows)) {
      throw new RangeError(`indices[${i}] is ${row}, outside 0 … ${rows - 1}`);
    }
    for (let j = 0; j < rowLength; j++) {
      target[i * rowLength + j] = source[row * rowLength + j]!;
    }
  }
}
