import type { FloatArray } from "../floatArray.js";
import type { AdamOptions, AdamWOptions, MomentumOptions, SgdOptions } from "../optimisers.js";
import type { WorkerLike } from "./host.js";

/** An input that is divided among the workers; its first axis is the batch. */
export type DataArray = FloatArray | Int32Array | Uint8Array;

/** Parameters by name: arrays, or objects and tuples of them. */
export type ParameterTree<T> = {
  readonly [Name in keyof T]: T[Name] extends FloatArray ? T[Name] : ParameterTree<T[Name]>;
};

/** Inputs that are the same for every worker, and not differentiated. */
export type Constants<T> = { readonly [Name in keyof T]: DataArray | number };

/** A generated module: what `import * as model from "./model.grad.js"` gives. */
export type GradientModule = object;

/**
 * How the workers' results become one: `"mean"` for a loss that is a mean over
 * the batch (each counts as its share of the rows), `"sum"` for one that is a
 * sum. With `"mean"` terms without data, such as a penalty on the parameters,
 * stay as they are; with `"sum"` every worker would add them once.
 */
export type Reduction = "mean" | "sum";

/** An optimiser of the runtime by its name, with its options. */
export type OptimiserChoice =
  | ({ readonly name: "sgd" } & SgdOptions)
  | ({ readonly name: "momentum" | "nesterov" } & MomentumOptions)
  | ({ readonly name: "adam" } & AdamOptions)
  | ({ readonly name: "adamw" } & AdamWOptions);

/** Options of {@link dataParallel}. */
export interface DataParallelOptions<P, D, C> {
  /**
   * The generated module, which every worker imports: its URL, as in
   * `new URL("./model.grad.js", import.meta.url)`. It is JavaScript, of `--target
   * js` or `wasm-js`, or compiled: workers do not read TypeScript, even where
   * the calling thread does. Or the module itself, where `createWorker` starts
   * workers that import it on their own.
   */
  readonly module: URL | GradientModule;
  /** The function to differentiate: `"loss"` stands for `createLossWork` and `lossGrad`. */
  readonly function: string;
  /** The named sizes of the whole batch, as for `createLossWork`. */
  readonly sizes: Readonly<Record<string, number>>;
  /** The name of the size that is divided among the workers. */
  readonly batch: string;
  /** How many compute, the calling thread included; results depend on it by rounding only. */
  readonly workers: number;
  readonly reduction: Reduction;
  /** Where the parameters start; they are copied. */
  readonly parameters: P;
  /** The inputs of the first batch, or arrays as long; they are copied. */
  readonly data: D;
  /** All other inputs; they are copied. */
  readonly constants?: C;
  /** With it a step updates the parameters, each worker its part. */
  readonly optimiser?: OptimiserChoice;
  /**
   * Whether the calling thread is one of the workers; true by default. If not,
   * it stays free during `stepAsync`, as a page's thread should.
   */
  readonly useCallingThread?: boolean;
  /** Compute in the calling thread alone where threads cannot share memory; false by default. */
  readonly fallback?: boolean;
  /** Milliseconds after which a step fails that waits for another worker; 60,000 by default. */
  readonly timeout?: number;
  /**
   * Starts a worker: a `Worker` of the page or of `node:worker_threads` that runs
   * `flatgrad/data-parallel/worker`, or a file of yours that calls `runWorker`.
   * For bundlers, and for hosts where the default does not find the worker's file.
   */
  readonly createWorker?: () => WorkerLike;
}
