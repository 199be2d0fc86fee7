import { describe, expect, it } from "vitest";
import { random } from "../../runtime/random.js";

/** sfc32 once more, in arbitrary precision. */
function reference(seed: bigint, count: number): number[] {
  const word = (x: bigint) => BigInt.asUintN(32, x);
  let [a, b, c, counter] = [word(seed), seed >> 32n, 0n, 1n];
  const outputs: number[] = [];
  for (let i = 0; i < 16 + count; i++) {
    const sum = word(a + b + counter);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word(((c << 21n) | (c >> 11n)) + sum);
    outputs.push(Number(sum));
  }
  return outputs.slice(16);
}

describe("random", () => {
  it.each([0, 1, 42, 2 ** 31, 2 ** 40 + 3])("is sfc32 for seed %d", (seed) => {
    const generator = random(seed);
    for (const output of reference(BigInt(seed), 100)) {
      expect(generator.uniform()).toBe(output / 2 ** 32);
    }
  });

  it("repeats itself for equal seeds and differs for others", () => {
    const sequence = (seed: number) => [...random(seed).fillNormal(new Float64Array(10))];
    expect(sequence(5)).toEqual(sequence(5));
    expect(sequence(5)).not.toEqual(sequence(6));
  });

  it("uniform numbers fill [0, 1) evenly", () => {
    const values = random(3).fillUniform(new Float64Array(100_000));
    const bins = new Array<number>(10).fill(0);
    for (const value of values) bins[Math.floor(value * 10)]! += 1;
    // Five standard deviations of a bin's count are 474.
    for (const bin of bins) expect(Math.abs(bin - 10_000)).toBeLessThan(475);
  });

  it("normal numbers have the moments of the normal distribution", () => {
    const values = random(4).fillNormal(new Float64Array(100_000), 2, 3);
    const moment = (power: number) =>
      values.reduce((sum, v) => sum + ((v - 2) / 3) ** power, 0) / 1e5;
    // Five standard errors each.
    expect(Math.abs(moment(1))).toBeLessThan(0.016);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.023);
    expect(Math.abs(moment(3))).toBeLessThan(0.062);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.16);
  });

  it("integers take every value and no other", () => {
    const generator = random(1);
    const counts = new Map<number, number>();
    for (let i = 0; i < 7000; i++) {
      const value = generator.integer(7);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const count of counts.values()) {
      expect(Math.abs(count - 1000)).toBeLessThan(150);
    }
    expect(generator.integer(1)).toBe(0);
  });

  it.each([0, -1, 1.5, NaN, 2 ** 33])("integer(%d) is refused", (n) => {
    expect(() => random(1).integer(n)).toThrow(RangeError);
  });

  it("shuffle permutes, and reaches every order equally often", () => {
    const generator = random(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const key = generator.shuffle(["a", "b", "c"]).join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
    for (const count of counts.values()) {
      expect(Math.abs(count - 1000)).toBeLessThan(150);
    }
  });
});
