import { describe, expect, test } from "vitest";
import type { TensorType } from "../../compiler/ir/type.js";
import { indices } from "../../compiler/ops/define.js";
import { random } from "../../runtime/random.js";
import { runMath } from "../support/runModule.js";

/** Meanings checked against definitions of their own, since a formula agrees with itself. */

type Nested = number | readonly Nested[];

const f64 = (...shape: number[]): TensorType => ({ dtype: "f64", shape });
const i32 = (...shape: number[]): TensorType => ({ dtype: "i32", shape });

function shapeOf(data: Nested): number[] {
  return typeof data === "number" ? [] : [data.length, ...shapeOf(data[0] ?? 0)];
}

function flat(data: Nested): readonly number[] {
  return typeof data === "number" ? [data] : data.flatMap(flat);
}

/** The value of a math string at constant inputs. */
function valueOf(math: string, inputs: Readonly<Record<string, Nested>>): readonly number[] {
  const entries = Object.entries(inputs);
  const parameterTypes = Object.fromEntries(
    entries.map(([name, data]) => [
      name,
      name === "i" ? i32(...shapeOf(data)) : f64(...shapeOf(data)),
    ]),
  );
  const run = runMath(`(${math}) + 0.0 * s`, { parameterTypes: { ...parameterTypes, s: f64() } });
  return run.value({
    ...Object.fromEntries(entries.map(([name, data]) => [name, flat(data)])),
    s: [0],
  });
}

const x = [
  [1, -2, 3],
  [4, 5, -6],
];

test.each([
  ["norm(x, axis=1)", { x }, [Math.sqrt(14), Math.sqrt(77)]],
  ["std(x, axis=0)", { x }, [1.5, 3.5, 4.5]],
  ["std(x, axis=0, ddof=1)", { x }, [1.5, 3.5, 4.5].map((s) => s * Math.SQRT2)],
  ["prod(x)", { x }, [720]],
  ["cumsum(x, axis=1)", { x }, [1, -1, 2, 4, 9, 3]],
  ["cumprod(x, axis=1)", { x }, [1, -2, -6, 4, 20, -120]],
  ["flip(x, axis=0)", { x }, [4, 5, -6, 1, -2, 3]],
  ["flip(x)", { x }, [-6, 5, 4, 3, -2, 1]],
  ["pad(x, [[1, 0], [0, 1]])", { x }, [0, 0, 0, 0, 1, -2, 3, 0, 4, 5, -6, 0]],
  ["pad(x, [[0, 0], [1, 0]], value=9)", { x }, [9, 1, -2, 3, 9, 4, 5, -6]],
  ["tile(x, [1, 2])", { x }, [1, -2, 3, 1, -2, 3, 4, 5, -6, 4, 5, -6]],
  ["tril(x)", { x }, [1, 0, 0, 4, 5, 0]],
  ["triu(x, k=1)", { x }, [0, -2, 3, 0, 0, -6]],
  ["diagonal(x)", { x }, [1, 5]],
  ["trace(x)", { x }, [6]],
  ["sort(x, axis=1)", { x }, [-2, 1, 3, -6, 4, 5]],
  ["sort(x, axis=0, descending=true)", { x }, [4, 5, 3, 1, -2, -6]],
  ["argsort(x)", { x }, [1, 0, 2, 2, 0, 1]],
  ["argsort(y)", { y: [1, 0, 1, 0, NaN, -1] }, [5, 1, 3, 0, 2, 4]],
  ["argsort(y, descending=true)", { y: [1, 0, 1, 0, NaN, -1] }, [0, 2, 1, 3, 5, 4]],
  ["topK(x, 2)", { x }, [3, 1, 5, 4]],
  ["argmax(x)", { x }, [4]],
  ["argmax(x, axis=0)", { x }, [1, 1, 0]],
  ["argmin(x, axis=1, keepDims=true)", { x }, [1, 2]],
  ["argmax(y)", { y: [1, NaN, 3] }, [1]],
  ["oneHot(i, 3)", { i: [2, 0] }, [0, 0, 1, 1, 0, 0]],
  [
    "scatterAdd(x, i, u)",
    {
      x,
      i: [1, 1, 0],
      u: [
        [1, 1, 1],
        [2, 2, 2],
        [3, 3, 3],
      ],
    },
    [4, 1, 6, 7, 8, -3],
  ],
  ["round(y)", { y: [0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6] }, [0, 2, 2, 0, -2, 2, -3]],
  ["clip(x, -1, 4)", { x }, [1, -1, 3, 4, 4, -1]],
  ["outer(a, b)", { a: [1, 2], b: [3, 4, 5] }, [3, 4, 5, 6, 8, 10]],
  ['huber(p, 0, reduction="none")', { p: [0.5, -3, 1] }, [0.125, 2.5, 0.5]],
  [
    "maxPool2d(reshape(y, [1, 1, 3, 3]), 2, stride=1)",
    { y: [1, 2, 3, 4, 9, 6, 7, 8, 5] },
    [9, 9, 9, 9],
  ],
  ["avgPool2d(reshape(y, [1, 1, 2, 2]), 2, padding=1)", { y: [4, 8, 12, 16] }, [1, 2, 3, 4]],
  [
    "conv1d(reshape(y, [1, 1, 4]), reshape(w, [1, 1, 2]))",
    { y: [1, 2, 3, 4], w: [10, 1] },
    [12, 23, 34],
  ],
  [
    "det(a)",
    {
      a: [
        [2, 1],
        [4, 5],
      ],
    },
    [6],
  ],
  [
    "det(a)",
    {
      a: [
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
      ],
    },
    [1],
  ],
  [
    "logDet(a)",
    {
      a: [
        [2, 1],
        [4, 5],
      ],
    },
    [Math.log(6)],
  ],
  [
    "logDet(a)",
    {
      a: [
        [0, 1],
        [1, 0],
      ],
    },
    [NaN],
  ],
  [
    "logDet(a)",
    {
      a: [
        [1, 1],
        [1, 1],
      ],
    },
    [-Infinity],
  ],
  [
    "cholesky(a)",
    {
      a: [
        [4, 2],
        [2, 5],
      ],
    },
    [2, 0, 1, 2],
  ],
  [
    "inverse(a)",
    {
      a: [
        [2, 1],
        [4, 5],
      ],
    },
    [5 / 6, -1 / 6, -4 / 6, 2 / 6],
  ],
  [
    "solve(a, b)",
    {
      a: [
        [2, 1],
        [4, 5],
      ],
      b: [3, 9],
    },
    [1, 1],
  ],
] as const)("%s", (math, inputs, expected) => {
  const found = valueOf(math, inputs);
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    if (Number.isFinite(value)) expect(found[i]).toBeCloseTo(value, 13);
    else expect(found[i]).toBe(value);
  });
});

describe("einsum is the sum over all letters", () => {
  /** By its definition: one loop over all indices of all letters. */
  function naive(
    subscripts: string,
    shapes: readonly (readonly number[])[],
    data: readonly (readonly number[])[],
  ): number[] {
    const [left = "", right = ""] = subscripts.split("->");
    const terms = left.split(",");
    const letters = [...new Set((right + left.replaceAll(",", "")).split(""))];
    const sizeOf = (letter: string) =>
      Math.max(...terms.map((term, k) => shapes[k]?.[term.indexOf(letter)] ?? 0));
    const result = new Array<number>(
      right
        .split("")
        .map(sizeOf)
        .reduce((p, q) => p * q, 1),
    ).fill(0);
    const position = (term: string, shape: readonly number[], at: readonly number[]) =>
      term.split("").reduce((sum, letter, axis) => {
        const size = shape[axis] ?? 1;
        return sum * size + (size === 1 ? 0 : (at[letters.indexOf(letter)] ?? 0));
      }, 0);
    for (const at of indices(letters.map(sizeOf))) {
      const product = terms
        .map((term, k) => data[k]?.[position(term, shapes[k] ?? [], at)] ?? NaN)
        .reduce((p, q) => p * q, 1);
      result[position(right, right.split("").map(sizeOf), at)]! += product;
    }
    return result;
  }

  const contractions: readonly (readonly [string, readonly (readonly number[])[]])[] = [
    [
      "ij,jk->ik",
      [
        [2, 3],
        [3, 4],
      ],
    ],
    [
      "ij,jk->ki",
      [
        [2, 3],
        [3, 4],
      ],
    ],
    [
      "ji,jk->ik",
      [
        [3, 2],
        [3, 4],
      ],
    ],
    [
      "ij,kj->ik",
      [
        [2, 3],
        [4, 3],
      ],
    ],
    [
      "bij,bjk->bik",
      [
        [2, 2, 3],
        [2, 3, 2],
      ],
    ],
    [
      "bij,bjk->kbi",
      [
        [2, 2, 3],
        [2, 3, 2],
      ],
    ],
    [
      "ibj,jkb->ikb",
      [
        [2, 3, 2],
        [2, 4, 3],
      ],
    ],
    ["ij,kj,k->i", [[3, 4], [5, 4], [5]]],
    ["i,i->", [[3], [3]]],
    ["i,j->ij", [[3], [2]]],
    [
      "ij,ij->ij",
      [
        [2, 3],
        [2, 3],
      ],
    ],
    [
      "ij,ij->j",
      [
        [2, 3],
        [2, 3],
      ],
    ],
    ["ii->", [[3, 3]]],
    ["ii->i", [[3, 3]]],
    ["iji->j", [[2, 3, 2]]],
    ["iiji->ij", [[2, 2, 3, 2]]],
    ["ijk->ki", [[2, 3, 4]]],
    [
      "iij,jk->k",
      [
        [3, 3, 2],
        [2, 2],
      ],
    ],
    [
      "ab,bc,cd->ad",
      [
        [2, 3],
        [3, 4],
        [4, 2],
      ],
    ],
    [
      "ab,cb,cd,ad->",
      [
        [2, 3],
        [4, 3],
        [4, 2],
        [2, 2],
      ],
    ],
    [
      "abcd,cd,ab->ac",
      [
        [2, 3, 2, 2],
        [2, 2],
        [2, 3],
      ],
    ],
    ["ij,j->ij", [[2, 3], [1]]],
    [
      "ab,ab->ab",
      [
        [2, 1],
        [1, 3],
      ],
    ],
    [
      "ab,ac,ad->bcd",
      [
        [2, 2],
        [2, 3],
        [2, 2],
      ],
    ],
  ];

  test.each(contractions)("%s", (subscripts, shapes) => {
    const source = random(3);
    const data = shapes.map((shape) =>
      Array.from({ length: shape.reduce((p, q) => p * q, 1) }, () => source.normal()),
    );
    const names = shapes.map((_, k) => `x${k}`);
    const run = runMath(`einsum("${subscripts}", ${names.join(", ")})`, {
      parameterTypes: Object.fromEntries(names.map((name, k) => [name, f64(...(shapes[k] ?? []))])),
    });
    const found = run.value(Object.fromEntries(names.map((name, k) => [name, data[k] ?? []])));
    const expected = naive(subscripts, shapes, data);
    expect(found).toHaveLength(expected.length);
    expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 12));
  });

  test("a matrix product is one, with transposes as flags", () => {
    const parameterTypes = { x: f64(3, 2), y: f64(4, 3) };
    for (const [math, callee] of [
      ['einsum("ki,kj->ij", x, x)', "matmulTN64"],
      ['einsum("ij,jk->ik", y, x)', "matmulNN64"],
      ['einsum("ij,kj->ik", x, x)', "matmulNT64"],
    ] as const) {
      const { code } = runMath(math, { parameterTypes }).compiled;
      expect(code).toContain(callee);
    }
  });
});

describe("linear systems of random matrices", () => {
  const n = 7;
  const source = random(5);
  const a = Array.from({ length: n }, () => Array.from({ length: n }, () => source.normal()));
  const b = Array.from({ length: n }, () => [source.normal(), source.normal()]);
  const zeros = (count: number) => new Array<number>(count).fill(0);
  const expectNear = (found: readonly number[], expected: readonly number[]) =>
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 11));

  test("a · solve(a, b) = b", () => {
    expectNear(valueOf("a @ solve(a, b) - b", { a, b }), zeros(2 * n));
  });

  test("a · inverse(a) = 1", () => {
    const identity = a.map((row, i) => row.map((_, j) => Number(i === j)));
    expectNear(valueOf("a @ inverse(a)", { a }), flat(identity));
  });

  test("det(a · aᵀ) = det(a)²", () => {
    const [found = NaN, expected = NaN] = ["det(a @ transpose(a))", "det(a) ** 2"].flatMap((math) =>
      valueOf(math, { a }),
    );
    expect(found / expected).toBeCloseTo(1, 10);
    expectNear(valueOf("logDet(a @ transpose(a)) - 2 * log(abs(det(a)))", { a }), [0]);
  });

  test("L · Lᵀ = a", () => {
    const math =
      "cholesky(a @ transpose(a)) @ transpose(cholesky(a @ transpose(a))) - a @ transpose(a)";
    expectNear(valueOf(math, { a }), zeros(n * n));
  });
});

describe("dropout", () => {
  const count = 20000;
  const parameterTypes = { x: f64(count), seed: i32() };
  const ones = new Array<number>(count).fill(1);

  test("drops the stated share and keeps the mean", () => {
    const dropped = runMath("dropout(x, seed, rate=0.3)", { parameterTypes }).value({
      x: ones,
      seed: [1],
    });
    const share = dropped.filter((value) => value === 0).length / count;
    expect(Math.abs(share - 0.3)).toBeLessThan(0.015);
    expect(new Set(dropped)).toEqual(new Set([0, 1 / 0.7]));
  });

  test("is a function of the seed", () => {
    const run = runMath("dropout(x, seed)", { parameterTypes });
    const [first, again, other] = [1, 1, 2].map((seed) => run.value({ x: ones, seed: [seed] }));
    expect(again).toEqual(first);
    const equal = ones.filter((_, i) => first?.[i] === other?.[i]).length / count;
    expect(Math.abs(equal - 0.5)).toBeLessThan(0.02);
  });

  test("the gradient drops the same elements", () => {
    const run = runMath("dropout(x, seed, rate=0.3)", { parameterTypes });
    const { value, slopes } = run.gradient({ x: ones, seed: [9] }, ones);
    expect(slopes["x"]).toEqual(value);
  });
});

test("sorting many elements agrees with the engine", () => {
  const source = random(8);
  const data = Array.from({ length: 1000 }, () => source.integer(300));
  const sorted = valueOf("sort(x)", { x: data });
  expect(sorted).toEqual(data.toSorted((p, q) => p - q));
  const positions = data.map((_, i) => i).toSorted((p, q) => (data[p] ?? 0) - (data[q] ?? 0));
  expect(valueOf("argsort(x)", { x: data })).toEqual(positions);
});
