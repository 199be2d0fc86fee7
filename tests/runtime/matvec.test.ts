import { expect, it } from "vitest";
import { random } from "../../runtime/random.js";
import { matvec, vecmat } from "../../runtime/matvec.js";
import { matvec64, vecmat64 } from "../../runtime/matvec64.js";

interface Case {
  /** Elements of the result. */
  readonly count: number;
  /** Terms of each sum. */
  readonly depth: number;
  readonly accumulate: boolean;
  /** Of the first operand, the second and the result. */
  readonly offsets: readonly [number, number, number];
}

const generator = random(9);
const counts = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 40];
const cases = counts.flatMap((count) =>
  [0, 1, 2, 5, 8, 300].flatMap((depth): Case[] => [
    { count, depth, accumulate: false, offsets: [0, 0, 0] },
    { count, depth, accumulate: true, offsets: [3, 1, 2] },
  ]),
);

/** Small integers: every product and sum is exact, so equality is exact. */
function integers(length: number): Float32Array {
  return new Float32Array(length).map(() => generator.integer(17) - 8);
}

const element = (array: Float32Array, i: number) => array[i] ?? NaN;

/** What the result should hold, with five elements behind it that nothing may write. */
function reference(
  { count, depth, accumulate, offsets }: Case,
  c: Float32Array,
  term: (j: number, p: number) => number,
): Float64Array {
  const expected = Float64Array.from(c);
  for (let j = 0; j < count; j++) {
    let sum = 0;
    for (let p = 0; p < depth; p++) sum += term(j, p);
    const at = offsets[2] + j;
    expected[at] = accumulate ? (expected[at] ?? NaN) + sum : sum;
  }
  return expected;
}

it.each(cases)("matvec of %o", (problem) => {
  const { count, depth, accumulate, offsets } = problem;
  const [aAt, bAt, cAt] = offsets;
  const a = integers(aAt + count * depth);
  const b = integers(bAt + depth);
  const c = integers(cAt + count + 5);
  const c64 = Float64Array.from(c);
  const expected = reference(
    problem,
    c,
    (j, p) => element(a, aAt + j * depth + p) * element(b, bAt + p),
  );
  const [a64, b64] = [Float64Array.from(a), Float64Array.from(b)];
  matvec(a, b, c, count, depth, accumulate, aAt, bAt, cAt);
  matvec64(a64, b64, c64, count, depth, accumulate, aAt, bAt, cAt);
  expect(Float64Array.from(c)).toEqual(expected);
  expect(c64).toEqual(expected);
});

it.each(cases)("vecmat of %o", (problem) => {
  const { count, depth, accumulate, offsets } = problem;
  const [aAt, bAt, cAt] = offsets;
  const a = integers(aAt + depth);
  const b = integers(bAt + depth * count);
  const c = integers(cAt + count + 5);
  const c64 = Float64Array.from(c);
  const expected = reference(
    problem,
    c,
    (j, p) => element(a, aAt + p) * element(b, bAt + p * count + j),
  );
  const [a64, b64] = [Float64Array.from(a), Float64Array.from(b)];
  vecmat(a, b, c, count, depth, accumulate, aAt, bAt, cAt);
  vecmat64(a64, b64, c64, count, depth, accumulate, aAt, bAt, cAt);
  expect(Float64Array.from(c)).toEqual(expected);
  expect(c64).toEqual(expected);
});
