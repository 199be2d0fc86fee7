import { parseArgs } from "node:util";
import { families } from "../support/fuzz.js";

/**
 * Long runs: `npm run fuzz -- --minutes 5 --seed 1`.
 *
 * Runs random programs of all families until the time is over, or `--runs` of
 * them, of one `--family` if asked, and prints every new kind of failure with
 * its smallest program. Ends with 1 if there was one.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    runs: { type: "string", default: "Infinity" },
    family: { type: "string" },
  },
});

const first = Number(values.seed);
const runs = Number(values.runs);
const end = Date.now() + 60_000 * Number(values.minutes);
const chosen = families.filter(({ name }) => values.family === undefined || name === values.family);
if (chosen.length === 0)
  throw new Error(`families are ${families.map(({ name }) => name).join(", ")}`);

// Each family in proportion to its share, the same for the same seed.
const wheel = chosen.flatMap((family) => Array.from({ length: family.share }, () => family));
const seen = new Map<string, number>();
let count = 0;
for (; count < runs && (Date.now() < end || values.runs !== "Infinity"); count++) {
  const seed = first + count;
  const family = wheel[(seed * 37) % wheel.length];
  try {
    family?.run(seed);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const kind = message.split(/[:\n]/)[0] ?? message;
    if (!seen.has(kind)) console.log(`${"-".repeat(72)}\n${message}`);
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
  }
}
for (const [kind, times] of seen) console.log(`${times} times: ${kind}`);
console.log(`${count} programs from seed ${first}, ${seen.size} kinds of failure`);
if (seen.size > 0) process.exitCode = 1;
