/** Backward passes of two lecture examples as a person writes them: texts of JavaScript modules. */

/** Stage by stage as in the notes of Stanford's CS231n, "Backprop in practice: staged computation". */
export const stagedAsInTheLecture = `
export function stagedGrad(x, y) {
  const sigy = 1.0 / (1 + Math.exp(-y));
  const num = x + sigy;
  const sigx = 1.0 / (1 + Math.exp(-x));
  const xpy = x + y;
  const xpysqr = xpy ** 2;
  const den = sigx + xpysqr;
  const invden = 1.0 / den;
  const value = num * invden;

  const dnum = invden;
  const dinvden = num;
  const dden = (-1.0 / den ** 2) * dinvden;
  const dsigx = dden;
  const dxpysqr = dden;
  const dxpy = 2 * xpy * dxpysqr;
  let dx = dxpy;
  let dy = dxpy;
  dx += (1 - sigx) * sigx * dsigx;
  dx += dnum;
  const dsigy = dnum;
  dy += (1 - sigy) * sigy * dsigy;
  return { value, dx, dy };
}
`;

/** The same with as few divisions as there can be, and no powers. */
export const stagedTuned = `
export function stagedGrad(x, y) {
  const sigy = 1 / (1 + Math.exp(-y));
  const sigx = 1 / (1 + Math.exp(-x));
  const xpy = x + y;
  const inv = 1 / (sigx + xpy * xpy);
  const value = (x + sigy) * inv;

  const dden = -value * inv;
  const dxpy = 2 * xpy * dden;
  const dx = dxpy + (1 - sigx) * sigx * dden + inv;
  const dy = dxpy + (1 - sigy) * sigy * inv;
  return { value, dx, dy };
}
`;

/** Stage by stage as in the same notes, with names in place of the arrays w and x. */
export const neuronAsInTheLecture = `
export function neuronGrad(w0, x0, w1, x1, w2) {
  const dot = w0 * x0 + w1 * x1 + w2;
  const value = 1.0 / (1 + Math.exp(-dot));

  const ddot = (1 - value) * value;
  const dx0 = w0 * ddot;
  const dx1 = w1 * ddot;
  const dw0 = x0 * ddot;
  const dw1 = x1 * ddot;
  const dw2 = 1.0 * ddot;
  return { value, dw0, dx0, dw1, dx1, dw2 };
}
`;

/** The lecture's is as good as it gets, but for a product with 1. */
export const neuronTuned = neuronAsInTheLecture.replace("1.0 * ddot", "ddot");
