/**
 * Checks the number of elements of an input.
 *
 * @param shape what `expected` is made of, for the message: "N × 784"
 * @param sizes values of the names in `shape`
 * @throws RangeError "x has 100 elements, expected 50176 (N × 784 with N = 64)"
 */
export function checkLength(
  name: string,
  actual: number,
  expected: number,
  shape: string,
  sizes?: Readonly<Record<string, number>>,
): void {
  if (actual !== expected) {
    // Only here: a text put together at every call would be garbage at every call.
    const words = shape.split(/[^\w$]+/);
    const named = Object.entries(sizes ?? {}).filter(([size]) => words.includes(size));
    const values = named.map(([size, value]) => `${size} = ${value}`).join(", ");
    throw new RangeError(
      `${name} has ${actual} elements, expected ${expected} (${shape}${values && ` with ${values}`})`,
    );
  }
}

/**
 * Checks that every index is an integer of 0 … size − 1.
 *
 * @throws RangeError "y[3] is 12, outside 0 … 9"
 */
export function checkIndices(name: string, indices: ArrayLike<number>, size: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!isIndex(index, size)) {
      throw new RangeError(`${name}[${i}] is ${index}, ${rangeText(size)}`);
    }
  }
}

/**
 * Checks that one index is an integer of 0 … size − 1.
 *
 * @throws RangeError "k is 12, outside 0 … 9"
 */
export function checkIndex(name: string, index: number, size: number): void {
  if (!isIndex(index, size)) {
    throw new RangeError(`${name} is ${index}, ${rangeText(size)}`);
  }
}

/**
 * Checks that a named size is a whole number.
 *
 * @throws RangeError "size N is 1.5, expected a whole number"
 */
export function checkSize(name: string, size: number): void {
  if (!(size >= 0 && Number.isSafeInteger(size))) {
    throw new RangeError(`size ${name} is ${size}, expected a whole number`);
  }
}

function isIndex(index: number, size: number): boolean {
  return index >= 0 && index < size && Number.isInteger(index);
}

function rangeText(size: number): string {
  return size > 0 ? `outside 0 … ${size - 1}` : "but the axis is empty";
}
