import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { createSum, createSumMemory, sumCode } from "../../runtime/dataParallel/sumMemory.js";
import { random, type FloatArray } from "../../runtime/index.js";
import { assembled, sumKernelText } from "../support/sumKernel.js";
import { specialNumber } from "../support/values.js";
import { buildDataParallel } from "./dataParallelSupport.js";

interface Host {
  readonly Memory: object;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it("the code is that of its text", () => {
  expect(sumCode).toBe(assembled(sumKernelText));
});

it("sums have the bits of JavaScript", () => {
  const memory = createSumMemory(3 * 64)!;
  const add = createSum(memory);
  const [a, b, target] = [0, 64, 128].map((start) => new Float32Array(memory.buffer, start, 16));
  const elements = fc.array(specialNumber, { minLength: 16, maxLength: 16 });
  const weight = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(elements, elements, weight, weight, (p, q, u, v) => {
      a!.set(p);
      b!.set(q);
      target!.fill(0);
      const expected = Float32Array.from(a!, (x, i) => u * x + v * b![i]!);
      add(128, 0, 64, u, v, 8);
      expect(target!.slice(0, 8)).toEqual(expected.slice(0, 8));
      expect(target!.slice(8)).toEqual(new Float32Array(8));
      add(128, 0, 64, u, v, 16);
      expect(target).toEqual(expected);
      add(0, 0, 64, u, v, 16);
      expect(a).toEqual(expected);
    }),
  );
});

it("there is none where WebAssembly is missing or forbidden", () => {
  expect(createSumMemory(0)).toBeUndefined();
  const forbidden = vi.fn<() => never>(() => {
    throw new Error("forbidden by a policy");
  });
  const { WebAssembly: host } = globalThis as object as { readonly WebAssembly: Host };
  vi.stubGlobal("WebAssembly", { Memory: host.Memory, Module: forbidden });
  expect(createSumMemory(64)).toBeUndefined();
  expect(forbidden).toHaveBeenCalledOnce();
  vi.stubGlobal("WebAssembly", undefined);
  expect(createSumMemory(64)).toBeUndefined();
});

it("gradients have the same bits with it and without", async () => {
  const built = await buildDataParallel();
  const module = built.compile(
    "sums",
    "f(x: [N, 7], W: [7, 53], b: f64[53], V: [53]) = mean(tanh(x @ W + b) @ V)",
  );
  const generator = random(5);
  const normal = (length: number) => generator.fillNormal(new Float32Array(length));
  const given = {
    parameters: { W: normal(371), b: Float64Array.from(normal(53)), V: normal(53) },
    data: { x: normal(7 * 23) },
  };
  const step = async (workers: number): Promise<unknown> => {
    const pool = await built.dataParallel({
      module,
      function: "f",
      sizes: { N: 23 },
      batch: "N",
      workers,
      reduction: "mean",
      ...given,
    });
    const { value, dW, db, dV } = pool.step();
    const bits = [value, ...[dW, db, dV].map((array: FloatArray) => array.slice())];
    await pool.close();
    return bits;
  };
  const added = [await step(2), await step(4)];
  vi.stubGlobal("WebAssembly", undefined);
  expect([await step(2), await step(4)]).toEqual(added);
});
