import { loadMnist } from "../digits/mnist.js";
import { accuracy } from "../digits/train.js";
import { train } from "./train.js";

const { training, test } = loadMnist();
await show("1 thread ", 1);
await show("2 threads", 2);

async function show(name: string, workers: number): Promise<void> {
  const start = performance.now();
  const network = await train(training, { workers, epochs: 2 });
  const seconds = (performance.now() - start) / 1000;
  const percent = 100 * accuracy(test, network);
  console.log(`${name}  ${seconds.toFixed(1)} s, test accuracy ${percent.toFixed(2)} %`);
}
