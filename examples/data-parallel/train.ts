import { Worker } from "node:worker_threads";
import { dataParallel } from "flatgrad/data-parallel";
import { batches, cosineDecay, gatherRows, heNormal, random, zeros } from "flatgrad/runtime";
import * as model from "../digits/model.grad.js";
import type { Images, Network } from "../digits/train.js";

export interface TrainOptions {
  /** How many threads compute. */
  readonly workers: number;
  readonly epochs: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  /** Called after each step with the loss of its mini-batch. */
  readonly onStep?: (step: number, loss: number) => void;
}

/** Trains the network of the digits example, each thread on its share of every mini-batch. */
export async function train(
  images: Images,
  { workers, epochs, batchSize = 64, learningRate = 3e-3, seed = 0, onStep }: TrainOptions,
): Promise<Network> {
  const generator = random(seed);
  const steps = epochs * Math.floor(images.count / batchSize);
  const pool = await dataParallel({
    module: model,
    createWorker: () => new Worker(new URL("./worker.js", import.meta.url)),
    function: "loss",
    sizes: { N: batchSize },
    batch: "N",
    workers,
    reduction: "mean",
    parameters: {
      W1: heNormal(generator, 784, 128),
      b1: zeros(128),
      W2: heNormal(generator, 128, 10),
      b2: zeros(10),
    },
    data: {
      pixels: new Float32Array(batchSize * 784),
      digits: new Int32Array(batchSize),
    },
    optimiser: { name: "adam", learningRate: cosineDecay(learningRate, steps) },
  });
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const rows of batches(images.count, batchSize, generator)) {
      gatherRows(images.pixels, 784, rows, pool.data.pixels);
      gatherRows(images.digits, 1, rows, pool.data.digits);
      const { value } = pool.step();
      onStep?.(step++, value);
    }
  }
  await pool.close();
  return pool.parameters;
}
