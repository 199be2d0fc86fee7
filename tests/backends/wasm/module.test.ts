import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import { compile, type CompileOptions } from "../../../compiler/pipeline.js";
import { corpus, type CorpusModel } from "../../support/corpus.js";
import { Caller, generate, valuesFor } from "../../support/generated.js";
import { typeErrors } from "../../support/typeErrors.js";

const assembler = await loadAssembler();

function codeOf(model: CorpusModel, options: CompileOptions): string {
  return compile(model.source, { wrt: model.wrt, assembler, ...options }).code;
}

const printed = [
  { label: "TypeScript", options: { target: "wasm" } },
  { label: "JavaScript", options: { target: "wasm-js" } },
  { label: "-O0", options: { target: "wasm", level: 0 } },
  { label: "standalone", options: { target: "wasm", standalone: true } },
] as const;

it("generated TypeScript passes the strictest checks", () => {
  const files = corpus.flatMap((model, i) =>
    printed
      .filter(({ options }) => options.target === "wasm")
      .map(({ label, options }) => [`${i} ${model.name}/${label}.ts`, codeOf(model, options)]),
  );
  expect(typeErrors(Object.fromEntries(files))).toEqual([]);
});

describe.each(corpus)("$name", (model) => {
  it.each(printed)("is formatted: $label", async ({ options }) => {
    const code = codeOf(model, options);
    const parser = options.target === "wasm" ? "typescript" : "acorn";
    expect(code).toBe(await format(code, { parser }));
  });

  it("is the same text every time", () => {
    expect(codeOf(model, { target: "wasm" })).toBe(codeOf(model, { target: "wasm" }));
  });

  it("exports what the TypeScript target exports, with the same fields in results", () => {
    const [wasm, plain] = (["wasm", "ts"] as const).map((target) => {
      const generated = generate(model, { target, assembler });
      const results = generated.functions.map((compiled) => {
        const caller = new Caller(generated, compiled, model);
        const values = valuesFor(model, compiled);
        return [Object.keys(caller.forward(values)), Object.keys(caller.gradient(values))];
      });
      const names = Object.keys(generated.exports).filter((name) => !name.endsWith("WorkAsync"));
      return { names, results };
    });
    expect(wasm).toEqual(plain);
  });
});

type Callee = (...given: readonly unknown[]) => unknown;

function load(math: string, options: CompileOptions = {}) {
  const model = { name: "own", source: { math } };
  const generated = generate(model, { target: "wasm", assembler, ...options });
  const call = (name: string, ...given: readonly unknown[]): unknown => {
    const callee = generated.exports[name];
    if (typeof callee !== "function") throw new Error(`there is no function ${name}`);
    return (callee as Callee)(...given);
  };
  return { call, code: generated.code };
}

interface Work {
  readonly inputs: Readonly<Record<string, Float32Array>>;
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly result: { readonly dx: Float32Array };
}

describe("memory", () => {
  const math = "f(x: [N], w: [N]) = sum(tanh(x) * w)";

  it("arguments are copied, or lie in the memory already", () => {
    const { call } = load(math);
    const work = call("createFWork", { N: 5 }) as Work;
    const given = { x: Float32Array.of(1, 2, 3, 4, 5), w: new Float32Array(5).fill(2) };
    const copied = call("f", given, work);
    expect(Array.from(work.inputs["x"] ?? [])).toEqual([1, 2, 3, 4, 5]);
    expect(call("f", work.inputs, work)).toBe(copied);
    work.inputs["w"]?.fill(4);
    expect(call("f", work.inputs, work)).toBe(2 * Number(copied));
    expect(work.inputs["x"]?.buffer).toBe(work.memory.buffer);
  });

  it("results are views of it, the same at every call", () => {
    const { call } = load(math);
    const work = call("createFWork", { N: 5 }) as Work;
    const first = call("fGrad", work.inputs, work) as Work["result"];
    expect(first.dx.buffer).toBe(work.memory.buffer);
    expect(call("fGrad", work.inputs, work)).toBe(first);
  });

  it("work objects do not share it", () => {
    const { call } = load(math);
    const [a, b] = [5, 6].map((N) => call("createFWork", { N }) as Work);
    expect(a?.memory.buffer).not.toBe(b?.memory.buffer);
  });

  it("a work object can be had without holding up the thread", async () => {
    const { call } = load(math);
    const work = (await call("createFWorkAsync", { N: 3 })) as Work;
    work.inputs["x"]?.fill(1);
    work.inputs["w"]?.fill(1);
    expect(call("f", work.inputs, work)).toBeCloseTo(3 * Math.tanh(1), 5);
  });

  it("calls allocate nothing", () => {
    const { call } = load("f(x: [8, 5], w: [5, 3], s) = sum(softmax(x @ w) ^ 2) * s");
    const work = call("createFWork") as Work;
    const inputs = { ...work.inputs, s: 2 };
    const calls = 100_000;
    const run = () => void call("fGrad", inputs, work);
    for (let i = 0; i < 4 * calls; i++) run();
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < calls; i++) run();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(16 * 1.25 * calls);
  });
});

describe("errors are those of the TypeScript target", () => {
  it("an index out of range, in an array and alone", () => {
    const { call } = load("f(x: [4], i: i32[2], k: i32) = sum(take(x, i)) * take(x, k)");
    const work = call("createFWork") as Work;
    const x = new Float32Array(4);
    expect(() => call("f", { x, i: Int32Array.of(0, 4), k: 1 }, work)).toThrow(
      new RangeError("i[1] is 4, outside 0 … 3"),
    );
    expect(() => call("fGrad", { x, i: Int32Array.of(0, 1), k: 1.5 }, work)).toThrow(
      new RangeError("k is 1.5, outside 0 … 3"),
    );
  });

  it("a length, a size", () => {
    const { call } = load("f(x: [N]) = sum(x * x)");
    const work = call("createFWork", { N: 4 }) as Work;
    expect(() => call("f", { x: new Float32Array(3) }, work)).toThrow(
      new RangeError("x has 3 elements, expected 4 (N with N = 4)"),
    );
    expect(() => call("createFWork", { N: 1.5 })).toThrow(RangeError);
  });
});

it("runtime functions are called back from inside a branch", () => {
  const math = "f(x: f64[N], s) = s > 1 ? sum(cumsum(x)) : sum(x ^ 2)";
  const { call, code } = load(math);
  expect(code).toContain("cumulativeSum(");
  expect(code).toMatch(/leave to JavaScript, over the same memory\.\n {2}const calls = /);
  const work = call("createFWork", { N: 3 });
  const x = Float64Array.of(1, 2, 3);
  expect(call("f", { x, s: 2 }, work)).toBe(10);
  expect(call("f", { x, s: 0 }, work)).toBe(14);
  const { dx } = call("fGrad", { x, s: 2 }, work) as Work["result"];
  expect(Array.from(dx)).toEqual([3, 2, 1]);
});

it("what JavaScript does is said where it is done", () => {
  const { code } = load("f(x: f64[N]) = sum(lgamma(sort(x)))");
  expect(code).toMatch(/\/\/ in JavaScript, over the same memory:\n {2}sortPositions\(/);
  expect(code).toMatch(
    /JavaScript that the stages call\.\n {2}const host = \{\n(?:.*\n)* {4}lgamma,/,
  );
});

it("an index is checked inside a branch", () => {
  const math = "f(x: f64[4], k: i32, s) = s > 1 ? take(x, k) * 2 : sum(x)";
  const { call } = load(math);
  const work = call("createFWork");
  const x = Float64Array.of(1, 2, 3, 4);
  expect(call("f", { x, k: 2, s: 2 }, work)).toBe(6);
  expect(() => call("f", { x, k: NaN, s: 2 }, work)).toThrow(RangeError);
});

it("derived functions run in WebAssembly too", () => {
  const math = "f(w: f64[3, 2], x: f64[N, 3]) = sum(tanh(x @ w)^2)";
  const [wasm, plain] = (["wasm", "ts"] as const).map((target) => {
    const { call } = load(math, { target, emit: ["jvp", "hvp"] });
    const sizes = { N: 4 };
    const w = Float64Array.from([0.1, -0.2, 0.3, 0.4, -0.5, 0.6]);
    const x = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i));
    const tangents = { w: Float64Array.from([1, -1, 0.5, 2, 0, -0.3]), x: x.map((v) => v * v) };
    const jvp = call("fJvp", { w, x }, tangents, call("createFJvpWork", sizes));
    const hvp = call("fHvp", { w, x }, tangents, call("createFHvpWork", sizes)) as {
      readonly hw: Float64Array;
    };
    const { tangent } = jvp as { readonly tangent: number };
    return [tangent, ...hvp.hw];
  });
  wasm?.forEach((number, i) => expect(number).toBeCloseTo(plain?.[i] ?? NaN, 11));
});

it("a second body with relaxed instructions is taken where the engine has them", () => {
  const math = "f(x: [4, 9], w: [9, 7]) = sum(tanh(x @ w))";
  const [relaxed, plain] = [true, false].map((relaxedSimd) => {
    const { call, code } = load(math, { relaxedSimd });
    const x = Float32Array.from({ length: 36 }, (_, i) => Math.sin(i));
    const w = Float32Array.from({ length: 63 }, (_, i) => Math.cos(i));
    return { bytes: code.length, value: Number(call("f", { x, w }, call("createFWork"))) };
  });
  expect(relaxed?.bytes).toBeGreaterThan(1.5 * (plain?.bytes ?? 0));
  expect(relaxed?.value).toBeCloseTo(plain?.value ?? NaN, 4);
});

it("an assembler is needed", () => {
  expect(() => compile({ math: "f(x: [3]) = sum(x)" }, { target: "wasm" })).toThrow(
    new TypeError("the target wasm needs an assembler: await loadAssembler()"),
  );
});
