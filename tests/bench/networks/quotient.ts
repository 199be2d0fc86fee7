import { draw, type Network } from "./network.js";

/** The staged quotient of the lecture at many points at once: no matrices, only functions of elements. */
export function quotient(batch: number): Network {
  const { parameter } = draw();
  return {
    kind: "quotient",
    title: `Staged quotient at ${batch.toLocaleString("en")} points`,
    batch,
    inputs: { x: parameter([batch], 1), y: parameter([batch], 1) },
    flops: 0,
    model,
    byHand,
  };
}

const model = `import { sigmoid, sum, type Param } from "flatgrad";
export function loss(x: Param<["N"]>, y: Param<["N"]>) {
  const sigy = sigmoid(y);
  const num = x + sigy;
  const sigx = sigmoid(x);
  const xpy = x + y;
  const den = sigx + xpy ** 2;
  return sum(num / den);
}
`;

const byHand = `
export function createStep({ x, y }, gradients) {
  const { x: dx, y: dy } = gradients;
  return function step() {
    let total = 0;
    for (let i = 0; i < x.length; i++) {
      const sigy = 1 / (1 + Math.exp(-y[i]));
      const sigx = 1 / (1 + Math.exp(-x[i]));
      const xpy = x[i] + y[i];
      const inv = 1 / (sigx + xpy * xpy);
      const value = (x[i] + sigy) * inv;
      const dden = -value * inv;
      const dxpy = 2 * xpy * dden;
      total += value;
      dx[i] = dxpy + (1 - sigx) * sigx * dden + inv;
      dy[i] = dxpy + (1 - sigy) * sigy * inv;
    }
    return total;
  };
}
`;
