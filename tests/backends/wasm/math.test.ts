import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { collectingScope } from "../../../compiler/backends/wasm/math/collectingScope.js";
import { type Dtype, lanesOf } from "../../../compiler/backends/wasm/kernels/lanes.js";
import { vectorFunction, vectorFunctionNames } from "../../../compiler/backends/wasm/math/index.js";
import { interleave } from "../../../compiler/backends/wasm/math/scope.js";
import { erf, erfc } from "../../../runtime/erf.js";
import { logSigmoid, softplus } from "../../../runtime/logistic.js";
import { textModule } from "./kernelsSupport.js";
import { errorOf, inDoubles } from "./mathSupport.js";

/** Of sin and cos so many digits are not sought. */
const trigonometric = 0.502;

/** Units in the last place that each function's documentation allows. */
const bounds: Readonly<Record<Dtype, Readonly<Record<string, number>>>> = {
  f32: {
    exp: 1,
    expm1: 2,
    log: 1,
    log1p: 1,
    logSigmoid: 2,
    sigmoid: 2.1,
    softplus: 2,
    tanh: 2,
    erf: 2,
    acos: inDoubles,
    acosh: inDoubles,
    asin: inDoubles,
    asinh: inDoubles,
    atan: inDoubles,
    atanh: inDoubles,
    cos: trigonometric,
    cosh: inDoubles,
    erfc: 0.55,
    sin: trigonometric,
    sinh: inDoubles,
    tan: trigonometric,
  },
  f64: {
    exp: 1,
    expm1: 2,
    log: 1,
    log1p: 1,
    logSigmoid: 2,
    sigmoid: 2.1,
    softplus: 2,
    tanh: 2,
    erf: 2,
    atan: 2,
    cos: 1,
    erfc: 5,
    sin: 1,
    tan: 2.5,
  },
};

/** In f64; without the cancellation 1 / (1 + e⁻ˣ) has where e⁻ˣ overflows. */
const inF64: Readonly<Record<string, (x: number) => number>> = {
  acos: Math.acos,
  acosh: Math.acosh,
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atanh: Math.atanh,
  cos: Math.cos,
  cosh: Math.cosh,
  sin: Math.sin,
  sinh: Math.sinh,
  tan: Math.tan,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  logSigmoid,
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  softplus,
  tanh: Math.tanh,
  erf,
  erfc,
};

/** The module calls functions of the host by the names of `Math`. */
const host = (callee: string): string => callee.replace("Math.", "");

const pages = 512;
const count = 1 << 20;

/** For each function one over vectors, two at a time, and one over single numbers. */
function functionsOf(dtype: Dtype): string[] {
  const lanes = lanesOf(dtype);
  const loop = (name: string, bytes: number, body: readonly string[], constants: string): string =>
    `(func $${name} (param $x i32) (param $y i32) (param $count i32) ${constants}
      (loop $again ${body.join("\n")}
      (local.set $x (i32.add (local.get $x) (i32.const ${bytes})))
      (local.set $y (i32.add (local.get $y) (i32.const ${bytes})))
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const ${bytes / lanes.bytes}))))))`;
  return vectorFunctionNames(lanes.vector).flatMap((name) => {
    const write = vectorFunction(name, lanes.vector, host)!;
    const scope = collectingScope();
    const codes = [0, 16].map((at) => write(`(v128.load offset=${at} (local.get $x))`, scope));
    const vectors = [
      ...interleave(codes.map(({ statements }) => statements)),
      ...codes.map(({ value }, i) => `(v128.store offset=${16 * i} (local.get $y) ${value})`),
    ];
    const singleScope = collectingScope();
    const single = write(`(${lanes.loadFirst} (local.get $x))`, singleScope);
    const store = `(${lanes.storeLane} 0 (local.get $y) ${single.value})`;
    return [
      loop(`${name}.${dtype}`, 32, vectors, scope.declarations()),
      loop(
        `${name}.${dtype}.single`,
        lanes.bytes,
        [...single.statements, store],
        singleScope.declarations(),
      ),
    ];
  });
}

const dtypes: readonly Dtype[] = ["f32", "f64"];
const names = dtypes.flatMap((dtype) =>
  vectorFunctionNames(lanesOf(dtype).vector).flatMap((name) => [
    `${name}.${dtype}`,
    `${name}.${dtype}.single`,
  ]),
);
const module = textModule(dtypes.flatMap(functionsOf).join("\n"), names, pages, {
  cos: Math.cos,
  sin: Math.sin,
  tan: Math.tan,
});
const y = count * 8;
const arrays = {
  f32: {
    x: new Float32Array(module.buffer, 0, count),
    y: new Float32Array(module.buffer, y, count),
  },
  f64: {
    x: new Float64Array(module.buffer, 0, count),
    y: new Float64Array(module.buffer, y, count),
  },
};
const bits = new Uint32Array(module.buffer, 0, 2 * count);

/** The function's values at the arguments, at most `count` of them. */
function apply(name: string, dtype: Dtype, xs: readonly number[], single = false): number[] {
  arrays[dtype].x.fill(0).set(xs);
  module.call(
    `${name}.${dtype}${single ? ".single" : ""}`,
    0,
    y,
    single ? xs.length : Math.ceil(xs.length / 8) * 8,
  );
  return [...arrays[dtype].y.subarray(0, xs.length)];
}

const special = [
  0,
  -0,
  Infinity,
  -Infinity,
  NaN,
  1,
  -1,
  -2,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  88.72283,
  88.72284,
  -87.33655,
  -103.97,
  -103.98,
  -104.1,
  8388608,
  16777216,
  1e38,
  -1e38,
  9.01,
  9.02,
];

describe.each(Object.entries(bounds.f32))("%s in f32", (name, bound) => {
  const exact = inF64[name]!;
  const worst = (xs: ArrayLike<number>, ys: ArrayLike<number>): { error: number; x: number } => {
    let [error, x] = [0, 0];
    for (let i = 0; i < xs.length; i++) {
      const e = errorOf(ys[i]!, exact(xs[i]!), "f32");
      if (e > error) [error, x] = [e, xs[i]!];
    }
    return { error, x };
  };

  test("every exponent, both signs, NaN among them", () => {
    // A prime step through all bit patterns.
    for (let i = 0; i < count; i++) bits[i] = Math.imul(i, 4093);
    module.call(`${name}.f32`, 0, y, count);
    const { error, x } = worst(arrays.f32.x, arrays.f32.y);
    expect(error, `at ${x}`).toBeLessThanOrEqual(bound);
    expect(error).toBeGreaterThan(0.45);
  });

  test("densely where it is neither flat nor straight", () => {
    for (let i = 0; i < count; i++) arrays.f32.x[i] = ((i - count / 2) / count) * 24 + 1e-7 * i;
    module.call(`${name}.f32`, 0, y, count);
    const { error, x } = worst(arrays.f32.x, arrays.f32.y);
    expect(error, `at ${x}`).toBeLessThanOrEqual(bound);
  });

  test("zeros, infinities, limits", () => {
    const xs = special.map(Math.fround);
    const ys = apply(name, "f32", xs);
    expect(xs.filter((x, i) => !(errorOf(ys[i]!, exact(x), "f32") <= bound))).toEqual([]);
  });
});

interface Table {
  readonly values: Readonly<Record<string, readonly (readonly [number, number, number])[]>>;
}

const table = JSON.parse(
  readFileSync(new URL("mathValues.json", import.meta.url), "utf8"),
) as Table;

describe.each(Object.entries(bounds.f64))("%s in f64", (name, bound) => {
  test("against values of more digits", () => {
    const rows = table.values[name]!;
    const ys = apply(
      name,
      "f64",
      rows.map(([x]) => x),
    );
    const errors = rows.map(([x, value, rest], i) => ({
      x,
      error: errorOf(ys[i]!, value, "f64", rest),
    }));
    expect(errors.length).toBeGreaterThan(40);
    expect(errors.filter(({ error }) => !(error <= bound))).toEqual([]);
  });

  test("every exponent, against JavaScript's, which may err itself", () => {
    for (let i = 0; i < 2 * count; i++) bits[i] = Math.imul(i, 0x9e3779b1) ^ (i << 7);
    module.call(`${name}.f64`, 0, y, count);
    const { x, y: ys } = arrays.f64;
    let error = 0;
    for (let i = 0; i < count; i++) {
      error = Math.max(error, errorOf(ys[i]!, inF64[name]!(x[i]!), "f64"));
    }
    expect(error).toBeLessThanOrEqual(bound + 2);
  });

  test("zeros, infinities, NaN", () => {
    const xs = [0, -0, Infinity, -Infinity, NaN, -1, -2];
    const ys = apply(name, "f64", xs);
    expect(xs.filter((x, i) => !(errorOf(ys[i]!, inF64[name]!(x), "f64") <= bound))).toEqual([]);
  });
});

describe.each(dtypes)("%s", (dtype) => {
  test("a single number takes the way of a vector's lane", () => {
    const xs = Array.from({ length: 4096 }, (_, i) => Math.sinh((i - 2048) / 20));
    const differing = vectorFunctionNames(lanesOf(dtype).vector).filter((name) => {
      const vectors = apply(name, dtype, xs);
      return !apply(name, dtype, xs, true).every((value, i) => Object.is(value, vectors[i]));
    });
    expect(differing).toEqual([]);
  });

  test("each function has a bound", () => {
    expect(vectorFunctionNames(lanesOf(dtype).vector).toSorted()).toEqual(
      Object.keys(bounds[dtype]).toSorted(),
    );
  });
});
