import type { Attempt, Context } from "./context.js";
import { sequence, type Flow } from "./flow.js";

/** Loops of so many iterations are unrolled. */
export const SHORT = 8;
/** Iterations of the innermost body, over all loops of a nest. */
export const MAX_UNROLLED = 64;
const MAX_NODES = 2_000;

/** Iterations one after the other; undefined where it is not known whether there is another. */
export type Turns = Generator<(() => Flow) | undefined>;

interface UnrollOptions {
  readonly limit: number;
  /** Whether a loop inside may stay one, once for each iteration. */
  readonly keepsInner: boolean;
}

/** Runs the iterations of a loop one after the other; the result is undefined where there are too many. */
export function unroll(
  context: Context,
  turns: () => Turns,
  { limit, keepsInner }: UnrollOptions,
): Attempt<Flow | undefined> {
  const nest = context.loops ?? { iterations: 0, kept: 0, nodesBefore: context.nodes };
  const { iterations, kept } = nest;
  const state = { isWhole: true };
  const attempt = context.attempt(() => {
    context.loops = nest;
    return sequence(limited(context, turns(), limit, state));
  });
  const fits = state.isWhole && (keepsInner || nest.kept === kept);
  if (!fits) nest.iterations = iterations;
  return { ...attempt, result: fits ? attempt.result : undefined };
}

/** The iterations, up to where the loop or its nest becomes too long. */
function* limited(
  context: Context,
  turns: Turns,
  limit: number,
  state: { isWhole: boolean },
): Generator<() => Flow> {
  const nest = context.loops;
  if (nest === undefined) return;
  let count = 0;
  for (const turn of turns) {
    const before = nest.iterations;
    const nodes = context.nodes - nest.nodesBefore;
    count += 1;
    if (turn === undefined || count > limit || before >= MAX_UNROLLED || nodes > MAX_NODES) {
      state.isWhole = false;
      return;
    }
    yield turn;
    // An iteration with a loop inside is counted by that loop.
    if (nest.iterations === before) nest.iterations += 1;
  }
}
