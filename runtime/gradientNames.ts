import type { FloatArray } from "./floatArray.js";

/** Arrays by name; `T` is its own constraint so that interfaces fit as well. */
export type Arrays<T> = { readonly [Name in keyof T]: FloatArray };

/**
 * The gradients of parameters `{ W1, b1 }`: either `{ dW1, db1 }`, as a gradient
 * function returns them, or `{ W1, b1 }`, the gradient of a bundle. It may have
 * other members too.
 */
export type Gradients<T> =
  { readonly [Name in keyof T & string as `d${Name}`]: FloatArray } | Arrays<T>;

/**
 * Finds the gradients of parameters: under d + name if all are there, else
 * under the names if all are there. Calls of the result allocate nothing.
 *
 * @returns a function from gradients to the keys to read, in the order of `names`,
 * that throws a TypeError naming the first parameter without a gradient
 */
export function gradientKeys(names: readonly string[]): (gradients: object) => readonly string[] {
  const prefixed = names.map((name) => `d${name}`);
  return (gradients) => {
    const missing = firstMissing(prefixed, gradients);
    if (missing < 0) return prefixed;
    if (firstMissing(names, gradients) < 0) return names;
    throw new TypeError(
      `no gradient for ${names[missing]}: expected ${prefixed[missing]}, or the names of all parameters`,
    );
  };
}

function firstMissing(keys: readonly string[], gradients: object): number {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (!(key in gradients)) return i;
  }
  return -1;
}

/** @throws RangeError "dW1 has 10 elements, W1 has 20" */
export function checkGradientLength(
  key: string,
  actual: number,
  name: string,
  expected: number,
): void {
  if (actual !== expected) {
    throw new RangeError(`${key} has ${actual} elements, ${name} has ${expected}`);
  }
}
