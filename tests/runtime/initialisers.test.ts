import { describe, expect, it } from "vitest";
import {
  heNormal,
  heUniform,
  xavierNormal,
  xavierUniform,
  zeros,
} from "../../runtime/initialisers.js";
import { random } from "../../runtime/random.js";

const initialisers = { heNormal, heUniform, xavierNormal, xavierUniform };

describe.each([
  ["heNormal", 2 / 200],
  ["heUniform", 2 / 200],
  ["xavierNormal", 2 / 300],
  ["xavierUniform", 2 / 300],
] as const)("%s", (name, variance) => {
  const values = initialisers[name](random(1), 200, 100);

  it("has the variance of its source and no mean", () => {
    expect(values).toBeInstanceOf(Float32Array);
    expect(values).toHaveLength(20_000);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const square = values.reduce((sum, v) => sum + v * v, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / 20_000));
    expect(Math.abs(square / variance - 1)).toBeLessThan(0.05);
  });

  it("reaches just up to the bound if uniform, beyond it if normal", () => {
    const largest = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    const share = largest / Math.sqrt(3 * variance);
    const [low, high] = name.endsWith("Uniform") ? [0.99, 1 + 1e-7] : [1.5, 5];
    expect(share).toBeGreaterThan(low);
    expect(share).toBeLessThan(high);
  });

  it("makes f64 arrays of any length", () => {
    const options = { dtype: "f64", length: 7 } as const;
    const array = initialisers[name](random(1), 200, 100, options);
    expect(array).toBeInstanceOf(Float64Array);
    expect(array).toHaveLength(7);
  });
});

it("zeros", () => {
  expect(zeros(3)).toEqual(new Float32Array(3));
  expect(zeros(3, "f64")).toEqual(new Float64Array(3));
});

it("the element type is known to the type checker", () => {
  const f32: Float32Array = heNormal(random(1), 2, 3);
  const f64: Float64Array = heNormal(random(1), 2, 3, { dtype: "f64" });
  expect([f32.length, f64.length]).toEqual([6, 6]);
});
