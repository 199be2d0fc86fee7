import { formatOf } from "./formats.js";
import type { Vector, VectorWriter } from "./writer.js";

/** x as n · log 2 + r with an integer n and |r| ≤ log 2 / 2. */
interface Reduced {
  /** A number whose lowest bits are the integer n + `shift`. */
  readonly bits: Vector;
  readonly r: Vector;
}

/** Reduces `scale` · x; `scale` is a power of two, and so is the factor by which r is short. */
function reduce(w: VectorWriter, x: Vector, shift: number, scale = 1): Reduced {
  const { log2, rounder } = formatOf(w.type);
  const shifted = w.number(rounder + shift);
  const bits = w.multiplyAdd(x, w.number(scale * Math.LOG2E), shifted);
  const n = w.sub(bits, shifted);
  const head = w.multiplyAdd(n, w.number(-log2[0] / scale), x);
  return { bits, r: w.multiplyAdd(n, w.number(-log2[1] / scale), head) };
}

/** (e^(scale · r) − 1) / scale, without cancellation. */
function expm1Near(w: VectorWriter, r: Vector, scale = 1): Vector {
  const coefficients = formatOf(w.type).exp.map((c, i) => c * scale ** (i + 1));
  return w.multiplyAdd(w.mul(r, r), w.polynomial(r, coefficients), r);
}

/** 2ⁿ as a number, from bits that hold n + bias. */
function power(w: VectorWriter, bits: Vector): Vector {
  return w.shiftLeft(bits, formatOf(w.type).fraction);
}

/**
 * eˣ within 1 unit in the last place, subnormal results too. The power of two
 * is applied in two halves, since it may be out of range where the result,
 * rounded once, is not.
 */
export function exp(w: VectorWriter, x: Vector): Vector {
  const [low, high] = formatOf(w.type).expRange;
  return expWithin(w, w.notBelow(w.notAbove(x, high), low));
}

/** e^−|x|. */
export function expOfMinus(w: VectorWriter, absolute: Vector): Vector {
  return expWithin(w, w.notBelow(w.neg(absolute), formatOf(w.type).expRange[0]));
}

function expWithin(w: VectorWriter, x: Vector): Vector {
  const { bits, r } = reduce(w, x, 2 * formatOf(w.type).bias);
  const half = w.shiftRight(bits, 1);
  const value = w.add(expm1Near(w, r), w.number(1));
  return w.mul(w.mul(value, power(w, half)), power(w, w.subIntegers(bits, half)));
}

/** e^(x + rest) · factor for a tiny rest, rounded to a subnormal number once. */
export function expTimes(w: VectorWriter, x: Vector, rest: Vector, factor: Vector): Vector {
  const { bits, r } = reduce(w, x, 2 * formatOf(w.type).bias);
  const half = w.shiftRight(bits, 1);
  const near = expm1Near(w, w.add(r, rest));
  const value = w.multiplyAdd(near, factor, factor);
  return w.mul(w.mul(value, power(w, half)), power(w, w.subIntegers(bits, half)));
}

/** e^x for x in the range where it is a normal number. */
export function expOfNormal(w: VectorWriter, x: Vector): Vector {
  const { bits, r } = reduce(w, x, formatOf(w.type).bias);
  return w.mul(w.add(expm1Near(w, r), w.number(1)), power(w, bits));
}

/**
 * eˣ − 1 within 2 units in the last place: 2ⁿ · (eʳ − 1) + (2ⁿ − 1), where
 * nothing cancels. All at half its size, lest 2ⁿ overflow before the result.
 */
export function expm1(w: VectorWriter, x: Vector): Vector {
  const { bias, expm1Floor, expRange } = formatOf(w.type);
  const { bits, r } = reduce(w, w.notBelow(w.notAbove(x, expRange[1]), expm1Floor), bias - 1);
  const scale = power(w, bits);
  const half = w.multiplyAdd(expm1Near(w, r), scale, w.sub(scale, w.number(0.5)));
  return w.or(w.add(half, half), w.signBit(x));
}

/**
 * tanh x within 2 units in the last place, as h / (h + 1) with
 * h = (e^(2|x|) − 1) / 2 = 2ⁿ · u + (2ⁿ − 1) / 2, where nothing cancels.
 */
export function tanh(w: VectorWriter, x: Vector): Vector {
  const { bias, tanhCeiling } = formatOf(w.type);
  const absolute = w.notAbove(w.abs(x), tanhCeiling);
  const { bits, r } = reduce(w, absolute, bias, 2);
  const scale = power(w, bits);
  const half = w.number(0.5);
  const offset = w.sub(w.mul(scale, half), half);
  const h = w.multiplyAdd(expm1Near(w, r, 2), scale, offset);
  const quotient = w.div(h, w.add(h, w.number(1)));
  // Below a third the rounding of h + 1 counts for more than that of h: keep it in a small part.
  const near = w.sub(h, w.mul(h, quotient));
  const value = w.select(w.less(absolute, w.number(0.3)), near, quotient);
  return w.or(value, w.signBit(x));
}

/**
 * 1 / (1 + e⁻ˣ) within 2.1 units in the last place, subnormal results too. With
 * e = e^−|x|, which cannot overflow, it is 1 − e / (1 + e), or e / (1 + e)
 * where x is negative. A small quotient is written e − e · quotient, so that
 * the rounding of 1 + e counts for little.
 */
export function sigmoid(w: VectorWriter, x: Vector): Vector {
  const e = expOfMinus(w, w.abs(x));
  const quotient = w.div(e, w.add(e, w.number(1)));
  const small = w.sub(e, w.mul(e, quotient));
  const low = w.select(w.less(e, w.number(0.3)), small, quotient);
  return w.select(w.less(x, w.number(0)), low, w.sub(w.number(1), quotient));
}

/** (m + m / (m + 1)) / 2 with m = eˣ − 1, in f64 for results in f32. */
export function shortSinh(w: VectorWriter, x: Vector): Vector {
  const m = expm1(w, w.notAbove(w.abs(x), 100));
  const sum = w.add(m, w.div(m, w.add(m, w.number(1))));
  return w.or(w.mul(sum, w.number(0.5)), w.signBit(x));
}

/** (eˣ + e⁻ˣ) / 2, in f64 for results in f32. */
export function shortCosh(w: VectorWriter, x: Vector): Vector {
  const e = expOfNormal(w, w.notAbove(w.abs(x), 100));
  return w.mul(w.add(e, w.div(w.number(1), e)), w.number(0.5));
}
