import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compare, timed, type Candidate } from "./harness.js";
import { root, ship, type Shipped } from "./shipped.js";
import { duration, printTable } from "./table.js";

const digits = "examples/digits/model.ts";
const quotient =
  "sigy = sigmoid(y); num = x + sigy; sigx = sigmoid(x); xpy = x + y; xpysqr = xpy^2; den = sigx + xpysqr; num / den";

/** How long the compiler takes, as it is published. */
export async function benchCompileTime(): Promise<void> {
  const shipped = await ship();
  try {
    await benchCold(shipped);
    await benchWarm(shipped);
    await benchGrowth(shipped, "scalars", scalarModel, [100, 1000, 10_000]);
    await benchGrowth(shipped, "tensors", tensorModel, [100, 1000, 10_000]);
  } finally {
    shipped.remove();
  }
}

async function benchCold({ folder }: Shipped): Promise<void> {
  const cli = join(folder, "cli", "cli.js");
  const measured = await compare(
    [
      command("node that does nothing", ["-e", "0"]),
      command("flatgrad --version", [cli, "--version"]),
      command("flatgrad build, digits", [cli, "build", digits, "--out-dir", folder]),
    ],
    { rounds: 9, roundSeconds: 0 },
  );
  printTable(
    "A process from start to end",
    ["command", "time"],
    measured.map(({ name, seconds }) => [name, duration(seconds)]),
  );
}

/** Prints the processor time of a process when it ends. */
const tellTime = `data:text/javascript,${encodeURIComponent(`
import { writeSync } from "node:fs";
process.on("exit", () => {
  const { system, user } = process.cpuUsage();
  writeSync(2, "\\n" + (user + system));
});`)}`;

/** Its time by the clock, or its processor time where that is less; see the harness. */
function command(name: string, parameters: readonly string[]): Candidate {
  const seconds = () => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ["--import", tellTime, ...parameters], {
      cwd: root,
      encoding: "utf8",
    });
    const elapsed = (performance.now() - start) / 1e3;
    if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
    return Math.min(elapsed, Number(stderr.split("\n").at(-1)) / 1e6);
  };
  return {
    name,
    run: (calls) => Array.from({ length: calls }, seconds).reduce((sum, each) => sum + each, 0),
  };
}

async function benchWarm({ compile, jit }: Shipped): Promise<void> {
  const text = readFileSync(join(root, digits), "utf8");
  const x = [1, 2, 3];
  let count = 0;
  // Each time another text, so that nothing can be remembered.
  const measured = await compare(
    [
      timed("compile, digits", () =>
        compile({ entry: digits, files: { [digits]: `${text}// ${++count}\n` } }),
      ),
      timed("compile, math string of 7 stages", () => compile({ math: quotient })),
      timed("jit and first gradient, the same", () => jit(quotient).grad({ x: 3, y: -4 })),
      timed("jit and first gradient, sum(x^2)", () => jit("sum(x^2)").grad({ x })),
    ],
    { rounds: 15, roundSeconds: 0.05 },
  );
  printTable(
    "Again in the same process, which is warm",
    ["work", "time"],
    measured.map(({ name, seconds }) => [name, duration(seconds)]),
  );
}

async function benchGrowth(
  { compile }: Shipped,
  kind: string,
  model: (operations: number) => string,
  operations: readonly number[],
): Promise<void> {
  const lengths: number[] = [];
  const candidates = operations.map((count, i) => {
    const source = { entry: "model.ts", files: { "model.ts": model(count) } };
    return timed(count.toLocaleString("en"), () => {
      lengths[i] = compile(source).code.length;
    });
  });
  const measured = await compare(candidates, { rounds: 3, roundSeconds: 0.02 });
  printTable(
    `Growth, a function of ${kind}`,
    ["operations", "compile", "each", "code", "each"],
    measured.map(({ name, seconds }, i) => [
      name,
      duration(seconds),
      duration(seconds / operations[i]!),
      `${(lengths[i]! / 1000).toFixed(0)} kB`,
      `${(lengths[i]! / operations[i]!).toFixed(0)} B`,
    ]),
  );
}

/** A function of a given number of operations, four on a line. */
function scalarModel(count: number): string {
  return `export function f(v0: number, v1: number) {
${chain(count, "Math.sin")}
}
`;
}

function tensorModel(count: number): string {
  return `import { sin, sum, type Tensor } from "flatgrad";
export function f(v0: Tensor<["N", 8]>, v1: Tensor<["N", 8]>) {
${chain(count, "sin").replace(/return (.*);/, "return sum($1);")}
}
`;
}

function chain(count: number, sin: string): string {
  const lines = Array.from({ length: count / 4 }, (_, i) => {
    const [before, last, next] = [i, i + 1, i + 2].map((at) => `v${at}`);
    return `  const ${next} = ${sin}(${before} * ${last}) + ${(i % 7) + 2} * ${before};`;
  });
  return [...lines, `  return v${count / 4 + 1};`].join("\n");
}
