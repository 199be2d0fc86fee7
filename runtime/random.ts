import type { FloatArray } from "./floatArray.js";

/** A seeded source of random numbers; see {@link random}. */
export interface Random {
  /** The next number of the uniform distribution on [0, 1), in steps of 2⁻³². */
  uniform(): number;
  /** The next number of the normal distribution with mean 0 and variance 1. */
  normal(): number;
  /**
   * The next integer of 0 … n − 1, for n up to 2³².
   * @throws RangeError if n is not an integer of 1 … 2³²
   */
  integer(n: number): number;
  /** Puts the elements into random order, in place, and returns the array. */
  shuffle<T extends { readonly length: number; [index: number]: unknown }>(array: T): T;
  /** Fills with uniform numbers of [low, high), by default [0, 1). */
  fillUniform<T extends FloatArray>(array: T, low?: number, high?: number): T;
  /** Fills with normal numbers, by default of mean 0 and deviation 1. */
  fillNormal<T extends FloatArray>(array: T, mean?: number, deviation?: number): T;
}

/**
 * A generator of random numbers that is a function of `seed` alone: integer
 * arithmetic only, and equal on every machine, except that `normal` relies on
 * `Math.log`, whose last bit an engine may choose.
 *
 * Source: sfc32 (Chris Doty-Humphrey, PractRand, public domain), period at
 * least 2³², about 2¹²⁷ on average. Not for cryptography.
 */
export function random(seed: number): Random {
  const next = sfc32(seed);
  const uniform = () => next() / 2 ** 32;
  let spare: number | undefined;

  // Polar method (Marsaglia and Bray, 1964): two normal numbers at a time.
  function normal(): number {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * scale;
        return u * scale;
      }
    }
  }

  function integer(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 2 ** 32)) {
      throw new RangeError(`integer(n): n is ${n}, expected 1 … 2^32`);
    }
    // Rejecting the incomplete last run of n values keeps all equally likely.
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const value = next();
      if (value < limit) return value % n;
    }
  }

  return {
    uniform,
    normal,
    integer,
    shuffle(array) {
      for (let i = array.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const moved = array[i];
        array[i] = array[j];
        array[j] = moved;
      }
      return array;
    },
    fillUniform(array, low = 0, high = 1) {
      for (let i = 0; i < array.length; i++) {
        array[i] = low + (high - low) * uniform();
      }
      return array;
    },
    fillNormal(array, mean = 0, deviation = 1) {
      for (let i = 0; i < array.length; i++) {
        array[i] = mean + deviation * normal();
      }
      return array;
    },
  };
}

/** Integers of 0 … 2³² − 1. */
function sfc32(seed: number): () => number {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The first outputs of close seeds are alike.
  for (let i = 0; i < 16; i++) next();
  return next;
}
