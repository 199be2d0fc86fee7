import { type Tensor } from "flatgrad";

/** Particles that fall, slowed by air and bouncing off the ground, until all energy but 5 % is gone. */
export function particles(
  height: Tensor<["N"], "f64">,
  speed: Tensor<["N"], "f64">,
  drag: number,
): number {
  const y = new Float64Array(height);
  const v = new Float64Array(speed);
  const h = 0.01;
  let start = 0;
  for (let i = 0; i < y.length; i++) start += 9.81 * y[i]! + 0.5 * v[i]! * v[i]!;
  let energy = start;
  let steps = 0;
  while (energy > 0.05 * start && steps < 2000) {
    energy = 0;
    for (let i = 0; i < y.length; i++) {
      v[i]! += h * (-9.81 - drag * v[i]! * Math.abs(v[i]!));
      y[i]! += h * v[i]!;
      if (y[i]! < 0) {
        y[i] = -0.8 * y[i]!;
        v[i] = -0.8 * v[i]!;
      }
      energy += 9.81 * y[i]! + 0.5 * v[i]! * v[i]!;
    }
    steps += 1;
  }
  return energy;
}
