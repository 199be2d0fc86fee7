import { adam, random, xavierUniform, zeros } from "flatgrad/runtime";
import type { Dataset } from "./datasets.js";
import { createLossWork, createPredictWork, lossGrad, predict } from "./model.grad.js";

/** A network being trained on one dataset. */
export interface Classifier {
  /** Takes one step of Adam on all points; returns the loss before it. */
  step(): number;
  /** The probability of class 1 at each point of the grid; the next call overwrites it. */
  paint(): Float32Array;
  /** The share of points whose class is the likelier one. */
  accuracy(): number;
}

const hidden = 16;

/**
 * A network with random weights.
 *
 * @param grid coordinates `[count, 2]` of the points that `paint` evaluates
 */
export function createClassifier(
  { count, points, classes }: Dataset,
  grid: Float32Array,
  seed: number,
): Classifier {
  const generator = random(seed);
  const network = {
    W1: xavierUniform(generator, 2, hidden),
    b1: zeros(hidden),
    W2: xavierUniform(generator, hidden, hidden),
    b2: zeros(hidden),
    w3: xavierUniform(generator, hidden, 1),
    b3: zeros(1),
  };
  const optimiser = adam(network, { learningRate: 0.01 });
  const inputs = { points, classes, ...network };
  const work = createLossWork({ N: count });
  const pointWork = createPredictWork({ N: count });
  const gridWork = createPredictWork({ N: grid.length / 2 });
  const gridInputs = { ...network, points: grid };
  return {
    step() {
      const gradients = lossGrad(inputs, work);
      optimiser.step(gradients);
      return gradients.value;
    },
    paint: () => predict(gridInputs, gridWork),
    accuracy() {
      const right = predict(inputs, pointWork).filter((p, i) => Number(p > 0.5) === classes[i]);
      return right.length / count;
    },
  };
}
