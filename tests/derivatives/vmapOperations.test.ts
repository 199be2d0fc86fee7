import { describe, expect, test } from "vitest";
import { dimProduct, evaluateDim, type Dim } from "../../compiler/ir/dim.js";
import type { Op } from "../../compiler/ir/op.js";
import { isFloat, type TensorType } from "../../compiler/ir/type.js";
import { registry } from "../../compiler/ops/index.js";
import { random, type Random } from "../../runtime/random.js";
import { calls, type Call } from "../ops/calls.js";
import { drawInputs, typesOf } from "../support/drawCall.js";
import { runMath, type Inputs } from "../support/runModule.js";
import { withoutNames } from "./support.js";

const operations = [...registry.values()].filter((op) => op.internal !== true);
/** Elements of the batch. */
const size = 2;

/** Which of the inputs are batches: all of them, and each alone. */
function choices({ inputs }: Call): readonly (readonly string[])[] {
  const names = Object.keys(inputs);
  return names.length === 1 ? [names] : [names, ...names.map((name) => [name])];
}

/** Inputs for each element of a batch; one that is no batch is the same for all. */
function drawBatch(source: Random, op: Op, call: Call, batched: readonly string[]) {
  const elements = Array.from({ length: size }, () => drawInputs(source, op, call));
  return elements.map((values): Inputs => {
    const shared = elements[0] ?? {};
    return Object.fromEntries(
      Object.keys(values).map((name) => [
        name,
        (batched.includes(name) ? values : shared)[name]?.data ?? [],
      ]),
    );
  });
}

const joined = (elements: readonly Inputs[], name: string, isBatched: boolean) =>
  isBatched ? elements.flatMap((one) => one[name] ?? []) : (elements[0]?.[name] ?? []);

/** The largest difference, relative to the largest number where that exceeds 1. */
function distance(found: readonly number[], reference: readonly number[]): number {
  if (found.length !== reference.length) return Infinity;
  const scale = Math.max(1, ...reference.map(Math.abs));
  const gaps = reference.map((value, i) =>
    Object.is(value, found[i]) ? 0 : Math.abs((found[i] ?? NaN) - value) / scale,
  );
  return Math.max(0, ...gaps);
}

/** How far a batch is from as many single calls, in its value and in its gradient. */
function compare(op: Op, call: Call, batched: readonly string[], seed: number): number {
  const names = Object.keys(call.inputs);
  const types = typesOf(call);
  const wide: Record<string, TensorType> = Object.fromEntries(
    Object.entries(types).map(([name, { dtype, shape }]) => {
      const front: readonly Dim[] = batched.includes(name) ? [size] : [];
      return [name, { dtype, shape: [...front, ...shape] }];
    }),
  );
  const list = names.join(", ");
  const text = `own(${list}) = ${call.expression}; f(${list}) = vmap(own, [${batched.map((name) => `"${name}"`).join(", ")}])(${list})`;
  const whole = runMath(text, { functions: ["f"], parameterTypes: wide });
  const single = runMath(`f(${list}) = ${call.expression}`, { parameterTypes: types });
  const elements = drawBatch(random(seed), op, call, batched);
  const inputs = Object.fromEntries(
    names.map((name) => [name, joined(elements, name, batched.includes(name))]),
  );
  const values = elements.flatMap((one) => single.value(one, call.sizes));
  const gap = distance(whole.value(inputs, call.sizes), values);
  if (!isFloat(single.result.dtype)) return gap;

  const each = evaluateDim(dimProduct(single.result.shape), call.sizes);
  const source = random(seed + 1);
  const cotangents = Array.from({ length: size }, () =>
    Array.from({ length: each }, () => source.normal()),
  );
  const { slopes } = whole.gradient(inputs, cotangents.flat(), call.sizes);
  const singles = elements.map((one, i) => {
    const u = cotangents[i] ?? [];
    const isScalar = single.result.shape.length === 0;
    const found = single.gradient(one, isScalar ? [] : u, call.sizes).slopes;
    const factor = isScalar ? (u[0] ?? NaN) : 1;
    return Object.fromEntries(
      Object.entries(found).map(([name, slope]) => [name, slope.map((x) => x * factor)]),
    );
  });
  const gaps = Object.entries(slopes).map(([name, slope]) => {
    const parts = singles.map((one) => one[name] ?? []);
    const sum = (parts[0] ?? []).map((_, i) => parts.reduce((p, part) => p + (part[i] ?? NaN), 0));
    return distance(slope, batched.includes(name) ? parts.flat() : sum);
  });
  return Math.max(gap, ...gaps);
}

describe.each(operations.map((op) => [op.name, op] as const))("%s", (name, op) => {
  const titled = (calls[name] ?? []).map((call, i) => {
    const shapes = Object.values(call.inputs).map(({ shape }) => `[${shape.join(",")}]`);
    return [`${call.expression} of ${shapes.join(", ")}`, call, i] as const;
  });

  test.each(titled)("%s: a batch is as many single calls", (_title, given, i) => {
    const call = given.expression.includes('"N"') ? withoutNames(given) : given;
    for (const batched of choices(call))
      expect(compare(op, call, batched, 5000 + i)).toBeLessThan(1e-11);
  });
});
