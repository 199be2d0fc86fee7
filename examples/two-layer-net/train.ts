import { random, sgd } from "flatgrad/runtime";
import { createLossWork, lossGrad } from "./model.grad.js";

const N = 64;
const sizes = { input: 1000, hidden: 100, output: 10 };

/**
 * Fits the network to random data by gradient descent, always on all of it.
 *
 * @param steps how many steps, at a learning rate of 1e-4
 * @returns the loss before each step
 */
export function train(steps: number, onStep?: (step: number, loss: number) => void): number[] {
  const { input, hidden, output } = sizes;
  const generator = random(0);
  const x = generator.fillNormal(new Float32Array(N * input));
  const y = generator.fillNormal(new Float32Array(N * output));
  const w1 = generator.fillNormal(new Float32Array(input * hidden));
  const w2 = generator.fillNormal(new Float32Array(hidden * output));
  const inputs = { x, y, w1, w2 };
  const work = createLossWork({ N });
  const optimiser = sgd({ w1, w2 }, { learningRate: 1e-4 });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const gradients = lossGrad(inputs, work);
    optimiser.step(gradients);
    losses.push(gradients.value);
    onStep?.(step, gradients.value);
  }
  return losses;
}
