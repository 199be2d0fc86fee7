import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jit } from "../../compiler/jit.js";
import { colourColumns, colourStars } from "../../compiler/passes/colouring.js";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { integerTable } from "../../compiler/passes/integerTable.js";
import { jacobianSparsity } from "../../compiler/passes/sparsity.js";
import { math, only, typescript } from "../elaborate/support.js";

interface Coordinates {
  readonly data: readonly number[];
  readonly row: readonly number[];
  readonly col: readonly number[];
}

type Matrix = readonly (readonly number[])[];

/** The matrix written out; an element that comes twice, or out of order, is an error. */
function written({ data, row, col }: Coordinates, rows: number, columns: number): number[][] {
  const full = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  expect(data).toHaveLength(row.length);
  expect(data).toHaveLength(col.length);
  data.forEach((value, k) => {
    const [i = NaN, j = NaN] = [row[k], col[k]];
    const at = i * columns + j;
    if (k > 0) expect(at).toBeGreaterThan((row[k - 1] ?? 0) * columns + (col[k - 1] ?? 0));
    (full[i] ?? [])[j] = value;
  });
  return full;
}

function close(found: Matrix, reference: Matrix): void {
  expect(found.length).toBe(reference.length);
  reference.forEach((row, i) =>
    row.forEach((value, j) => {
      const scale = Math.max(1, Math.abs(value));
      expect(Math.abs((found[i]?.[j] ?? NaN) - value) / scale).toBeLessThan(1e-12);
    }),
  );
}

const point = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + 0.3));

/** The sparse matrix of `g` by its argument of n elements, and the dense one. */
function both(kind: "Jacobian" | "Hessian", g: string, n: number) {
  const dense = kind === "Jacobian" ? "jacobian" : "hessian";
  const shape = `x: f64[${n}]`;
  const x = point(n);
  const sparse = jit(
    `${g}; f(${shape}) = { j = sparse${kind}(g)(x); [j.data, j.row, j.col] }`,
  ).value({ x }) as readonly [number[], number[], number[]];
  const reference = jit(`${g}; f(${shape}) = ${dense}(g)(x)`).value({ x }) as Matrix;
  const [data, row, col] = sparse;
  return { coordinates: { data, row, col }, reference };
}

describe("sparseJacobian equals the dense one, with no more elements than it has", () => {
  test.each([
    ["elementwise", "g(x) = sin(x) * x", 5, 5],
    ["two diagonals", "g(x) = x[1:8]^2 - 3 * x[0:7]", 8, 14],
    ["a band, and an element of all", "g(x) = concat([x[1:6] * x[0:5], sum(x^2) * [1.5]])", 6, 16],
    ["a product with an unknown matrix", "g(x) = reshape(x[0:4], [2, 2]) @ x[4:6]", 6, 8],
    [
      "a product with a known matrix",
      "g(x) = tril(reshape(x[0:1] * 0 + 1, [1, 1])) @ x[0:1]",
      2,
      1,
    ],
    ["known zeros of a product", "g(x) = [[1, 0, 0], [0, 2, 3]] @ x", 3, 3],
    ["a triangle", "g(x) = tril(reshape(x, [3, 3]))^2", 9, 6],
    ["known indices", "g(x) = take(x, [3, 1, 1]) * 2", 4, 3],
    ["updates at known indices", "g(x) = scatterAdd(x[0:3], [2, 2], x[3:5]^2)", 5, 5],
    ["rows by themselves", "g(x) = softmax(reshape(x, [3, 2]))", 6, 12],
    ["running sums of rows", "g(x) = cumsum(reshape(x, [2, 3]), axis=1)", 6, 18],
    ["sorted: any of the row", "g(x) = sort(reshape(x, [2, 3]))", 6, 18],
    ["a known choice", "g(x) = where([1, 0, 1] > 0, x[0:3], x[3:6]^2)", 6, 3],
    ["an unknown choice", "g(x) = where(x[0:3] > 0, x[0:3], x[3:6]^2)", 6, 6],
    ["a convolution", "g(x) = conv1d(reshape(x, [1, 1, 7]), [[[1.5, -2, 0.5]]], padding=1)", 7, 19],
    ["moved axes", "g(x) = flip(transpose(reshape(x, [2, 3])))^2", 6, 6],
    ["padding and stacking", "g(x) = stack([pad(x[0:2], 1), x])", 4, 6],
    ["matrices by themselves", "g(x) = det(reshape(x, [2, 2, 2]))", 8, 8],
    ["nothing", "g(x) = round(x)", 3, 0],
    ["a number", "g(x) = sum(x[0:2])", 4, 2],
  ])("%s", (_name, g, n, elements) => {
    const { coordinates, reference } = both("Jacobian", g, n);
    const matrix = rowsOf(reference, n);
    close(written(coordinates, matrix.length, n), matrix);
    expect(coordinates.data).toHaveLength(elements);
  });
});

/** Nested lists of any depth as rows of n. */
function rowsOf(nested: unknown, n: number): number[][] {
  const flat = (Array.isArray(nested) ? nested : [nested]).flat(8) as number[];
  return Array.from({ length: flat.length / n }, (_, i) => flat.slice(i * n, (i + 1) * n));
}

describe("sparseHessian equals the dense one", () => {
  test.each([
    ["separable", "g(x) = sum(x^3)", 5, 5],
    ["a chain", "g(x) = sum((x[1:8] - x[0:7]^2)^2)", 8, 22],
    ["an arrow", "g(x) = sum(x[1:8] * x[0] + x[1:8]^2) + x[0]^3", 8, 22],
    ["everything", "g(x) = sum(x)^3", 4, 16],
    [
      "a grid",
      "g(x) = { u = reshape(x, [4, 4]); sum((u[1:4] - u[0:3])^4) + sum((u[:, 1:4] - u[:, 0:3])^4) }",
      16,
      64,
    ],
    ["no diagonal", "g(x) = x[0] * x[1] + x[1] * x[2]", 3, 4],
    ["linear", "g(x) = sum(x)", 3, 0],
  ])("%s", (_name, g, n, elements) => {
    const { coordinates, reference } = both("Hessian", g, n);
    close(written(coordinates, n, n), reference);
    expect(coordinates.data).toHaveLength(elements);
  });
});

test("in TypeScript, and differentiated again", () => {
  const source = `
    import { flip, sparseJacobian, sum, take, type Tensor } from "flatgrad";
    function g(x: Tensor<[5], "f64">) { return flip(x) ** 3 * x; }
    export function f(x: Tensor<[5], "f64">) {
      const { data, row, col } = sparseJacobian(g)(x);
      return sum(data * take(x, row) * take(x, col));
    }`;
  const dense = "g(x) = flip(x)^3 * x; f(x: f64[5]) = sum((jacobian(g)(x) @ x) * x)";
  const x = point(5);
  const [a, b] = [jit({ source }).grad({ x }), jit(dense).grad({ x })];
  expect(a.value).toBeCloseTo(b.value as number, 12);
  (a.grads["x"] as number[]).forEach((slope, i) =>
    expect(slope).toBeCloseTo((b.grads["x"] as number[])[i] ?? NaN, 10),
  );
});

test("an author's rule decides the structure", () => {
  const text =
    "r(x) = round(x); b(x, y, dy) = flip(dy) * 2; g(x) = customGradient(r, b)(x); f(x: f64[3]) = { j = sparseJacobian(g)(x); [j.data, j.row, j.col] }";
  expect(jit(text).value({ x: [1.2, 2.2, 3.2] })).toEqual([
    [2, 2, 2],
    [0, 1, 2],
    [2, 1, 0],
  ]);
});

test("what a loop ends with may depend on all that the loop reads", () => {
  const source = `
    import { type Tensor } from "flatgrad";
    export function f(x: Tensor<[3000], "f64">) {
      let s = 0;
      for (let i = 1; i < x.length; i++) s = s * x[i]! + x[i - 1]!;
      return s * x;
    }`;
  const { graph } = only(typescript(source));
  const [x] = graph.inputs;
  const y = graph.outputs[0]?.node;
  if (x === undefined || y === undefined) throw new Error("nothing was elaborated");
  const rows = jacobianSparsity(y, x);
  expect(rows).toHaveLength(3000);
  expect(rows.every((row) => row.length === 3000)).toBe(true);
});

describe("as few products as the structure needs", () => {
  const columns = (rows: readonly (readonly number[])[], n: number) =>
    colourColumns(
      rows.map((row) => Int32Array.from(row)),
      n,
    ).count;
  const band = (n: number, width: number) =>
    Array.from({ length: n }, (_, i) =>
      Array.from({ length: 2 * width + 1 }, (_column, k) => i + k - width).filter(
        (j) => j >= 0 && j < n,
      ),
    );

  test("bands need their width, whatever their length", () => {
    for (const n of [10, 100, 1000]) expect(columns(band(n, 1), n)).toBe(3);
    expect(columns(band(50, 3), 50)).toBe(7);
  });

  test("a grid: colours that repeat, and code that does not grow with it", () => {
    const lines = (n: number) =>
      jit(
        `g(x) = { u = reshape(x, [${n}, ${n}]); sum((u[1:] - u[:-1])^4) + sum((u[:, 1:] - u[:, :-1])^4) }; f(x: f64[${n * n}]) = sparseHessian(g)(x).data`,
      ).code.split("\n").length;
    expect(lines(80)).toBeLessThan(1.5 * lines(20));
  });

  test("an arrow: all columns, but two stars", () => {
    const n = 40;
    const rows = Array.from({ length: n }, (_, i) =>
      i === 0 ? Array.from({ length: n }, (_column, j) => j) : [0, i],
    );
    expect(columns(rows, n)).toBe(n);
    expect(colourStars(rows.map((row) => Int32Array.from(row))).count).toBe(2);
  });

  test("the generated code makes one pass for each colour", () => {
    const code = (n: number) =>
      jit(`g(x) = x[1:${n}]^2 * x[0:${n - 1}]; f(x: f64[${n}]) = sparseJacobian(g)(x).data`).code;
    for (const n of [100, 1000]) {
      const text = code(n);
      expect(text).toContain("i < 2;");
      expect(text).not.toContain(`i < ${n};\n    for (let j = 0; j < ${n}`);
    }
    expect(code(1000).length - code(100).length).toBeLessThan(100);
  });
});

const structure = fc
  .integer({ min: 1, max: 12 })
  .chain((n) =>
    fc
      .array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1)), { maxLength: 30 })
      .map((pairs) => ({ n, pairs })),
  );

test("a star colouring holds every element apart, in every order of colouring", () => {
  fc.assert(
    fc.property(structure, ({ n, pairs }) => {
      const sets = Array.from({ length: n }, () => new Set<number>());
      for (const [i, j] of pairs) {
        sets[i]?.add(j);
        sets[j]?.add(i);
      }
      const rows = sets.map((set) => Int32Array.from([...set].toSorted((a, b) => a - b)));
      const { colours } = colourStars(rows);
      const alone = (i: number, j: number) =>
        (rows[i] ?? new Int32Array()).filter((k) => colours[k] === colours[j]).length === 1;
      rows.forEach((row, i) => row.forEach((j) => expect(alone(i, j) || alone(j, i)).toBe(true)));
    }),
    { numRuns: 500 },
  );
});

test("columns of one colour share no row", () => {
  fc.assert(
    fc.property(structure, ({ n, pairs }) => {
      const sets = Array.from({ length: n }, () => new Set<number>());
      for (const [i, j] of pairs) sets[i]?.add(j);
      const rows = sets.map((set) => Int32Array.from([...set].toSorted((a, b) => a - b)));
      const { colours } = colourColumns(rows, n);
      for (const row of rows)
        expect(new Set(Array.from(row, (j) => colours[j])).size).toBe(row.length);
    }),
    { numRuns: 500 },
  );
});

test("a table of integers has the numbers it is made from", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }), (numbers) => {
      const node = integerTable(Int32Array.from(numbers));
      const graph = { name: "t", inputs: [], outputs: [{ name: "value", node }] };
      expect(evaluateGraph(graph, {}, {})["value"]).toEqual({
        dtype: "i32",
        shape: [numbers.length],
        data: numbers,
      });
    }),
    { numRuns: 500 },
  );
});

/** A list of positions below 1013 that follow no pattern. */
const scattered = (seed: number) =>
  `[${Array.from({ length: 1000 }, (_, i) => Math.floor(1e6 * Math.sin(i + seed) ** 2) % 1013).join(", ")}]`;

describe("refused", () => {
  test.each([
    [
      "positions without a pattern",
      `g(x) = concat([take(x, ${scattered(1)}), take(x, ${scattered(2)})])^2; f(x: f64[1013]) = sparseJacobian(g)(x).data`,
      "FG426",
    ],
    ["a named size", "g(x) = x^2; f(x: [N]) = sparseJacobian(g)(x).data", "FG426"],
    [
      "several parameters",
      "g(x, y) = x * y; f(x: [2], y: [2]) = sparseJacobian(g)(x, y).data",
      "FG425",
    ],
    ["the Hessian of several numbers", "g(x) = x^2; f(x: [2]) = sparseHessian(g)(x).data", "FG403"],
  ])("%s", (_name, text, code) => {
    expect(math(text).codes).toEqual([code]);
  });
});
