import { compare, eachInTurn, type Rounds } from "./harness.js";
import { flopsOf, generatedMlp, makeMlp, mlpOfLoops, type Mlp, type Step } from "./mlp.js";
import { numpyMlp } from "./numpy.js";
import { duration, printTable } from "./table.js";

const networks: readonly (readonly [batch: number, sizes: readonly number[], rounds: Rounds])[] = [
  [64, [784, 128, 10], { rounds: 31, roundSeconds: 0.02 }],
  [64, [1000, 100, 10], { rounds: 31, roundSeconds: 0.02 }],
  [256, [1024, 1024, 1024, 10], { rounds: 3, roundSeconds: 0.02 }],
];

/** One training step, the loss and its gradient by all parameters, in f32. */
export async function benchNetworks(): Promise<void> {
  await eachInTurn(networks, ([batch, sizes, rounds]) =>
    benchNetwork(makeMlp(batch, sizes), rounds),
  );
}

async function benchNetwork(mlp: Mlp, rounds: Rounds): Promise<void> {
  const loops = await mlpOfLoops(mlp);
  const generated = [await generatedMlp(mlp, 2), await generatedMlp(mlp, 0)];
  for (const { step } of generated) expectClose(step, loops.step);
  const numpy = await numpyMlp(mlp);
  if (numpy !== null) expectClose({ loss: numpy.loss, gradients: [] }, loops.step);
  const candidates = [
    loops.candidate,
    ...generated.map((one) => one.candidate),
    ...(numpy === null ? [] : [numpy.candidate]),
  ];
  const measured = await compare(candidates, rounds);
  numpy?.end();
  printTable(
    `${mlp.batch}: ${mlp.sizes.join("-")}`,
    ["loss and gradient", "one step", "GFLOP/s", "speed"],
    measured.map(({ name, seconds, speed }) => [
      name,
      duration(seconds),
      (flopsOf(mlp) / seconds / 1e9).toFixed(1),
      speed.toFixed(2),
    ]),
  );
  if (numpy === null) console.log("\nNumPy is not here: python3 with NumPy was not found.");
}

/** What is compared must compute the same, but for rounding in f32. */
function expectClose(found: Step, expected: Step): void {
  const isClose = (a: number, b: number, scale: number) => Math.abs(a - b) <= 1e-4 * scale;
  const differs =
    !isClose(found.loss, expected.loss, Math.abs(expected.loss)) ||
    found.gradients.some((gradient, i) => {
      const reference = expected.gradients[i]!;
      const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return gradient.some((value, j) => !isClose(value, reference[j]!, largest));
    });
  if (differs) throw new Error("the candidates compute different steps");
}
