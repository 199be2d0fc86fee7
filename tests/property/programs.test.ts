import fc from "fast-check";
import { describe, it } from "vitest";
import { families } from "../support/fuzz.js";

/**
 * Random programs through generated code. What is checked of each kind stands
 * in tests/support/check*.ts. The seeds are fixed; `npm run fuzz` goes on to
 * others. A failure shows the smallest program that fails in the same way.
 */
const programs = 1100;

describe("random programs", () => {
  it.each(families)("$name", ({ run, share }) => {
    const seed = fc.noShrink(fc.nat());
    fc.assert(
      fc.property(seed, (given) => run(given)),
      { seed: 1, numRuns: Math.ceil((programs * share) / 100), endOnFailure: true },
    );
  });
});
