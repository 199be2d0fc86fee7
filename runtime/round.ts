/** The nearest whole number; halves go to the even one, as in NumPy and IEEE 754. */
export function roundHalfToEven(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}
