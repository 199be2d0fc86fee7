import fc from "fast-check";
import { describe, it } from "vitest";
import type { Family } from "./fuzz.js";

/**
 * Random programs through generated code. What is checked of each kind stands
 * in tests/support/check*.ts. The seeds are fixed; `npm run fuzz` goes on to
 * others. A failure shows the smallest program that fails in the same way.
 */
const programs = 1040;
const together = 40;

/** Programs in groups, of which each is a test, so that none takes long. */
export function describePrograms(families: readonly Family[]): void {
  const groups = families.flatMap((family) => {
    const count = Math.ceil((programs * family.share) / 100 / together);
    return Array.from({ length: count }, (_, i) => ({
      family,
      label: `${family.name} ${i + 1}`,
      i,
    }));
  });
  describe("random programs", () => {
    it.each(groups)("$label", ({ family, i }) => {
      const seed = fc.noShrink(fc.nat());
      fc.assert(
        fc.property(seed, (given) => family.run(given)),
        { seed: 1 + i, numRuns: together, endOnFailure: true },
      );
    });
  });
}
