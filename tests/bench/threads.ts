/**
 * Two workers against one thread, in JavaScript and in WebAssembly. Other
 * processes take the second core away, so the rounds in which they do little
 * are judged apart from all rounds, and the best single step from the others.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { loadAssembler } from "../../compiler/backends/wasm/assemble.js";
import { compile, type Target } from "../../compiler/pipeline.js";
import type { dataParallel } from "../../runtime/dataParallel/index.js";
import type { FloatArray } from "../../runtime/index.js";
import { eachInTurn, median } from "./harness.js";
import { mlp } from "./networks/mlp.js";
import { dataOf, parametersOf, type Network } from "./networks/network.js";
import { duration, printTable } from "./table.js";

type Arrays = Readonly<Record<string, Float32Array | Int32Array>>;

interface Work {
  /** Arrays in the module's own memory, if it has one. */
  readonly inputs?: Arrays;
}

interface Model {
  readonly createLossWork: (sizes: object) => Work;
  readonly lossGrad: (inputs: object, work: unknown) => unknown;
}

/** A step by one thread, and by two workers. */
type Contenders = readonly [() => unknown, () => unknown];

interface Timing {
  /** Seconds of a step, on average and at best. */
  readonly mean: number;
  readonly least: number;
}

interface Round {
  readonly one: Timing;
  readonly two: Timing;
  /** The share of all cores that other processes took. */
  readonly taken: number;
}

const quiet = 0.05;
const networks = [
  { network: mlp(64, [784, 128, 10]), goal: 1.5 },
  { network: mlp(256, [1024, 1024, 1024, 10]), goal: 1.8 },
];
const targets = [
  { target: "js", name: "JavaScript" },
  { target: "wasm-js", name: "WebAssembly" },
] as const;
const contests = networks.flatMap((one) => targets.map((target) => ({ ...one, ...target })));

/** Seconds that the rounds of one contest take together; of them all less than three minutes. */
const secondsOfRounds = 20;

export async function benchThreads(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "threads-"));
  try {
    const source = (name: string) =>
      new URL(`../../runtime/dataParallel/${name}.ts`, import.meta.url).pathname;
    const entryPoints = [source("index"), source("worker")];
    await build({ entryPoints, bundle: true, format: "esm", outdir: folder });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const rows: string[][] = [];
    await eachInTurn(contests, async ({ goal, name, network, target }) => {
      const rounds = await measure(network, target, folder);
      const title = `${network.title}, ${name}`;
      rows.push(rowOf(`${title}, all rounds`, rounds, goal));
      const calm = rounds.filter(({ taken }) => taken < quiet);
      rows.push(rowOf(`${title}, quiet rounds`, calm, goal));
    });
    printTable(
      "Value and gradient by two workers",
      [
        "network",
        "rounds",
        "one thread",
        "two workers",
        "speed, median",
        "speed, of best steps",
        "goal",
      ],
      rows,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rowOf(name: string, rounds: readonly Round[], goal: number): string[] {
  const ratio = median(rounds.map(({ one, two }) => one.mean / two.mean));
  const least = (of: "one" | "two") => Math.min(...rounds.map((round) => round[of].least));
  const numbers = [
    duration(median(rounds.map(({ one }) => one.mean))),
    duration(median(rounds.map(({ two }) => two.mean))),
    ratio.toFixed(2),
    (least("one") / least("two")).toFixed(2),
  ];
  return [
    name,
    String(rounds.length),
    ...(rounds.length > 0 ? numbers : numbers.map(() => "–")),
    String(goal),
  ];
}

async function measure(
  network: Network,
  target: Target,
  folder: string,
): Promise<readonly Round[]> {
  const files = { "model.ts": network.model };
  const assembler = await loadAssembler();
  const { code } = compile({ entry: "model.ts", files }, { target, assembler, standalone: true });
  const path = join(folder, `${network.title.replaceAll(/\W+/g, "-")}.${target}.js`);
  writeFileSync(path, code);
  const module = pathToFileURL(path);
  const pools = (await import(join(folder, "index.js"))) as { dataParallel: typeof dataParallel };
  const { createLossWork, lossGrad } = (await import(module.href)) as Model;
  const inputs = dataOf(network);
  const names = parametersOf(network);
  const pick = (isParameter: boolean) =>
    Object.fromEntries(Object.entries(inputs).filter(([n]) => names.includes(n) === isParameter));
  const pool = await pools.dataParallel({
    module,
    function: "loss",
    sizes: { N: network.batch },
    batch: "N",
    workers: 2,
    reduction: "mean",
    parameters: pick(true) as Readonly<Record<string, FloatArray>>,
    data: pick(false),
  });
  const work = createLossWork({ N: network.batch });
  const given = inPlace(inputs, work);
  const contenders: Contenders = [() => lossGrad(given, work), () => pool.step()];
  // Until the engine has compiled both.
  const seconds = Math.max(0.05, ...contenders.map((call) => timingOf(call, 1.5).mean));
  const count = Math.max(5, Math.ceil(secondsOfRounds / (2 * seconds)));
  const rounds = Array.from({ length: count }, (_, i) =>
    timeRound(contenders, seconds, i % 2 === 0),
  );
  await pool.close();
  return rounds;
}

/** Where one thread has its inputs at best: in the module's memory, so that it copies nothing. */
function inPlace(inputs: Arrays, { inputs: places = {} }: Work): Arrays {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, array]) => {
      places[name]?.set(array);
      return [name, places[name] ?? array];
    }),
  );
}

/** Times both, now the one first, now the other. */
function timeRound(contenders: Contenders, seconds: number, isOneFirst: boolean): Round {
  const others = otherProcesses();
  const order = isOneFirst ? contenders : contenders.toReversed();
  const [first, second] = order.map((call) => timingOf(call, seconds)) as [Timing, Timing];
  return {
    ...(isOneFirst ? { one: first, two: second } : { one: second, two: first }),
    taken: others(),
  };
}

/** By the clock, over calls that take this long together. */
function timingOf(call: () => unknown, atLeast: number): Timing {
  let calls = 0;
  let elapsed = 0;
  let least = Infinity;
  while (elapsed < atLeast) {
    const start = performance.now();
    call();
    const seconds = (performance.now() - start) / 1e3;
    elapsed += seconds;
    least = Math.min(least, seconds);
    calls++;
  }
  return { mean: elapsed / calls, least };
}

/** The share of all cores that other processes take from now until the call of the result. */
function otherProcesses(): () => number {
  const own = process.cpuUsage();
  const before = cpuTimes();
  return () => {
    const { user, system } = process.cpuUsage(own);
    const now = cpuTimes();
    return (now.busy - before.busy - (user + system) / 1e3) / (now.all - before.all);
  };
}

function cpuTimes(): { readonly busy: number; readonly all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const all = times.reduce(
    (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
    0,
  );
  return { busy: all - times.reduce((sum, { idle }) => sum + idle, 0), all };
}
