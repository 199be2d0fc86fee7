import { expect, test } from "vitest";
import { loadAssembler } from "../../compiler/backends/wasm/assemble.js";
import { jit, type JitOutput } from "../../compiler/jit.js";

const assembler = await loadAssembler();

/** All numbers of an output, in order. */
function numbersIn(output: unknown): readonly number[] {
  if (typeof output === "number") return [output];
  if (ArrayBuffer.isView(output)) return Array.from(output as Float64Array);
  return Object.values(output as Readonly<Record<string, unknown>>).flatMap(numbersIn);
}

function expectClose(found: unknown, wanted: unknown): void {
  const [p, q] = [numbersIn(found), numbersIn(wanted)];
  expect(p).toHaveLength(q.length);
  p.forEach((x, i) => {
    expect(x).toBeCloseTo(q[i] ?? NaN, 12);
  });
}

const math = "f(W: f64[3, 4], x: f64[4]) = sum(tanh(W @ x)^2)";
const inputs = {
  W: Float64Array.from({ length: 12 }, (_, i) => Math.sin(i)),
  x: Float64Array.from([0.5, -1, 2, 0.25]),
};

test("a function of tensors runs in WebAssembly when there is an assembler", () => {
  const [wasm, plain] = [jit(math, { assembler }), jit(math)];
  expectClose(wasm.value(inputs), plain.value(inputs));
  const [found, wanted] = [wasm.grad(inputs), plain.grad(inputs)];
  expectClose(found.value, wanted.value);
  expectClose(found.grads, wanted.grads);
  expect(wasm.code).toContain("wasmStages");
  expect(plain.code).not.toContain("wasmStages");
});

test("so do the functions derived from it", () => {
  const [wasm, plain] = [jit(math, { assembler }), jit(math)];
  const tangents = { W: inputs.W.map(Math.cos), x: inputs.x.map(Math.exp) };
  expectClose(wasm.hvp(inputs, tangents), plain.hvp(inputs, tangents));
  expectClose(wasm.jvp(inputs, tangents), plain.jvp(inputs, tangents));
  const square = "f(x: f64[4]) = sum(exp(x)) * sum(x^2)";
  const given: Readonly<Record<string, JitOutput>> = { x: inputs.x };
  expectClose(jit(square, { assembler }).hessian(given), jit(square).hessian(given));
});

test("a function of numbers stays JavaScript", () => {
  const f = jit("f(x, y) = x * exp(-y^2)", { assembler });
  expectClose(f.grad({ x: 2, y: 0.5 }), jit("f(x, y) = x * exp(-y^2)").grad({ x: 2, y: 0.5 }));
  expect(f.code).not.toContain("wasmStages");
});
