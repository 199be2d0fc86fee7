import { adam, batches, cosineDecay, gatherRows, heNormal, random, zeros } from "flatgrad/runtime";
import { createLossWork, createScoresWork, lossGrad, scores } from "./model.grad.js";

/** Images of `count` digits as rows of 784 pixels from 0 to 255, and the digits. */
export interface Images {
  readonly count: number;
  readonly pixels: ArrayLike<number>;
  readonly digits: ArrayLike<number>;
}

/** The parameters of the network. */
export interface Network {
  readonly W1: Float32Array;
  readonly b1: Float32Array;
  readonly W2: Float32Array;
  readonly b2: Float32Array;
}

export interface TrainOptions {
  /** How often each image is shown. */
  readonly epochs: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  /** Called after each step with the loss of its mini-batch. */
  readonly onStep?: (step: number, loss: number) => void;
}

/** Trains a network from random parameters with Adam, the learning rate falling to 0. */
export function train(
  images: Images,
  { epochs, batchSize = 64, learningRate = 3e-3, seed = 0, onStep }: TrainOptions,
): Network {
  const generator = random(seed);
  const network: Network = {
    W1: heNormal(generator, 784, 128),
    b1: zeros(128),
    W2: heNormal(generator, 128, 10),
    b2: zeros(10),
  };
  const pixels = new Float32Array(batchSize * 784);
  const digits = new Int32Array(batchSize);
  const inputs = { pixels, digits, ...network };
  const work = createLossWork({ N: batchSize });
  const steps = epochs * Math.floor(images.count / batchSize);
  const optimiser = adam(network, { learningRate: cosineDecay(learningRate, steps) });
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const rows of batches(images.count, batchSize, generator)) {
      gatherRows(images.pixels, 784, rows, pixels);
      gatherRows(images.digits, 1, rows, digits);
      const gradients = lossGrad(inputs, work);
      optimiser.step(gradients);
      onStep?.(step++, gradients.value);
    }
  }
  return network;
}

/** The digit the network gives the highest score, for each image. */
export function classify({ count, pixels }: Images, network: Network): Uint8Array {
  const image = new Float32Array(784);
  const work = createScoresWork({ N: 1 });
  const row = [0];
  return new Uint8Array(count).map((_, i) => {
    row[0] = i;
    gatherRows(pixels, 784, row, image);
    const s = scores({ pixels: image, ...network }, work);
    return s.indexOf(Math.max(...s));
  });
}

/** The share of images that are classified correctly. */
export function accuracy(images: Images, network: Network): number {
  const found = classify(images, network);
  return found.filter((digit, i) => digit === images.digits[i]).length / images.count;
}
