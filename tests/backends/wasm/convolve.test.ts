import { describe, expect, test } from "vitest";
import {
  convolutionCalls,
  convolutionFunctions,
  convolutionKernel,
  convolutionScratchBytes,
} from "../../../compiler/backends/wasm/kernels/convolveCall.js";
import type { ConvolutionName } from "../../../compiler/backends/wasm/kernels/convolveImages.js";
import type { Dtype } from "../../../compiler/backends/wasm/kernels/lanes.js";
import { matmulKernels } from "../../../compiler/backends/wasm/kernels/matmul.js";
import { relaxedSimdProbe } from "../../../compiler/backends/wasm/kernels/relaxed.js";
import { random } from "../../../runtime/random.js";
import {
  particularConvolutions,
  largestError,
  plainConvolution,
  randomConvolution,
  type Convolution,
} from "../../support/convolutions.js";
import { isValid, textModule } from "./kernelsSupport.js";

const names: readonly ConvolutionName[] = ["convolve", "convolveInput", "convolveFilters"];

/** Operands and result of each. */
const roles = {
  convolve: ["x", "w", "y"],
  convolveInput: ["y", "w", "x"],
  convolveFilters: ["x", "y", "w"],
} as const;

const generator = random(23);
const convolutions = [
  ...Array.from({ length: 120 }, () => randomConvolution(generator)),
  ...particularConvolutions(generator),
];

const pages = 64;

/** The kernels, and a function for each convolution that calls one with its sizes and addresses. */
function moduleOf(dtype: Dtype, relaxed: boolean) {
  const kernels = [false, true].map((transposeA) => ({
    name: `matmul${transposeA ? "T" : "N"}N_${dtype}`,
    dtype,
    transposeA,
    transposeB: false,
    accumulate: false,
  }));
  const functions = new Map(
    convolutions.flatMap(({ geometry }) =>
      names.flatMap((name) =>
        convolutionFunctions(convolutionKernel(name, dtype, geometry)).map((own) => [
          own.name,
          own,
        ]),
      ),
    ),
  );
  const calls = convolutions.flatMap(({ geometry, images }, i) =>
    names.map((name) => {
      const given = {
        operands: ["a", "b", "c"].map((operand) => `(local.get $${operand})`),
        images: `(i32.const ${images})`,
        scratch: "(local.get $scratch)",
      };
      return `(func $${name}${i} (param $a i32) (param $b i32) (param $c i32) (param $scratch i32)
        ${convolutionCalls(convolutionKernel(name, dtype, geometry), geometry, given).join("\n")})`;
    }),
  );
  return textModule(
    [
      matmulKernels(kernels, { relaxed }),
      ...[...functions.values()].map((own) => own.text({ relaxed })),
      ...calls,
    ].join("\n"),
    convolutions.flatMap((_, i) => names.map((name) => `${name}${i}`)),
    pages,
  );
}

/** More than rounding each term and each sum of a few hundred needs, far less than a term. */
const mostUnits = 60;

/** Between and after the arrays; nothing may be written there. */
const guard = 7.25;

const variants = (["f32", "f64"] as const).flatMap((dtype) =>
  [false, true].map((relaxed) => ({ dtype, relaxed })),
);

describe.each(variants.filter(({ relaxed }) => !relaxed || isValid(relaxedSimdProbe)))(
  "$dtype, relaxed: $relaxed",
  ({ dtype, relaxed }) => {
    const module = moduleOf(dtype, relaxed);
    const { buffer } = module;
    const view = (start: number, length: number) =>
      dtype === "f32"
        ? new Float32Array(buffer, start, length)
        : new Float64Array(buffer, start, length);
    const bytes = dtype === "f32" ? 4 : 8;

    const run = (name: ConvolutionName, convolution: Convolution, i: number) => {
      new Uint8Array(buffer).fill(0xff);
      const { geometry } = convolution;
      let end = 64;
      const place = (length: number) => {
        const start = end;
        end = start + 16 * Math.ceil((bytes * length) / 16) + 64;
        const array = view(start, length);
        return { start, array };
      };
      const [a, b, c] = roles[name].map((role) => {
        const { array, start } = place(convolution[role].length);
        array.set(convolution[role]);
        return { array, start };
      });
      if (a === undefined || b === undefined || c === undefined) throw new Error("three arrays");
      c.array.fill(NaN);
      const scratch = end;
      const after =
        scratch + convolutionScratchBytes(convolutionKernel(name, dtype, geometry), geometry);
      const fences = [a.start - 64, b.start - 16, c.start - 16, after].map((start) =>
        view(start, 2),
      );
      for (const fence of fences) fence.fill(guard);
      module.call(`${name}${i}`, a.start, b.start, c.start, scratch);
      return { result: c.array, fences };
    };

    test.each(convolutions.map((convolution, i) => [convolution.title, convolution, i] as const))(
      "%s",
      (_title, convolution, i) => {
        const expected = plainConvolution(convolution);
        for (const name of names) {
          const { fences, result } = run(name, convolution, i);
          const [, , role] = roles[name];
          expect({ [name]: largestError(result, expected[role]) < mostUnits }).toEqual({
            [name]: true,
          });
          expect(fences.flatMap((fence) => [...fence])).toEqual(
            fences.flatMap(() => [guard, guard]),
          );
        }
      },
    );
  },
);
