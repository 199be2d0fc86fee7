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
