import { expOfNormal } from "./exponentials.js";
import type { Vector, VectorWriter } from "./writer.js";

/** erf(x) / x − 1 in x² up to 0.86. */
const near = [
  0.12837915122509003, -0.3761249780654907, 0.11281844228506088, -0.026767101138830185,
  0.00499327527359128, -0.0005988755146972835,
];

/** −log(1 − erf(x)) from 0.92 to 4. */
const far = [
  -0.00017468321311753243, 1.1295149326324463, 0.6333469152450562, 0.10828007757663727,
  -0.025119416415691376, 0.004171059001237154, -0.00043446169001981616, 2.109496563207358e-5,
];

/** erf x in f32 within 2 units in the last place. Both polynomials are minimax fits. */
export function erf(w: VectorWriter, x: Vector): Vector {
  const absolute = w.notAbove(w.abs(x), 4);
  const small = w.multiplyAdd(absolute, w.polynomial(w.mul(absolute, absolute), near), absolute);
  const complement = expOfNormal(w, w.neg(w.polynomial(absolute, far)));
  const large = w.sub(w.number(1), complement);
  const value = w.select(w.less(absolute, w.number(0.925)), small, large);
  return w.or(value, w.signBit(x));
}
