import { expOfNormal } from "./exponentials.js";
import { log } from "./logarithms.js";
import type { Vector, VectorWriter } from "./writer.js";

/** a^b in f64, to more digits than f32 has, as JavaScript's `Math.pow` where it is not a number. */
export function shortPow(w: VectorWriter, a: Vector, b: Vector): Vector {
  const exponent = w.mul(b, log(w, w.abs(a)));
  // Farther out the result is 0 or Infinity in f32.
  const size = expOfNormal(w, w.notBelow(w.notAbove(exponent, 200), -200));
  const zero = w.number(0);
  const isWhole = w.equal(w.trunc(b), b);
  const half = w.mul(b, w.number(0.5));
  const isOdd = w.andNot(isWhole, w.equal(w.trunc(half), half));
  const isNegative = w.and(w.less(a, zero), w.less(w.number(-Infinity), a));
  const signed = w.or(size, w.and(isOdd, w.signBit(a)));
  const value = w.select(w.andNot(isNegative, isWhole), w.number(NaN), signed);
  return w.select(w.equal(b, zero), w.number(1), value);
}

/** x · log y within 2 units in the last place, and 0 where x is 0, unless y is NaN. */
export function xlogy(w: VectorWriter, x: Vector, y: Vector): Vector {
  const isNone = w.and(w.equal(x, w.number(0)), w.equal(y, y));
  return w.andNot(w.mul(x, log(w, y)), isNone);
}
