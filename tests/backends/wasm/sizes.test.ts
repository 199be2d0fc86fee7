import { describe, expect, test } from "vitest";
import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import { evaluateDim } from "../../../compiler/ir/dim.js";
import { random } from "../../../runtime/random.js";
import { runMath, type Inputs } from "../../support/runModule.js";

/** Loops of every length around the ends of vectors and of unrolled blocks, against TypeScript. */

const assembler = await loadAssembler();
const lengths = [...Array(20).keys(), 31, 32, 33, 63, 64, 65, 100];

/** `T` is replaced by the dtype, `K` by a number known when the code is generated. */
const programs = [
  "f(x: T[N], y: T[N]) = sum(x * y + abs(x - y) / 3)",
  "f(x: T[N]) = max(x) - min(x) + prod(1 + x / 100)",
  "f(x: T[N]) = sum(where(x > 0, x * x, -x)) + mean(x)",
  "f(x: T[N], s: f64) = exp(x * s) + floor(x) - sqrt(x * x + 1)",
  "f(x: T[3, N], w: T[N]) = softmax(x * w)",
  "f(x: T[3, N], w: T[N]) = sum(logSumExp(x * w, axis=1)) + sum(max(x, axis=0) * w)",
  "f(x: T[N, 3], b: T[3]) = relu(x @ [[1, 2, 3], [4, 5, 6], [7, 8, 9]] + b)",
  "f(x: T[N], i: i32[N]) = sum(x * i) + sum(take(x * x, i))",
  "f(x: T[N], c: bool[N]) = where(c, x, 0) * 2 + where(x > 1 && c, 1, x)",
  "f(x: T[N]) = sum(x[::-1] * x) + sum(x[::2]^3)",
  "f(x: T[K], y: T[K]) = sum(tanh(x) * y) + max(x * y)",
  "f(x: T[2, K], y: T[K]) = softmax(x + y) * mean(x * x, axis=1, keepDims=true)",
  "f(x: T[K], c: bool[K]) = any(c) ? sum(where(c, x, 1)) : 3 * sum(x)",
];

function inputsOf(run: ReturnType<typeof runMath>, N: number): Inputs {
  const numbers = random(N);
  const nodes = run.compiled.functions[0]?.model.graph.inputs ?? [];
  const entries = nodes.map((node) => {
    const { dtype, shape } = node.type;
    const count = shape.reduce<number>((p, dim) => p * evaluateDim(dim, { N }), 1);
    const draw = () => {
      if (dtype === "bool") return numbers.integer(2);
      return dtype === "i32" ? numbers.integer(Math.max(1, N)) : Math.fround(numbers.normal());
    };
    return [String(node.attrs["name"]), Array.from({ length: count }, draw)] as const;
  });
  return Object.fromEntries(entries);
}

function worst(found: readonly number[], reference: readonly number[]): number {
  expect(found).toHaveLength(reference.length);
  const scale = Math.max(1, ...reference.map(Math.abs).filter(Number.isFinite));
  return Math.max(
    0,
    ...found.map((x, i) =>
      Object.is(x, reference[i]) ? 0 : Math.abs(x - (reference[i] ?? NaN)) / scale,
    ),
  );
}

describe.each(["f32", "f64"] as const)("%s", (dtype) => {
  const tolerance = dtype === "f32" ? 2e-5 : 1e-12;
  test.each(programs)("%s", (program) => {
    const known = program.includes("K");
    const compiled = (target: "js" | "wasm-js", N: number) =>
      runMath(program.replaceAll("T[", `${dtype}[`).replaceAll("K", String(N)), {
        target,
        assembler,
      });
    const shared = known ? null : ([compiled("wasm-js", 0), compiled("js", 0)] as const);
    for (const N of lengths.filter((length) => length > 0 || !/max|mean|softmax/i.test(program))) {
      const [wasm, plain] = shared ?? [compiled("wasm-js", N), compiled("js", N)];
      const inputs = inputsOf(plain, N);
      const sizes = { N };
      const value = plain.value(inputs, sizes);
      expect(worst(wasm.value(inputs, sizes), value)).toBeLessThan(tolerance);
      const cotangent = value.map((_, i) => Math.fround(Math.cos(i)));
      const [found, reference] = [wasm, plain].map((run) => run.gradient(inputs, cotangent, sizes));
      for (const [name, slope] of Object.entries(reference?.slopes ?? {}))
        expect(worst(found?.slopes[name] ?? [], slope)).toBeLessThan(tolerance);
    }
  });
});

test("a product of matrices of different precision", () => {
  const program = "f(a: f64[N, 3], b: f32[3, 5]) = sum(sin(a @ b)) + sum(b.T @ a.T)";
  const [wasm, plain] = (["wasm-js", "js"] as const).map((target) =>
    runMath(program, { target, assembler }),
  );
  const inputs = { a: [1, 2, 3, -1, 0.5, 4], b: [...Array(15).keys()].map((i) => i / 4 - 2) };
  const [found, reference] = [wasm, plain].map((run) => run?.gradient(inputs, [1], { N: 2 }));
  expect(worst(found?.value ?? [], reference?.value ?? [])).toBeLessThan(1e-12);
  for (const [name, slope] of Object.entries(reference?.slopes ?? {}))
    expect(worst(found?.slopes[name] ?? [], slope)).toBeLessThan(1e-6);
});
