import { polynomial } from "./polynomial.js";
import { sinPi } from "./sinc.js";

/** log Γ(2 + t) = Σ_{k≥1} t^k taylor[k − 1]: 1 − γ, then (−1)^k (ζ(k) − 1) / k. */
const taylor = [
  0.42278433509846713, 0.3224670334241132, -0.06735230105319809, 0.020580808427784546,
  -0.007385551028673986, 0.0028905103307415234, -0.001192753911703261, 0.0005096695247430425,
  -0.00022315475845357939, 0.00009945751278180853, -0.00004492623673813314, 0.00002050721277567069,
  -0.000009439488275268397, 0.000004374866789907488, -0.000002039215753801366, 9.55141213040742e-7,
  -4.492469198764566e-7, 2.1207184805554667e-7, -1.00432248239681e-7, 4.7698101693639804e-8,
  -2.2711094608943164e-8, 1.0838659214896955e-8, -5.183475041970047e-9, 2.4836745438024785e-9,
  -1.1921401405860912e-9, 5.731367241678862e-10,
];

/** The Bernoulli numbers B₂, B₄, …, B₁₆ of the asymptotic series. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];
const stirling = /* @__PURE__ */ bernoulli.map((b, i) => b / ((2 * i + 2) * (2 * i + 1)));
const halves = /* @__PURE__ */ bernoulli.map((b, i) => b / (2 * i + 2));

/**
 * log |Γ(x)|; +inf at 0, −1, −2, … and at ±inf.
 *
 * Numerics: relative error of a few units in the last place for x > 0, also
 * beside the zeros at 1 and 2; for x < 0 the error is absolute near zeros.
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1.17
 * (reflection), 6.1.33 (series), 6.1.41 (Stirling).
 */
export function lgamma(x: number): number {
  if (Math.abs(x) === Infinity) return Infinity;
  if (x < 0) {
    const sine = Math.abs(sinPi(x));
    if (sine === 0) return Infinity;
    return Math.log(Math.PI / -x) - Math.log(sine) - lgamma(-x);
  }
  if (x < 0.5) return lgammaNear2(x) - Math.log(x) - Math.log1p(x);
  if (x < 1.5) return lgammaNear2(x - 1) - Math.log(x);
  if (x >= 9) return lgammaFar(x);
  let product = 1;
  while (x >= 2.5) {
    x -= 1;
    product *= x;
  }
  return lgammaNear2(x - 2) + Math.log(product);
}

/** log Γ(2 + t) for |t| ≤ 1/2. */
function lgammaNear2(t: number): number {
  return t * polynomial(taylor, t);
}

function lgammaFar(x: number): number {
  const series = polynomial(stirling, 1 / (x * x)) / x;
  const halfLogTwoPi = 0.9189385332046727;
  return (x - 0.5) * Math.log(x) - x + halfLogTwoPi + series;
}

/**
 * The derivative of log Γ(x). As in PyTorch ∓inf at ±0, NaN at −1, −2, ….
 *
 * Numerics: error below 10⁻¹⁴ relative to the larger of 1 and the result, away
 * from the poles. Source: Abramowitz and Stegun 6.3.5, 6.3.7, 6.3.18.
 */
export function digamma(x: number): number {
  if (x === 0) return -1 / x;
  if (x < 0) {
    const fraction = x - Math.round(x);
    if (fraction === 0 || x === -Infinity) return NaN;
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * fraction);
  }
  let shift = 0;
  for (; x < 10; x++) shift += 1 / x;
  const z = 1 / (x * x);
  return Math.log(x) - 0.5 / x - z * polynomial(halves, z) - shift;
}

/**
 * The derivative of digamma, polygamma(1, x); +inf at 0, −1, −2, ….
 *
 * Numerics: relative error of a few units in the last place for x > 0.
 * Source: Abramowitz and Stegun 6.4.6, 6.4.7, 6.4.12.
 */
export function trigamma(x: number): number {
  if (x < 0) {
    if (x === -Infinity) return NaN;
    return (Math.PI / sinPi(x)) ** 2 - trigamma(1 - x);
  }
  let shift = 0;
  for (; x < 10; x++) shift += 1 / (x * x);
  const z = 1 / (x * x);
  return (1 + 0.5 / x + z * polynomial(bernoulli, z)) / x + shift;
}
