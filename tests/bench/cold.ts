import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { median } from "./harness.js";
import { mlp } from "./networks/mlp.js";
import { compiled } from "./networks/ours.js";
import { hasPeers, versioned } from "./peers.js";
import { root, ship, type Shipped } from "./shipped.js";
import { duration, printTable } from "./table.js";

/** Who computes the first gradient of a fresh process, as `entrants` of a module. */
interface Subject {
  readonly name: string;
  readonly module: string;
  /** Which of the module's entrants. */
  readonly index?: number;
}

/** What a process says of itself. */
interface Told {
  readonly imported: number;
  readonly first: number;
  readonly kilobytes: number;
}

const bench = fileURLToPath(new URL(".", import.meta.url));
const runs = 7;

/** A process that imports a library and computes gradients of the MLP 64: 784-128-10. */
export async function benchCold(): Promise<void> {
  const shipped = await ship();
  // Where Node looks for the packages that the modules import.
  const folder = mkdtempSync(join(hasPeers() ? bench : root, "node_modules", ".flatgrad-cold-"));
  try {
    const program = join(folder, "process.mjs");
    await bundle(join(bench, "coldProcess.ts"), program);
    const subjects = await subjectsIn(folder, shipped);
    // The first is the process itself with its numbers.
    const [alone, ...told] = inTurns(program, subjects);
    printTable(
      "A fresh process: import, first gradient, memory of 20 steps (MLP 64: 784-128-10)",
      ["median of 7 processes", "import", "then first gradient", "peak memory", "beyond loops"],
      [alone!, ...told].map(({ first, imported, kilobytes, name }) => [
        name,
        duration(imported),
        duration(first),
        `${(kilobytes / 1024).toFixed(1)} MB`,
        `${((kilobytes - alone!.kilobytes) / 1024).toFixed(1)} MB`,
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true });
    shipped.remove();
  }
}

async function subjectsIn(folder: string, shipped: Shipped): Promise<readonly Subject[]> {
  const network = mlp(64, [784, 128, 10]);
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const loops = write("loops.mjs", `${network.byHand}${loopsEntrant}`);
  const built = write("built.mjs", `${compiled(network, { target: "js" })}${builtEntrant}`);
  const compiler = pathToFileURL(join(shipped.folder, "compiler", "index.js")).href;
  const late = write("late.mjs", `import { compile } from "${compiler}";${lateEntrant}`);
  const ours: readonly Subject[] = [
    { name: "by hand, plain loops", module: loops },
    { name: "flatgrad, built before", module: built },
    { name: "flatgrad, compiler and all", module: late },
  ];
  if (!hasPeers()) return ours;
  const peers = await Promise.all(
    ["tfjs", "jax", "onnxruntime"].map(async (name) => {
      const module = join(folder, `${name}.mjs`);
      await bundle(join(bench, "peers", `${name}.ts`), module);
      return module;
    }),
  );
  const [tfjs, jax, onnxruntime] = peers as [string, string, string];
  return [
    ...ours,
    { name: `${versioned("@tensorflow/tfjs")}, cpu`, module: tfjs },
    { name: `${versioned("@tensorflow/tfjs")}, wasm`, module: tfjs, index: 1 },
    { name: versioned("@jax-js/jax"), module: jax },
    { name: versioned("onnxruntime-web"), module: onnxruntime },
  ];
}

const loopsEntrant = `
export const entrants = [({ inputs }) => {
  const data = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));
  const gradients = Object.fromEntries(Object.entries(data).map(([name, { length }]) => [name, new Float32Array(length)]));
  const step = createStep(data, gradients);
  step();
  return { run: (calls) => { for (let i = 0; i < calls; i++) step(); } };
}];
`;

const builtEntrant = `
export const entrants = [({ batch, inputs }) => {
  const data = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));
  const work = createLossWork({ N: batch });
  lossGrad(data, work);
  return { run: (calls) => { for (let i = 0; i < calls; i++) lossGrad(data, work); } };
}];
`;

const lateEntrant = `
export const entrants = [async ({ batch, inputs, model }) => {
  const source = { entry: "model.ts", files: { "model.ts": model } };
  const { code } = compile(source, { target: "js", standalone: true });
  const { createLossWork, lossGrad } = await import("data:text/javascript," + encodeURIComponent(code));
  const data = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));
  const work = createLossWork({ N: batch });
  lossGrad(data, work);
  return { run: (calls) => { for (let i = 0; i < calls; i++) lossGrad(data, work); } };
}];
`;

/** As JavaScript, with packages left where they are. */
async function bundle(entry: string, outfile: string): Promise<void> {
  const url = JSON.stringify(new URL("peers.ts", import.meta.url).href);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    define: { "import.meta.url": url },
  });
}

/** Runs each subject in processes of its own, in turns; medians. */
function inTurns(
  program: string,
  subjects: readonly Subject[],
): readonly (Told & { readonly name: string })[] {
  const told = subjects.map((): Told[] => []);
  for (let run = 0; run < runs; run++)
    subjects.forEach((subject, i) => told[i]!.push(runProcess(program, subject)));
  return subjects.map(({ name }, i) => {
    const of = (key: keyof Told) => median(told[i]!.map((one) => one[key]));
    return { name, imported: of("imported"), first: of("first"), kilobytes: of("kilobytes") };
  });
}

function runProcess(program: string, { index = 0, module, name }: Subject): Told {
  const parameters = [program, pathToFileURL(module).href, String(index)];
  const { status, stderr, stdout } = spawnSync(process.execPath, parameters, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Told;
}
