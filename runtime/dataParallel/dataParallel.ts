import type { LearningRate } from "../optimiser.js";
import { needsMessages, waitWhile, waitWhileAsync, words } from "./barrier.js";
import { hire, workerError } from "./crew.js";
import { takeFailure } from "./failures.js";
import { hasWorkers, startWorker } from "./host.js";
import { importModule } from "./loop.js";
import type {
  Constants,
  DataArray,
  DataParallelOptions,
  ParameterTree,
  OptimiserChoice,
} from "./options.js";
import { createParticipant, type Participant } from "./participant.js";
import { createPlan, type Task } from "./plan.js";
import { canShareMemory, ownMemory, sharedMemory } from "./sharedArrays.js";

/** The value and the gradient of the whole batch; the next step overwrites them. */
export type DataParallelGradients<P> = { readonly value: number } & {
  readonly [Name in keyof P & string as `d${Name}`]: P[Name];
};

/** Threads that compute gradients of one function together. */
export interface DataParallel<P, D, C> {
  /** The parameters; change them in place between steps. */
  readonly parameters: P;
  /** The inputs of the whole batch; write the next batch into them between steps. */
  readonly data: D;
  /** The other inputs; arrays are changed in place, numbers assigned. */
  readonly constants: { -readonly [Name in keyof C]: C[Name] };
  /** How many threads compute: what was asked for, or 1 after falling back. */
  readonly workers: number;
  /**
   * Computes the gradient of the batch and, with an optimiser, updates the
   * parameters. Blocks the thread until all workers are done, and allocates
   * nothing.
   *
   * @param learningRate replaces the optimiser's own for this step
   * @returns the same object for each step
   * @throws WorkerError if the function throws for the rows of a worker; then
   * nothing is updated, and the next step may go well
   * @throws Error after `timeout`, or if the pool is closed
   */
  step(learningRate?: number): DataParallelGradients<P>;
  /**
   * The same, without blocking while other workers compute. Nothing of the pool
   * may be changed until it is done. It has no timeout.
   */
  stepAsync(learningRate?: number): Promise<DataParallelGradients<P>>;
  /** Ends the workers. The arrays remain. */
  close(): Promise<void>;
}

/**
 * Divides the batch of a generated gradient function among threads that share
 * memory. Each computes the gradient of its rows; the gradients are added in
 * the order of the workers, so that results have the same bits from run to run
 * for the same number of workers. A module that runs in WebAssembly has a memory
 * of its own in each thread: the rows, the parameters and the gradient are copied.
 *
 * ```ts
 * const pool = await dataParallel({
 *   module: new URL("./model.grad.js", import.meta.url),
 *   function: "loss",
 *   sizes: { N: 64 },
 *   batch: "N",
 *   workers: 2,
 *   reduction: "mean",
 *   parameters: { W1, b1, W2, b2 },
 *   data: { x: new Float32Array(64 * 784), y: new Int32Array(64) },
 *   optimiser: { name: "adam", learningRate: 1e-3 },
 * });
 * for (const rows of batches(count, 64, generator)) {
 *   gatherRows(images, 784, rows, pool.data.x);
 *   gatherRows(labels, 1, rows, pool.data.y);
 *   const { value } = pool.step();
 * }
 * await pool.close();
 * ```
 *
 * @throws Error if threads cannot share memory here, unless `fallback` is set
 * @throws WorkerError if a worker does not start, or its module lacks the function
 * @throws RangeError or TypeError if a size or an input does not fit
 */
export async function dataParallel<
  P extends ParameterTree<P>,
  D extends { readonly [Name in keyof D]: DataArray },
  C extends Constants<C> = object,
>(options: DataParallelOptions<P, D, C>): Promise<DataParallel<P, D, C>> {
  const isShared = canShareMemory() && hasWorkers();
  if (!isShared && options.fallback !== true) throw new Error(noSharedMemory);
  const { createWorker = startWorker, timeout = 60_000 } = options;
  const takesPart = !isShared || (options.useCallingThread ?? true);
  const plan = createPlan(
    options,
    isShared ? options.workers : 1,
    isShared ? sharedMemory : ownMemory,
    needsMessages(),
  );
  const { constants, tasks } = plan;
  const { control, failures, numberNames, numbers, rate, values, weights } = tasks[0]!;
  const rateOf = createRate(options.optimiser);
  // In this order V8 keeps the number in place; before the spread, each step would box it anew.
  const result = { ...plan.gradients, value: NaN };
  let state: "ready" | "in a step" | "closed" = "ready";
  let steps = 0;
  let lost: Error | undefined;
  let interrupt: (error: Error) => void = () => {};

  function onEnd(error: Error): void {
    lost ??= error;
    interrupt(error);
  }

  const own = takesPart ? await ownParticipant(tasks[0]!, options.module) : undefined;
  const crew = await hire(tasks.slice(takesPart ? 1 : 0), { createWorker, timeout, onEnd });

  function begin(learningRate: number | undefined): number {
    if (state === "closed") throw closed();
    if (lost !== undefined) throw lost;
    if (state !== "ready") throw new Error(`the pool is ${state}`);
    state = "in a step";
    rate[0] = learningRate ?? rateOf(steps);
    for (let i = 0; i < numberNames.length; i++) {
      numbers[i] = constants[numberNames[i]!] as number;
    }
    const phase = Atomics.load(control, words.phase);
    Atomics.add(control, words.step, 1);
    Atomics.notify(control, words.step);
    return phase;
  }

  function finish(): DataParallelGradients<P> {
    state = "ready";
    if (Atomics.exchange(control, words.failed, 0) > 0) throw firstFailure(tasks, failures);
    steps++;
    let value = 0;
    for (let w = 0; w < values.length; w++) value += weights[w]! * values[w]!;
    result.value = value;
    return result as DataParallelGradients<P>;
  }

  function wait(phase: number): void {
    if (waitWhile(control, words.phase, phase, timeout)) return;
    lost = new Error(`a worker has not finished after ${timeout} ms; close the pool`);
    throw lost;
  }

  function step(learningRate?: number): DataParallelGradients<P> {
    const phase = begin(learningRate);
    own?.compute();
    wait(phase);
    own?.combine();
    wait((phase + 1) | 0);
    return finish();
  }

  async function stepAsync(learningRate?: number): Promise<DataParallelGradients<P>> {
    const phase = begin(learningRate);
    const interrupted = new Promise<never>((_, reject) => (interrupt = reject));
    crew.keepAlive(true);
    try {
      await Promise.race([takeSteps(phase), interrupted]);
    } finally {
      crew.keepAlive(false);
    }
    return finish();
  }

  async function takeSteps(phase: number): Promise<void> {
    own?.compute();
    await waitWhileAsync(control, words.phase, phase, crew.messages);
    own?.combine();
    await waitWhileAsync(control, words.phase, (phase + 1) | 0, crew.messages);
  }

  async function close(): Promise<void> {
    state = "closed";
    interrupt(closed());
    await crew.dismiss();
  }

  return {
    parameters: plan.parameters as P,
    data: plan.data as D,
    constants: constants as { -readonly [Name in keyof C]: C[Name] },
    workers: tasks.length,
    step,
    stepAsync,
    close,
  };
}

const noSharedMemory =
  "threads cannot share memory here: SharedArrayBuffer and workers are needed, in a page also the " +
  "headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp. " +
  "With `fallback: true` the calling thread computes alone";

async function ownParticipant(task: Task, module: object): Promise<Participant> {
  return createParticipant(task, module instanceof URL ? await importModule(task) : module);
}

function firstFailure(tasks: readonly Task[], failures: readonly Uint16Array[]): Error {
  const found = failures.map((shared, w) => ({ task: tasks[w]!, failure: takeFailure(shared) }));
  const first = found.find(({ failure }) => failure !== undefined);
  return workerError(first!.task, first!.failure!);
}

/** The learning rate by the number of steps taken; 0.001 by default, as of Adam. */
function createRate(choice: OptimiserChoice | undefined): (steps: number) => number {
  const learningRate: LearningRate = choice?.learningRate ?? 1e-3;
  return typeof learningRate === "number" ? () => learningRate : learningRate;
}

function closed(): Error {
  return new Error("the pool is closed");
}
