import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadMnist } from "../../../examples/digits/mnist.js";
import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import { compile } from "../../../compiler/pipeline.js";
import { adam, batches, gatherRows, heNormal, random, zeros } from "../../../runtime/index.js";
import { runCode } from "../../support/runCode.js";

interface Inputs {
  readonly pixels: Float32Array;
  readonly digits: Int32Array;
  readonly W1: Float32Array;
  readonly b1: Float32Array;
  readonly W2: Float32Array;
  readonly b2: Float32Array;
}

interface Work {
  readonly inputs: Inputs;
}

type Gradients = { readonly value: number } & Readonly<
  Record<"dW1" | "db1" | "dW2" | "db2", Float32Array>
>;

interface Digits {
  readonly createLossWork: (sizes: { readonly N: number }) => Work;
  readonly createScoresWork: (sizes: { readonly N: number }) => Work;
  readonly lossGrad: (inputs: Inputs, work: Work) => Gradients;
  readonly scores: (inputs: Omit<Inputs, "digits">, work: Work) => Float32Array;
}

async function digitsModule(): Promise<Digits> {
  const entry = "examples/digits/model.ts";
  const text = readFileSync(new URL(`../../../${entry}`, import.meta.url), "utf8");
  const assembler = await loadAssembler();
  const { code } = compile({ entry, files: { [entry]: text } }, { target: "wasm", assembler });
  return runCode(code) as ReturnType<typeof runCode> & Digits;
}

it("digits are learnt with everything in the memory of the module", async () => {
  const model = await digitsModule();
  const { training, test } = loadMnist();
  const N = 64;
  const generator = random(1);
  const work = model.createLossWork({ N });
  const { inputs } = work;
  inputs.W1.set(heNormal(generator, 784, 128));
  inputs.b1.set(zeros(128));
  inputs.W2.set(heNormal(generator, 128, 10));
  inputs.b2.set(zeros(10));
  const { W1, b1, W2, b2 } = inputs;
  const optimiser = adam({ W1, b1, W2, b2 }, { learningRate: 2e-3 });
  for (const rows of batches(12_000, N, generator)) {
    gatherRows(training.pixels, 784, rows, inputs.pixels);
    gatherRows(training.digits, 1, rows, inputs.digits);
    optimiser.step(model.lossGrad(inputs, work));
  }
  const count = 1000;
  const scorer = model.createScoresWork({ N: count });
  gatherRows(test.pixels, 784, [...Array(count).keys()], scorer.inputs.pixels);
  const scores = model.scores({ ...inputs, pixels: scorer.inputs.pixels }, scorer);
  const right = [...Array(count).keys()].filter((i) => {
    const row = scores.subarray(10 * i, 10 * i + 10);
    return row.indexOf(Math.max(...row)) === test.digits[i];
  });
  expect(right.length).toBeGreaterThan(0.9 * count);
});
