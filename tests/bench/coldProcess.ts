/**
 * A process of its own: imports a module, lets one of its entrants compute the
 * first gradient of the MLP and 20 more, and prints how long each took and the
 * most memory there was.
 */
import { readFileSync } from "node:fs";
import type { Entrant } from "./contender.js";
import { stopwatch } from "./harness.js";
import { mlp } from "./networks/mlp.js";
import type { Network } from "./networks/network.js";

const [module = "", index = "0"] = process.argv.slice(2);
const network = mlp(64, [784, 128, 10]);

const importing = stopwatch();
const { entrants } = (await import(module)) as { readonly entrants: readonly Entrant<Network>[] };
const imported = importing();
const working = stopwatch();
const contender = await entrants[Number(index)]!(network);
const first = working();
await contender.run(20);

console.log(
  JSON.stringify({
    imported,
    first,
    kilobytes: peakKilobytes(),
  }),
);
process.exit();

/** On Linux `maxRSS` counts what the process was forked from, too. */
function peakKilobytes(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  const [, kilobytes] = /VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes);
}
