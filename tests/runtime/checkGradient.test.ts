import { describe, expect, it } from "vitest";
import { checkDirections, checkGradient } from "../../runtime/checkGradient.js";
import { random } from "../../runtime/random.js";

const of = (...values: number[]) => Float64Array.from(values);

function errorOf(f: (x: number) => number, x: number, derivative: number): number {
  const [check] = checkGradient((inputs) => f(inputs.x![0]!), { x: of(x) }, { dx: of(derivative) });
  return check!.error;
}

describe("checkGradient accepts right derivatives", () => {
  it.each<[string, (x: number) => number, number, number]>([
    ["exp", Math.exp, 1.3, Math.exp(1.3)],
    ["large exp", Math.exp, 20, Math.exp(20)],
    ["sin of a large number", Math.sin, 1e4, Math.cos(1e4)],
    ["fast sin", (x) => Math.sin(100 * x), 0.3, 100 * Math.cos(30)],
    ["log beside its pole", Math.log, 1e-3, 1e3],
    ["sqrt", Math.sqrt, 1e-3, 0.5 / Math.sqrt(1e-3)],
    ["a zero derivative", (x) => x ** 2, 0, 0],
    ["a constant", () => 5, 1, 0],
    ["a large constant part", (x) => 1e3 + x ** 2, 3, 6],
    ["abs beside the kink", Math.abs, 1e-4, 1],
    ["relu beside the kink", (x) => Math.max(x, 0), -1e-5, 0],
  ])("%s", (_, f, x, derivative) => {
    expect(errorOf(f, x, derivative)).toBeLessThan(1e-7);
  });
});

describe("checkGradient refuses wrong derivatives", () => {
  it.each<[string, (x: number) => number, number, number, number]>([
    ["wrong by 1 in 10⁵", Math.exp, 1.3, Math.exp(1.3) * (1 + 1e-5), 9e-6],
    ["wrong sign", Math.sin, 0.4, -Math.cos(0.4), 1.9],
    ["missing", Math.sin, 0.4, 0, 0.99],
    ["NaN", Math.sin, 0.4, NaN, Infinity],
    ["infinite", Math.sin, 0.4, Infinity, Infinity],
    ["a function that is NaN", () => NaN, 0.4, 1, Infinity],
    ["small but not zero", (x) => x ** 2, 0, 1e-6, 9e-3],
    ["a jump", Math.sign, 0, 1, Infinity],
    ["an infinite slope", Math.cbrt, 0, 1, Infinity],
    ["the end of the domain", Math.sqrt, 0, 1, Infinity],
    ["f32 rounding", (x) => Math.fround(Math.sin(x)), 0.4, 1, 0.01],
    ["the other side of a kink", Math.abs, 1e-5, -1, 1.9],
  ])("%s", (_, f, x, derivative, least) => {
    expect(errorOf(f, x, derivative)).toBeGreaterThanOrEqual(least);
  });
});

describe("at a kink", () => {
  it.each([-1, -0.5, 0, 1])("the slope %d of abs is right", (derivative) => {
    expect(errorOf(Math.abs, 0, derivative)).toBeLessThan(1e-7);
  });

  it.each([-1.1, 1.01, 5])("the slope %d of abs is wrong", (derivative) => {
    expect(errorOf(Math.abs, 0, derivative)).toBeGreaterThan(9e-3);
  });
});

describe("several parameters", () => {
  const inputs = { w: of(1, 2, 3), b: of(-1) };
  const f = ({ w, b }: Readonly<Record<string, Float64Array>>) =>
    w!.reduce((sum, v, i) => sum + (i + 1) * v * v, 0) * b![0]!;
  const right = { dw: of(-2, -8, -18), db: of(36) };

  it("reports the worst element of each", () => {
    const wrong = { dw: of(-2, -8.1, -19), db: of(36) };
    const [w, b] = checkGradient(f, inputs, wrong);
    expect(w).toMatchObject({ name: "w", index: 2, checked: 3, analytic: -19 });
    expect(w!.numeric).toBeCloseTo(-18, 8);
    expect(w!.error).toBeCloseTo(1 / 19, 8);
    expect(b!.error).toBeLessThan(1e-9);
  });

  it("leaves the inputs alone and takes plain names", () => {
    const checks = checkGradient(f, inputs, { w: right.dw, b: right.db });
    for (const { error } of checks) expect(error).toBeLessThan(1e-9);
    expect(inputs).toEqual({ w: of(1, 2, 3), b: of(-1) });
  });

  it("directions accept the right gradient and refuse a wrong one", () => {
    for (const { error } of checkDirections(f, inputs, right)) {
      expect(error).toBeLessThan(1e-9);
    }
    const wrong = { dw: of(-2, -8, -18.01), db: of(36) };
    const errors = checkDirections(f, inputs, wrong).map((c) => c.error);
    expect(errors).toHaveLength(10);
    expect(Math.min(...errors)).toBeGreaterThan(1e-6);
  });

  it("throws on missing gradients and wrong lengths", () => {
    expect(() => checkGradient(f, inputs, { dw: of(1, 2, 3) })).toThrow(TypeError);
    expect(() => checkGradient(f, inputs, { ...right, db: of() })).toThrow(
      new RangeError("db has 0 elements, b has 1"),
    );
  });
});

describe("large and empty parameters", () => {
  it("draws a seeded sample", () => {
    const x = random(1).fillNormal(new Float64Array(5000));
    const dx = x.map((v) => 2 * v);
    const seen = (seed: number) => {
      const moved = new Set<number>();
      const f = (inputs: Readonly<Record<string, Float64Array>>) => {
        const i = inputs.x!.findIndex((v, j) => v !== x[j]);
        if (i >= 0) moved.add(i);
        return i < 0 ? 0 : inputs.x![i]! ** 2 - x[i]! ** 2;
      };
      const options = { maxElements: 20, seed };
      const [check] = checkGradient(f, { x }, { dx }, options);
      expect(check).toMatchObject({ checked: 20 });
      expect(check!.error).toBeLessThan(1e-6);
      return [...moved];
    };
    expect(seen(1)).toHaveLength(20);
    expect(seen(1)).toEqual(seen(1));
    expect(seen(1)).not.toEqual(seen(2));
  });

  it("an empty parameter has nothing wrong", () => {
    expect(checkGradient(() => 1, { x: of() }, { dx: of() })).toEqual([
      { name: "x", index: -1, checked: 0, error: 0, analytic: 0, numeric: 0 },
    ]);
  });
});
