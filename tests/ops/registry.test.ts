import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { evaluateDim } from "../../compiler/ir/dim.js";
import type { Op, Value } from "../../compiler/ir/op.js";
import { isFloat, type TensorType } from "../../compiler/ir/type.js";
import { registry } from "../../compiler/ops/index.js";
import { random, type Random } from "../../runtime/random.js";
import { runMath, type Inputs, type Runnable } from "../support/runModule.js";
import { slopeFunction } from "../support/slopeFunction.js";
import type { Sizes } from "../support/values.js";
import { calls, type Call, type CallInput } from "./calls.js";

const operations = [...registry.values()].filter((op) => op.internal !== true);

test("every operation is in the table, and nothing else", () => {
  expect(Object.keys(calls).toSorted()).toEqual(operations.map((op) => op.name).toSorted());
});

type Precision = "f32" | "f64";

function typesOf(call: Call, precision: Precision): Readonly<Record<string, TensorType>> {
  return Object.fromEntries(
    Object.entries(call.inputs).map(([name, { shape, below }]) => [
      name,
      { shape, dtype: below === undefined ? precision : ("i32" as const) },
    ]),
  );
}

/** Numbers for an input; operand `position` of the operation says where. */
function draw(source: Random, op: Op, given: CallInput, position: number, sizes: Sizes): number[] {
  const shape = given.shape.map((dim) => evaluateDim(dim, sizes));
  const count = shape.reduce((p, q) => p * q, 1);
  if (given.below !== undefined)
    return Array.from({ length: count }, () => source.integer(given.below ?? 1));
  const [low, high] = given.domain ?? op.domain?.[position] ?? [-2, 2];
  const n = shape.at(-1) ?? 1;
  return Array.from({ length: count }, (_, i) => {
    const onDiagonal = Math.floor(i / n) % (shape.at(-2) ?? 1) === i % n;
    const shift = onDiagonal ? (given.dominant ?? 0) : 0;
    return Math.fround(low + (high - low) * source.uniform()) + shift;
  });
}

function drawAll(source: Random, op: Op, call: Call): Inputs {
  return Object.fromEntries(
    Object.entries(call.inputs).map(([name, given], position) => [
      name,
      draw(source, op, given, position, call.sizes),
    ]),
  );
}

function normals(source: Random, count: number): number[] {
  return Array.from({ length: count }, () => source.normal());
}

function countOf(type: TensorType, sizes: Sizes): number {
  return type.shape.reduce<number>((p, dim) => p * evaluateDim(dim, sizes), 1);
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, x, i) => total + x * (b[i] ?? NaN), 0);

/** The values as a reference evaluator takes them. */
function asValues(inputs: Inputs, types: Readonly<Record<string, TensorType>>, sizes: Sizes) {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, data]): [string, Value] => {
      const type = types[name];
      if (type === undefined) throw new Error(`${name} has no type`);
      return [
        name,
        { dtype: type.dtype, shape: type.shape.map((d) => evaluateDim(d, sizes)), data },
      ];
    }),
  );
}

/** The largest difference, relative to the largest number where that exceeds 1. */
function distance(found: readonly number[], reference: readonly number[]): number {
  expect(found).toHaveLength(reference.length);
  const scale = Math.max(1, ...reference.map(Math.abs));
  return Math.max(
    0,
    ...found.map((x, i) => (x === reference[i] ? 0 : Math.abs(x - (reference[i] ?? NaN)) / scale)),
  );
}

const step = 2e-3;

/** The slope in the middle of five points of a line, with an error of order step⁴; undefined at a kink. */
function slopeAlong(at: (offset: number) => number): number | undefined {
  const [a, b, c, d, e] = [at(-2 * step), at(-step), at(0), at(step), at(2 * step)];
  // The fourth difference: of order step⁴ where the function is smooth, of order step at a kink.
  const roughness = Math.abs(a - 4 * b + 6 * c - 4 * d + e);
  if (roughness > 1e-6 * Math.max(1, Math.abs(c))) return undefined;
  return (a - 8 * b + 8 * d - e) / (12 * step);
}

/**
 * The derivative of ⟨cotangent, value⟩ along a random direction: of the
 * gradient, and by differences. Directions that meet a kink are drawn again.
 */
function expectSlope(
  source: Random,
  run: Runnable,
  inputs: Inputs,
  cotangent: readonly number[],
  sizes: Sizes,
): void {
  const { slopes } = run.gradient(inputs, cotangent, sizes);
  for (let attempt = 0; attempt < 20; attempt++) {
    const direction = Object.fromEntries(
      Object.entries(slopes).map(([name, slope]) => {
        const velocity = normals(source, slope.length);
        return [name, velocity.map((v) => v / Math.sqrt(dot(velocity, velocity)))];
      }),
    );
    const numeric = slopeAlong((offset) => {
      const moved = Object.fromEntries(
        Object.entries(inputs).map(([name, data]) => [
          name,
          data.map((x, i) => x + offset * (direction[name]?.[i] ?? 0)),
        ]),
      );
      return dot(run.value(moved, sizes), cotangent);
    });
    if (numeric === undefined) continue;
    const analytic = Object.entries(slopes).reduce(
      (total, [name, slope]) => total + dot(slope, direction[name] ?? []),
      0,
    );
    expect(Math.abs(analytic - numeric)).toBeLessThan(1e-7 * Math.max(1, Math.abs(numeric)));
    return;
  }
  throw new Error("a kink in every direction");
}

/** Operations of which a difference of values does not show the gradient. */
const frozen = new Set(["stopGradient"]);

describe.each(operations.map((op) => [op.name, op] as const))("%s", (name, op) => {
  const own = calls[name] ?? [];
  const titled = own.map((call, i) => {
    const shapes = Object.values(call.inputs).map(({ shape }) => `[${shape.join(",")}]`);
    return [`${call.expression} of ${shapes.join(", ")}`, call, i] as const;
  });

  test.each(titled)("%s", (_title, call, i) => {
    const source = random(1000 + i);
    const types = typesOf(call, "f64");
    const inputs = drawAll(source, op, call);
    const values = asValues(inputs, types, call.sizes);
    const runs = ([0, 2] as const).map((level) =>
      runMath(call.expression, { level, parameterTypes: types }),
    );
    const [first] = runs;
    const graph = first?.compiled.functions[0]?.model.graph;
    if (first === undefined || graph === undefined) throw new Error("nothing was compiled");
    const reference = evaluateGraph(graph, values, call.sizes)["value"]?.data ?? [];
    for (const run of runs)
      expect(distance(run.value(inputs, call.sizes), reference)).toBeLessThan(1e-12);
    if (!isFloat(first.result.dtype)) return;

    const cotangent =
      first.result.shape.length === 0 ? [1] : normals(source, countOf(first.result, call.sizes));
    const slopes = runs.map((run) => run.gradient(inputs, cotangent, call.sizes).slopes);
    for (const key of Object.keys(slopes[0] ?? {}))
      expect(distance(slopes[1]?.[key] ?? [], slopes[0]?.[key] ?? [])).toBeLessThan(1e-12);
    if (frozen.has(name)) return;
    for (const run of runs) expectSlope(source, run, inputs, cotangent, call.sizes);

    const second = slopeFunction(first);
    const extra = (second.compiled.functions[0]?.model.graph.inputs ?? [])
      .filter((node) => !Object.hasOwn(inputs, String(node.attrs["name"])))
      .map((node) => [String(node.attrs["name"]), normals(source, countOf(node.type, call.sizes))]);
    const all = { ...inputs, ...Object.fromEntries(extra) } as Inputs;
    expectSlope(source, second, all, [1], call.sizes);
  });

  test.each(titled)("%s in f32", (_title, call, i) => {
    const source = random(1000 + i);
    const inputs = drawAll(source, op, call);
    const [single, double] = (["f32", "f64"] as const).map((precision) =>
      runMath(call.expression, { parameterTypes: typesOf(call, precision) }),
    );
    if (single === undefined || double === undefined) throw new Error("nothing was compiled");
    expect(
      distance(single.value(inputs, call.sizes), double.value(inputs, call.sizes)),
    ).toBeLessThan(1e-5);
    if (!isFloat(single.result.dtype)) return;
    const cotangent =
      single.result.shape.length === 0 ? [1] : normals(source, countOf(single.result, call.sizes));
    const [found, reference] = [single, double].map(
      (run) => run.gradient(inputs, cotangent.map(Math.fround), call.sizes).slopes,
    );
    for (const [key, slope] of Object.entries(reference ?? {}))
      expect(distance(found?.[key] ?? [], slope)).toBeLessThan(1e-4);
  });
});
