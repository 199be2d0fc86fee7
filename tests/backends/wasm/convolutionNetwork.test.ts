import { expect, test } from "vitest";
import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import type { DType } from "../../../compiler/ir/type.js";
import { compile } from "../../../compiler/pipeline.js";
import { random } from "../../../runtime/random.js";
import { runMath } from "../../support/runModule.js";

const assembler = await loadAssembler();
const N = 3;
const shapes = {
  x: ["N", 2, 9, 8],
  w: [4, 2, 3, 3],
  v: [6, 2, 3, 2],
  u: [5, 6, 1, 1],
} as const;

/** Padding, pooling, groups, stride, dilation and windows of one element. */
const math =
  "conv2d(conv2d(maxPool2d(tanh(conv2d(x, w, padding=1)), 2), v, stride=[2, 1], padding=[1, 2], dilation=[1, 2], groups=2), u)";

const typesOf = (dtype: DType) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { dtype, shape }]));

function drawn() {
  const numbers = random(17);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const length = shape.reduce<number>((p, q) => p * (q === "N" ? N : q), 1);
      return [name, Array.from({ length }, () => Math.fround(numbers.normal()))];
    }),
  );
}

const cosines = (length: number) => Array.from({ length }, (_, i) => Math.cos(i));

test.each(["js", "wasm-js"] as const)("%s: gradients agree with differences", (target) => {
  const model = runMath(math, { target, assembler, parameterTypes: typesOf("f64") });
  const inputs = drawn();
  const sizes = { N };
  const cotangent = cosines(model.value(inputs, sizes).length);
  const total = (point: typeof inputs) =>
    model.value(point, sizes).reduce((sum, y, i) => sum + y * cotangent[i]!, 0);
  const { slopes } = model.gradient(inputs, cotangent, sizes);
  const step = 1e-6;
  for (const [name, data] of Object.entries(inputs))
    for (let i = 0; i < data.length; i += 7) {
      const at = (by: number) => total({ ...inputs, [name]: data.with(i, data[i]! + by) });
      const difference = (at(step) - at(-step)) / (2 * step);
      expect(Math.abs(slopes[name]![i]! - difference)).toBeLessThan(
        1e-6 * (1 + Math.abs(difference)),
      );
    }
});

test("f32 in WebAssembly agrees with f64 in JavaScript", () => {
  const [wasm, plain] = [
    runMath(math, { target: "wasm-js", assembler, parameterTypes: typesOf("f32") }),
    runMath(math, { target: "js", parameterTypes: typesOf("f64") }),
  ];
  const inputs = drawn();
  const cotangent = cosines(wasm.value(inputs, { N }).length);
  const [found, expected] = [wasm, plain].map((model) => model.gradient(inputs, cotangent, { N }));
  for (const [name, slope] of Object.entries(expected!.slopes)) {
    const largest = Math.max(...slope.map(Math.abs));
    slope.forEach((value, i) =>
      expect(Math.abs(found!.slopes[name]![i]! - value)).toBeLessThan(1e-5 * largest),
    );
  }
});

test.each([
  ["a number of images", { x: ["N", 1, 6, 6], w: [2, 1, 3, 3] }, false],
  ["a height", { x: [1, 1, "H", 6], w: [2, 1, 3, 3] }, true],
] as const)("%s may be a named size", (_what, { w, x }, inJavaScript) => {
  const parameterTypes = {
    x: { dtype: "f32" as const, shape: x },
    w: { dtype: "f32" as const, shape: w },
  };
  const { code } = compile(
    { math: "sum(conv2d(x, w))" },
    { target: "wasm-js", assembler, parameterTypes },
  );
  expect(code.includes("convolve")).toBe(inJavaScript);
});
