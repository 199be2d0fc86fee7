/**
 * Checks the number of elements of an input.
 *
 * @param shape what `expected` is made of, for the message: "N × 784 with N = 64"
 * @throws RangeError "x has 100 elements, expected 50176 (N × 784 with N = 64)"
 */
export function checkLength(
  name: string,
  actual: number,
  expected: number,
  shape: string,
): void {
  if (actual !== expected) {
    throw new RangeError(
      `${name} has ${actual} elements, expected ${expected} (${shape})`,
    );
  }
}

/**
 * Checks that every index is an integer of 0 … size − 1.
 *
 * @throws RangeError "y[3] is 12, outside 0 … 9"
 */
export function checkIndices(
  name: string,
  indices: ArrayLike<number>,
  size: number,
): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(index >= 0 && index < size && Number.isInteger(index))) {
      throw new RangeError(
        `${name}[${i}] is ${index}, outside 0 … ${size - 1}`,
      );
    }
  }
}
