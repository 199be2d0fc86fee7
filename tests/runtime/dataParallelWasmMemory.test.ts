import { expect, it } from "vitest";
import { loadAssembler } from "../../compiler/backends/wasm/assemble.js";
import { buildDataParallel } from "./dataParallelSupport.js";

// A file of its own: what the engine learns from pools of other types makes it box numbers.
it("a step in WebAssembly allocates nothing", async () => {
  const built = await buildDataParallel();
  const pool = await built.dataParallel({
    module: built.compile(
      "model",
      "f(x: [N, 5], k, W: [5, 40], b: [40]) = mean(tanh(k * x @ W + b))",
      { target: "wasm-js", assembler: await loadAssembler() },
    ),
    function: "f",
    sizes: { N: 8 },
    batch: "N",
    workers: 2,
    reduction: "mean",
    parameters: { W: new Float32Array(200).fill(0.5), b: new Float32Array(40) },
    data: { x: new Float32Array(40).map((_, i) => Math.sin(i)) },
    constants: { k: 0.5 },
    optimiser: { name: "adam", learningRate: 1e-3 },
  });
  const steps = 300;
  const growth = (): number => {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < steps; i++) pool.step();
    return process.memoryUsage().heapUsed - before;
  };
  const windows = Array.from({ length: 24 }, growth);
  // In some of them the engine still compiles, or collects. The smallest object has 12 bytes.
  const smallest = Math.min(...windows.filter((bytes) => bytes >= 0));
  expect(smallest).toBeLessThan((12 * steps) / 4);
  await pool.close();
});
