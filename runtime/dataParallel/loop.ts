import { waitWhile, words } from "./barrier.js";
import { failureOf, type Failure } from "./failures.js";
import { ownPort, type Port } from "./host.js";
import type { GradientModule } from "./options.js";
import { createParticipant, type Participant } from "./participant.js";
import type { Task } from "./plan.js";

/** What a worker says to the thread that started it. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly failure: Failure }
  /** A barrier is open. */
  | { readonly kind: "phase" };

/**
 * The program of a worker: takes part in the steps of the pool that started it,
 * until it is terminated. For a worker file of your own, where a bundler must
 * see which module is imported:
 *
 * ```ts
 * import * as model from "./model.grad.js";
 * import { runWorker } from "flatgrad/data-parallel";
 *
 * runWorker(model);
 * ```
 *
 * @param module the generated module; without one, the pool names its URL
 * @throws Error in a thread that is no worker
 */
export function runWorker(module?: GradientModule): void {
  const port = ownPort();
  port.receiveOnce((message) => void serve(port, message as Task, module));
}

async function serve(port: Port, task: Task, module?: GradientModule): Promise<void> {
  const send = (message: WorkerMessage) => port.send(message);
  const announce = () => send({ kind: "phase" });
  let participant: Participant;
  try {
    const model = module ?? (await importModule(task));
    participant = await createParticipant(task, model, task.sendsMessages ? announce : undefined);
  } catch (error) {
    send({ kind: "failed", failure: failureOf(error) });
    return;
  }
  send({ kind: "ready" });
  takePart(task, participant);
}

/** @throws Error if the pool gave a module instead of a URL */
export async function importModule({ module }: Task): Promise<GradientModule> {
  if (module === undefined) {
    throw new Error(
      "the worker got no URL of a module: give dataParallel a URL, or call runWorker(module)",
    );
  }
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ module)) as GradientModule;
  } catch (error) {
    throw withHint(error);
  }
}

/** Codes of Node for modules it does not find or read, as where the file beside is TypeScript. */
const unreadable: ReadonlySet<string> = new Set([
  "ERR_MODULE_NOT_FOUND",
  "ERR_UNKNOWN_FILE_EXTENSION",
]);

/** Where the calling thread has a loader for TypeScript, its workers have not. */
function withHint(error: unknown): unknown {
  const { code = "" } = error as { readonly code?: string };
  if (!(error instanceof Error) || !unreadable.has(code)) return error;
  error.message += "; workers need JavaScript: build with --target js or wasm-js";
  return error;
}

function takePart({ control }: Task, { compute, combine }: Participant): never {
  for (let step = 0; ; step = (step + 1) | 0) {
    waitWhile(control, words.step, step, Infinity);
    // It cannot change before this worker arrives.
    const phase = Atomics.load(control, words.phase);
    compute();
    waitWhile(control, words.phase, phase, Infinity);
    combine();
  }
}
