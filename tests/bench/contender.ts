import type { Candidate } from "./harness.js";

/** One row of a table: who computes a gradient, how fast, and what it makes of the first point. */
export interface Contender extends Candidate {
  readonly gradient: Gradient;
  /** Lets go of processes and the like. */
  readonly end?: () => void;
}

export interface Gradient {
  readonly value: number;
  /** By parameter. */
  readonly parts: Readonly<Record<string, ArrayLike<number>>>;
}

/**
 * Enters a contender for a problem. To add a target, a library or a number of
 * workers to the tables is to add one of these to a list.
 *
 * @throws Unable if it cannot solve the problem, saying why
 */
export type Entrant<Problem> = (problem: Problem) => Contender | Promise<Contender>;

/** Why a contender is missing in a table. */
export class Unable extends Error {}

/**
 * What is compared must compute the same: each part within the tolerance,
 * relative to the part's largest element.
 */
export function expectSame(
  name: string,
  found: Gradient,
  expected: Gradient,
  tolerance: number,
): void {
  expectClose(`${name}: value`, [found.value], [expected.value], tolerance);
  for (const [part, reference] of Object.entries(expected.parts))
    expectClose(`${name}: gradient by ${part}`, found.parts[part] ?? [], reference, tolerance);
}

function expectClose(
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  if (found.length !== expected.length)
    throw new Error(`${what} has ${found.length} elements, not ${expected.length}`);
  let largest = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!);
    largest = Math.max(largest, Math.abs(expected[i]!));
    error = Number.isNaN(difference) ? Infinity : Math.max(error, difference);
  }
  if (!(error <= tolerance * largest))
    throw new Error(`${what} is off by ${error}, where the largest element is ${largest}`);
}
