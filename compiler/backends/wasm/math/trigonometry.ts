import type { Vector, VectorWriter } from "./writer.js";

/**
 * Minimax fits for |r| ≤ π/4, in z = r²: (sin r − r) / r³ and (cos r − 1 + z/2) / z².
 * Those of few digits are for results in f32.
 */
interface Fits {
  readonly sin: readonly number[];
  readonly cos: readonly number[];
}

const full: Fits = {
  sin: [
    -0.16666666666666632, 0.008333333333322328, -0.00019841269829733475, 2.7557313664250295e-6,
    -2.5050753518256405e-8, 1.5896515400730047e-10,
  ],
  cos: [
    0.0416666666666666, -0.0013888888888873995, 2.480158728939634e-5, -2.755731432624065e-7,
    2.0875719568916725e-9, -1.1359448539637259e-11,
  ],
};

const short: Fits = {
  sin: [-0.1666666664144431, 0.008333329363474206, -0.0001983932733313802, 2.7182380456318314e-6],
  cos: [0.04166664676354993, -0.0013887361974818182, 2.443777126352532e-5],
};

/** π/2 in parts; the first two have so few bits that their products with n are exact. */
const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;

/** The largest argument, whose n has as many bits as are left. */
const farthest = 1.6e6;

/** 1.5 · 2⁵², which rounds what is added to it to an integer in the sum's lowest bits. */
const rounder = 1.5 * 2 ** 52;

/** x ≥ 0 as n · π/2 + r + rest with |r| ≤ π/4, all f64. */
interface Reduced {
  /** A number whose lowest bits are n. */
  readonly bits: Vector;
  readonly r: Vector;
  /** What r leaves out; null where r alone will do. */
  readonly rest: Vector | null;
  /** Where r is wrong, since x is too large or too close to a multiple of π/2. */
  readonly fails: Vector;
}

function quarters(w: VectorWriter, x: Vector): { readonly bits: Vector; readonly n: Vector } {
  const bits = w.multiplyAdd(x, w.number(2 / Math.PI), w.number(rounder));
  return { bits, n: w.sub(bits, w.number(rounder)) };
}

/** For an x of the 24 digits of f32, which is never very close to a multiple. */
function reduceShort(w: VectorWriter, x: Vector): Reduced {
  const { bits, n } = quarters(w, x);
  const head = w.multiplyAdd(n, w.number(-halfPi[0]), x);
  const r = w.multiplyAdd(n, w.number(-halfPi[1]), head);
  return { bits, r, rest: null, fails: w.less(w.number(farthest), x) };
}

/** With an error of at most n · 2⁻¹¹⁹, from the last part of π/2. */
function reduceFull(w: VectorWriter, x: Vector): Reduced {
  const { bits, n } = quarters(w, x);
  const head = w.multiplyAdd(n, w.number(-halfPi[0]), x);
  const middle = w.mul(n, w.number(halfPi[1]));
  const most = w.sub(head, middle);
  const taken = w.sub(head, most);
  const lost = w.add(w.sub(head, w.add(most, taken)), w.sub(taken, middle));
  const tail = w.multiplyAdd(n, w.number(-halfPi[2]), lost);
  const r = w.add(most, tail);
  const rest = w.add(w.sub(most, r), tail);
  const tooFar = w.less(w.number(farthest), x);
  const tooClose = w.less(w.abs(r), w.mul(n, w.number(2 ** -62)));
  return { bits, r, rest, fails: w.or(tooFar, tooClose) };
}

/** sin and cos of r + rest. */
function near(w: VectorWriter, { r, rest }: Reduced, fits: Fits) {
  const z = w.mul(r, r);
  const half = w.mul(z, w.number(0.5));
  const one = w.number(1);
  const cubic = w.mul(w.mul(z, r), w.polynomial(z, fits.sin));
  const quartic = w.mul(w.mul(z, z), w.polynomial(z, fits.cos));
  const head = w.sub(one, half);
  if (rest === null) return { sine: w.add(r, cubic), cosine: w.add(head, quartic) };
  const lost = w.sub(w.sub(one, head), half);
  return {
    sine: w.add(r, w.multiplyAdd(rest, head, cubic)),
    cosine: w.add(head, w.add(lost, w.sub(quartic, w.mul(r, rest)))),
  };
}

const isOdd = (w: VectorWriter, bits: Vector): Vector =>
  w.equalIntegers(w.and(bits, w.integer(1n)), w.integer(1n));

/** The second bit as that of a sign. */
const signOf = (w: VectorWriter, bits: Vector): Vector =>
  w.and(w.shiftLeft(bits, 62), w.number(-0));

type Reduce = (w: VectorWriter, x: Vector) => Reduced;

function sinBy(reduce: Reduce, fits: Fits) {
  return (w: VectorWriter, x: Vector): Vector => {
    const reduced = reduce(w, w.abs(x));
    const { sine, cosine } = near(w, reduced, fits);
    const value = w.select(isOdd(w, reduced.bits), cosine, sine);
    const sign = w.xor(w.signBit(x), signOf(w, reduced.bits));
    return w.rescue(reduced.fails, "Math.sin", x, w.xor(value, sign));
  };
}

function cosBy(reduce: Reduce, fits: Fits) {
  return (w: VectorWriter, x: Vector): Vector => {
    const reduced = reduce(w, w.abs(x));
    const { sine, cosine } = near(w, reduced, fits);
    const value = w.select(isOdd(w, reduced.bits), sine, cosine);
    const sign = signOf(w, w.addIntegers(reduced.bits, w.integer(1n)));
    return w.rescue(reduced.fails, "Math.cos", x, w.xor(value, sign));
  };
}

function tanBy(reduce: Reduce, fits: Fits) {
  return (w: VectorWriter, x: Vector): Vector => {
    const reduced = reduce(w, w.abs(x));
    const { sine, cosine } = near(w, reduced, fits);
    const odd = isOdd(w, reduced.bits);
    const value = w.div(w.select(odd, cosine, sine), w.select(odd, sine, cosine));
    const sign = w.xor(w.signBit(x), w.and(odd, w.number(-0)));
    return w.rescue(reduced.fails, "Math.tan", x, w.xor(value, sign));
  };
}

/** sin x and cos x in f64 within 1 unit in the last place, tan x within 2.5. */
export const sin = sinBy(reduceFull, full);
export const cos = cosBy(reduceFull, full);
export const tan = tanBy(reduceFull, full);

/** The same of an x in f32, exact to more digits than f32 has. */
export const shortSin = sinBy(reduceShort, short);
export const shortCos = cosBy(reduceShort, short);
export const shortTan = tanBy(reduceShort, short);
