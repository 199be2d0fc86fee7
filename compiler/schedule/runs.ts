import type { GuardLiteral } from "./guard.js";

/** Whether two pieces of work are under the same outcome of a condition. */
export function sameOutcome(a: GuardLiteral | undefined, b: GuardLiteral | undefined): boolean {
  return a === undefined || b === undefined
    ? a === b
    : a.condition === b.condition && a.holds === b.holds;
}

/** The items at the front of a list of which something holds. */
export function takeWhile<T>(list: readonly T[], holds: (item: T) => boolean): readonly T[] {
  const end = list.findIndex((item) => !holds(item));
  return end < 0 ? list : list.slice(0, end);
}
