/**
 * The logistic function 1 / (1 + e⁻ˣ). Never NaN for a number: where e⁻ˣ
 * overflows, the quotient is the 0 it should be.
 */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** log(1 + eˣ), without overflow: x for large x, eˣ for very negative x. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** log(sigmoid(x)) = −softplus(−x): finite for all finite x. */
export function logSigmoid(x: number): number {
  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}
