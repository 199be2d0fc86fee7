/** Data-parallel gradients and training steps over threads; opt-in, for generated modules. */
export { dataParallel, type DataParallel, type DataParallelGradients } from "./dataParallel.js";
export { WorkerError } from "./failures.js";
export type { WorkerLike } from "./host.js";
export { runWorker } from "./loop.js";
export type {
  Constants,
  DataArray,
  DataParallelOptions,
  GradientModule,
  OptimiserChoice,
  ParameterTree,
  Reduction,
} from "./options.js";
