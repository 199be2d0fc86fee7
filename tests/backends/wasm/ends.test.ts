import { describe, expect, test } from "vitest";
import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import { findEnds } from "../../../compiler/backends/wasm/ends.js";
import type { CompileOptions } from "../../../compiler/pipeline.js";
import type { Program } from "../../../compiler/schedule/program.js";
import { random } from "../../../runtime/random.js";
import { runMath } from "../../support/runModule.js";

/** Elementwise work right after a matrix product, which its kernel does. */

const assembler = await loadAssembler();

function programsOf(run: ReturnType<typeof runMath>): readonly Program[] {
  const [compiled] = run.compiled.functions;
  if (compiled === undefined) throw new Error("nothing compiled");
  return [compiled.programs.forward, compiled.programs.gradient];
}

/** How many products have an end, forward and in the gradient. */
function endsOf(run: ReturnType<typeof runMath>): readonly number[] {
  return programsOf(run).map(({ body, arena }) => findEnds(body, arena).size);
}

interface Case {
  readonly program: string;
  /** Ends forward and in the gradient. */
  readonly ends: readonly [number, number];
}

const cases: Readonly<Record<string, Case>> = {
  "a bias and an activation": {
    program: "f(x: T[N, 5], w: T[5, M], b: T[M]) = relu(x @ w + b)",
    ends: [1, 1],
  },
  "a smooth one": {
    program: "f(x: T[N, 5], w: T[5, M], b: T[M]) = tanh(x @ w + b)",
    ends: [1, 1],
  },
  "a residual, and a factor for each row": {
    program: "f(x: T[N, 5], w: T[5, M], r: T[N, M], s: T[N, 1]) = r + s * (x @ w)",
    ends: [1, 1],
  },
  "a product that is read again": {
    program:
      "f(x: T[N, 5], w: T[5, M], v: T[M, 3]) = {\n z = x @ w\n a = exp(z)\n (a @ v) * (z @ v)\n}",
    ends: [2, 3],
  },
  "a sum over rows": {
    program: "f(x: T[N, 5], w: T[5, M]) = sum(relu(x @ w), axis=1)",
    ends: [0, 0],
  },
  "a product with one row": {
    program: "f(x: T[5], w: T[5, M], b: T[M]) = sigmoid(x @ w + b)",
    ends: [1, 1],
  },
  "a product with one column": {
    program: "f(x: T[N, 5], w: T[5], b: T[N]) = sigmoid(x @ w - b)",
    ends: [1, 1],
  },
  "transposed factors": {
    program: "f(x: T[5, N], w: T[5, M]) = exp(x.T @ w)",
    ends: [1, 1],
  },
  "two layers": {
    program: "f(x: T[N, 5], w: T[5, M], b: T[M], v: T[M, 3]) = relu(relu(x @ w + b) @ v)",
    ends: [2, 2],
  },
};

function worst(found: readonly number[], reference: readonly number[]): number {
  expect(found).toHaveLength(reference.length);
  const scale = Math.max(1, ...reference.map(Math.abs));
  return Math.max(0, ...found.map((x, i) => Math.abs(x - (reference[i] ?? NaN)) / scale));
}

describe.each(["f32", "f64"] as const)("%s", (dtype) => {
  const tolerance = dtype === "f32" ? 1e-5 : 1e-13;

  test.each(Object.entries(cases))("%s", (_name, { program, ends }) => {
    const text = program.replaceAll("T[", `${dtype}[`);
    const run = (target: CompileOptions["target"]) => runMath(text, { target, assembler });
    const [wasm, plain] = [run("wasm-js"), run("js")];
    expect(endsOf(wasm)).toEqual(ends);
    for (const [N, M] of [
      [1, 1],
      [3, 2],
      [4, 8],
      [7, 13],
      [50, 17],
      [300, 70],
    ] as const) {
      const sizes = { N, M };
      const numbers = random(N + M);
      const nodes = plain.compiled.functions[0]?.model.graph.inputs ?? [];
      const inputs = Object.fromEntries(
        nodes.map(({ attrs, type }) => {
          const known: Readonly<Record<string, number>> = sizes;
          const count = type.shape.reduce<number>(
            (p, dim) => p * (typeof dim === "number" ? dim : (known[dim] ?? 1)),
            1,
          );
          const draw = () => Math.fround(numbers.normal());
          return [String(attrs["name"]), Array.from({ length: count }, draw)];
        }),
      );
      const value = plain.value(inputs, sizes);
      expect(worst(wasm.value(inputs, sizes), value)).toBeLessThan(tolerance);
      const cotangent = value.map((_, i) => Math.fround(Math.cos(i)));
      const [found, reference] = [wasm, plain].map((each) =>
        each.gradient(inputs, cotangent, sizes),
      );
      expect(worst(found?.value ?? [], reference?.value ?? [])).toBeLessThan(tolerance);
      for (const [name, slope] of Object.entries(reference?.slopes ?? {}))
        expect(worst(found?.slopes[name] ?? [], slope)).toBeLessThan(tolerance);
    }
  });
});
