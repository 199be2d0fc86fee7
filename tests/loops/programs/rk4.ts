/** A thousand steps of Runge–Kutta for a pendulum with friction; the value is the energy at the end. */
export function pendulum(angle: number, speed: number, friction: number): number {
  const h = 0.005;
  let a = angle;
  let v = speed;
  for (let i = 0; i < 1000; i++) {
    const a1 = v;
    const v1 = -Math.sin(a) - friction * v;
    const a2 = v + 0.5 * h * v1;
    const v2 = -Math.sin(a + 0.5 * h * a1) - friction * a2;
    const a3 = v + 0.5 * h * v2;
    const v3 = -Math.sin(a + 0.5 * h * a2) - friction * a3;
    const a4 = v + h * v3;
    const v4 = -Math.sin(a + h * a3) - friction * a4;
    a += (h / 6) * (a1 + 2 * a2 + 2 * a3 + a4);
    v += (h / 6) * (v1 + 2 * v2 + 2 * v3 + v4);
  }
  return 0.5 * v * v + 1 - Math.cos(a);
}
