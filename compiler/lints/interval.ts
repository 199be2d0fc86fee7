/** All numbers a value can be: from `low` to `high`, and whether the ends themselves are reached. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly reachesLow: boolean;
  readonly reachesHigh: boolean;
}

/** The numbers between two ends that are reached themselves, unless they are infinite. */
export function closed(low: number, high: number): Interval {
  return { low, high, reachesLow: Number.isFinite(low), reachesHigh: Number.isFinite(high) };
}

export const everything: Interval = closed(-Infinity, Infinity);
export const notNegative: Interval = closed(0, Infinity);
/** Above 0, and never 0: values of exp. */
export const positive: Interval = { ...notNegative, reachesLow: false };

export const point = (value: number): Interval => closed(value, value);

/** An end of an interval. */
interface End {
  readonly at: number;
  readonly reached: boolean;
}

const lowEnd = ({ low, reachesLow }: Interval): End => ({ at: low, reached: reachesLow });
const highEnd = ({ high, reachesHigh }: Interval): End => ({ at: high, reached: reachesHigh });

function between(low: End, high: End): Interval {
  if (Number.isNaN(low.at) || Number.isNaN(high.at)) return everything;
  return { low: low.at, high: high.at, reachesLow: low.reached, reachesHigh: high.reached };
}

/** The interval from the least to the greatest of some ends; an end met twice is reached if either is. */
function spanning(ends: readonly End[]): Interval {
  const reachedAt = (at: number) => ends.some((end) => end.at === at && end.reached);
  const low = Math.min(...ends.map((end) => end.at));
  const high = Math.max(...ends.map((end) => end.at));
  return between({ at: low, reached: reachedAt(low) }, { at: high, reached: reachedAt(high) });
}

/** The least interval around all. */
export function union(...intervals: readonly Interval[]): Interval {
  return spanning(intervals.flatMap((one) => [lowEnd(one), highEnd(one)]));
}

export function includes({ low, high, reachesLow, reachesHigh }: Interval, value: number): boolean {
  return (
    (low < value || (low === value && reachesLow)) &&
    (value < high || (value === high && reachesHigh))
  );
}

/** The image under a function that never falls. */
export function rising(x: Interval, f: (value: number) => number): Interval {
  return between(
    { at: f(x.low), reached: x.reachesLow },
    { at: f(x.high), reached: x.reachesHigh },
  );
}

export function negated({ low, high, reachesLow, reachesHigh }: Interval): Interval {
  return { low: 0 - high, high: 0 - low, reachesLow: reachesHigh, reachesHigh: reachesLow };
}

export function plus(a: Interval, b: Interval): Interval {
  return between(
    { at: a.low + b.low, reached: a.reachesLow && b.reachesLow },
    { at: a.high + b.high, reached: a.reachesHigh && b.reachesHigh },
  );
}

export function times(a: Interval, b: Interval): Interval {
  const corner = (p: End, q: End): End =>
    p.at === 0 || q.at === 0
      ? { at: 0, reached: (p.at === 0 && p.reached) || (q.at === 0 && q.reached) }
      : { at: p.at * q.at, reached: p.reached && q.reached };
  const ends = (x: Interval) => [lowEnd(x), highEnd(x)];
  return spanning(ends(a).flatMap((p) => ends(b).map((q) => corner(p, q))));
}

/** 1 / x, for x on one side of 0. */
export function inverted(x: Interval): Interval {
  if (x.low < 0 && x.high > 0) return everything;
  if (x.low < 0) return negated(inverted(negated(x)));
  const low = x.high === Infinity ? 0 : 1 / x.high;
  const high = x.low === 0 ? Infinity : 1 / x.low;
  return between(
    { at: low, reached: x.reachesHigh },
    { at: high, reached: x.low > 0 && x.reachesLow },
  );
}

export function magnitude(x: Interval): Interval {
  if (x.low >= 0) return x;
  if (x.high <= 0) return negated(x);
  return { ...union(x, negated(x)), low: 0, reachesLow: true };
}

/** The values above `bound`, or from it on. */
export function above(x: Interval, bound: number, orEqual: boolean): Interval {
  if (bound < x.low || (bound === x.low && orEqual)) return x;
  return { ...x, low: bound, reachesLow: orEqual && includes(x, bound) };
}

/** The larger of two values. */
export function larger(a: Interval, b: Interval): Interval {
  const low = a.low > b.low ? a : b.low > a.low ? b : a.reachesLow ? b : a;
  const high = a.high > b.high ? a : b.high > a.high ? b : a.reachesHigh ? a : b;
  return between(lowEnd(low), highEnd(high));
}

/** Whether a value is an end of the interval and reached: not where it lies inside, nor where nothing is known. */
export function endsAt(x: Interval, value: number): boolean {
  return (x.low === value && x.reachesLow) || (x.high === value && x.reachesHigh);
}
