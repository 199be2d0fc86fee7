import { polynomial } from "./polynomial.js";

/**
 * Source of the three rational approximations and their coefficients:
 * W. J. Cody, "Rational Chebyshev approximations for the error function",
 * Mathematics of Computation 23 (1969), 631–637. Lowest power first.
 */
const nearNumerator = [
  3209.3775891384694, 377.485237685302, 113.86415415105016, 3.1611237438705655, 0.18577770618460315,
];
const nearDenominator = [
  2844.236833439171, 1282.6165260773723, 244.02463793444417, 23.601290952344122, 1,
];
const middleNumerator = [
  1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769, 298.6351381974001,
  66.11919063714163, 8.883149794388377, 0.5641884969886701, 2.1531153547440383e-8,
];
const middleDenominator = [
  1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597, 1621.3895745666903,
  537.1811018620099, 117.6939508913125, 15.744926110709835, 1,
];
const farNumerator = [
  0.0006587491615298378, 0.016083785148742275, 0.12578172611122926, 0.36034489994980445,
  0.30532663496123236, 0.016315387137302097,
];
const farDenominator = [
  0.0023352049762686918, 0.06051834131244132, 0.5279051029514285, 1.8729528499234673,
  2.568520192289822, 1,
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
  return (x * polynomial(nearNumerator, square)) / polynomial(nearDenominator, square);
}

/** erfc(x) for x > 0.46875; NaN for NaN. */
function tail(x: number): number {
  if (x > 28) return 0;
  // x² splits into an exact square and a small rest: e^(−x²) would multiply
  // the rounding error of x² by x².
  const head = Math.trunc(x * 16) / 16;
  const gauss = Math.exp(-head * head) * Math.exp((head - x) * (head + x));
  if (x <= 4) {
    return (gauss * polynomial(middleNumerator, x)) / polynomial(middleDenominator, x);
  }
  const z = 1 / (x * x);
  const rest = (z * polynomial(farNumerator, z)) / polynomial(farDenominator, z);
  return (gauss / x) * (1 / Math.sqrt(Math.PI) - rest);
}
