import { beforeAll, expect, it, vi } from "vitest";
import { loadAssembler } from "../../compiler/backends/wasm/assemble.js";
import {
  adam,
  adamw,
  gatherRows,
  momentum,
  nesterov,
  random,
  sgd,
  type FloatArray,
  type Optimiser,
} from "../../runtime/index.js";
import { buildDataParallel, type Model } from "./dataParallelSupport.js";

const [rows, features, hidden, classes] = [16, 12, 10, 4];
const math =
  `f(x: [N, ${features}], y: i32[N], W1: [${features}, ${hidden}], b1: [${hidden}], ` +
  `W2: [${hidden}, ${classes}]) = softmaxCrossEntropy(tanh(x @ W1 + b1) @ W2, y)`;

interface Inputs {
  readonly x: Float32Array;
  readonly y: Int32Array;
  readonly W1: Float32Array;
  readonly b1: Float32Array;
  readonly W2: Float32Array;
}

interface WasmModel extends Model {
  createFWork(sizes: { readonly N: number }): {
    readonly inputs: Inputs;
    readonly memory: { readonly buffer: ArrayBuffer };
  };
}

let model: WasmModel;

beforeAll(async () => {
  const built = await buildDataParallel();
  const assembler = await loadAssembler();
  const url = built.compile("training", math, { target: "wasm-js", assembler });
  model = (await import(url.href)) as WasmModel;
});

type Parameters = Pick<Inputs, "W1" | "b1" | "W2">;
type Gradients = { readonly [Name in keyof Parameters as `d${Name}`]: Float32Array };

const optimisers: Readonly<Record<string, (parameters: Parameters) => Optimiser<Parameters>>> = {
  sgd: (parameters) => sgd(parameters, { learningRate: 0.1 }),
  momentum: (parameters) => momentum(parameters, { learningRate: 0.05 }),
  nesterov: (parameters) => nesterov(parameters, { learningRate: 0.05 }),
  adam: (parameters) => adam(parameters, { learningRate: 0.02 }),
  adamw: (parameters) => adamw(parameters, { learningRate: 0.02 }),
};

/** A loop over batches drawn from a data set; parameters, batch and gradients lie in one memory. */
function training(name: string) {
  const generator = random(3);
  const work = model.createFWork({ N: rows });
  const { inputs, memory } = work;
  const { x, y, W1, b1, W2 } = inputs;
  for (const array of [W1, b1, W2]) generator.fillNormal(array);
  const images = generator.fillNormal(new Float32Array(5 * rows * features));
  const labels = Int32Array.from({ length: 5 * rows }, (_, i) => (i * i) % classes);
  const order = Int32Array.from({ length: rows }, (_, i) => (3 * i) % (5 * rows));
  const optimiser = optimisers[name]!({ W1, b1, W2 });
  const loss = new Float64Array(1);
  // A number that a function returns may be an object.
  const step = (): void => {
    gatherRows(images, features, order, x);
    gatherRows(labels, 1, order, y);
    const gradients = model.fGrad(inputs, work);
    loss[0] = gradients.value;
    optimiser.step(gradients as object as Gradients);
  };
  const stepAndLoss = (): number => {
    step();
    return loss[0]!;
  };
  return { inputs, memory, step, stepAndLoss, work };
}

it.each(Object.keys(optimisers))("%s trains in a module's memory and copies nothing", (name) => {
  const { inputs, memory, stepAndLoss, work } = training(name);
  const before = inputs.W1.slice();
  const prototype = Object.getPrototypeOf(Float32Array.prototype) as Float32Array;
  const copies = (["set", "slice", "copyWithin"] as const).map((method) =>
    vi.spyOn(prototype, method),
  );
  const losses = Array.from({ length: 40 }, stepAndLoss);
  expect(copies.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0]);
  const gradients = model.fGrad(inputs, work);
  expect(gradients["dW1"]?.buffer).toBe(memory.buffer);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  expect(inputs.W1).not.toEqual(before);
  // Arrays that lie elsewhere are copied, and give the same.
  model.fGrad({ ...inputs, W1: inputs.W1.map((v) => v), b1: inputs.b1.map((v) => v) }, work);
  expect(copies.map(({ mock }) => mock.calls.length)).toEqual([2, 0, 0]);
  vi.restoreAllMocks();
});

it.each(Object.keys(optimisers))("a step with %s allocates nothing", (name) => {
  const { step } = training(name);
  const steps = 2000;
  const growth = (): number => {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < steps; i++) step();
    return process.memoryUsage().heapUsed - before;
  };
  const windows = Array.from({ length: 16 }, growth);
  // In some of them the engine still compiles, or collects. The smallest object has 12 bytes.
  const smallest = Math.min(...windows.filter((bytes) => bytes >= 0));
  expect(smallest).toBeLessThan((12 * steps) / 4);
});

it("what is trained there has the bits of what is trained elsewhere", () => {
  const { inputs, step, stepAndLoss } = training("adam");
  const own = training("adam");
  const elsewhere = Object.fromEntries(
    Object.entries(own.inputs).map(([name, array]: [string, FloatArray]) => [name, array.slice()]),
  ) as object as Inputs;
  const { W1, b1, W2 } = elsewhere;
  const optimiser = optimisers["adam"]!({ W1, b1, W2 });
  const first = stepAndLoss();
  elsewhere.x.set(inputs.x);
  elsewhere.y.set(inputs.y);
  for (let i = 0; i < 9; i++) step();
  const losses = Array.from({ length: 10 }, () => {
    const gradients = model.fGrad(elsewhere, own.work);
    optimiser.step(gradients as object as Gradients);
    return gradients.value;
  });
  expect(losses[0]).toBe(first);
  expect(W1).toEqual(Float32Array.from(inputs.W1));
});
