import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { buildDataParallel, type Built } from "./dataParallelSupport.js";

let built: Built;
let module: URL;

beforeAll(async () => {
  built = await buildDataParallel();
  module = built.compile(
    "model",
    "f(x: f64[N, 2], y: i32[N], W: f64[2, 3]) = softmaxCrossEntropy(x @ W, y)",
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const options = {
  function: "f",
  sizes: { N: 6 },
  batch: "N",
  workers: 2,
  reduction: "mean",
  parameters: { W: Float64Array.of(1, 2, 3, 4, 5, 6) },
  data: { x: new Float64Array(12).map((_, i) => i % 5), y: Int32Array.of(0, 1, 2, 0, 1, 2) },
} as const;

const poolOf = (more: object = {}) => built.dataParallel({ ...options, module, ...more });

/** A module by hand whose function has this body for its inputs and its number of rows. */
const byHand = (name: string, body: string, before = "") =>
  built.write(
    name,
    `${before}
export const createFWork = ({ N }) => N;
export function fGrad(inputs, N) {
  ${body}
  return { value: 0, dW: new Float64Array(6) };
}
`,
  );

/** Throws on the thread it runs on, or does anything else there, if that is a worker. */
const inWorkers = (statement: string) => `if (!isMainThread) ${statement};`;
const knowsThreads = 'import { isMainThread } from "node:worker_threads";';

describe("what throws in a step", () => {
  it("is reported with the worker and its rows, and changes nothing", async () => {
    const pool = await poolOf({ optimiser: { name: "sgd", learningRate: 1 } });
    pool.data.y[4] = 7;
    const expected = {
      name: "WorkerError",
      message: "worker 1 (rows 3 … 5 of the batch): RangeError: y[1] is 7, outside 0 … 2",
      worker: 1,
      firstRow: 3,
      rowCount: 3,
      workerStack: expect.stringContaining("model.js") as string,
    };
    expect(() => pool.step()).toThrow(expect.objectContaining(expected));
    await expect(pool.stepAsync()).rejects.toMatchObject(expected);
    expect(pool.parameters).toEqual(options.parameters);
    pool.data.y[4] = 1;
    expect(pool.step().value).toBeGreaterThan(0);
    expect(pool.parameters).not.toEqual(options.parameters);
    await pool.close();
  });

  it("is that of the first worker, if several throw, the calling thread among them", async () => {
    const pool = await poolOf({ workers: 3 });
    pool.data.y.fill(-1);
    expect(() => pool.step()).toThrow("worker 0 (rows 0 … 1 of the batch): RangeError: y[0] is -1");
    await pool.close();
  });

  it("may be anything, and long", async () => {
    const pool = await poolOf({ module: byHand("throws", "throw 'a'.repeat(5000)") });
    expect(() => pool.step()).toThrow(/: threw a{900,1024}$/);
    await pool.close();
  });
});

describe("a gradient that does not fit", () => {
  it.each([
    ["noGradient", "return { value: 1 };", "TypeError: fGrad gives no dW"],
    ["vector", "return { value: [1] };", "TypeError: fGrad gives a value that is not one number"],
    [
      "short",
      "return { value: 1, dW: new Float64Array(5) };",
      "RangeError: dW has 5 elements, its parameter has 6",
    ],
  ])("is refused: %s", async (name, body, message) => {
    const pool = await poolOf({ module: byHand(name, body) });
    expect(() => pool.step()).toThrow(message);
    await pool.close();
  });
});

describe("a pool that cannot be made", () => {
  it.each([
    [{ batch: "M" }, "batch is M, expected one of the sizes: N"],
    [{ reduction: undefined }, 'reduction is undefined, expected "mean" or "sum"'],
    [{ workers: 0 }, "workers is 0, expected a whole number from 1"],
    [{ workers: 7 }, "size N is 6, expected at least one row for each of 7 workers"],
    [
      { data: { x: new Float64Array(11), y: options.data.y } },
      "x has 11 elements, which are not N = 6 rows",
    ],
    [{ data: { x: [1, 2] } }, "data x is no array of an input's elements"],
    [{ constants: { k: "3" } }, "constant k is neither a number nor an array"],
    [
      { parameters: { p: { W: [1] } } },
      "parameter p.W.0 is number, expected a Float32Array or Float64Array",
    ],
    [
      { parameters: { W: new Int32Array(6) } },
      "parameter W is of Int32Array, expected a Float32Array or Float64Array",
    ],
    [{ function: "g" }, "the module exports no function createGWork, only createFWork, f, fGrad"],
  ])("says why: %j", async (wrong, message) => {
    await expect(poolOf(wrong)).rejects.toThrow(message);
  });

  it("says so when the module cannot be imported, there or here", async () => {
    const absent = new URL("absent.js", module);
    await expect(poolOf({ module: absent })).rejects.toThrow(
      /absent\.js.*; workers need JavaScript: build with --target js or wasm-js$/,
    );
    const there = { module: absent, useCallingThread: false };
    await expect(poolOf(there)).rejects.toThrow(
      /^worker \d \(rows .*: Error: .*absent\.js.*; workers need JavaScript/,
    );
  });

  it("says so when the workers' file is another", async () => {
    const other = built.write("other", "");
    const createWorker = () => new Worker(other);
    await expect(poolOf({ createWorker })).rejects.toThrow(
      "worker 1 (rows 3 … 5 of the batch): Error: it ended with exit code 0",
    );
    const silent = built.write("silent", "setInterval(() => {}, 1000);");
    const silentWorker = { createWorker: () => new Worker(silent), timeout: 200 };
    await expect(poolOf(silentWorker)).rejects.toThrow("not ready after 200 ms");
  });
});

describe("a worker that is lost", () => {
  it("ends the step that waits for it, and those after", async () => {
    const exiting = byHand("exits", inWorkers("process.exit(3)"), knowsThreads);
    const pool = await poolOf({ module: exiting });
    await expect(pool.stepAsync()).rejects.toThrow(
      "worker 1 (rows 3 … 5 of the batch): Error: it ended with exit code 3",
    );
    expect(() => pool.step()).toThrow("it ended with exit code 3");
    await pool.close();
  });

  it("ends a blocking step after a time", async () => {
    const endless = byHand("endless", inWorkers("for (;;)"), knowsThreads);
    const pool = await poolOf({ module: endless, timeout: 1000 });
    const message = "a worker has not finished after 1000 ms; close the pool";
    expect(() => pool.step()).toThrow(message);
    expect(() => pool.step()).toThrow(message);
    await pool.close();
  });
});

describe("closing", () => {
  it("ends the workers and all use", async () => {
    const workers: Worker[] = [];
    const createWorker = () => {
      const worker = new Worker(join(built.folder, "worker.js"));
      workers.push(worker);
      return worker;
    };
    const pool = await poolOf({ createWorker, useCallingThread: false });
    const { dW } = pool.step();
    const exits = workers.map((worker) => new Promise((resolve) => worker.on("exit", resolve)));
    await pool.close();
    await Promise.all(exits);
    expect(workers).toHaveLength(2);
    expect(() => pool.step()).toThrow("the pool is closed");
    await expect(pool.stepAsync()).rejects.toThrow("the pool is closed");
    expect(dW).toHaveLength(6);
    await pool.close();
  });

  it("ends a step that is under way", async () => {
    const pool = await poolOf({ module: byHand("endless2", inWorkers("for (;;)"), knowsThreads) });
    const pending = pool.stepAsync();
    expect(() => pool.step()).toThrow("the pool is in a step");
    await Promise.all([expect(pending).rejects.toThrow("the pool is closed"), pool.close()]);
  });

  it.each([
    ["forgotten", "pool.step();", "{}"],
    ["awaited", "await pool.stepAsync(); await pool.close();", "{ useCallingThread: false }"],
  ])("a process ends by itself: %s", (name, statements, more) => {
    const script = built.write(
      name,
      `import { dataParallel } from "./index.js";
const pool = await dataParallel({
  module: new URL("./model.js", import.meta.url),
  ...${JSON.stringify({ ...options, parameters: {}, data: {} })},
  parameters: { W: new Float64Array(6) },
  data: { x: new Float64Array(12), y: new Int32Array(6) },
  ...${more},
});
${statements}
console.log("done");
`,
    );
    const { status, stderr, stdout } = spawnSync(process.execPath, [script.pathname], {
      encoding: "utf8",
      timeout: 30_000,
    });
    expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: "", stdout: "done\n" });
  });
});

describe("where threads cannot share memory", () => {
  it("says what is missing", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    await expect(poolOf()).rejects.toThrow(
      /SharedArrayBuffer.*Cross-Origin-Opener-Policy.*fallback/,
    );
    vi.unstubAllGlobals();
    vi.stubGlobal("crossOriginIsolated", false);
    await expect(poolOf()).rejects.toThrow(/SharedArrayBuffer/);
  });

  it("computes in one thread if asked", async () => {
    const alone = await poolOf({ workers: 1 });
    const { value, dW } = alone.step();
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const createWorker = vi.fn<() => Worker>();
    const pool = await poolOf({ fallback: true, useCallingThread: false, createWorker });
    expect(pool.workers).toBe(1);
    expect(pool.step()).toEqual({ value, dW });
    expect(await pool.stepAsync()).toEqual({ value, dW });
    expect(pool.parameters.W.buffer).toBeInstanceOf(ArrayBuffer);
    expect(createWorker).not.toHaveBeenCalled();
    await Promise.all([pool.close(), alone.close()]);
  });
});

it("waits for messages where Atomics.waitAsync is missing", async () => {
  const { add, exchange, load, notify, store, wait } = Atomics;
  vi.stubGlobal("Atomics", { add, exchange, load, notify, store, wait });
  const pool = await poolOf({ useCallingThread: false });
  const { value, dW } = await pool.stepAsync();
  const copy = dW.slice();
  expect(await pool.stepAsync()).toEqual({ value, dW: copy });
  expect(pool.step()).toEqual({ value, dW: copy });
  await pool.close();
});

it("waits for a work object that takes time", async () => {
  const slow = built.write(
    "slow",
    `export const createFWork = async ({ N }) => N;
export const fGrad = (inputs, N) => ({ value: N, dW: new Float64Array(6).fill(N) });
`,
  );
  const pool = await poolOf({ module: slow, reduction: "sum" });
  expect(pool.step()).toEqual({ value: 6, dW: new Float64Array(6).fill(6) });
  await pool.close();
});

it("takes a module that the workers' own file imports", async () => {
  await build({
    stdin: {
      contents: `import * as model from "./model.js";
import { runWorker } from "./index.js";
runWorker(model);`,
      resolveDir: built.folder,
    },
    bundle: true,
    format: "esm",
    outfile: join(built.folder, "bundled.js"),
  });
  const given = { module: (await import(module.href)) as object };
  const createWorker = () => new Worker(join(built.folder, "bundled.js"));
  const pool = await poolOf({ ...given, createWorker });
  const reference = await poolOf();
  expect(pool.step()).toEqual(reference.step());
  await Promise.all([pool.close(), reference.close()]);
  await expect(poolOf(given)).rejects.toThrow(
    "the worker got no URL of a module: give dataParallel a URL, or call runWorker(module)",
  );
});
