import { describe, expect, test } from "vitest";
import { type Dtype, lanesOf } from "../../../compiler/backends/wasm/kernels/lanes.js";
import { collectingScope } from "../../../compiler/backends/wasm/math/collectingScope.js";
import {
  vectorFunctionOfTwo,
  vectorFunctionOfTwoNames,
} from "../../../compiler/backends/wasm/math/index.js";
import { xlogy } from "../../../runtime/xlogy.js";
import { textModule } from "./kernelsSupport.js";
import { errorOf, inDoubles } from "./mathSupport.js";

/** For each function of two numbers, the second from where the values go. */
function functionsOfTwo(dtype: Dtype): string[] {
  const { vector } = lanesOf(dtype);
  return vectorFunctionOfTwoNames(vector).map((name) => {
    const scope = collectingScope();
    const [x, y] = ["x", "y"].map((at) => `(v128.load (local.get $${at}))`);
    const { statements, value } = vectorFunctionOfTwo(name, vector)!(x!, y!, scope);
    return `(func $${name}.${dtype} (param $x i32) (param $y i32) (param $count i32) ${scope.declarations()}
      (loop $again ${statements.join("\n")}
      (v128.store (local.get $y) ${value})
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const ${lanesOf(dtype).count}))))))`;
  });
}

const dtypes: readonly Dtype[] = ["f32", "f64"];
const pages = 256;
const y = 1 << 23;
const module = textModule(
  dtypes.flatMap(functionsOfTwo).join("\n"),
  dtypes.flatMap((dtype) =>
    vectorFunctionOfTwoNames(lanesOf(dtype).vector).map((name) => `${name}.${dtype}`),
  ),
  pages,
);

/** Arguments at 0, then, at y, more of them, which give way to the values. */
const arraysOf = (dtype: Dtype) => {
  const View = dtype === "f32" ? Float32Array : Float64Array;
  return { x: new View(module.buffer, 0, 1e6), second: new View(module.buffer, y, 1e6) };
};

const ofTwo: readonly (readonly [string, Dtype, (x: number, y: number) => number, number])[] = [
  ["atan2", "f32", Math.atan2, inDoubles],
  ["atan2", "f64", Math.atan2, 3],
  ["pow", "f32", Math.pow, inDoubles],
  ["pow", "f64", Math.pow, 2],
  ["xlogy", "f32", xlogy, 2],
  ["xlogy", "f64", xlogy, 2.5],
];

describe.each(ofTwo)("%s in %s", (name, dtype, exact, bound) => {
  const errors = (pairs: readonly (readonly [number, number])[]) => {
    const { x, second } = arraysOf(dtype);
    pairs.forEach(([a, b], i) => {
      x[i] = a;
      second[i] = b;
    });
    const given = pairs.map((_, i) => [x[i]!, second[i]!] as const);
    module.call(`${name}.${dtype}`, 0, y, pairs.length);
    return given.map(([a, b], i) => ({
      pair: [a, b],
      error: errorOf(second[i]!, exact(a, b), dtype),
    }));
  };
  const wrong = (pairs: readonly (readonly [number, number])[]) =>
    errors(pairs).filter(({ error }) => !(error <= bound));

  test("whole and half exponents, bases of every size and sign", () => {
    const bases = Array.from({ length: 800 }, (_, i) => (i % 2 ? -1 : 1) * Math.exp((i - 400) / 4));
    const exponents = [
      -3,
      -2,
      -1,
      -0.5,
      0.5,
      1,
      1.5,
      2,
      2.5,
      3,
      5,
      7,
      100,
      1 / 3,
      1e9,
      2 ** 24 - 1,
    ];
    expect(wrong(bases.flatMap((a) => exponents.map((b) => [a, b] as const)))).toEqual([]);
  });

  test("densely where it is neither 0 nor Infinity", () => {
    const side = [...Array(1000).keys()];
    const pairs = side.flatMap((i) =>
      side.map((j) => [Math.exp(i / 90 - 4.2), j / 31 - 15.7 + i * 1e-4] as const),
    );
    const found = errors(pairs);
    expect(found.filter(({ error }) => !(error <= bound))).toEqual([]);
    expect(Math.max(...found.slice(0, 1000).map(({ error }) => error))).toBeGreaterThan(0.45);
  });

  test("zeros, infinities, NaN", () => {
    const numbers = [
      0,
      -0,
      Infinity,
      -Infinity,
      NaN,
      1,
      -1,
      0.5,
      -0.5,
      2,
      -2,
      3,
      -3,
      1e-40,
      -1e-40,
    ];
    const pairs = numbers.flatMap((a) => numbers.map((b) => [a, b] as const));
    expect(wrong([...pairs, [2, 2], [2, 2], [2, 2]])).toEqual([]);
  });
});

test("functions of two numbers each have a bound", () => {
  const known = dtypes.flatMap((dtype) =>
    vectorFunctionOfTwoNames(lanesOf(dtype).vector).map((name) => `${name} ${dtype}`),
  );
  expect(known.toSorted()).toEqual(ofTwo.map(([name, dtype]) => `${name} ${dtype}`).toSorted());
});
