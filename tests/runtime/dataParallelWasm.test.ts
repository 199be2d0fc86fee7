import { beforeAll, describe, expect, it } from "vitest";
import { loadAssembler } from "../../compiler/backends/wasm/assemble.js";
import type { OptimiserChoice } from "../../runtime/dataParallel/index.js";
import { random, type FloatArray } from "../../runtime/index.js";
import { buildDataParallel, relativeError, type Built, type Model } from "./dataParallelSupport.js";

const network = (type: "f32" | "f64") =>
  `f(x: ${type}[N, 5], y: i32[N], k, W1: ${type}[5, 40], b1: ${type}[40], W2: ${type}[40, 3]) = ` +
  "softmaxCrossEntropy(tanh(k * x @ W1 + b1) @ W2, y)";
const parameterNames = ["W1", "b1", "W2"] as const;

let built: Built;
let modules: Readonly<Record<"f32" | "f64" | "script", URL>>;

beforeAll(async () => {
  built = await buildDataParallel();
  const options = { target: "wasm-js", assembler: await loadAssembler() } as const;
  modules = {
    f32: built.compile("wasm32", network("f32"), options),
    f64: built.compile("wasm64", network("f64"), options),
    script: built.compile("script64", network("f64")),
  };
});

interface WasmModel extends Model {
  createFWork(sizes: Readonly<Record<string, number>>): {
    readonly inputs: Record<string, FloatArray | Int32Array | number>;
    readonly memory: { readonly buffer: ArrayBuffer };
  };
}

function draw(rows: number, dtype: "f32" | "f64") {
  const generator = random(7);
  const normal = (length: number) =>
    generator.fillNormal(dtype === "f32" ? new Float32Array(length) : new Float64Array(length));
  return {
    parameters: { W1: normal(200), b1: normal(40), W2: normal(120) },
    data: { x: normal(5 * rows), y: Int32Array.from({ length: rows }, (_, i) => (i * i) % 3) },
    constants: { k: 0.5 },
  };
}

function poolOf(workers: number, rows: number, dtype: "f32" | "f64", more: object = {}) {
  return built.dataParallel({
    module: modules[dtype],
    function: "f",
    sizes: { N: rows },
    batch: "N",
    workers,
    reduction: "mean",
    ...draw(rows, dtype),
    ...more,
  });
}

const bits = (arrays: object) =>
  Object.values(arrays).map((array: FloatArray | number) =>
    typeof array === "number" ? array : Array.from(array),
  );

describe("a module that runs in WebAssembly", () => {
  it.each([
    [1, 8],
    [2, 7],
    [3, 18],
  ])("gives the gradient of one thread: %i workers, %i rows", async (workers, rows) => {
    const model = (await import(modules.f64.href)) as WasmModel;
    const { parameters, data, constants } = draw(rows, "f64");
    const inputs = { ...parameters, ...data, ...constants };
    const expected = model.fGrad(inputs, model.createFWork({ N: rows }));
    const pool = await poolOf(workers, rows, "f64");
    for (const scale of [1, 2, -1]) {
      pool.constants.k = scale * 0.5;
      pool.parameters.b1[3]! += scale;
      pool.data.x[1]! -= scale;
      const found = pool.step();
      const given = { ...pool.parameters, ...pool.data, ...pool.constants };
      const other = model.fGrad(given, model.createFWork({ N: rows }));
      expect(relativeError([found.value], [other.value])).toBeLessThan(1e-12);
      for (const name of parameterNames)
        expect(relativeError(found[`d${name}`], other[`d${name}`]!)).toBeLessThan(1e-12);
    }
    expect(pool.step().value).not.toBe(expected.value);
    await pool.close();
  });

  it("agrees with the module in JavaScript", async () => {
    const pools = await Promise.all(
      [modules.f64, modules.script].map((module) => poolOf(2, 9, "f64", { module })),
    );
    const [wasm, script] = pools.map((pool) => pool.step());
    expect(relativeError([wasm!.value], [script!.value])).toBeLessThan(1e-12);
    for (const name of parameterNames)
      expect(relativeError(wasm![`d${name}`], script![`d${name}`])).toBeLessThan(1e-12);
    await Promise.all(pools.map((pool) => pool.close()));
  });

  it("has the same bits in every run, blocking or not, with the calling thread or without", async () => {
    const optimiser: OptimiserChoice = { name: "adam", learningRate: 0.05 };
    const trained = async (isAsync: boolean, useCallingThread: boolean): Promise<unknown> => {
      const pool = await poolOf(2, 33, "f32", { optimiser, useCallingThread });
      const last = await Array.from({ length: 20 }).reduce<Promise<object>>(async (earlier) => {
        await earlier;
        return isAsync ? pool.stepAsync() : pool.step();
      }, Promise.resolve({}));
      const result = [bits(last), bits(pool.parameters)];
      await pool.close();
      return result;
    };
    const expected = await trained(false, true);
    expect(await trained(false, true)).toEqual(expected);
    expect(await trained(true, true)).toEqual(expected);
    expect(await trained(true, false)).toEqual(expected);
  });

  it("adds the gradients of the workers in their order", async () => {
    const model = (await import(modules.f32.href)) as WasmModel;
    const { parameters, data, constants } = draw(7, "f32");
    const part = (start: number, end: number) => {
      const rows = { x: data.x.subarray(5 * start, 5 * end), y: data.y.subarray(start, end) };
      const inputs = { ...parameters, ...rows, ...constants };
      const { value, dW1 } = model.fGrad(inputs, model.createFWork({ N: end - start }));
      return { share: (end - start) / 7, value, dW1: dW1! };
    };
    const [p, q] = [part(0, 4), part(4, 7)];
    const pool = await poolOf(2, 7, "f32");
    const found = pool.step();
    expect(found.value).toBe(p.share * p.value + q.share * q.value);
    expect(Array.from(found.dW1)).toEqual(
      Array.from(p.dW1, (v, i) => Math.fround(p.share * v + q.share * q.dW1[i]!)),
    );
    await pool.close();
  });

  it("may start from arrays in another module's memory, which it copies", async () => {
    const model = (await import(modules.f32.href)) as WasmModel;
    const { inputs, memory } = model.createFWork({ N: 8 });
    const { parameters, data } = draw(8, "f32");
    const filled = (from: object) =>
      Object.fromEntries(
        Object.entries(from).map(([name, array]: [string, FloatArray]) => {
          const place = inputs[name] as FloatArray;
          place.set(array);
          return [name, place];
        }),
      );
    const pool = await poolOf(2, 8, "f32", {
      parameters: filled(parameters),
      data: filled(data),
      optimiser: { name: "sgd", learningRate: 1 },
    });
    const reference = await poolOf(2, 8, "f32", { optimiser: { name: "sgd", learningRate: 1 } });
    expect(bits(pool.step())).toEqual(bits(reference.step()));
    expect(bits(pool.parameters)).toEqual(bits(reference.parameters));
    expect(pool.parameters.W1.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect((inputs["W1"] as FloatArray).buffer).toBe(memory.buffer);
    expect(bits(filled(parameters))).toEqual(bits(parameters));
    await Promise.all([pool.close(), reference.close()]);
  });

  it("reports what throws in a worker, and goes on", async () => {
    const pool = await poolOf(2, 6, "f32", { optimiser: { name: "sgd", learningRate: 1 } });
    const before = bits(pool.parameters);
    pool.data.y[4] = 7;
    expect(() => pool.step()).toThrow(
      "worker 1 (rows 3 … 5 of the batch): RangeError: y[1] is 7, outside 0 … 2",
    );
    expect(bits(pool.parameters)).toEqual(before);
    pool.data.y[4] = 1;
    expect(pool.step().value).toBeGreaterThan(0);
    await pool.close();
  });

  it("is compiled without holding up the thread, if it says how", async () => {
    const module = built.write(
      "slow-code",
      `export const createFWork = () => { throw new Error("at once"); };
export const createFWorkAsync = async ({ N }) => N;
export const fGrad = (inputs, N) => ({ value: N, dW1: inputs.W1, db1: inputs.b1, dW2: inputs.W2 });
`,
    );
    const pool = await poolOf(2, 6, "f32", { module, reduction: "sum" });
    expect(pool.step().value).toBe(6);
    await pool.close();
  });
});
