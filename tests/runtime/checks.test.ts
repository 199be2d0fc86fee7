import { expect, it } from "vitest";
import { checkIndices, checkLength } from "../../runtime/checks.js";

it("checkLength names the input and both sizes", () => {
  const shape = "N × 784 with N = 64";
  expect(() => checkLength("x", 50176, 50176, shape)).not.toThrow();
  expect(() => checkLength("x", 100, 50176, shape)).toThrow(
    new RangeError("x has 100 elements, expected 50176 (N × 784 with N = 64)"),
  );
});

it("checkIndices accepts 0 … size − 1", () => {
  expect(() => checkIndices("y", Int32Array.of(0, 9, 5), 10)).not.toThrow();
  expect(() => checkIndices("y", [], 0)).not.toThrow();
});

it.each([12, 10, -1, 0.5, NaN])("checkIndices refuses %d of 10", (index) => {
  expect(() => checkIndices("y", [0, 1, 2, index], 10)).toThrow(
    new RangeError(`y[3] is ${index}, outside 0 … 9`),
  );
});
