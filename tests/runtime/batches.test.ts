import { describe, expect, it } from "vitest";
import { batches, gatherRows } from "../../runtime/batches.js";
import { random } from "../../runtime/random.js";

describe("batches", () => {
  it("come in order without a random source; the rest is dropped", () => {
    expect([...batches(7, 3)].map((b) => [...b])).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it("take every row at most once, in random order", () => {
    const all = [...batches(100, 10, random(2))].flatMap((b) => [...b]);
    expect(all).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(new Set(all).size).toBe(100);
    expect(Math.max(...all)).toBe(99);
  });

  it("differ from pass to pass with one source", () => {
    const source = random(2);
    const pass = () => [...batches(50, 50, source)].map((b) => [...b]);
    expect(pass()).not.toEqual(pass());
  });

  it.each([0, -1, 1.5, 8, NaN])("of size %d of 7 rows are refused", (size) => {
    expect(() => batches(7, size)).toThrow(new RangeError(`batchSize is ${size}, expected 1 … 7`));
  });
});

describe("gatherRows", () => {
  it("copies rows, also between element types", () => {
    const target = new Float32Array(4);
    gatherRows(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, [2, 0], target);
    expect([...target]).toEqual([5, 6, 1, 2]);
  });

  it("gathers labels with a row length of 1", () => {
    const target = new Int32Array(3);
    gatherRows([7, 8, 9], 1, Int32Array.of(1, 1, 2), target);
    expect([...target]).toEqual([8, 8, 9]);
  });

  it("refuses a wrong target and rows that do not exist", () => {
    expect(() => gatherRows([1, 2], 2, [0], [0])).toThrow(
      new RangeError("target has 1 elements, expected 1 rows of 2"),
    );
    for (const row of [-1, 3]) {
      expect(() => gatherRows([1, 2, 3], 1, [0, row], [0, 0])).toThrow(
        new RangeError(`indices[1] is ${row}, outside 0 … 2`),
      );
    }
  });
});
