import type { Messages } from "./barrier.js";
import { failureOf, type Failure, WorkerError } from "./failures.js";
import { keepAlive, listen, type WorkerLike } from "./host.js";
import type { WorkerMessage } from "./loop.js";
import type { Task } from "./plan.js";

/** The workers of a pool, besides the calling thread. */
export interface Crew {
  readonly messages: Messages;
  /** In Node: whether the process goes on for the sake of the workers. */
  keepAlive(isNeeded: boolean): void;
  /** Ends all workers. */
  dismiss(): Promise<void>;
}

export interface CrewOptions {
  readonly createWorker: () => WorkerLike;
  /** Milliseconds for a worker to get ready. */
  readonly timeout: number;
  /** Called when a worker ends, also when it is dismissed. */
  readonly onEnd: (error: WorkerError) => void;
}

/**
 * Starts a worker for each task.
 *
 * @throws WorkerError if one cannot start; then none is left
 */
export async function hire(tasks: readonly Task[], options: CrewOptions): Promise<Crew> {
  const workers: WorkerLike[] = [];
  let wake = (): void => {};

  async function start(task: Task): Promise<void> {
    const worker = options.createWorker();
    workers.push(worker);
    await ready(worker, task, options, () => wake());
    keepAlive(worker, false);
  }

  async function dismiss(): Promise<void> {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  try {
    await Promise.all(tasks.map(start));
  } catch (error) {
    await dismiss();
    throw error;
  }
  return {
    messages: { next: () => new Promise((resolve) => (wake = resolve)) },
    keepAlive: (isNeeded) => workers.forEach((worker) => keepAlive(worker, isNeeded)),
    dismiss,
  };
}

/** Gives a worker its task; resolves when it can take part in a step. */
function ready(
  worker: WorkerLike,
  task: Task,
  { timeout, onEnd }: CrewOptions,
  onPhase: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (failure: Failure): void => {
      clearTimeout(timer);
      const error = workerError(task, failure);
      reject(error);
      onEnd(error);
    };
    const timer = setTimeout(
      () => fail({ message: `not ready after ${timeout} ms`, stack: "" }),
      timeout,
    );
    listen(worker, {
      onMessage(message) {
        const said = message as WorkerMessage;
        if (said.kind === "phase") return onPhase();
        if (said.kind === "failed") return fail(said.failure);
        clearTimeout(timer);
        resolve();
      },
      onEnd: (error) => fail(failureOf(error)),
    });
    worker.postMessage(task, []);
  });
}

/** What happened in a worker, and where. */
export function workerError({ worker, firstRow, rowCount }: Task, failure: Failure): WorkerError {
  return new WorkerError(worker, firstRow, rowCount, failure);
}
