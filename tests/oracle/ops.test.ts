import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { TensorType } from "../../compiler/ir/type.js";
import { runMath } from "../support/runModule.js";

/**
 * The vocabulary against PyTorch (float64): the value and the gradient of
 * ⟨cotangent, value⟩ by every float input, through the generated code.
 *
 * Two numbers agree if they differ by at most `tolerance` times the larger of
 * the reference and the largest number of the reference tensor divided by a
 * thousand: a relative error for every element, except that an element which
 * is almost cancelled is judged by the size of what cancelled.
 */
interface OracleTensor {
  readonly shape: readonly number[];
  readonly dtype?: "int32";
  readonly data: readonly number[];
}

interface OracleCase {
  readonly name: string;
  readonly expr: string;
  readonly inputs: Readonly<Record<string, OracleTensor>>;
  readonly value: OracleTensor;
  readonly cotangent?: readonly number[];
  readonly grads: Readonly<Record<string, readonly number[]>>;
}

const { cases } = JSON.parse(readFileSync(new URL("ops.json", import.meta.url), "utf8")) as {
  readonly cases: readonly OracleCase[];
};

/**
 * PyTorch 2.13 multiplies the gradient of hardsigmoid by 1/6 rounded to single
 * precision, in float64 too (aten/native/cpu/Activation.cpp): the table is
 * wrong in the 8th digit. The reference is what it is without that factor.
 */
const roundedFactors: Readonly<Record<string, number>> = { hardSigmoid: 6 * Math.fround(1 / 6) };

const tolerances = { f64: 1e-9, f32: 1e-4 } as const;
type Precision = keyof typeof tolerances;

function typeOf({ shape, dtype }: OracleTensor, precision: Precision): TensorType {
  return { dtype: dtype === "int32" ? "i32" : precision, shape };
}

/** The elements that differ by more than they may. */
function differences(
  found: readonly number[],
  reference: readonly number[],
  tolerance: number,
): readonly string[] {
  if (found.length !== reference.length)
    return [`${found.length} elements instead of ${reference.length}`];
  const scale = Math.max(0, ...reference.map(Math.abs)) / 1000;
  return reference.flatMap((r, i) => {
    const x = found[i] ?? NaN;
    const fits = Object.is(x, r) || Math.abs(x - r) <= tolerance * Math.max(Math.abs(r), scale);
    return fits ? [] : [`[${i}]: ${x} instead of ${r}`];
  });
}

describe.each([0, 2] as const)("-O%i", (level) => {
  describe.each(["f64", "f32"] as const)("%s", (precision) => {
    test.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
      const parameterTypes = Object.fromEntries(
        Object.entries(one.inputs).map(([name, input]) => [name, typeOf(input, precision)]),
      );
      const data = Object.fromEntries(
        Object.entries(one.inputs).map(([name, input]) => [name, input.data]),
      );
      const run = runMath(one.expr, { level, parameterTypes });
      const tolerance = tolerances[precision];
      expect(run.result.shape).toEqual(one.value.shape);
      expect(differences(run.value(data), one.value.data, tolerance)).toEqual([]);
      const { value, slopes } = run.gradient(data, one.cotangent);
      expect(differences(value, one.value.data, tolerance)).toEqual([]);
      expect(Object.keys(slopes).toSorted()).toEqual(Object.keys(one.grads).toSorted());
      const factor = roundedFactors[one.name] ?? 1;
      for (const [name, given] of Object.entries(one.grads)) {
        const reference = given.map((slope) => slope / factor);
        expect(
          differences(slopes[name] ?? [], reference, tolerance).map((text) => `d${name}${text}`),
        ).toEqual([]);
      }
    });
  });
});

test("the table has all its cases", () => {
  expect(cases).toHaveLength(179);
});
