import { expect, it } from "vitest";
import { checkIndex, checkIndices, checkLength, checkSize } from "../../runtime/index.js";

it("checkLength names the input and both sizes", () => {
  const sizes = { M: 2, N: 64 };
  expect(() => checkLength("x", 50176, 50176, "N × 784", sizes)).not.toThrow();
  expect(() => checkLength("x", 100, 50176, "N × 784", sizes)).toThrow(
    new RangeError("x has 100 elements, expected 50176 (N × 784 with N = 64)"),
  );
  expect(() => checkLength("x", 1, 66, "M + N", sizes)).toThrow(
    new RangeError("x has 1 elements, expected 66 (M + N with M = 2, N = 64)"),
  );
  expect(() => checkLength("b", 1, 12, "4 × 3")).toThrow(
    new RangeError("b has 1 elements, expected 12 (4 × 3)"),
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

it("checkIndices says so where there is nothing to index", () => {
  expect(() => checkIndices("y", [0], 0)).toThrow(
    new RangeError("y[0] is 0, but the axis is empty"),
  );
});

it("checkIndex accepts 0 … size − 1", () => {
  expect(() => checkIndex("k", 0, 1)).not.toThrow();
  expect(() => checkIndex("k", 9, 10)).not.toThrow();
});

it.each([10, -1, 0.5, NaN, Infinity])("checkIndex refuses %d of 10", (k) => {
  expect(() => checkIndex("k", k, 10)).toThrow(new RangeError(`k is ${k}, outside 0 … 9`));
});

it.each([0, 1, 64])("checkSize accepts %d", (size) => {
  expect(() => checkSize("N", size)).not.toThrow();
});

it.each([-1, 1.5, NaN, Infinity, 2 ** 53])("checkSize refuses %d", (size) => {
  expect(() => checkSize("N", size)).toThrow(
    new RangeError(`size N is ${size}, expected a whole number`),
  );
});

it("checkSize refuses a size that is not given", () => {
  const sizes: { N?: number } = {};
  expect(() => checkSize("N", sizes.N as number)).toThrow(
    new RangeError("size N is undefined, expected a whole number"),
  );
});
