import { compile } from "../../compiler/pipeline.js";
import { random } from "../../runtime/random.js";
import { importText } from "./evaluated.js";
import { timed, type Candidate } from "./harness.js";

const math = "rosenbrock(x: f64[100]) = sum(100 * (x[1:] - x[:-1]^2)^2 + (1 - x[:-1])^2)";

/**
 * Written by hand as one loop over scalars. Ours is a formula of tensors: a
 * sum of 99 terms is too long to be unrolled, and loops are not kept yet.
 */
const byHand = `
export function rosenbrockGrad(x, dx) {
  let value = 0;
  dx.fill(0);
  for (let i = 0; i < 99; i++) {
    const t = x[i + 1] - x[i] * x[i];
    const u = 1 - x[i];
    value += 100 * t * t + u * u;
    dx[i] -= 400 * x[i] * t + 2 * u;
    dx[i + 1] += 200 * t;
  }
  return value;
}
`;

interface ByHand {
  readonly rosenbrockGrad: (x: Float64Array, dx: Float64Array) => number;
}

interface Generated {
  readonly createRosenbrockWork: (sizes: object) => unknown;
  readonly rosenbrockGrad: (
    inputs: { x: Float64Array },
    work: unknown,
  ) => { value: number; dx: Float64Array };
}

export async function rosenbrock(): Promise<readonly Candidate[]> {
  const x = Float64Array.from(random(2).fillNormal(new Float32Array(100)));
  const dx = new Float64Array(100);
  const hand = await importText<ByHand>(byHand);
  const again = await importText<ByHand>(byHand);
  const value = hand.rosenbrockGrad(x, dx);
  const ours = async (level: 0 | 2) => {
    const { code } = compile({ math }, { level, target: "js", standalone: true });
    const { createRosenbrockWork, rosenbrockGrad } = await importText<Generated>(code);
    const work = createRosenbrockWork({});
    const result = rosenbrockGrad({ x }, work);
    expectClose([result.value, ...result.dx], [value, ...dx]);
    return timed(`generated, -O${level}`, () => rosenbrockGrad({ x }, work));
  };
  return [
    timed("by hand, one loop", () => hand.rosenbrockGrad(x, dx)),
    await ours(2),
    await ours(0),
    timed("by hand, once more", () => again.rosenbrockGrad(x, dx)),
  ];
}

/** What is compared must compute the same. */
function expectClose(found: readonly number[], expected: readonly number[]): void {
  const largest = Math.max(...expected.map(Math.abs));
  const differs = expected.some((e, i) => !(Math.abs(e - found[i]!) <= 1e-9 * largest));
  if (differs) throw new Error("the candidates compute different gradients");
}
