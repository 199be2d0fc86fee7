import { describe, expect, it } from "vitest";
import { matmulNN, matmulNT, matmulTN } from "../../runtime/matmul.js";
import { matmulNN64, matmulNT64, matmulTN64 } from "../../runtime/matmul64.js";
import { random } from "../../runtime/random.js";

type Kind = "NN" | "NT" | "TN";
type Floats = Float32Array | Float64Array;

interface Case {
  readonly kind: Kind;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly accumulate?: boolean;
  readonly offsets?: readonly [a: number, b: number, c: number];
}

const kinds: readonly Kind[] = ["NN", "NT", "TN"];
const f32 = { NN: matmulNN, NT: matmulNT, TN: matmulTN };
const f64 = { NN: matmulNN64, NT: matmulNT64, TN: matmulTN64 };
const generator = random(7);
const none = [-1, -1];

/** Small integers: every product and sum is exact, so equality is exact. */
function integers<T extends Floats>(array: T): T {
  return array.map(() => generator.integer(17) - 8) as T;
}

function reference(a: Floats, b: Floats, c: Floats, problem: Case): Float64Array {
  const { kind, m, n, k, accumulate = false, offsets = [0, 0, 0] } = problem;
  const result = Float64Array.from(c);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        const left = a[offsets[0] + (kind === "TN" ? p * m + i : i * k + p)];
        const right = b[offsets[1] + (kind === "NT" ? j * k + p : p * n + j)];
        sum += (left ?? NaN) * (right ?? NaN);
      }
      const at = offsets[2] + i * n + j;
      result[at] = accumulate ? (result[at] ?? NaN) + sum : sum;
    }
  }
  return result;
}

/**
 * The first positions where the f32 and the f64 kernel differ from the
 * reference, −1 if none; also shows that nothing around C is written.
 */
function differences(problem: Case): readonly [f32: number, f64: number] {
  const { kind, m, n, k, accumulate, offsets = [0, 0, 0] } = problem;
  const [aAt, bAt, cAt] = offsets;
  const a = integers(new Float32Array(aAt + m * k));
  const b = integers(new Float32Array(bAt + k * n));
  const c = integers(new Float32Array(cAt + m * n + 5));
  const a64 = Float64Array.from(a);
  const b64 = Float64Array.from(b);
  const c64 = Float64Array.from(c);
  const expected = reference(a, b, c, problem);
  f32[kind](a, b, c, m, n, k, accumulate, aAt, bAt, cAt);
  f64[kind](a64, b64, c64, m, n, k, accumulate, aAt, bAt, cAt);
  return [firstDifference(c, expected), firstDifference(c64, expected)];
}

function firstDifference(actual: Floats, expected: Floats): number {
  return actual.findIndex((value, i) => value !== expected[i]);
}

describe.each(kinds)("matmul%s", (kind) => {
  it("agrees with three loops for all sizes from 0 to 9", () => {
    const wrong: Case[] = [];
    for (let i = 0; i < 10 ** 3; i++) {
      const [m, n, k] = [i % 10, Math.floor(i / 10) % 10, Math.floor(i / 100)] as const;
      const plain: Case = { kind, m, n, k };
      const added: Case = { ...plain, accumulate: true, offsets: [3, 1, 2] };
      wrong.push(...[plain, added].filter((c) => Math.max(...differences(c)) >= 0));
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    [10, 11, 12],
    [192, 2, 256],
    [193, 3, 257],
    [194, 9, 300],
    [195, 4, 513],
    [196, 1, 514],
    [385, 5, 3],
    [2, 385, 514],
    [2, 386, 5],
    [1, 23, 514],
    [401, 17, 66],
    [3, 200, 520],
    [2, 50, 300],
    [300, 2, 50],
    [1, 101, 70],
    [101, 1, 70],
    [60, 61, 1],
    [60, 61, 2],
  ])("agrees with three loops for %i × %i × %i", (m, n, k) => {
    expect(differences({ kind, m, n, k })).toEqual(none);
    expect(differences({ kind, m, n, k, accumulate: true, offsets: [5, 7, 4] })).toEqual(none);
  });

  it("handles sizes of zero", () => {
    expect(differences({ kind, m: 0, n: 4, k: 4 })).toEqual(none);
    expect(differences({ kind, m: 4, n: 0, k: 4 })).toEqual(none);
    expect(differences({ kind, m: 4, n: 5, k: 0 })).toEqual(none);
    expect(differences({ kind, m: 40, n: 50, k: 0, accumulate: true })).toEqual(none);
  });

  it("gives the same bits again, whatever ran before", () => {
    const fill = <T extends Floats>(array: T) => array.map(() => generator.normal()) as T;
    const [m, n, k] = [50, 31, 270];
    const a = fill(new Float32Array(m * k));
    const b = fill(new Float32Array(k * n));
    const first = new Float32Array(m * n);
    const second = new Float32Array(m * n);
    f32[kind](a, b, first, m, n, k);
    expect(differences({ kind: "NN", m: 20, n: 20, k: 20 })).toEqual(none);
    f32[kind](a, b, second, m, n, k);
    expect(second).toEqual(first);
  });

  it("sums real numbers as accurately as f64 allows", () => {
    const [m, n, k] = [20, 21, 500];
    const a = new Float64Array(m * k).map(() => generator.normal());
    const b = new Float64Array(k * n).map(() => generator.normal());
    const c = new Float64Array(m * n);
    f64[kind](a, b, c, m, n, k);
    const expected = reference(a, b, c, { kind, m, n, k });
    const worst = c.reduce((w, v, i) => Math.max(w, Math.abs(v - (expected[i] ?? NaN))), 0);
    expect(worst).toBeLessThan(1e-12);
  });
});

it.each([
  [10, 9, 11],
  [6, 2, 3],
  [3, 1, 20],
])(
  "padding never mixes into real elements: inf and NaN stay in their row of %i × %i × %i",
  (m, n, k) => {
    const a = new Float32Array(m * k).fill(1);
    a[(m - 1) * k] = Infinity;
    a[(m - 2) * k] = NaN;
    const b = new Float32Array(k * n).fill(1);
    const c = new Float32Array(m * n);
    matmulNN(a, b, c, m, n, k);
    for (let i = 0; i < m * n; i++) {
      const row = Math.floor(i / n);
      expect(c[i]).toBe(row === m - 1 ? Infinity : row === m - 2 ? NaN : k);
    }
    const transposed = new Float32Array(m * n);
    matmulNT(b, a, transposed, n, m, k);
    for (let i = 0; i < m * n; i++) {
      const column = i % m;
      expect(transposed[i]).toBe(column === m - 1 ? Infinity : column === m - 2 ? NaN : k);
    }
  },
);

it("forms one sum in order: the first product is added first", () => {
  const [m, n, k] = [9, 9, 40];
  const a = new Float64Array(m * k).map((_, i) => [1, 2 ** 60, -(2 ** 60), 3][i % 4] ?? NaN);
  const b = new Float64Array(k * n).fill(1);
  for (const [rows, columns] of [
    [m, n],
    [1, n],
    [m, 1],
    [2, n],
  ] as const) {
    const c = new Float64Array(rows * columns);
    matmulNN64(a, b, c, rows, columns, k);
    const expected = reference(a, b, new Float64Array(c.length), {
      kind: "NN",
      m: rows,
      n: columns,
      k,
    });
    expect(c).toEqual(expected);
  }
});
