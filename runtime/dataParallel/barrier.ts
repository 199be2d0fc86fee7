/** Words of the control array; each has a cache line of its own, since they are polled. */
export const words = {
  /** Counts steps: a change of it starts one. */
  step: 0,
  /** Counts the barriers that all have reached. */
  phase: 16,
  /** How many have arrived at the next barrier. */
  arrived: 32,
  /** How many have failed in this step. */
  failed: 48,
} as const;

export const controlLength = 64;

/** About 100 μs: a thread that is woken up takes as long to start. */
const spins = 20_000;

/**
 * Arrives at a barrier. The last to arrive opens it.
 *
 * @param announce called after opening it
 * @returns the phase that ends when the barrier opens, for {@link waitWhile}
 */
export function arrive(control: Int32Array, parties: number, announce?: () => void): number {
  const phase = Atomics.load(control, words.phase);
  if (Atomics.add(control, words.arrived, 1) === parties - 1) {
    Atomics.store(control, words.arrived, 0);
    Atomics.store(control, words.phase, (phase + 1) | 0);
    Atomics.notify(control, words.phase);
    announce?.();
  }
  return phase;
}

/**
 * Waits until a word has another value than this: briefly by polling, then
 * asleep where the thread may sleep.
 *
 * @returns false if the time is over
 */
export function waitWhile(
  control: Int32Array,
  word: number,
  value: number,
  milliseconds: number,
): boolean {
  if (changesSoon(control, word, value)) return true;
  const wait = maySleep() ? sleepWhile : pollWhile;
  return wait(control, word, value, milliseconds);
}

/** Like {@link waitWhile}, but lets the thread do other things. */
export async function waitWhileAsync(
  control: Int32Array,
  word: number,
  value: number,
  messages: Messages,
): Promise<void> {
  if (changesSoon(control, word, value)) return;
  const { waitAsync } = Atomics as { readonly waitAsync?: WaitAsync };
  await (waitAsync ? waitAsync(control, word, value).value : messages.next());
  await waitWhileAsync(control, word, value, messages);
}

/** Messages of the workers, each a sign that a barrier has opened. */
export interface Messages {
  next(): Promise<void>;
}

/** Whether workers have to send messages, since the calling thread cannot wait otherwise. */
export function needsMessages(): boolean {
  return !("waitAsync" in Atomics);
}

type WaitAsync = (
  control: Int32Array,
  word: number,
  value: number,
) => { readonly value: string | Promise<string> };

function changesSoon(control: Int32Array, word: number, value: number): boolean {
  for (let spin = 0; spin < spins; spin++) {
    if (Atomics.load(control, word) !== value) return true;
  }
  return false;
}

function sleepWhile(control: Int32Array, word: number, value: number, milliseconds: number) {
  while (Atomics.load(control, word) === value) {
    if (Atomics.wait(control, word, value, milliseconds) === "timed-out") return false;
  }
  return true;
}

function pollWhile(control: Int32Array, word: number, value: number, milliseconds: number) {
  const start = performance.now();
  while (!changesSoon(control, word, value)) {
    if (performance.now() - start > milliseconds) return false;
  }
  return true;
}

let sleepAllowed: boolean | undefined;

/** A page's thread may not sleep: there `Atomics.wait` throws, whatever the value. */
function maySleep(): boolean {
  sleepAllowed ??= tryToSleep();
  return sleepAllowed;
}

function tryToSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}
