import fc from "fast-check";
import { expect, it } from "vitest";
import { dimProduct } from "../../compiler/ir/dim.js";
import { nodesOf, type Graph } from "../../compiler/ir/graph.js";
import type { Node } from "../../compiler/ir/node.js";
import { printGraph } from "../../compiler/ir/print.js";
import { sameShape } from "../../compiler/ir/type.js";
import { add, mul } from "../../compiler/ops/arithmetic.js";
import { sin, tanh } from "../../compiler/ops/elementwise.js";
import { input } from "../../compiler/ops/leaf.js";
import { gemm, matmul } from "../../compiler/ops/matrix.js";
import { mean, sum } from "../../compiler/ops/reduce.js";
import { swapLast } from "../../compiler/ops/shape.js";
import { graphOf } from "../support/graphs.js";
import { runGraph } from "../support/runModule.js";

type Draw = (count: number) => number;
type Step = (pool: readonly Node[], draw: Draw) => Node | undefined;

const pick = (pool: readonly Node[], draw: Draw): Node | undefined => pool[draw(pool.length)];

/** Products are drawn most often, so that there are chains; what is drawn twice is shared. */
const product: Step = (pool, draw) => {
  const a = pick(pool, draw);
  const [tA, tB] = [draw(3) === 0, draw(3) === 0];
  const inner = a?.type.shape.at(tA ? 0 : 1);
  const b = pick(
    pool.filter(({ type }) => type.shape.at(tB ? 1 : 0) === inner),
    draw,
  );
  return a && b && gemm(a, b, { transposeA: tA, transposeB: tB });
};

const steps: readonly Step[] = [
  product,
  product,
  product,
  (pool, draw) => {
    const x = pick(pool, draw);
    return x && swapLast(x);
  },
  (pool, draw) => {
    const x = pick(pool, draw);
    return x && (draw(2) === 0 ? sin(x) : tanh(x));
  },
  (pool, draw) => {
    const x = pick(pool, draw);
    const y = pick(
      pool.filter((other) => x && sameShape(other.type.shape, x.type.shape)),
      draw,
    );
    return x && y && add(x, y);
  },
  (pool, draw) => {
    const column = pick(
      pool.filter(({ type }) => type.shape[1] === 1),
      draw,
    );
    const row = pick(
      pool.filter(({ type }) => type.shape[0] === 1),
      draw,
    );
    return column && row && (draw(2) === 0 ? mul(column, row) : mul(row, column));
  },
  (pool, draw) => {
    const x = pick(pool, draw);
    return x && sum(x, { axes: [draw(2)], keepDims: true });
  },
];

const graphs: fc.Arbitrary<Graph> = fc.infiniteStream(fc.nat(5000)).map((numbers) => {
  const draw: Draw = (count) => (count === 0 ? 0 : Number(numbers.next().value) % count);
  const dims = [1, 2, 3, 7];
  const dim = (): number => dims[draw(4)] ?? 1;
  const pool: Node[] = Array.from({ length: 5 }, (_, i) =>
    input(`m${i}`, { dtype: "f64", shape: [dim(), dim()] }),
  );
  for (let i = 0; i < 14; i++) {
    const made = steps[draw(steps.length)]?.(pool, draw);
    if (made !== undefined) pool.push(made);
  }
  const used = new Set(pool.flatMap((node) => node.inputs));
  const ends = pool.filter((node) => !used.has(node)).map((node) => mean(sin(node)));
  const graph = graphOf({ value: ends.reduce((a, b) => add(a, b)) });
  return Object.assign(graph, { [fc.toStringMethod]: () => `\n${printGraph(graph)}` });
});

const drawn = (graph: Graph) =>
  Object.fromEntries(
    graph.inputs.map(({ attrs, type }, k) => [
      String(attrs["name"]),
      Array.from({ length: Number(dimProduct(type.shape)) }, (_, i) => Math.sin(2 * k + 5 * i) / 2),
    ]),
  );

function distance(found: readonly number[], expected: readonly number[]): number {
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(0, ...expected.map((x, i) => Math.abs(x - (found[i] ?? NaN)) / scale));
}

it("values and gradients of random programs with products are the same", () => {
  let changed = 0;
  fc.assert(
    fc.property(graphs, (graph) => {
      const [exact, inexact] = [false, true].map((asked) => runGraph(graph, { inexact: asked }));
      if (exact === undefined || inexact === undefined) throw new Error("nothing was compiled");
      if (exact.compiled.code !== inexact.compiled.code) changed++;
      const inputs = drawn(graph);
      const [expected, found] = [exact.gradient(inputs), inexact.gradient(inputs)];
      expect(distance(found.value, expected.value)).toBeLessThan(1e-12);
      expect(distance(inexact.value(inputs), expected.value)).toBeLessThan(1e-12);
      for (const [name, slope] of Object.entries(expected.slopes))
        expect(distance(found.slopes[name] ?? [], slope)).toBeLessThan(1e-11);
    }),
    { numRuns: 40 },
  );
  expect(changed).toBeGreaterThan(8);
});

it("products of a matrix with vectors on both sides stay vectors", () => {
  const [x, y] = ["x", "y"].map((name) => input(name, { dtype: "f64", shape: [9] }));
  const [A, B] = ["A", "B"].map((name) => input(name, { dtype: "f64", shape: [9, 9] }));
  if (!x || !y || !A || !B) throw new Error("an input is missing");
  const value = matmul(x, matmul(matmul(A, B), y));
  const { compiled } = runGraph(graphOf({ value }), { inexact: true });
  const shapes = compiled.functions.flatMap(({ stages }) =>
    nodesOf(stages.optimised).flatMap(({ op, type }) =>
      op.name === "gemm" ? [dimProduct(type.shape)] : [],
    ),
  );
  expect(Math.max(...shapes.map(Number))).toBe(9);
});
