import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dimProduct, evaluateDim, type Dim } from "../../compiler/ir/dim.js";
import { nodesInside, nodesOf, type Graph } from "../../compiler/ir/graph.js";
import type { Node } from "../../compiler/ir/node.js";
import { printGraph } from "../../compiler/ir/print.js";
import { jit } from "../../compiler/jit.js";
import { input } from "../../compiler/ops/leaf.js";
import { gemm, matmul } from "../../compiler/ops/matrix.js";
import { swapLast } from "../../compiler/ops/shape.js";
import {
  forwardPasses,
  fusingPasses,
  jointPasses,
  runPasses,
} from "../../compiler/passes/index.js";
import { compile, type CompileOptions } from "../../compiler/pipeline.js";
import { graphOf } from "../support/graphs.js";
import { runGraph } from "../support/runModule.js";

const lowering = [...forwardPasses, ...jointPasses, ...fusingPasses];

/** What products of matrices multiply in all, over the sizes. */
function multiplications(graph: Graph): readonly Dim[] {
  return nodesOf(graph).flatMap(({ op, inputs, attrs, type }) => {
    const [a, b] = inputs;
    if (a === undefined || b === undefined) return [];
    const inner = a.type.shape.at(attrs["transposeA"] === true ? -2 : -1) ?? 1;
    const isOuter =
      op.name === "mul" &&
      [
        [a, b],
        [b, a],
      ].some(([x, y]) => x?.type.shape.at(-1) === 1 && y?.type.shape.at(-2) === 1);
    if (isOuter) return [dimProduct(type.shape)];
    return op.name === "gemm" ? [dimProduct([...type.shape, inner])] : [];
  });
}

const total = (counts: readonly Dim[]): number => counts.reduce<number>((n, c) => n + Number(c), 0);

/** The fewest multiplications of a chain of r₀ × r₁, r₁ × r₂ … by trying all orders. */
function fewest(dims: readonly number[]): number {
  if (dims.length <= 2) return 0;
  const [rows = 1, columns = 1] = [dims[0], dims.at(-1)];
  return Math.min(
    ...dims.slice(1, -1).map((inner, i) => {
      const parts = fewest(dims.slice(0, i + 2)) + fewest(dims.slice(i + 1));
      return parts + rows * inner * columns;
    }),
  );
}

interface RandomChain {
  readonly graph: Graph;
  readonly dims: readonly number[];
  readonly batch: readonly number[];
}

/** A chain of 2 to 6 matrices, some of them or of their products written transposed, in any order. */
const chains: fc.Arbitrary<RandomChain> = fc
  .record({
    ends: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
    middle: fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 1, maxLength: 5 }),
    batch: fc.constantFrom<readonly number[]>([], [], [2], [2, 3]),
    choices: fc.infiniteStream(fc.nat(1000)),
  })
  .map(({ ends: [top, end], middle: inner, batch, choices }) => {
    const dims = [top, ...inner, end];
    const choose = (count: number) => Number(choices.next().value) % count;
    const matrix = (i: number): Node => {
      const [rows = 1, columns = 1] = dims.slice(i);
      const isTransposed = choose(3) === 0;
      const shape = [...batch, ...(isTransposed ? [columns, rows] : [rows, columns])];
      const node = input(`m${i}`, { dtype: "f64", shape });
      return isTransposed ? swapLast(node) : node;
    };
    const product = (first: number, last: number): Node => {
      if (first === last) return matrix(first);
      const middle = first + choose(last - first);
      const [a, b] = [product(first, middle), product(middle + 1, last)];
      return choose(3) === 0 ? swapLast(gemm(swapLast(b), swapLast(a))) : gemm(a, b);
    };
    const graph = graphOf({ value: product(0, dims.length - 2) });
    return { graph, dims, batch, [fc.toStringMethod]: () => printGraph(graph) };
  });

const drawn = (graph: Graph) =>
  Object.fromEntries(
    graph.inputs.map(({ attrs, type }, k) => [
      String(attrs["name"]),
      Array.from({ length: Number(dimProduct(type.shape)) }, (_, i) => Math.sin(1 + k + 7 * i)),
    ]),
  );

/** The largest difference, relative to the largest element expected. */
function distance(found: readonly number[], expected: readonly number[]): number {
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(0, ...expected.map((x, i) => Math.abs(x - (found[i] ?? NaN)) / scale));
}

describe("a random chain", () => {
  it("takes the fewest multiplications there are", () => {
    fc.assert(
      fc.property(chains, ({ graph, dims, batch }) => {
        const count = total(
          multiplications(runPasses(graph, lowering, { inexact: true, verify: true })),
        );
        expect(count).toBe(fewest(dims) * batch.reduce((p, q) => p * q, 1));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps its value and its gradient, which takes no more multiplications", () => {
    fc.assert(
      fc.property(chains, ({ graph }) => {
        const [exact, other] = [false, true].map((inexact) => runGraph(graph, { inexact }));
        const length = Number(dimProduct(graph.outputs[0]?.node.type.shape ?? []));
        const cotangent = Array.from({ length }, (_, i) => Math.cos(3 * i));
        const inputs = drawn(graph);
        const expected = exact!.gradient(inputs, cotangent);
        const found = other!.gradient(inputs, cotangent);
        expect(distance(found.value, expected.value)).toBeLessThan(1e-12);
        expect(distance(other!.value(inputs), expected.value)).toBeLessThan(1e-12);
        for (const [name, slope] of Object.entries(expected.slopes))
          expect(distance(found.slopes[name] ?? [], slope)).toBeLessThan(1e-12);
        const [before = 0, after = 0] = [exact, other].map((one) =>
          total(one!.compiled.functions.flatMap(({ stages }) => multiplications(stages.optimised))),
        );
        expect(after).toBeLessThanOrEqual(before);
      }),
      { numRuns: 100 },
    );
  });
});

const code = (math: string, options: CompileOptions = {}) =>
  compile({ math }, { target: "js", verify: true, ...options }).code;

/** The products of the forward pass and of the gradient, as the comments beside the kernels have them. */
function productsIn(text: string): readonly (readonly string[])[] {
  return text
    .split(/^export function /m)
    .filter((part) => /^f(?:Grad|Vjp)?\(/.test(part))
    .map((part) =>
      Array.from(part.matchAll(/\/\/ (\S+ \+?= .* · .*)$/gm), ([, found]) => found ?? ""),
    );
}

describe("the order", () => {
  const vector = "f(A: [20, 30], B: [30, 40], v: [40]) = sum(tanh((A @ B) @ v))";

  it("is better backward as well", () => {
    const [forward, gradient] = productsIn(code(vector, { inexact: true }));
    expect(forward).toEqual(["BV = B · v", "ABV = A · BV"]);
    expect(gradient).toEqual([...forward!, "dBV = Aᵀ · dABV", "dv = Bᵀ · dBV"]);
  });

  it("is that of the author without the option, and without optimisation", () => {
    expect(productsIn(code(vector))[0]).toEqual(["AB = A · B", "ABV = AB · v"]);
    expect(code(vector, { inexact: false })).toBe(code(vector));
    expect(code(vector, { inexact: true, level: 0 })).toBe(code(vector, { level: 0 }));
  });

  it("is that of the author where another is as good", () => {
    const equal = "f(A: [4, 4], B: [4, 4], C: [4, 4]) = A @ (B @ C)";
    expect(code(equal, { inexact: true })).toBe(code(equal));
  });

  it("of the products of a gradient alone is chosen too", () => {
    const outer =
      "f(x: [100, 30], W: [30, 40], u: [40, 3], t: [100, 3]) = sum(relu(x @ W @ u) * t)";
    const [, gradient] = productsIn(code(outer, { inexact: true, wrt: ["W"] }));
    expect(gradient?.at(-1)).toMatch(/^dW = \S+ · uᵀ$/);
  });

  it("of batches is chosen: attention without a softmax is linear in the positions", () => {
    const attention =
      "f(q: [4, 128, 8], k: [4, 128, 8], v: [4, 128, 8]) = sum(tanh((q @ transpose(k, [0, 2, 1])) @ v))";
    const [exact = 0, inexact = 0] = [false, true].map((asked) => {
      const { functions } = compile({ math: attention }, { inexact: asked });
      return total(functions.flatMap(({ stages }) => multiplications(stages.optimised)));
    });
    expect(exact).toBe(6 * 4 * 128 * 128 * 8);
    expect(inexact).toBe(6 * 4 * 128 * 8 * 8);
  });

  it("leaves a product alone that is read twice", () => {
    const shared = "f(A: [9, 9], B: [9, 9], v: [9]) = {c = A @ B; sum(c @ v) + sum(c)}";
    const text = shared.replace(
      "{c = A @ B; sum(c @ v) + sum(c)}",
      "sum((A @ B) @ v) + sum(exp(A @ B))",
    );
    expect(productsIn(code(text, { inexact: true }))[0]).toEqual(["AB = A · B", "ABV = AB · v"]);
  });

  it("of a product of one matrix with itself is chosen, too", () => {
    const power = "f(A: [9, 9], v: [9]) = A @ A @ A @ v";
    const { functions } = compile({ math: power }, { inexact: true, wrt: ["v"] });
    const counts = functions.flatMap(({ stages }) => multiplications(stages.optimised));
    expect(new Set(counts)).toEqual(new Set([81]));
    expect(productsIn(code(power, { inexact: true }))[0]).toHaveLength(3);
  });
});

describe("named sizes", () => {
  const wide = "f(x: [N, 30], W: [30, 40], u: [40, 3]) = x @ W @ u";

  it("decide where one order is better for all of them", () => {
    const square = "f(A: [N, N], B: [N, N], v: [N]) = A @ B @ v";
    expect(productsIn(code(square, { inexact: true }))[0]).toEqual(["BV = B · v", "ABV = A · BV"]);
    const halves = "f(A: [2 * N, M], B: [M, N + 1], C: [N + 1, 1]) = A @ B @ C";
    expect(productsIn(code(halves, { inexact: true }))[0]?.[0]).toBe("BC = B · C");
  });

  it("do not where it depends on them", () => {
    expect(code(wide, { inexact: true })).toBe(code(wide));
  });

  it("do with values", () => {
    const of = (N: number) => productsIn(code(wide, { inexact: true, sizes: { N } }))[0];
    expect(of(1)).toEqual(["xW = x · W", "value = xW · u"]);
    expect(of(1000)).toEqual(["WU = W · u", "value = x · WU"]);
  });

  it("decide for the parts of a chain for which they do not decide", () => {
    const mixed =
      "f(x: [M, K], A: [K, N], B: [N, N], C: [N, N], v: [N, 1]) = x @ (A @ (B @ C @ v))";
    expect(productsIn(code(mixed, { inexact: true }))[0]).toEqual([
      "CV = C · v",
      "BCV = B · CV",
      "ABCV = A · BCV",
      "value = x · ABCV",
    ]);
  });

  it("may be many", () => {
    const dims = Array.from({ length: 30 }, (_, i) => `N${i}`);
    const factors = dims
      .slice(1)
      .map((_, i) => input(`m${i}`, { dtype: "f64", shape: [`N${i}`, `N${i + 1}`] }));
    const graph = graphOf({ value: factors.reduce((a, b) => gemm(a, b)) });
    expect(multiplications(runPasses(graph, lowering, { inexact: true }))).toEqual(
      multiplications(runPasses(graph, lowering)),
    );
    const sizes = Object.fromEntries(dims.map((name, i) => [name, 2 + ((7 * i) % 5)]));
    const count = total(
      multiplications(runPasses(graph, lowering, { inexact: true, sizes })).map((dim) =>
        evaluateDim(dim, sizes),
      ),
    );
    expect(count).toBeLessThan(total(multiplications(graph).map((dim) => evaluateDim(dim, sizes))));
  });
});

describe("derivatives of a chain", () => {
  const math = "f(A: f64[3, 7], B: f64[7, 4], C: f64[4, 5], v: f64[5]) = sum(sin(A @ B @ C @ v))";
  const vectors = math.replace("sum(sin(A @ B @ C @ v))", "sin(A @ B @ C @ v)");
  const shapes = { A: [3, 7], B: [7, 4], C: [4, 5], v: [5] };
  const drawAt = (from: number) =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape], k) => {
        const length = shape.reduce((p, q) => p * q, 1);
        return [
          name,
          { shape, data: Float64Array.from({ length }, (_, i) => Math.sin(from + k + i * i)) },
        ];
      }),
    );
  const flat = (value: unknown): number[] =>
    typeof value === "number"
      ? [value]
      : ArrayBuffer.isView(value)
        ? Array.from(value as Float64Array)
        : Object.values(value as object).flatMap(flat);

  it.each<[string, (inexact: boolean) => unknown]>([
    ["jvp", (inexact) => jit(vectors, { inexact }).jvp(drawAt(0), drawAt(9))],
    ["vjp", (inexact) => jit(vectors, { inexact }).vjp(drawAt(0), [1, 2, 3])],
    ["hvp", (inexact) => jit(math, { inexact }).hvp(drawAt(0), drawAt(9))],
    ["jacobian", (inexact) => jit(vectors, { inexact, wrt: ["C", "v"] }).jacobian(drawAt(0))],
    ["hessian", (inexact) => jit(math, { inexact, wrt: ["B", "v"] }).hessian(drawAt(0))],
  ])("%s is the same", (_name, derive) => {
    const expected = flat(derive(false));
    expect(expected.length).toBeGreaterThan(3);
    expect(distance(flat(derive(true)), expected)).toBeLessThan(1e-12);
  });

  it("in a batch of vmap is the same", () => {
    const batch = `g(A: f64[3, 7], B: f64[7, 4], v: f64[4]) = A @ B @ v
f(A: f64[N, 3, 7], B: f64[N, 7, 4], v: f64[N, 4]) = sum(vmap(g)(A, B, v) ^ 2)`;
    const inputs = {
      A: { shape: [2, 3, 7], data: Float64Array.from({ length: 42 }, (_, i) => Math.sin(i)) },
      B: { shape: [2, 7, 4], data: Float64Array.from({ length: 56 }, (_, i) => Math.cos(i * i)) },
      v: { shape: [2, 4], data: Float64Array.from({ length: 8 }, (_, i) => 1 / (1 + i)) },
    };
    const of = (inexact: boolean) => jit(batch, { inexact }).grad(inputs);
    expect(distance(flat(of(true)), flat(of(false)))).toBeLessThan(1e-12);
    const [exact = [], better = []] = [false, true].map((inexact) => {
      const { functions } = compile({ math: batch }, { functions: ["f"], inexact });
      return functions.flatMap(({ stages }) => multiplications(stages.optimised));
    });
    expect(better.map(String)).not.toEqual(exact.map(String));
  });
});

describe("a model of several lines", () => {
  const model = `import { matmul, sum, type Param, type Tensor } from "flatgrad";
export function loss(A: Param<[20, 30]>, B: Param<[30, 40]>, v: Tensor<[40]>) {
  const AB = matmul(A, B);
  const y = matmul(AB, v);
  return sum(y ** 2);
}`;

  it("is quoted line by line", () => {
    const { code: text } = compile(
      { entry: "m.ts", files: { "m.ts": model } },
      { inexact: true, verify: true },
    );
    const [, body = ""] = text.split("export function lossGrad");
    expect(body.match(/^ *\/\/ .*$/gm)).toEqual([
      "  // forward",
      "  // (1) AB = matmul(A, B); y = matmul(AB, v)",
      "  // (2) sum(y ** 2)",
      "  // backward of",
      "  // (2) sum(y ** 2)",
      "  // (1) AB = matmul(A, B); y = matmul(AB, v)",
    ]);
  });

  it("computes before a loop what does not change in it", () => {
    const loop = `import { matmul, sum, type Tensor } from "flatgrad";
export function f(A: Tensor<[6, 6]>, B: Tensor<[6, 6]>, x: Tensor<[6]>) {
  let v = x;
  for (let i = 0; i < 50; i++) v = matmul(matmul(A, B), v);
  return sum(v);
}`;
    const { functions } = compile(
      { entry: "m.ts", files: { "m.ts": loop } },
      { inexact: true, verify: true, wrt: ["x"] },
    );
    const graph = functions[0]!.stages.optimised;
    const outside = nodesOf(graph).filter(({ op }) => op.name === "gemm");
    expect(outside.map(({ type }) => type.shape)).toEqual([[6, 6]]);
    expect(nodesInside(graph).filter(({ op }) => op.name === "gemm").length).toBe(3);
  });
});

it("looks at long chains piece by piece", () => {
  const names = Array.from({ length: 200 }, (_, i) =>
    input(`m${i}`, { dtype: "f64", shape: [3, 3] }),
  );
  const v = input("v", { dtype: "f64", shape: [3] });
  const graph = graphOf({
    value: matmul(
      names.reduce((a, b) => matmul(a, b)),
      v,
    ),
  });
  const count = total(multiplications(runPasses(graph, lowering, { inexact: true })));
  expect(count).toBeLessThan(total(multiplications(runPasses(graph, lowering))));
});
