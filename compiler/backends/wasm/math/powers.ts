import { expOfNormal, expTimes } from "./exponentials.js";
import { formatOf } from "./formats.js";
import { log, splitAny } from "./logarithms.js";
import type { Vector, VectorWriter } from "./writer.js";

/** a^b in f64, to more digits than f32 has. */
export function shortPow(w: VectorWriter, a: Vector, b: Vector): Vector {
  const exponent = w.mul(b, log(w, w.abs(a)));
  // Farther out the result is 0 or Infinity in f32.
  const size = expOfNormal(w, w.notBelow(w.notAbove(exponent, 200), -200));
  return withSign(w, a, b, size);
}

/**
 * a^b in f64 within 2 units in the last place, subnormal results too: the
 * logarithm and its product with b are each two numbers, a head of few bits,
 * whose products are exact, and a rest.
 */
export function pow(w: VectorWriter, a: Vector, b: Vector): Vector {
  const [x, zero] = [w.abs(a), w.number(0)];
  const { head, rest } = precise(w, logParts(w, x));
  const isFinite = w.and(w.less(zero, x), w.less(x, w.number(Infinity)));
  const otherwise = w.select(w.equal(x, zero), w.number(-Infinity), x);
  const rough = w.mul(b, w.select(isFinite, w.add(head, rest), otherwise));
  const isInRange = w.less(w.abs(rough), w.number(800));
  const bHead = fewBits(w, b);
  const bRest = w.sub(b, bHead);
  const exponent = w.mul(bHead, head);
  const left = w.multiplyAdd(bHead, rest, w.mul(bRest, w.add(head, rest)));
  const clamped = w.notBelow(w.notAbove(rough, 800), -800);
  const size = expTimes(
    w,
    w.select(isInRange, exponent, clamped),
    w.and(isInRange, left),
    w.number(1),
  );
  return withSign(w, a, b, size);
}

/** A number as two. */
interface Parts {
  readonly head: Vector;
  readonly rest: Vector;
}

/** The number without half its bits, so that the product of two such numbers is exact. */
const fewBits = (w: VectorWriter, x: Vector): Vector => w.and(x, w.integer(0xfffffffff8000000n));

/** The same sum with a head of few bits. */
function precise(w: VectorWriter, { head, rest }: Parts): Parts {
  const short = fewBits(w, w.add(head, rest));
  return { head: short, rest: w.add(w.sub(head, short), rest) };
}

/** a + b + rest, where |a| ≥ |b| or a = 0. */
function sum(w: VectorWriter, a: Vector, b: Vector, rest: Vector): Parts {
  const head = w.add(a, b);
  return { head, rest: w.add(w.sub(b, w.sub(head, a)), rest) };
}

/** 2/3 as two numbers, the first of few bits. */
const twoThirds = [0.6666666567325592, 9.934107462565104e-9] as const;

/** (log((1 + s) / (1 − s)) / s − 2 − ⅔ z) / z² in z = s² for |s| ≤ (√2 − 1) / (√2 + 1), a minimax fit. */
const series = [
  0.40000000000002256, 0.28571428570099827, 0.22222222519919124, 0.18181784364290918,
  0.15386757583339222, 0.1325680952784432, 0.1319642321033603,
];

/** log x of a positive number to 2⁻⁶³ of itself: 2s + s³ · (⅔ + …) with s = f / (2 + f). */
function logParts(w: VectorWriter, x: Vector): Parts {
  const { exponent, fraction: f } = splitAny(w, x);
  const { log2 } = formatOf(w.type);
  const under = w.add(f, w.number(2));
  const underHead = fewBits(w, under);
  const underRest = w.add(w.sub(under, underHead), w.sub(f, w.sub(under, w.number(2))));
  const s = fewBits(w, w.div(f, under));
  const left = w.sub(w.sub(f, w.mul(s, underHead)), w.mul(s, underRest));
  const sRest = w.div(left, under);
  const z = w.mul(s, s);
  const zRest = w.mul(sRest, w.add(w.add(s, s), sRest));
  const cubic = precise(w, cubicParts(w, z, zRest));
  const twice = w.add(s, s);
  const small = w.add(w.mul(s, cubic.rest), w.mul(sRest, w.add(cubic.head, cubic.rest)));
  const rest = w.add(w.add(sRest, sRest), small);
  const own = sum(w, twice, w.mul(s, cubic.head), rest);
  const tail = w.multiplyAdd(exponent, w.number(log2[1]), own.rest);
  return sum(w, w.mul(exponent, w.number(log2[0])), own.head, tail);
}

/** z · (⅔ + z · series) of z + zRest. */
function cubicParts(w: VectorWriter, z: Vector, zRest: Vector): Parts {
  const rounded = w.add(z, zRest);
  const further = w.multiplyAdd(rounded, w.polynomial(rounded, series), w.number(twoThirds[1]));
  const { head, rest } = precise(w, { head: z, rest: zRest });
  const constant = w.number(twoThirds[0]);
  const small = w.multiplyAdd(head, further, w.mul(rest, w.add(constant, further)));
  return { head: w.mul(head, constant), rest: small };
}

/** a^b of |a|^b, as JavaScript's `Math.pow` where that is not a number. */
function withSign(w: VectorWriter, a: Vector, b: Vector, size: Vector): Vector {
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
