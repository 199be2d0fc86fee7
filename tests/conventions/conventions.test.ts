import { describe, expect, test } from "vitest";
import { conventions, isConvention, type ConventionKey } from "../../compiler/conventions.js";
import { CompileError } from "../../compiler/diagnostic.js";
import { registry } from "../../compiler/ops/index.js";
import { compile } from "../../compiler/pipeline.js";
import { runMath } from "../support/runModule.js";

/** A point of a math string, and the slopes of its sum that the convention gives. */
interface Point {
  readonly expression: string;
  readonly inputs: Readonly<Record<string, Data>>;
  readonly slopes: Readonly<Record<string, Data>>;
  readonly value?: number;
}

/** A scalar, a vector or a matrix. */
type Data = number | readonly number[] | readonly (readonly number[])[];

function point(
  expression: string,
  inputs: Point["inputs"],
  slopes: Point["slopes"],
  value?: number,
): Point {
  return { expression, inputs, slopes, ...(value === undefined ? {} : { value }) };
}

const shapeOf = (data: Data): readonly number[] => {
  if (typeof data === "number") return [];
  const [first] = data;
  return typeof first === "object" ? [data.length, first.length] : [data.length];
};
const flat = (data: Data): readonly number[] => (typeof data === "number" ? [data] : data.flat());

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** Points for each row of the table; rows of another kind have tests of their own below. */
const points: Readonly<Record<ConventionKey, readonly Point[]>> = {
  relu: [
    point("relu(x)", { x: [-1, 0, -0, 2] }, { x: [0, 0, 0, 1] }),
    point("relu(x)", { x: 0 }, { x: 0 }),
    point("relu6(x)", { x: [-1, 0, 3, 6, 7] }, { x: [0, 0, 1, 0, 0] }),
    point("hardTanh(x)", { x: [-2, -1, 0, 1, 2] }, { x: [0, 0, 1, 0, 0] }),
    point("hardSigmoid(x)", { x: [-4, -3, 0, 3, 4] }, { x: [0, 0, 1 / 6, 0, 0] }),
    point("hardSwish(x)", { x: [-4, -3, 0, 3, 4] }, { x: [0, 0, 0.5, 1, 1] }),
  ],
  abs: [
    point("abs(x)", { x: [-2, 0, -0, 3] }, { x: [-1, 0, 0, 1] }),
    point("meanAbsoluteError(x, y)", { x: [1, 2], y: [1, 1] }, { x: [0, 0.5], y: [0, -0.5] }),
  ],
  step: ["sign", "floor", "ceil", "round", "trunc"].map((name) =>
    point(`${name}(x) + 0 * x`, { x: [-1.5, -1, 0, 0.5, 2] }, { x: [0, 0, 0, 0, 0] }),
  ),
  maximum: [
    point("maximum(x, y)", { x: [1, 2, 3], y: [2, 2, 2] }, { x: [0, 0.5, 1], y: [1, 0.5, 0] }),
    point("minimum(x, y)", { x: [1, 2, 3], y: [2, 2, 2] }, { x: [1, 0.5, 0], y: [0, 0.5, 1] }),
    point("max(x)", { x: [3, 1, 3, 3] }, { x: [1 / 3, 0, 1 / 3, 1 / 3] }, 3),
    point("min(x)", { x: [1, 1, 2] }, { x: [0.5, 0.5, 0] }, 1),
    point(
      "max(x, axis=1)",
      {
        x: [
          [2, 2],
          [0, 1],
        ],
      },
      {
        x: [
          [0.5, 0.5],
          [0, 1],
        ],
      },
    ),
  ],
  maxPool: [
    point(
      "maxPool2d(reshape(x, [1, 1, 2, 2]), 2)",
      {
        x: [
          [5, 5],
          [5, 5],
        ],
      },
      {
        x: [
          [1, 0],
          [0, 0],
        ],
      },
    ),
  ],
  sort: [
    point("sort(x) * w", { x: [2, 1, 2], w: [1, 10, 100] }, { x: [10, 1, 100], w: [1, 2, 2] }),
    point("topK(x, 1)", { x: [2, 3, 3] }, { x: [0, 1, 0] }),
    point("argmax(x) + 0 * sum(x)", { x: [2, 3, 3] }, { x: [0, 0, 0] }, 1),
    point("argmin(x) + 0 * sum(x)", { x: [2, 1, 1] }, { x: [0, 0, 0] }, 1),
  ],
  clip: [
    point("clip(x, -1, 2)", { x: [-2, -1, 0, 2, 3] }, { x: [0, 1, 1, 1, 0] }),
    point(
      "clip(x, low, high)",
      { x: [-2, -1, 0, 2, 3], low: -1, high: 2 },
      { x: [0, 1, 1, 1, 0], low: 1, high: 1 },
    ),
  ],
  where: [
    point("where(x > 0, sqrt(x), 0)", { x: [-1, 0, 4] }, { x: [0, 0, 0.25] }),
    point("where(x > 0, log(x), x)", { x: [0, 2] }, { x: [1, 0.5] }),
    point("where(x == 0, 0, 1 / x)", { x: [0, 2] }, { x: [0, -0.25] }),
    point("x > 0 ? sqrt(x) : 0", { x: -1 }, { x: 0 }),
    point("x > 0 ? (x > 1 ? log(x - 1) : sqrt(1 - x)) : 0", { x: -1 }, { x: 0 }),
    point(
      "where(x > 0, where(x > 1, log(x - 1), sqrt(1 - x)), 0)",
      { x: [-1, 0.75, 2] },
      { x: [0, -1, 1] },
    ),
    point("where(x > 0, leakyRelu(log(x)), 0)", { x: [-1, 0, 2] }, { x: [0, 0, 0.5] }),
    point("where(x > 0, clip(sqrt(x), 0, 9), 0)", { x: [-1, 0, 4] }, { x: [0, 0, 0.25] }),
    point("where(x > 0, softsign(1 / x), 0)", { x: [0, 1] }, { x: [0, -0.25] }),
  ],
  sqrt: [
    point("sqrt(x)", { x: [0, 4] }, { x: [inf, 0.25] }),
    point("cbrt(x)", { x: [0, 8] }, { x: [inf, 1 / 12] }),
  ],
  norm: [
    point("norm(x)", { x: [0, 0, 0] }, { x: [0, 0, 0] }, 0),
    point(
      "norm(x, axis=1)",
      {
        x: [
          [0, 0],
          [3, 4],
        ],
      },
      {
        x: [
          [0, 0],
          [0.6, 0.8],
        ],
      },
    ),
    point("hypot(x, y)", { x: [0, 3], y: [0, 4] }, { x: [0, 0.6], y: [0, 0.8] }),
    point("std(x)", { x: [0.1, 0.1, 0.1] }, { x: [0, 0, 0] }, 0),
    point(
      "std(x, axis=1)",
      {
        x: [
          [7, 7],
          [1, 3],
        ],
      },
      {
        x: [
          [0, 0],
          [-0.5, 0.5],
        ],
      },
    ),
  ],
  pow: [
    point("x ** 2", { x: [0, -3] }, { x: [0, -6] }),
    point("x ** 0", { x: [0, 2, -1] }, { x: [0, 0, 0] }),
    point("x ** y", { x: [0, 2], y: [0, 0] }, { x: [0, 0], y: [0, Math.LN2] }),
    point("x ** 3", { x: [-2] }, { x: [12] }),
    point("x ** -2", { x: [-2] }, { x: [0.25] }),
    point("x ** y", { x: [-2], y: [2] }, { x: [-4], y: [0] }),
  ],
  xlogy: [
    point("xlogy(x, y)", { x: [0, 2], y: [0, Math.E] }, { x: [0, 1], y: [0, 2 / Math.E] }),
    point("klDivergence(p, q)", { p: [0, 1], q: [0.5, 1] }, { p: [Math.LN2, 1], q: [0, -1] }, 0),
  ],
  atan2: [point("atan2(y, x)", { y: [0, 1], x: [0, 1] }, { y: [0, 0.5], x: [0, -0.5] })],
  prod: [
    point("prod(x)", { x: [2, 0, 3] }, { x: [0, 6, 0] }, 0),
    point("prod(x)", { x: [0, 0, 3] }, { x: [0, 0, 0] }, 0),
    point("cumprod(x)", { x: [2, 0, 3] }, { x: [1, 8, 0] }),
    point(
      "prod(x, axis=1)",
      {
        x: [
          [2, 0],
          [3, 4],
        ],
      },
      {
        x: [
          [0, 2],
          [4, 3],
        ],
      },
    ),
  ],
  det: [
    point(
      "det(a)",
      {
        a: [
          [1, 2],
          [2, 4],
        ],
      },
      {
        a: [
          [4, -2],
          [-2, 1],
        ],
      },
      0,
    ),
    point(
      "det(a)",
      {
        a: [
          [0, 0],
          [0, 5],
        ],
      },
      {
        a: [
          [5, 0],
          [0, 0],
        ],
      },
      0,
    ),
    point(
      "det(a)",
      {
        a: [
          [1, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ],
      },
      {
        a: [
          [0, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ],
      },
      0,
    ),
    point(
      "det(a)",
      {
        a: [
          [1, 2, 3],
          [4, 5, 6],
          [5, 7, 9],
        ],
      },
      {
        a: [
          [3, -6, 3],
          [3, -6, 3],
          [-3, 6, -3],
        ],
      },
      0,
    ),
  ],
  stable: [
    point("sigmoid(x)", { x: [-1000, 0, 1000] }, { x: [0, 0.25, 0] }),
    point("softplus(x)", { x: [-1000, 0, 1000] }, { x: [0, 0.5, 1] }),
    point("logSigmoid(x)", { x: [-1000, 0, 1000] }, { x: [1, 0.5, 0] }),
    point("log(1 + exp(x))", { x: [-1000, 0, 1000] }, { x: [0, 0.5, 1] }),
    point("1 / (1 + exp(-x))", { x: [-1000, 0, 1000] }, { x: [0, 0.25, 0] }),
    point("binaryCrossEntropy(x, 1)", { x: -1000 }, { x: -1 }, 1000),
  ],
  shifted: [
    point("softmax(x)[0]", { x: [1000, 1000, 0] }, { x: [0.25, -0.25, 0] }),
    point("logSumExp(x)", { x: [1000, 1000] }, { x: [0.5, 0.5] }, 1000 + Math.LN2),
    point("logSumExp(x)", { x: [-inf, 0] }, { x: [0, 1] }, 0),
    point("logSumExp(x)", { x: [-inf, -inf] }, { x: [0, 0] }, -inf),
  ],
  unused: [point("x + 0 * y", { x: 1, y: 2 }, { x: 1, y: 0 })],
  dead: [
    point("sum(where(x > 0, 1, 0) * y)", { x: [nan, 1], y: [1, 1] }, { x: [0, 0], y: [0, 1] }, 1),
    point("sum(where(x == x, x * x, 0))", { x: [nan, 2] }, { x: [0, 4] }, 4),
    point(
      "where(m > 0, sqrt(x) @ w, 0)",
      {
        m: [-1, 1],
        x: [
          [-1, -1],
          [4, 9],
        ],
        w: [1, 1],
      },
      {
        x: [
          [0, 0],
          [0.25, 1 / 6],
        ],
        w: [2, 3],
      },
    ),
  ],
  refused: [],
  index: [],
};

function expectNear(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  expected.forEach((slope, i) => {
    if (Number.isFinite(slope)) expect(found[i]).toBeCloseTo(slope, 12);
    else expect(found[i]).toBe(slope);
  });
}

describe.each([0, 2] as const)("-O%i", (level) => {
  const withPoints = Object.entries(points).filter(([, rows]) => rows.length > 0);
  describe.each(withPoints)("%s", (_key, rows) => {
    test.each(rows.map((row) => [row.expression, row] as const))("%s", (_title, row) => {
      const parameterTypes = Object.fromEntries(
        Object.entries(row.inputs).map(([name, data]) => [
          name,
          { dtype: "f64" as const, shape: shapeOf(data) },
        ]),
      );
      const inputs = Object.fromEntries(
        Object.entries(row.inputs).map(([name, data]) => [name, flat(data)]),
      );
      const run = runMath(row.expression, { level, parameterTypes });
      const count = run.value(inputs).length;
      const { value, slopes } = run.gradient(inputs, new Array<number>(count).fill(1));
      if (row.value !== undefined) expectNear(value, [row.value]);
      for (const [name, expected] of Object.entries(row.slopes)) {
        expectNear(slopes[name] ?? [], flat(expected));
      }
    });
  });
});

describe("refused", () => {
  const x = { dtype: "f64", shape: [0, 2] } as const;
  const y = { dtype: "f64", shape: [3] } as const;
  const i = { dtype: "i32", shape: [2] } as const;

  function codesOf(run: () => unknown): readonly string[] {
    try {
      run();
    } catch (error) {
      if (error instanceof CompileError) return error.diagnostics.map(({ code }) => code);
      throw error;
    }
    return [];
  }

  test.each([
    ["max(x, axis=0)", "FG308"],
    ["std(x, axis=0)", "FG308"],
    ["argmax(x, axis=0) * y[0]", "FG308"],
    ["y[3]", "FG304"],
    ["sum(i)", "FG402"],
  ] as const)("%s: %s", (math, code) => {
    expect(codesOf(() => compile({ math }, { parameterTypes: { x, y, i } }))).toContain(code);
  });

  test("the gradient by an integer", () => {
    const run = () => compile({ math: "sum(y) + i[0]" }, { parameterTypes: { y, i }, wrt: ["i"] });
    expect(codesOf(run)).toContain("FG402");
  });
});

describe("index", () => {
  const parameterTypes = {
    x: { dtype: "f64", shape: [4, 2] },
    i: { dtype: "i32", shape: [2] },
    u: { dtype: "f64", shape: [2, 2] },
  } as const;
  const inputs = { x: [0, 1, 2, 3, 4, 5, 6, 7], u: [1, 2, 3, 4] };

  test.each(["take(x, i)", "scatterAdd(x, i, u)", "sum(take(x, i)) + sum(u)"])("%s", (math) => {
    const run = runMath(math, { parameterTypes });
    expect(() => run.value({ ...inputs, i: [0, 4] })).toThrow(RangeError);
    expect(() => run.value({ ...inputs, i: [-1, 0] })).toThrow(RangeError);
    expect(() => run.value({ ...inputs, i: [0, 3] })).not.toThrow();
  });
});

test("unused: a warning", () => {
  const { diagnostics } = compile({ math: "f(x, y) = x * x" });
  expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([["FG404", "warning"]]);
});

test("operations name rows that exist", () => {
  const named = [...registry.values()].flatMap((op) => op.conventions ?? []);
  expect(named.filter((key) => !isConvention(key))).toEqual([]);
});

test("every row is tested", () => {
  const untested = Object.entries(points).flatMap(([key, rows]) =>
    rows.length === 0 ? [key] : [],
  );
  expect(untested).toEqual(["refused", "index"]);
  expect(Object.keys(points).toSorted()).toEqual(Object.keys(conventions).toSorted());
});
