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
 * What precedes each parameter's name in the keys of `gradients`: `d` if that
 * yields a key for every name, else nothing if that does.
 *
 * @throws TypeError naming the first parameter that has no gradient
 */
export function gradientPrefix(
  names: readonly string[],
  gradients: object,
): "d" | "" {
  const missing = names.find((name) => !(`d${name}` in gradients));
  if (missing === undefined) return "d";
  if (names.every((name) => name in gradients)) return "";
  throw new TypeError(
    `no gradient for ${missing}: expected d${missing}, or the names of all parameters`,
  );
}
