import { expect, it } from "vitest";
import * as schedules from "../../runtime/schedules.js";

const { constant, cosineDecay, exponentialDecay, linearWarmup, stepDecay } = schedules;

it("constant", () => {
  expect([0, 1e6].map(constant(0.1))).toEqual([0.1, 0.1]);
});

it("stepDecay falls at multiples of `every`", () => {
  expect([0, 9, 10, 19, 20].map(stepDecay(1, 10, 0.5))).toEqual([1, 1, 0.5, 0.5, 0.25]);
});

it("exponentialDecay falls smoothly through the same points", () => {
  const rate = exponentialDecay(1, 10, 0.25);
  expect([0, 5, 10, 20].map(rate)).toEqual([1, 0.5, 0.25, 0.0625]);
});

it("cosineDecay goes from the rate to the lowest and stays", () => {
  const rate = cosineDecay(3, 100, 1);
  expect(rate(0)).toBe(3);
  expect(rate(50)).toBeCloseTo(2, 14);
  expect(rate(25)).toBeCloseTo(2 + Math.SQRT1_2, 14);
  expect(rate(100)).toBe(1);
  expect(rate(1000)).toBe(1);
});

it("linearWarmup climbs to the next schedule and hands over", () => {
  const rate = linearWarmup(4, stepDecay(2, 3, 0.5));
  expect([0, 1, 2, 3, 4, 6, 7].map(rate)).toEqual([0.5, 1, 1.5, 2, 2, 2, 1]);
});
