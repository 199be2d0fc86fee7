import { expect, it } from "vitest";
import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import { ownFunction } from "../../../compiler/backends/wasm/ownFunctions.js";
import { uniformAt } from "../../../runtime/uniformAt.js";
import { runMath } from "../../support/runModule.js";
import { textModule } from "./kernelsSupport.js";

const assembler = await loadAssembler();

it("the module's own random numbers are those of the runtime, bit by bit", () => {
  const fill = `(func $fill (param $seed f64) (param $at i32)
    (f64.store (i32.const 8) (call $uniformAt (local.get $seed) (f64.load (i32.const 0)))))`;
  const module = textModule(`${ownFunction("uniformAt")}\n${fill}`, ["fill"], 1);
  const numbers = new Float64Array(module.buffer, 0, 2);
  const seeds = [
    0,
    -0,
    1,
    -1,
    0.5,
    -0.5,
    7,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53 - 1,
    -(2 ** 40),
  ];
  const odd = [2 ** 63, 2 ** 64 + 2 ** 40, 1e300, -1e19, Infinity, -Infinity, NaN];
  const positions = [0, 1, 2, 3, 1000, 123456789, 2 ** 31, 2 ** 32, 2 ** 33 + 5, 2 ** 53];
  for (const seed of [...seeds, ...odd])
    for (const position of positions) {
      numbers[0] = position;
      module.call("fill", seed, 0);
      expect(numbers[1], `${seed} at ${position}`).toBe(uniformAt(seed, position));
    }
});

it("so are the signs", () => {
  const fill = `(func $fill (param $x f64)
    (f64.store (i32.const 0) (call $sign (local.get $x))))`;
  const module = textModule(`${ownFunction("Math.sign")}\n${fill}`, ["fill"], 1);
  const numbers = new Float64Array(module.buffer, 0, 1);
  for (const x of [0, -0, NaN, Infinity, -Infinity, 3, -3, 5e-324, -5e-324]) {
    module.call("fill", x);
    expect(numbers[0]).toBe(Math.sign(x));
  }
});

it("dropout asks nobody", () => {
  const math = "f(x: f32[N], seed: f64) = dropout(x, seed, rate=0.4) * 3";
  const [wasm, plain] = (["wasm-js", "js"] as const).map((target) =>
    runMath(math, { target, assembler }),
  );
  expect(wasm!.compiled.code).not.toContain("uniformAt");
  const x = Array.from({ length: 1001 }, (_, i) => Math.fround(Math.sin(i)));
  const sizes = { N: x.length };
  const found = wasm!.value({ x, seed: [5] }, sizes);
  expect(found.filter((value) => value === 0).length).toBeGreaterThan(300);
  const differing = plain!
    .value({ x, seed: [5] }, sizes)
    .filter((value, i) => Math.abs(value - found[i]!) > 1e-6);
  expect(differing).toEqual([]);
});

it.each(["f32", "f64"] as const)("%s: what dropout drops, at every length and seed", (dtype) => {
  const math = `f(x: ${dtype}[N, 3], seed: f64) = sum(dropout(tanh(x), seed, rate=0.3) * x)`;
  const [wasm, plain] = (["wasm-js", "js"] as const).map((target) =>
    runMath(math, { target, assembler }),
  );
  for (const seed of [0, 1, -1, 12.75, 2 ** 40 + 3, -(2 ** 35), 1e19])
    for (const N of [1, 2, 3, 5, 8, 21, 90]) {
      const x = Array.from({ length: 3 * N }, (_, i) => Math.fround(1 + Math.sin(i + N)));
      const [found, reference] = [wasm!, plain!].map((run) =>
        run.gradient({ x, seed: [seed] }, [1], { N }),
      );
      const slopes = found!.slopes["x"]!;
      expect(slopes).toHaveLength(3 * N);
      const differing = reference!.slopes["x"]!.filter(
        (slope, i) => !(Math.abs(slope - slopes[i]!) < 1e-5),
      );
      expect(differing, `seed ${seed}, ${N} rows`).toEqual([]);
    }
});
