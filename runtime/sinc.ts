/** sin(πx), with the period taken off exactly: 0 at every integer. */
export function sinPi(x: number): number {
  const r = x - 2 * Math.round(x / 2);
  if (r > 0.5) return Math.sin(Math.PI * (1 - r));
  if (r < -0.5) return -Math.sin(Math.PI * (1 + r));
  return Math.sin(Math.PI * r);
}

/** sin(πx) / (πx), the normalised form of NumPy and PyTorch; 1 at 0. */
export function sinc(x: number): number {
  if (x === 0) return 1;
  return Math.abs(x) === Infinity ? 0 : sinPi(x) / (Math.PI * x);
}

/**
 * The derivative of sinc of a whole order ≥ 0: πⁿ f(πx) with
 * f(t) = ∫₀¹ sⁿ cos(ts + nπ/2) ds.
 *
 * Numerics: f is summed as its power series for small t, where t f⁽ⁿ⁾ =
 * sin(t + nπ/2) − n f⁽ⁿ⁻¹⁾ cancels, and by that recurrence elsewhere.
 */
export function sincDerivative(x: number, order: number): number {
  if (Math.abs(x) === Infinity) return 0;
  const t = Math.PI * x;
  const scale = Math.PI ** order;
  if (Math.abs(t) < order + 2) return scale * sincSeries(t, order);
  let derivative = sinc(x);
  for (let n = 1; n <= order; n++) derivative = (sinPi(x + n / 2) - n * derivative) / t;
  return scale * derivative;
}

/** Σ tᵐ / m! · cos((n + m) π/2) / (n + m + 1). */
function sincSeries(t: number, order: number): number {
  let sum = 0;
  let power = 1;
  for (let m = 0; m < 60; m++) {
    const turn = (order + m) % 4;
    if (turn === 0) sum += power / (order + m + 1);
    if (turn === 2) sum -= power / (order + m + 1);
    power *= t / (m + 1);
  }
  return sum;
}
