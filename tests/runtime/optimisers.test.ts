import { describe, expect, it } from "vitest";
import { adam, adamw, momentum, nesterov, sgd } from "../../runtime/optimisers.js";

const gradients = [
  [1, -2],
  [0.5, 3],
  [-4, 0.25],
];

interface Parameters {
  readonly w: Float64Array;
}

/** Parameters [10, -20] after one step for each of the gradients. */
function run(make: (p: Parameters) => ReturnType<typeof sgd<Parameters>>) {
  const w = Float64Array.of(10, -20);
  const optimiser = make({ w });
  for (const g of gradients) optimiser.step({ dw: Float64Array.from(g) });
  return [...w];
}

function expectClose(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
}

describe("update rules", () => {
  it("sgd subtracts the rate times the gradient", () => {
    const actual = run((p) => sgd(p, { learningRate: 0.1 }));
    expectClose(actual, [10 - 0.1 * -2.5, -20 - 0.1 * 1.25]);
  });

  it("momentum accumulates a velocity", () => {
    const actual = run((p) => momentum(p, { learningRate: 0.1, momentum: 0.5 }));
    // Velocities 1, 1, -3.5 and -2, 2, 1.25.
    expectClose(actual, [10 - 0.1 * -1.5, -20 - 0.1 * 1.25]);
  });

  it("nesterov looks ahead along the velocity", () => {
    const actual = run((p) => nesterov(p, { learningRate: 0.1, momentum: 0.5 }));
    // g + v / 2: 1.5, 1, -5.75 and -3, 4, 0.875.
    expectClose(actual, [10 - 0.1 * -3.25, -20 - 0.1 * 1.875]);
  });

  it.each([0, 0.1])("adam as in the paper, weight decay %d", (weightDecay) => {
    const [rate, beta1, beta2, epsilon] = [0.3, 0.8, 0.95, 1e-3];
    const expected = [10, -20].map((start, i) => {
      let [p, m, v] = [start, 0, 0];
      gradients.forEach((gradient, t) => {
        const g = gradient[i]!;
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g ** 2;
        const corrected = m / (1 - beta1 ** (t + 1));
        const root = Math.sqrt(v / (1 - beta2 ** (t + 1)));
        p = p - rate * weightDecay * p - (rate * corrected) / (root + epsilon);
      });
      return p;
    });
    const options = { learningRate: rate, beta1, beta2, epsilon };
    expectClose(
      run((p) => adamw(p, { ...options, weightDecay })),
      expected,
    );
    if (weightDecay === 0)
      expectClose(
        run((p) => adam(p, options)),
        expected,
      );
  });

  it("adam's first step is the learning rate, whatever the gradient", () => {
    const w = Float64Array.of(0, 0);
    adam({ w }).step({ dw: Float64Array.of(1e3, -1e-3) });
    expect(w[0]).toBeCloseTo(-1e-3, 8);
    expect(w[1]).toBeCloseTo(1e-3, 7);
  });

  it.each([
    ["sgd", sgd],
    ["momentum", momentum],
    ["nesterov", nesterov],
    ["adam", adam],
    ["adamw", adamw],
  ] as const)("%s finds the minimum of a quadratic in f32", (_, make) => {
    const w = Float32Array.of(3, -2);
    const dw = new Float32Array(2);
    const schedule = (step: number) => 0.05 * 0.995 ** step;
    const optimiser = make({ w }, { learningRate: schedule });
    for (let i = 0; i < 1500; i++) {
      dw[0] = 2 * (w[0]! - 1);
      dw[1] = 6 * (w[1]! - 0.5);
      optimiser.step({ dw });
    }
    expect(w[0]).toBeCloseTo(1, 2);
    expect(w[1]).toBeCloseTo(0.5, 2);
  });
});

describe("parameters and gradients", () => {
  const one = () => Float64Array.of(1);

  it("takes gradients named d + name, or name for a bundle", () => {
    const [w, b] = [one(), one()];
    const optimiser = sgd({ w, b }, { learningRate: 1 });
    optimiser.step({ dw: one(), db: one() });
    optimiser.step({ w: one(), b: one() });
    expect([w[0], b[0]]).toEqual([-1, -1]);
  });

  it("does not mix up a parameter x and a parameter dx", () => {
    const [x, dx] = [one(), one()];
    const optimiser = sgd({ x, dx }, { learningRate: 1 });
    optimiser.step({ x: Float64Array.of(10), dx: Float64Array.of(20) });
    expect([x[0], dx[0]]).toEqual([-9, -19]);
    optimiser.step({ dx: Float64Array.of(1), ddx: Float64Array.of(2) });
    expect([x[0], dx[0]]).toEqual([-10, -21]);
  });

  it("accepts interfaces and ignores other members", () => {
    interface Weights {
      readonly w: Float64Array;
    }
    const weights: Weights = { w: one() };
    const result = { value: 3, dw: one(), dx: one() };
    sgd(weights, { learningRate: 1 }).step(result);
    expect(weights.w[0]).toBe(0);
  });

  it("names a missing gradient and both lengths, and changes nothing", () => {
    const [w, b] = [one(), one()];
    const optimiser = sgd({ w, b }, { learningRate: 1 });
    const incomplete = { dw: one() } as unknown as {
      dw: Float64Array;
      db: Float64Array;
    };
    expect(() => optimiser.step(incomplete)).toThrow(
      new TypeError("no gradient for b: expected db, or the names of all parameters"),
    );
    expect(() => optimiser.step({ dw: one(), db: new Float64Array(3) })).toThrow(
      new RangeError("db has 3 elements, b has 1"),
    );
    expect([w[0], b[0]]).toEqual([1, 1]);
  });

  it("counts steps from 0 for the schedule; a rate given to step wins", () => {
    const w = Float64Array.of(0);
    const seen: number[] = [];
    const learningRate = (step: number) => {
      seen.push(step);
      return 1;
    };
    const optimiser = sgd({ w }, { learningRate });
    optimiser.step({ dw: one() });
    optimiser.step({ dw: one() }, 0.25);
    optimiser.step({ dw: one() });
    expect(seen).toEqual([0, 2]);
    expect(w[0]).toBe(-2.25);
  });
});
