/** A contender. `run` makes that many calls and returns the seconds they took. */
export interface Candidate {
  readonly name: string;
  run(calls: number): number | Promise<number>;
}

export interface Measured {
  readonly name: string;
  /** Median seconds of one call. */
  readonly seconds: number;
  /** Median over the rounds of the first candidate's time over this one's: above 1 is faster than the first. */
  readonly speed: number;
}

export interface Rounds {
  readonly rounds: number;
  /** Seconds a candidate runs in each round; at least one call. */
  readonly roundSeconds: number;
}

/**
 * Times candidates in turns. All of a round see the same machine, so their
 * ratio holds though the clock or the load changes from round to round; each
 * round begins with another candidate. The first candidate is the one the
 * others are compared with.
 */
export async function compare(
  candidates: readonly Candidate[],
  { rounds, roundSeconds }: Rounds,
): Promise<readonly Measured[]> {
  const calls: number[] = [];
  await eachInTurn(candidates, async (candidate) => {
    calls.push(await callsIn(candidate, roundSeconds));
  });
  const times = candidates.map((): number[] => []);
  const turns = [...Array(rounds).keys()].map((round) =>
    candidates.map((_, turn) => (round + turn) % candidates.length),
  );
  await eachInTurn(turns.flat(), async (i) => {
    times[i]!.push((await candidates[i]!.run(calls[i]!)) / calls[i]!);
  });
  return candidates.map(({ name }, i) => ({
    name,
    seconds: median(times[i]!),
    speed: median(times[0]!.map((first, round) => first / times[i]![round]!)),
  }));
}

/** Does something with each item, one after the other: together they would disturb each other. */
export async function eachInTurn<Item>(
  items: readonly Item[],
  work: (item: Item) => void | Promise<void>,
): Promise<void> {
  await items.reduce(async (earlier, item) => {
    await earlier;
    await work(item);
  }, Promise.resolve());
}

/** Warms a candidate up for ten rounds and more, and counts the calls that fill one. */
async function callsIn(
  candidate: Candidate,
  roundSeconds: number,
  calls = 1,
  spentBefore = 0,
): Promise<number> {
  const seconds = await candidate.run(calls);
  const spent = spentBefore + seconds;
  const filling = Math.max(1, Math.round((roundSeconds * calls) / seconds));
  if (spent > 10 * roundSeconds && seconds > roundSeconds / 4) return filling;
  return callsIn(candidate, roundSeconds, Math.min(filling, 4 * calls), spent);
}

/** Times calls of a function. */
export function timed(name: string, call: () => unknown): Candidate {
  return {
    name,
    run: (calls) =>
      secondsOf(() => {
        for (let i = 0; i < calls; i++) call();
      }),
  };
}

/** Times calls of a function that takes its time to finish. */
export function timedAsync(name: string, call: () => Promise<unknown>): Candidate {
  return {
    name,
    async run(calls) {
      const elapsed = stopwatch();
      for await (const _ of repeated(calls, call)) continue;
      return elapsed();
    },
  };
}

async function* repeated(calls: number, call: () => Promise<unknown>): AsyncGenerator {
  for (let i = 0; i < calls; i++) yield call();
}

export function secondsOf(run: () => void): number {
  const elapsed = stopwatch();
  run();
  return elapsed();
}

/**
 * Seconds since now: by the clock, or of the process's processor time where
 * that is less. Other processes make the clock run longer, and the engine's
 * own threads (compiler, garbage collector) the processor time, so that each
 * alone is more than the work takes on a machine that does nothing else.
 */
export function stopwatch(): () => number {
  const start = performance.now();
  const usage = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(usage);
    return Math.min((user + system) / 1e6, (performance.now() - start) / 1e3);
  };
}

export function median(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[values.length >> 1] ?? NaN;
}
