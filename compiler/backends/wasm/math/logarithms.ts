import { expOfMinus } from "./exponentials.js";
import { formatOf } from "./formats.js";
import type { Vector, VectorWriter } from "./writer.js";

/** A positive normal number as 2^exponent · (1 + fraction), with 1 + fraction from √½ to √2. */
interface Split {
  readonly exponent: Vector;
  readonly fraction: Vector;
}

function split(w: VectorWriter, x: Vector): Split {
  const format = formatOf(w.type);
  const shifted = w.addIntegers(x, w.integer(format.oneBits - format.rootHalfBits));
  const rest = w.and(shifted, w.integer(format.fractionMask));
  const mantissa = w.addIntegers(rest, w.integer(format.rootHalfBits));
  // An integer below 2^fraction becomes a number by the exponent of 2^fraction above its bits.
  const unit = 2 ** format.fraction;
  const asNumber = w.or(w.shiftRight(shifted, format.fraction), w.number(unit));
  return {
    exponent: w.sub(asNumber, w.number(unit + format.bias)),
    fraction: w.sub(mantissa, w.number(1)),
  };
}

/**
 * exponent · log 2 + log(1 + f) + correction, where with s = f / (2 + f)
 * log(1 + f) = f − (f²/2 − s · (f²/2 + R(s²))), so that f stands alone and
 * all else is small.
 */
function logOfSplit(
  w: VectorWriter,
  { exponent, fraction: f }: Split,
  correction?: Vector,
): Vector {
  const format = formatOf(w.type);
  const s = w.div(f, w.add(f, w.number(2)));
  const z = w.mul(s, s);
  const series = w.mul(z, w.polynomial(z, format.log));
  const halfSquare = w.mul(w.mul(f, f), w.number(0.5));
  const tail = w.mul(exponent, w.number(format.log2[1]));
  const small = w.multiplyAdd(
    s,
    w.add(halfSquare, series),
    correction === undefined ? tail : w.add(tail, correction),
  );
  return w.multiplyAdd(exponent, w.number(format.log2[0]), w.add(f, w.sub(small, halfSquare)));
}

/** `value`, but what log gives where x is not a positive number. */
function exceptions(w: VectorWriter, x: Vector, value: Vector): Vector {
  const zero = w.number(0);
  const finite = w.select(w.less(x, w.number(Infinity)), value, x);
  const positive = w.select(w.atLeast(x, zero), finite, w.number(NaN));
  return w.select(w.equal(x, zero), w.number(-Infinity), positive);
}

/** log x within 1 unit in the last place; −Infinity at 0, NaN below. */
export function log(w: VectorWriter, x: Vector): Vector {
  return exceptions(w, x, logOfSplit(w, splitAny(w, x)));
}

/** As {@link split}, of subnormal numbers too. */
export function splitAny(w: VectorWriter, x: Vector): Split {
  const { fraction, smallestNormal } = formatOf(w.type);
  const subnormal = w.less(x, w.number(smallestNormal));
  const normal = w.select(subnormal, w.mul(x, w.number(2 ** fraction)), x);
  const parts = split(w, normal);
  return { ...parts, exponent: w.sub(parts.exponent, w.and(subnormal, w.number(fraction))) };
}

/** log(1 + x) for x > −1: of the rounded sum, plus what rounding lost, as a part of the sum. */
function log1pOfFinite(w: VectorWriter, x: Vector, sum: Vector): Vector {
  const lost = w.sub(x, w.sub(sum, w.number(1)));
  return logOfSplit(w, split(w, sum), w.div(lost, sum));
}

/** log(1 + x) within 1 unit in the last place; −Infinity at −1, NaN below. */
export function log1p(w: VectorWriter, x: Vector): Vector {
  const sum = w.add(x, w.number(1));
  return w.or(exceptions(w, sum, log1pOfFinite(w, x, sum)), w.signBit(x));
}

/** log(1 + e^−|x|). */
function softening(w: VectorWriter, x: Vector): Vector {
  const e = expOfMinus(w, w.abs(x));
  return log1pOfFinite(w, e, w.add(e, w.number(1)));
}

/** log(1 + eˣ) within 2 units in the last place: x for large x, eˣ for very negative x. */
export function softplus(w: VectorWriter, x: Vector): Vector {
  return w.add(w.notBelow(x, 0), softening(w, x));
}

/** log(sigmoid(x)) = −softplus(−x) within 2 units in the last place. */
export function logSigmoid(w: VectorWriter, x: Vector): Vector {
  return w.sub(w.notAbove(x, 0), softening(w, x));
}
