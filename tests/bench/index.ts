/**
 * All benchmarks, or those named on the command line:
 * `npm run bench -- scalars networks`. Prints Markdown for RESULTS.md.
 * What each compares stands at the top of its file. `threads` needs two cores
 * that do nothing else.
 */
import { cpus } from "node:os";
import { benchBundle } from "./bundle.js";
import { benchCold } from "./cold.js";
import { benchCompileTime } from "./compileTime.js";
import { eachInTurn } from "./harness.js";
import { benchKernels } from "./kernels.js";
import { benchLoops } from "./loops.js";
import { benchNetworks } from "./networks/index.js";
import { explainPeers } from "./peers.js";
import { benchScalars } from "./scalars/index.js";
import { benchStraightLine } from "./straightLine.js";
import { benchThreads } from "./threads.js";
import { benchWasmKernels } from "./wasmKernels.js";

const benchmarks: Readonly<Record<string, () => void | Promise<void>>> = {
  scalars: benchScalars,
  straightLine: benchStraightLine,
  loops: benchLoops,
  networks: benchNetworks,
  kernels: benchKernels,
  wasmKernels: benchWasmKernels,
  threads: benchThreads,
  compile: benchCompileTime,
  bundle: benchBundle,
  cold: benchCold,
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(benchmarks, name));
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}, only ${Object.keys(benchmarks).join(", ")}.`);
  process.exit(1);
}
const [cpu] = cpus();
console.log(
  `Node ${process.versions.node} (V8 ${process.versions.v8}), ` +
    `${cpus().length} × ${cpu?.model ?? "unknown processor"}, ${process.platform} ${process.arch}`,
);
await eachInTurn(Object.entries(benchmarks), async ([name, run]) => {
  if (asked.length === 0 || asked.includes(name)) await run();
});
explainPeers();
