import { readFileSync } from "node:fs";
import { compile } from "../../compiler/index.js";
import { random } from "../../runtime/random.js";
import { recurrenceByHand, pendulumByHand } from "./loopsByHand.js";
import { importText } from "./evaluated.js";
import { compare, eachInTurn, timed } from "./harness.js";
import { duration, printTable } from "./table.js";

type Call = (inputs: object, work: unknown) => Readonly<Record<string, unknown>>;

/** Loops: what a gradient costs beside its function, and beside an adjoint written by hand. */
export async function benchLoops(): Promise<void> {
  await benchRosenbrock();
  await benchByHand();
}

const rosenbrock = `import type { Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">): number {
  let s = 0;
  for (let i = 0; i < x.length - 1; i++) {
    const a = x[i + 1]! - x[i]! * x[i]!;
    const b = 1 - x[i]!;
    s += 100 * a * a + b * b;
  }
  return s;
}`;

async function load(text: string) {
  const { code } = compile({ entry: "m.ts", files: { "m.ts": text } }, { target: "js" });
  return { module: await importText<Record<string, Call>>(code), bytes: code.length };
}

async function benchRosenbrock(): Promise<void> {
  const { module, bytes } = await load(rosenbrock);
  const rows: string[][] = [];
  await eachInTurn([1e2, 1e3, 1e4, 1e5, 1e6], async (n) => {
    const source = random(1);
    const x = Float64Array.from({ length: n }, () => source.normal());
    const work = module["createFWork"]!({ N: n }, undefined);
    const measured = await compare(
      [
        timed("f", () => module["f"]!({ x }, work)),
        timed("grad", () => module["fGrad"]!({ x }, work)),
      ],
      { rounds: 15, roundSeconds: 0.05 },
    );
    const [own, gradient] = measured;
    const ratio = 1 / gradient!.speed;
    rows.push([
      n.toLocaleString("en"),
      duration(own!.seconds),
      duration(gradient!.seconds),
      ratio.toFixed(2),
    ]);
  });
  printTable(
    `Rosenbrock's function as a loop; ${bytes.toLocaleString("en")} bytes of code whatever n`,
    ["n", "function", "gradient", "gradient / function"],
    rows,
  );
}

const recurrence = `import type { Tensor } from "flatgrad";
export function f(x: Tensor<["N"], "f64">, w: number): number {
  let s = w;
  for (let i = 0; i < x.length; i++) s = Math.sin(s * x[i]!) + w * x[i]!;
  return s;
}`;

async function benchByHand(): Promise<void> {
  const n = 1000;
  const source = random(2);
  const x = Float64Array.from({ length: n }, () => source.normal());
  const pendulum = readFileSync(new URL("../loops/programs/rk4.ts", import.meta.url), "utf8");
  const rk4 = (await load(pendulum)).module;
  const own = (await load(recurrence)).module;
  const angles = { angle: 1.2, speed: -0.4, friction: 0.3 };
  const rk4Work = rk4["createPendulumWork"]!({}, undefined);
  const work = own["createFWork"]!({ N: n }, undefined);
  const problems = [
    {
      name: "1,000 steps of Runge–Kutta",
      byHand: () => pendulumByHand(angles),
      generated: () => rk4["pendulumGrad"]!(angles, rk4Work),
      parts: ["value", "dangle", "dspeed", "dfriction"],
    },
    {
      name: "a recurrence of 1,000",
      byHand: () => recurrenceByHand({ x, w: 0.7 }),
      generated: () => own["fGrad"]!({ x, w: 0.7 }, work),
      parts: ["value", "dw"],
    },
  ];
  const rows: string[][] = [];
  await eachInTurn(problems, async ({ name, byHand, generated, parts }) => {
    for (const part of parts) requireClose(part, byHand()[part], generated()[part]);
    const [hand, compiled] = await compare([timed("by hand", byHand), timed("ours", generated)], {
      rounds: 25,
      roundSeconds: 0.05,
    });
    rows.push([
      name,
      duration(hand!.seconds),
      duration(compiled!.seconds),
      (1 / compiled!.speed).toFixed(2),
    ]);
  });
  printTable(
    "Adjoints of loops",
    ["gradient", "by hand", "generated", "generated / by hand"],
    rows,
  );
}

function requireClose(part: string, a: unknown, b: unknown): void {
  const gap = Math.abs(Number(a) - Number(b));
  if (!(gap <= 1e-9 * Math.max(1, Math.abs(Number(a)))))
    throw new Error(`${part} is ${String(b)}, by hand ${String(a)}`);
}
