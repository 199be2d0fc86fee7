import { polynomial } from "./polynomial.js";

/**
 * Source of the three rational approximations and their coefficients:
 * W. J. Cody, "Rational Chebyshev approximations for the error function",
 * Mathematics of Computation 23 (1969), 631–637. Lowest power first.
 */
const nearNumerator = [
  3209.37758913846947, 377.485237685302021, 113.864154151050156,
  3.1611237438705656, 0.185777706184603153,
];
const nearDenominator = [
  2844.23683343917062, 1282.61652607737228, 244.024637934444173,
  23.6012909523441209, 1,
];
const middleNumerator = [
  1230.33935479799725, 2051.07837782607147, 1712.04761263407058,
  881.95222124176909, 298.635138197400131, 66.1191906371416295,
  8.88314979438837594, 0.564188496988670089, 2.15311535474403846e-8,
];
const middleDenominator = [
  1230.33935480374942, 3439.36767414372164, 4362.61909014324716,
  3290.79923573345963, 1621.38957456669019, 537.181101862009858,
  117.693950891312499, 15.7449261107098347, 1,
];
const farNumerator = [
  6.58749161529837803e-4, 0.0160837851487422766, 0.125781726111229246,
  0.360344899949804439, 0.305326634961232344, 0.0163153871373020978,
];
const farDenominator = [
  0.00233520497626869185, 0.0605183413124413191, 0.527905102951428412,
  1.87295284992346725, 2.56852019228982242, 1,
];

/** The error function 2/√π ∫₀ˣ e^(−t²) dt, to about 2 units in the last place. */
export function erf(x: number): number {
  if (Math.abs(x) <= 0.46875) return nearErf(x);
  return x > 0 ? 1 - tail(x) : tail(-x) - 1;
}

/**
 * 1 − erf(x) without the cancellation: its relative error stays below about
 * 10⁻¹⁵ for positive x too, down to where it underflows at x = 26.5.
 */
export function erfc(x: number): number {
  if (Math.abs(x) <= 0.46875) return 1 - nearErf(x);
  return x > 0 ? tail(x) : 2 - tail(-x);
}

function nearErf(x: number): number {
  const square = x * x;
  return (
    (x * polynomial(nearNumerator, square)) /
    polynomial(nearDenominator, square)
  );
}

/** erfc(x) for x > 0.46875; NaN for NaN. */
function tail(x: number): number {
  if (x > 28) return 0;
  // x² splits into an exact square and a small rest: e^(−x²) would multiply
  // the rounding error of x² by x².
  const head = Math.trunc(x * 16) / 16;
  const gauss = Math.exp(-head * head) * Math.exp((head - x) * (head + x));
  if (x <= 4) {
    return (
      (gauss * polynomial(middleNumerator, x)) /
      polynomial(middleDenominator, x)
    );
  }
  const z = 1 / (x * x);
  const rest =
    (z * polynomial(farNumerator, z)) / polynomial(farDenominator, z);
  return (gauss / x) * (1 / Math.sqrt(Math.PI) - rest);
}
