import { adam, random, xavierUniform, zeros } from "flatgrad/runtime";
import { createLossWork, createPredictWork, lossGrad, predict } from "./model.grad.js";

/** The four pairs of bits. */
export const x = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
/** Their exclusive or. */
export const y = Float32Array.of(0, 1, 1, 0);

/** @returns the loss before each step, and what the network says of the four pairs at the end */
export function train(steps: number): { losses: number[]; predictions: number[] } {
  const generator = random(3);
  const parameters = {
    W1: xavierUniform(generator, 2, 4),
    b1: zeros(4),
    w2: xavierUniform(generator, 4, 1),
    b2: zeros(1),
  };
  const optimiser = adam(parameters, { learningRate: 0.05 });
  const inputs = { x, y, ...parameters };
  const work = createLossWork({ N: 4 });
  const losses = Array.from({ length: steps }, () => {
    const gradients = lossGrad(inputs, work);
    optimiser.step(gradients);
    return gradients.value;
  });
  return { losses, predictions: [...predict(inputs, createPredictWork({ N: 4 }))] };
}
