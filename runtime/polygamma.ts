/** The Bernoulli numbers B₂, B₄, …, B₂₀. */
const evenBernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];

/**
 * The derivative of digamma of a whole order ≥ 1; infinite at 0, −1, −2, ….
 *
 * Numerics: relative error of a few units in the last place for x > 0. The
 * time grows with |x| for negative x. Source: Abramowitz and Stegun, Handbook
 * of Mathematical Functions, 6.4.6 (recurrence), 6.4.11 (asymptotic series).
 */
export function polygamma(order: number, x: number): number {
  if (!(x > -1e6)) return NaN;
  if (x <= 0 && Number.isInteger(x)) return order % 2 === 1 ? Infinity : NaN;
  if (x === Infinity) return 0;
  let factorial = 1;
  for (let k = 2; k <= order; k++) factorial *= k;
  let shift = 0;
  for (; x < 12 + order; x++) shift += x ** (-order - 1);
  const sum = factorial * shift + polygammaFar(order, x, factorial);
  return order % 2 === 1 ? sum : -sum;
}

/** (n−1)!/xⁿ + n!/(2xⁿ⁺¹) + Σ B₂ₖ (2k+n−1)! / ((2k)! x²ᵏ⁺ⁿ). */
function polygammaFar(order: number, x: number, factorial: number): number {
  let sum = factorial / (order * x ** order) + factorial / (2 * x ** (order + 1));
  // (2k + n − 1)! / (2k)! for k = 1.
  let ratio = (factorial * (order + 1)) / 2;
  evenBernoulli.forEach((b, i) => {
    const k = i + 1;
    sum += (b * ratio) / x ** (2 * k + order);
    ratio *= ((2 * k + order) * (2 * k + order + 1)) / ((2 * k + 1) * (2 * k + 2));
  });
  return sum;
}
