/** What the pool needs of a worker, of a page or of `node:worker_threads`. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: never[]): void;
  terminate(): unknown;
}

/** What becomes of a worker. */
export interface WorkerListener {
  readonly onMessage: (message: unknown) => void;
  /** It has failed or ended. */
  readonly onEnd: (error: unknown) => void;
}

/** The parts of `node:worker_threads` that are used. */
interface WorkerThreads {
  readonly Worker: new (url: URL) => WorkerLike;
  readonly parentPort: ParentPort | null;
}

interface ParentPort {
  postMessage(message: unknown, transfer: never[]): void;
  once(event: "message", listener: (message: unknown) => void): unknown;
}

interface ThreadWorker extends WorkerLike {
  on(event: "message" | "error" | "exit", listener: (detail: unknown) => void): unknown;
  ref(): void;
  unref(): void;
}

interface EventSource {
  addEventListener(
    event: string,
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
    options?: { readonly once: boolean },
  ): void;
}

declare const Worker:
  (new (url: URL, options: { readonly type: "module" }) => WorkerLike) | undefined;

/** Whether there are workers at all. */
export function hasWorkers(): boolean {
  return workerThreads() !== undefined || typeof Worker === "function";
}

/** Starts a worker that runs this project's file for it. */
export function startWorker(): WorkerLike {
  const threads = workerThreads();
  if (threads) return new threads.Worker(new URL("./worker.js", import.meta.url));
  if (typeof Worker !== "function") throw new Error("this host has no workers");
  // Bundlers look for this form.
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
}

/** Reports what a worker does. */
export function listen(worker: WorkerLike, { onMessage, onEnd }: WorkerListener): void {
  if (isThread(worker)) {
    worker.on("message", onMessage);
    worker.on("error", onEnd);
    worker.on("exit", (code) => onEnd(new Error(`it ended with exit code ${String(code)}`)));
    return;
  }
  const source = worker as WorkerLike & EventSource;
  source.addEventListener("message", ({ data }) => onMessage(data));
  source.addEventListener("error", ({ message }) =>
    onEnd(new Error(message ?? "its file cannot be loaded")),
  );
}

/** In Node: whether the process goes on for the sake of this worker. */
export function keepAlive(worker: WorkerLike, isNeeded: boolean): void {
  if (!isThread(worker)) return;
  if (isNeeded) worker.ref();
  else worker.unref();
}

/** A worker's way to the thread that started it. */
export interface Port {
  send(message: unknown): void;
  receiveOnce(listener: (message: unknown) => void): void;
}

/** @throws Error in a thread that is no worker */
export function ownPort(): Port {
  const threads = workerThreads();
  if (threads) {
    const { parentPort } = threads;
    if (parentPort === null) throw new Error("runWorker is to be called in a worker");
    return {
      send: (message) => parentPort.postMessage(message, []),
      receiveOnce: (listener) => void parentPort.once("message", listener),
    };
  }
  const scope = globalThis as object as EventSource & Pick<WorkerLike, "postMessage">;
  return {
    send: (message) => scope.postMessage(message, []),
    receiveOnce: (listener) =>
      scope.addEventListener("message", ({ data }) => listener(data), { once: true }),
  };
}

function isThread(worker: WorkerLike): worker is ThreadWorker {
  return "unref" in worker;
}

/** Without an import, so that bundles for pages need not know of Node. */
function workerThreads(): WorkerThreads | undefined {
  const { process } = globalThis as { readonly process?: Partial<BuiltinModules> };
  return process?.getBuiltinModule?.("node:worker_threads") as WorkerThreads | undefined;
}

interface BuiltinModules {
  getBuiltinModule(name: string): unknown;
}
