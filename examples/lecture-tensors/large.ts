import { random } from "flatgrad/runtime";
import { createLayerWork, layerVjp } from "./model.grad.js";

/** What a layer of lecture-hall size costs, measured in this process. */
export interface Cost {
  readonly sizes: { readonly N: number; readonly D: number; readonly M: number };
  /** x, w and the gradient of y. */
  readonly inputBytes: number;
  /** Highest resident set of the process so far. */
  readonly peakBytes: number;
  /** What ∂y/∂x would take as an (N·M) × (N·D) matrix of f32. */
  readonly jacobianBytes: number;
  readonly seconds: number;
}

/** One forward and backward pass of `layer` with N = 64 and D = M = 4096. */
export function large(): Cost {
  const sizes = { N: 64, D: 4096, M: 4096 };
  const { N, D, M } = sizes;
  const generator = random(1);
  const x = generator.fillNormal(new Float32Array(N * D));
  const w = generator.fillNormal(new Float32Array(D * M));
  const dy = generator.fillNormal(new Float32Array(N * M));
  const work = createLayerWork(sizes);
  const start = performance.now();
  layerVjp({ x, w }, dy, work);
  return {
    sizes,
    inputBytes: x.byteLength + w.byteLength + dy.byteLength,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    jacobianBytes: 4 * (N * M) * (N * D),
    seconds: (performance.now() - start) / 1000,
  };
}
