type Result = Readonly<Record<string, number | Float64Array>>;

const steps = 1000;
const h = 0.005;
const angles = new Float64Array(steps);
const speeds = new Float64Array(steps);
const pendulum = { value: 0, dangle: 0, dspeed: 0, dfriction: 0 };

/** The gradient of tests/loops/programs/rk4.ts as one would write it: states kept, stages computed again. */
export function pendulumByHand({
  angle,
  speed,
  friction: f,
}: {
  readonly angle: number;
  readonly speed: number;
  readonly friction: number;
}): Result {
  let a = angle;
  let v = speed;
  for (let i = 0; i < steps; i++) {
    angles[i] = a;
    speeds[i] = v;
    const v1 = -Math.sin(a) - f * v;
    const a2 = v + 0.5 * h * v1;
    const v2 = -Math.sin(a + 0.5 * h * v) - f * a2;
    const a3 = v + 0.5 * h * v2;
    const v3 = -Math.sin(a + 0.5 * h * a2) - f * a3;
    const a4 = v + h * v3;
    const v4 = -Math.sin(a + h * a3) - f * a4;
    a += (h / 6) * (v + 2 * a2 + 2 * a3 + a4);
    v += (h / 6) * (v1 + 2 * v2 + 2 * v3 + v4);
  }
  pendulum.value = 0.5 * v * v + 1 - Math.cos(a);
  let da = Math.sin(a);
  let dv = v;
  let df = 0;
  for (let i = steps - 1; i >= 0; i--) {
    a = angles[i]!;
    v = speeds[i]!;
    const v1 = -Math.sin(a) - f * v;
    const a2 = v + 0.5 * h * v1;
    const v2 = -Math.sin(a + 0.5 * h * v) - f * a2;
    const a3 = v + 0.5 * h * v2;
    const v3 = -Math.sin(a + 0.5 * h * a2) - f * a3;
    const a4 = v + h * v3;
    const dv4 = (h / 6) * dv;
    const da4 = (h / 6) * da - f * dv4;
    const p4 = -Math.cos(a + h * a3) * dv4;
    const dv3 = (h / 3) * dv + h * da4;
    const da3 = (h / 3) * da + h * p4 - f * dv3;
    const p3 = -Math.cos(a + 0.5 * h * a2) * dv3;
    const dv2 = (h / 3) * dv + 0.5 * h * da3;
    const da2 = (h / 3) * da + 0.5 * h * p3 - f * dv2;
    const p2 = -Math.cos(a + 0.5 * h * v) * dv2;
    const dv1 = (h / 6) * dv + 0.5 * h * da2;
    const p1 = -Math.cos(a) * dv1;
    df -= a4 * dv4 + a3 * dv3 + a2 * dv2 + v * dv1;
    dv += (h / 6) * da + da4 + da3 + da2 + 0.5 * h * p2 - f * dv1;
    da += p1 + p2 + p3 + p4;
  }
  pendulum.dangle = da;
  pendulum.dspeed = dv;
  pendulum.dfriction = df;
  return pendulum;
}

const states = new Float64Array(steps);
const dx = new Float64Array(steps);
const recurrence = { value: 0, dw: 0, dx };

/** The gradient of s = sin(s · x[i]) + w · x[i], from s = w. */
export function recurrenceByHand({
  x,
  w,
}: {
  readonly x: Float64Array;
  readonly w: number;
}): Result {
  let s = w;
  for (let i = 0; i < steps; i++) {
    states[i] = s;
    s = Math.sin(s * x[i]!) + w * x[i]!;
  }
  recurrence.value = s;
  let ds = 1;
  let dw = 0;
  for (let i = steps - 1; i >= 0; i--) {
    const slope = Math.cos(states[i]! * x[i]!) * ds;
    dw += x[i]! * ds;
    dx[i] = slope * states[i]! + w * ds;
    ds = slope * x[i]!;
  }
  recurrence.dw = dw + ds;
  return recurrence;
}
