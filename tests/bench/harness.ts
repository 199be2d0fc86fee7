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
      cpuSeconds(() => {
        for (let i = 0; i < calls; i++) call();
      }),
  };
}

/**
 * Processor time of the whole process, so that other processes do not count.
 * What is compared here runs in one thread.
 */
export function cpuSeconds(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

export function median(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[values.length >> 1] ?? NaN;
}
