import { beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  adamw,
  exponentialDecay,
  momentum,
  nesterov,
  random,
  sgd,
  type FloatArray,
} from "../../runtime/index.js";
import type { OptimiserChoice } from "../../runtime/dataParallel/index.js";
import { buildDataParallel, relativeError, type Built, type Model } from "./dataParallelSupport.js";

const network = (type: "f32" | "f64") =>
  `f(x: ${type}[N, 5], y: i32[N], W1: ${type}[5, 40], b1: ${type}[40], W2: ${type}[40, 3]) = ` +
  "softmaxCrossEntropy(tanh(x @ W1 + b1) @ W2, y)";
const parameterNames = ["W1", "b1", "W2"] as const;

let built: Built;
let module32: URL;
let module64: URL;
let model32: Model;
let model64: Model;

beforeAll(async () => {
  built = await buildDataParallel();
  module32 = built.compile("network32", network("f32"));
  module64 = built.compile("network64", network("f64"));
  model32 = (await import(module32.href)) as Model;
  model64 = (await import(module64.href)) as Model;
});

interface Arrays {
  readonly parameters: { W1: FloatArray; b1: FloatArray; W2: FloatArray };
  readonly data: { x: FloatArray; y: Int32Array };
}

function draw(rows: number, dtype: "f32" | "f64"): Arrays {
  const generator = random(7);
  const normal = (length: number) =>
    generator.fillNormal(dtype === "f32" ? new Float32Array(length) : new Float64Array(length));
  return {
    parameters: { W1: normal(200), b1: normal(40), W2: normal(120) },
    data: { x: normal(5 * rows), y: Int32Array.from({ length: rows }, (_, i) => (i * i) % 3) },
  };
}

function poolOf(workers: number, rows: number, dtype: "f32" | "f64", more: object = {}) {
  return built.dataParallel({
    module: dtype === "f32" ? module32 : module64,
    function: "f",
    sizes: { N: rows },
    batch: "N",
    workers,
    reduction: "mean",
    ...draw(rows, dtype),
    ...more,
  });
}

function gradientAlone(model: Model, inputs: object, rows: number) {
  return model.fGrad(inputs, model.createFWork({ N: rows }));
}

const bits = (arrays: object) =>
  Object.values(arrays).map((array: FloatArray | number) =>
    typeof array === "number" ? array : Array.from(array),
  );

describe("a gradient by several workers", () => {
  it.each([
    [1, 8],
    [2, 8],
    [2, 7],
    [3, 7],
    [5, 5],
    [4, 18],
  ])("is that of one thread: %i workers, %i rows", async (workers, rows) => {
    const { parameters, data } = draw(rows, "f64");
    const expected = gradientAlone(model64, { ...parameters, ...data }, rows);
    const pool = await poolOf(workers, rows, "f64");
    expect(pool.workers).toBe(workers);
    const found = pool.step();
    expect(relativeError([found.value], [expected.value])).toBeLessThan(1e-12);
    for (const name of parameterNames)
      expect(relativeError(found[`d${name}`], expected[`d${name}`]!)).toBeLessThan(1e-12);
    await pool.close();
  });

  it("follows new data and parameters", async () => {
    const pool = await poolOf(2, 7, "f64");
    pool.step();
    pool.data.x.forEach((v, i) => (pool.data.x[i] = 1 - v));
    pool.data.y.fill(2);
    pool.parameters.W1.forEach((v, i) => (pool.parameters.W1[i] = v / 2));
    const { value, dW2 } = pool.step();
    const expected = gradientAlone(model64, { ...pool.parameters, ...pool.data }, 7);
    expect(relativeError([value], [expected.value])).toBeLessThan(1e-12);
    expect(relativeError(dW2, expected["dW2"]!)).toBeLessThan(1e-12);
    await pool.close();
  });

  it("copies what it is given", async () => {
    const given = draw(8, "f32");
    const before = bits({ ...given.parameters, ...given.data });
    const pool = await poolOf(2, 8, "f32", {
      ...given,
      optimiser: { name: "sgd", learningRate: 1 },
    });
    pool.step();
    expect(bits({ ...given.parameters, ...given.data })).toEqual(before);
    expect(bits(pool.parameters)).not.toEqual(bits(given.parameters));
    await pool.close();
  });

  it("is added in the order of the workers, by their share of the rows", async () => {
    const { parameters, data } = draw(7, "f32");
    const part = (start: number, end: number) => {
      const rows = { x: data.x.subarray(5 * start, 5 * end), y: data.y.subarray(start, end) };
      const count = end - start;
      const { value, dW1 } = gradientAlone(model32, { ...parameters, ...rows }, count);
      return { share: count / 7, value, dW1: dW1! };
    };
    const p = part(0, 3);
    const q = part(3, 5);
    const r = part(5, 7);
    const expected = p.dW1.map((v, i) => {
      const two = Math.fround(p.share * v + q.share * q.dW1[i]!);
      return two + r.share * r.dW1[i]!;
    });
    const pool = await poolOf(3, 7, "f32");
    const found = pool.step();
    expect(Array.from(found.dW1)).toEqual(Array.from(expected));
    expect(found.value).toBe(p.share * p.value + q.share * q.value + r.share * r.value);
    await pool.close();
  });
});

describe("results have the same bits", () => {
  const adamChoice: OptimiserChoice = { name: "adam", learningRate: 0.05 };

  async function trained(isAsync: boolean, useCallingThread: boolean): Promise<unknown> {
    const pool = await poolOf(2, 33, "f32", { optimiser: adamChoice, useCallingThread });
    const last = await Array.from({ length: 30 }).reduce<Promise<object>>(async (earlier) => {
      await earlier;
      return isAsync ? pool.stepAsync() : pool.step();
    }, Promise.resolve({}));
    const result = [bits(last), bits(pool.parameters)];
    await pool.close();
    return result;
  }

  it("from run to run, blocking or not, with the calling thread or without", async () => {
    const expected = await trained(false, true);
    expect(await trained(false, true)).toEqual(expected);
    expect(await trained(true, true)).toEqual(expected);
    expect(await trained(true, false)).toEqual(expected);
    expect(await trained(false, false)).toEqual(expected);
  });
});

describe("an optimiser that the workers share", () => {
  const choices = {
    sgd: [{ name: "sgd", learningRate: 0.3 }, sgd],
    momentum: [{ name: "momentum", learningRate: 0.1, momentum: 0.8 }, momentum],
    nesterov: [{ name: "nesterov", learningRate: 0.1 }, nesterov],
    adam: [{ name: "adam", learningRate: 0.02, beta1: 0.8 }, adam],
    adamw: [
      { name: "adamw", learningRate: exponentialDecay(0.05, 5, 0.5), weightDecay: 0.1 },
      adamw,
    ],
  } as const;

  it.each(Object.entries(choices))("does what %s does in one thread", async (_, choice) => {
    const [optimiser, create] = choice;
    const pool = await poolOf(3, 10, "f32", { optimiser });
    const other = await poolOf(3, 10, "f32");
    const reference = create(other.parameters, optimiser as never);
    const losses: number[] = [];
    for (let i = 0; i < 10; i++) {
      losses.push(pool.step().value);
      reference.step(other.step());
    }
    expect(bits(pool.parameters)).toEqual(bits(other.parameters));
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    await Promise.all([pool.close(), other.close()]);
  });

  it("takes another learning rate for one step", async () => {
    const optimiser: OptimiserChoice = { name: "sgd", learningRate: 1 };
    const pool = await poolOf(2, 8, "f64", { optimiser });
    const before = pool.parameters.b1.slice();
    const { db1 } = pool.step(0.25);
    expect(Array.from(pool.parameters.b1)).toEqual(
      Array.from(before, (v, i) => v - 0.25 * db1[i]!),
    );
    await pool.close();
  });
});

describe("inputs", () => {
  it("may be numbers and arrays that all workers share, and losses may be sums", async () => {
    const module = built.compile(
      "scaled",
      "f(x: f64[N, 3], scale: f64, shift: f64[3], w: f64[3]) = scale * sum((x @ w - sum(shift)) ^ 2)",
    );
    const x = Float64Array.from({ length: 15 }, (_, i) => Math.sin(i));
    const parameters = { w: Float64Array.of(1, -2, 3) };
    const given = { x, shift: Float64Array.of(0.5, 0.25, 0), ...parameters };
    const pool = await built.dataParallel({
      module,
      function: "f",
      sizes: { N: 5 },
      batch: "N",
      workers: 2,
      reduction: "sum",
      parameters,
      data: { x },
      constants: { scale: 2, shift: given.shift },
    });
    const model = (await import(module.href)) as Model;
    const expectLike = (inputs: object) => {
      const expected = gradientAlone(model, { ...given, ...inputs }, 5);
      const found = pool.step();
      expect(relativeError([found.value], [expected.value])).toBeLessThan(1e-12);
      expect(relativeError(found.dw, expected["dw"]!)).toBeLessThan(1e-12);
    };
    expectLike({ scale: 2 });
    pool.constants.scale = -7;
    pool.constants.shift[2] = 4;
    expectLike({ scale: -7, shift: Float64Array.of(0.5, 0.25, 4) });
    await pool.close();
  });

  it("may be bundles and tuples of parameters", async () => {
    // As a generated module would have it, written by hand.
    const module = built.write(
      "bundle",
      `export const createFWork = ({ N }) => ({ N });
export function fGrad({ x, layers }, { N }) {
  // Other arrays at each call, which the interface allows.
  const dlayers = [{ w: new Float32Array(2) }, { w: new Float64Array(1) }];
  for (let i = 0; i < N; i++) {
    dlayers[0].w[0] += x[i] / N;
    dlayers[0].w[1] += 2 * x[i] / N;
    dlayers[1].w[0] += 1;
  }
  return { value: layers[0].w[0] + layers[1].w[0], dlayers };
}
`,
    );
    const pool = await built.dataParallel({
      module,
      function: "f",
      sizes: { N: 4 },
      batch: "N",
      workers: 2,
      reduction: "mean",
      parameters: {
        layers: [{ w: Float32Array.of(1, 2) }, { w: Float64Array.of(3) }] as const,
      },
      data: { x: Float32Array.of(1, 2, 3, 4) },
      optimiser: { name: "sgd", learningRate: 1 },
    });
    const { value, dlayers } = pool.step();
    expect(value).toBe(4);
    expect(dlayers).toEqual([{ w: Float32Array.of(2.5, 5) }, { w: Float64Array.of(2) }]);
    expect(pool.parameters.layers[0].w).toEqual(Float32Array.of(-1.5, -3));
    expect(pool.parameters.layers[1].w).toEqual(Float64Array.of(1));
    pool.step();
    expect(pool.parameters.layers[1].w).toEqual(Float64Array.of(-1));
    await pool.close();
  });
});
