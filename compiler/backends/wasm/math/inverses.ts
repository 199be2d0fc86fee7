import { log1p } from "./logarithms.js";
import type { Vector, VectorWriter } from "./writer.js";

/** (atan u − u) / u³ in u² for |u| ≤ √2 − 1, a minimax fit. */
const series = [
  -0.333333333333332, 0.19999999999954002, -0.1428571428023991, 0.11111110785685087,
  -0.09090897822855411, 0.07692061386225653, -0.0666311743877509, 0.058479868668794205,
  -0.050397435815675594, 0.038075670226759825, -0.017919313835530533,
];

/** What π/2 leaves out in f64. */
const restOfHalfPi = 6.123233995736766e-17;

/**
 * atan x in f64 within 2 units in the last place: π/2 − atan(1/x) beyond
 * tan(3π/8), π/4 + atan((x − 1) / (x + 1)) beyond tan(π/8).
 */
export function atan(w: VectorWriter, x: Vector): Vector {
  const absolute = w.abs(x);
  const one = w.number(1);
  const isFar = w.less(w.number(1 + Math.SQRT2), absolute);
  const isMiddle = w.less(w.number(Math.SQRT2 - 1), absolute);
  const over = w.select(isMiddle, w.sub(absolute, one), absolute);
  const under = w.select(isMiddle, w.add(absolute, one), one);
  const u = w.div(w.select(isFar, w.number(-1), over), w.select(isFar, absolute, under));
  const share = (whole: number) =>
    w.select(isFar, w.number(whole), w.and(isMiddle, w.number(whole / 2)));
  const z = w.mul(u, u);
  const small = w.multiplyAdd(w.mul(z, u), w.polynomial(z, series), share(restOfHalfPi));
  return w.or(w.add(share(Math.PI / 2), w.add(u, small)), w.signBit(x));
}

/** The angle of the point (x, y) in f64 within 3 units in the last place, with the signs of zeros. */
export function atan2(w: VectorWriter, y: Vector, x: Vector): Vector {
  const [up, along, zero, one] = [w.abs(y), w.abs(x), w.number(0), w.number(1)];
  // Neither 0 / 0 nor ∞ / ∞ is a number.
  const even = w.select(w.equal(up, zero), zero, one);
  const angle = atan(w, w.select(w.equal(up, along), even, w.div(up, along)));
  const back = w.add(w.sub(w.number(Math.PI), angle), w.number(2 * restOfHalfPi));
  const isLeft = w.less(w.or(one, w.signBit(x)), zero);
  return w.or(w.select(isLeft, back, angle), w.signBit(y));
}

// In f64 for results in f32, where plain formulas will do.

export function shortAsin(w: VectorWriter, x: Vector): Vector {
  return atan(w, w.div(x, w.sqrt(oneMinusSquare(w, x))));
}

/** 2 · atan(√((1 − x) / (1 + x))). */
export function shortAcos(w: VectorWriter, x: Vector): Vector {
  const one = w.number(1);
  const half = atan(w, w.sqrt(w.div(w.sub(one, x), w.add(one, x))));
  return w.add(half, half);
}

/** log(x + √(x² + 1)), without cancellation. */
export function shortAsinh(w: VectorWriter, x: Vector): Vector {
  const absolute = w.abs(x);
  const one = w.number(1);
  const square = w.mul(absolute, absolute);
  const root = w.sqrt(w.add(square, one));
  const value = log1p(w, w.add(absolute, w.div(square, w.add(root, one))));
  const finite = w.select(w.less(absolute, w.number(Infinity)), value, absolute);
  return w.or(finite, w.signBit(x));
}

/** log(x + √(x² − 1)), without cancellation. */
export function shortAcosh(w: VectorWriter, x: Vector): Vector {
  const one = w.number(1);
  const above = w.sub(x, one);
  const root = w.sqrt(w.mul(above, w.add(x, one)));
  return w.select(w.atLeast(x, one), log1p(w, w.add(above, root)), w.number(NaN));
}

/** log((1 + x) / (1 − x)) / 2. */
export function shortAtanh(w: VectorWriter, x: Vector): Vector {
  const absolute = w.abs(x);
  const ratio = w.div(w.add(absolute, absolute), w.sub(w.number(1), absolute));
  return w.or(w.mul(log1p(w, ratio), w.number(0.5)), w.signBit(x));
}

function oneMinusSquare(w: VectorWriter, x: Vector): Vector {
  const one = w.number(1);
  return w.mul(w.sub(one, x), w.add(one, x));
}
