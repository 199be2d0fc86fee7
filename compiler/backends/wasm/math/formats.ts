import type { VectorType } from "./scope.js";

/**
 * What the formulas need to know of a floating-point format. Polynomials are
 * minimax fits of the functions stated, found by the Remez exchange in 50
 * digits and rounded to the format; lowest power first.
 */
export interface Format {
  /** Bits of the fraction. */
  readonly fraction: number;
  /** Exponent of 1. */
  readonly bias: number;
  /** Adding 1.5 · 2^fraction rounds a small number to an integer, which the sum's lowest bits then hold. */
  readonly rounder: number;
  /** log 2, whose first part has so few bits that its products with exponents are exact. */
  readonly log2: readonly [number, number];
  /** Beyond these exp is 0 or Infinity. */
  readonly expRange: readonly [number, number];
  /** Beyond −`expm1Floor` expm1 is −1; beyond half of `tanhCeiling` + 1 tanh is 1. */
  readonly expm1Floor: number;
  readonly tanhCeiling: number;
  /** (eʳ − 1 − r) / r² for |r| ≤ log 2 / 2. */
  readonly exp: readonly number[];
  /** (log((1 + s) / (1 − s)) / s − 2) / s² in s² for |s| ≤ (√2 − 1) / (√2 + 1). */
  readonly log: readonly number[];
  /** The bits of √½ and of 1, and a mask of the fraction's. */
  readonly rootHalfBits: bigint;
  readonly oneBits: bigint;
  readonly fractionMask: bigint;
  readonly smallestNormal: number;
}

const f32: Format = {
  fraction: 23,
  bias: 127,
  rounder: 1.5 * 2 ** 23,
  log2: [0.693359375, -2.121944400546906e-4],
  expRange: [-104, 89],
  expm1Floor: -18,
  tanhCeiling: 9.25,
  exp: [
    0.4999999403953552, 0.1666652113199234, 0.04166838899254799, 0.008368716575205326,
    0.0013814599951729178,
  ],
  log: [0.6666666269302368, 0.4000033736228943, 0.28537237644195557, 0.23583568632602692],
  rootHalfBits: 0x3f3504f3n,
  oneBits: 0x3f800000n,
  fractionMask: 0x7fffffn,
  smallestNormal: 2 ** -126,
};

const f64: Format = {
  fraction: 52,
  bias: 1023,
  rounder: 1.5 * 2 ** 52,
  log2: [0.6931471803691238, 1.9082149292705877e-10],
  expRange: [-746, 710],
  expm1Floor: -39,
  tanhCeiling: 20,
  exp: [
    0.5000000000000011, 0.16666666666666413, 0.04166666666653016, 0.008333333333494468,
    0.001388888894362999, 0.00019841269506564, 2.4801493099030417e-5, 2.7557586388429143e-6,
    2.7630248336116406e-7, 2.5000056604513257e-8,
  ],
  log: [
    0.6666666666666735, 0.3999999999941109, 0.28571428743263544, 0.22222198475911115,
    0.18183569743210728, 0.15313903169156026, 0.14797508410453425,
  ],
  rootHalfBits: 0x3fe6a09e667f3bcdn,
  oneBits: 0x3ff0000000000000n,
  fractionMask: 0xfffffffffffffn,
  smallestNormal: 2 ** -1022,
};

export function formatOf(type: VectorType): Format {
  return type === "f32x4" ? f32 : f64;
}
