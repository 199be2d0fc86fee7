/** The slope of a function of one variable, from differences of its values. */
interface Slope {
  /** From the left and from the right; equal where the function is smooth. */
  readonly left: number;
  readonly right: number;
}

const stepCount = 5;
const unknown: Slope = { left: NaN, right: NaN };

/**
 * The slope of `f` at 0, in f64. `scale` is the size of what the argument of `f`
 * is added to, at least 1.
 *
 * Where both one-sided slopes agree, for h and for h/2, it is the central
 * difference extrapolated to h = 0 (Richardson), of order h⁴. Where they do
 * not, h is taken smaller, from 2⁻¹⁰ to 2⁻²² of the scale, in order to get off a
 * kink, a jump or the end of the domain nearby. If they stay apart by the same
 * gap, there is a kink at 0, and both are returned. NaN if nothing converges: at
 * a jump, where values are not finite, or where they are rounded to f32.
 */
export function numericalSlope(f: (t: number) => number, scale: number): Slope {
  const centre = f(0);
  let last = unknown;
  let lastGap = NaN;
  for (let i = 0; i < stepCount; i++) {
    // A power of two: dividing by it is exact.
    const h = 2 ** (Math.ceil(Math.log2(scale)) - 10 - 3 * i);
    const after = f(h);
    const halfAfter = f(h / 2);
    const before = f(-h);
    const halfBefore = f(-h / 2);
    const right = (4 * halfAfter - after - 3 * centre) / h;
    const left = (3 * centre + before - 4 * halfBefore) / h;
    const coarse = (after - before) / (2 * h);
    const fine = (halfAfter - halfBefore) / h;
    const size = Math.max(Math.abs(left), Math.abs(right));
    const rounding = (16 * Number.EPSILON * Math.abs(centre)) / h;
    // The sides of a jump can agree with each other, but not for h and h/2.
    const gap = Math.max(Math.abs(right - left), Math.abs(fine - coarse));
    if (gap <= 1e-5 * size + rounding) {
      const central = (4 * fine - coarse) / 3;
      return { left: central, right: central };
    }
    const settled = gap < 2 * lastGap && lastGap < 2 * gap;
    last = settled ? { left, right } : unknown;
    lastGap = gap;
  }
  return last;
}
