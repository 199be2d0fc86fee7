import { describe, expect, test } from "vitest";
import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import { evaluateDim } from "../../../compiler/ir/dim.js";
import type { Op } from "../../../compiler/ir/op.js";
import type { TensorType } from "../../../compiler/ir/type.js";
import { registry } from "../../../compiler/ops/index.js";
import { random, type Random } from "../../../runtime/random.js";
import { calls, type Call } from "../../ops/calls.js";
import { runMath, type Gradient, type Inputs } from "../../support/runModule.js";

/** Every operation, its value and its gradient, against the TypeScript target. */

const assembler = await loadAssembler();
const operations = [...registry.values()].filter((op) => op.internal !== true);

/** Relative to the largest number of a tensor: sums are formed in another order, functions approximated. */
const tolerances = { f64: 1e-12, f32: 2e-5 } as const;
type Precision = keyof typeof tolerances;

function typesOf(call: Call, precision: Precision): Readonly<Record<string, TensorType>> {
  return Object.fromEntries(
    Object.entries(call.inputs).map(([name, { shape, below }]) => [
      name,
      { shape, dtype: below === undefined ? precision : ("i32" as const) },
    ]),
  );
}

function drawAll(source: Random, op: Op, call: Call): Inputs {
  const entries = Object.entries(call.inputs).map(([name, given], position) => {
    const shape = given.shape.map((dim) => evaluateDim(dim, call.sizes));
    const count = shape.reduce((p, q) => p * q, 1);
    const [low, high] = given.domain ?? op.domain?.[position] ?? [-2, 2];
    const n = shape.at(-1) ?? 1;
    const data = Array.from({ length: count }, (_, i) => {
      if (given.below !== undefined) return source.integer(given.below);
      const onDiagonal = Math.floor(i / n) % (shape.at(-2) ?? 1) === i % n;
      const shift = onDiagonal ? (given.dominant ?? 0) : 0;
      return Math.fround(low + (high - low) * source.uniform()) + shift;
    });
    return [name, data] as const;
  });
  return Object.fromEntries(entries);
}

function distance(found: readonly number[], reference: readonly number[]): number {
  if (found.length !== reference.length) return Infinity;
  const scale = Math.max(1, ...reference.map(Math.abs).filter(Number.isFinite));
  const far = found.map((x, i) =>
    Object.is(x, reference[i]) || x === reference[i]
      ? 0
      : Math.abs(x - (reference[i] ?? NaN)) / scale,
  );
  return far.some(Number.isNaN) ? NaN : Math.max(0, ...far);
}

function gradientDistance(found: Gradient, reference: Gradient): number {
  expect(Object.keys(found.slopes)).toEqual(Object.keys(reference.slopes));
  const slopes = Object.entries(reference.slopes).map(([name, slope]) =>
    distance(found.slopes[name] ?? [], slope),
  );
  return Math.max(distance(found.value, reference.value), ...slopes);
}

describe.each(operations.map((op) => [op.name, op] as const))("%s", (name, op) => {
  const titled = (calls[name] ?? []).map((call, i) => {
    const shapes = Object.values(call.inputs).map(({ shape }) => `[${shape.join(",")}]`);
    return [`${call.expression} of ${shapes.join(", ")}`, call, i] as const;
  });

  test.each(titled)("%s", (_title, call, i) => {
    for (const precision of ["f64", "f32"] as const) {
      const source = random(1000 + i);
      const inputs = drawAll(source, op, call);
      const parameterTypes = typesOf(call, precision);
      const [wasm, plain] = (["wasm-js", "js"] as const).map((target) =>
        runMath(call.expression, { target, assembler, parameterTypes }),
      );
      if (wasm === undefined || plain === undefined) throw new Error("nothing was compiled");
      const value = plain.value(inputs, call.sizes);
      const cotangent = value.map(() => source.normal());
      const tolerance = tolerances[precision];
      expect(distance(wasm.value(inputs, call.sizes), value)).toBeLessThan(tolerance);
      expect(
        gradientDistance(
          wasm.gradient(inputs, cotangent, call.sizes),
          plain.gradient(inputs, cotangent, call.sizes),
        ),
      ).toBeLessThan(tolerance);
    }
  });
});
