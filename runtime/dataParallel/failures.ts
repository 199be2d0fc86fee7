/** What a worker says of an error: texts, which can be shared. */
export interface Failure {
  readonly message: string;
  readonly stack: string;
}

/** An error in one worker's part of a step, or in its start. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";

  /**
   * @param worker counts from 0
   * @param firstRow where the worker's part of the batch begins
   * @param rowCount how many rows it has; indices in the message count from its first
   * @param failure what was thrown there
   */
  constructor(
    readonly worker: number,
    readonly firstRow: number,
    readonly rowCount: number,
    failure: Failure,
  ) {
    super(
      `worker ${worker} (rows ${firstRow} … ${firstRow + rowCount - 1} of the batch): ${failure.message}`,
    );
    this.workerStack = failure.stack;
  }

  /** Where in the worker's code it was thrown, as the engine tells it. */
  readonly workerStack: string;
}

/** Characters for a message and a stack. */
export const failureLength = 4096;
const messageLength = 1024;

/** @returns "RangeError: y[3] is 12, outside 0 … 9", and where it was thrown */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: `threw ${String(error)}`, stack: "" };
  return { message: `${error.name}: ${error.message}`, stack: error.stack ?? "" };
}

/** Writes a failure into shared memory, cut to what fits. */
export function writeFailure(target: Uint16Array, { message, stack }: Failure): void {
  const text = `${message.slice(0, messageLength).replaceAll("\0", " ")}\0${stack}`;
  target.fill(0);
  for (let i = 0; i < Math.min(text.length, target.length); i++) target[i] = text.charCodeAt(i);
}

/** Reads what {@link writeFailure} wrote and clears it; undefined if there is nothing. */
export function takeFailure(source: Uint16Array): Failure | undefined {
  const [message, stack = ""] = String.fromCharCode(...source).split("\0");
  source.fill(0);
  return message ? { message, stack } : undefined;
}
