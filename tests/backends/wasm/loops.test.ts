import { describe, expect, it } from "vitest";
import { loadAssembler } from "../../../compiler/backends/wasm/assemble.js";
import { compile } from "../../../compiler/pipeline.js";
import {
  checkLoops,
  describeLoops,
  randomLoopCase,
  type LoopCase,
} from "../../support/checkLoops.js";
import { runCode } from "../../support/runCode.js";

const assembler = await loadAssembler();

it("random loops that are right in JavaScript are right in WebAssembly", () => {
  const isRight = (given: LoopCase): boolean => {
    try {
      checkLoops(given);
      return true;
    } catch {
      return false;
    }
  };
  const cases = [2, 3, 4, 6, 9]
    .map((seed) => randomLoopCase(seed))
    .filter((given) => given !== null)
    .filter(isRight);
  expect(cases.length).toBeGreaterThan(2);
  for (const given of cases) {
    try {
      checkLoops(given, { target: "wasm-js", assembler });
    } catch (error) {
      throw new Error(describeLoops(given), { cause: error });
    }
  }
});

function moduleOf(body: string) {
  const text = `import { sum, type Tensor } from "flatgrad";\n\nexport ${body}\n`;
  const source = { entry: "model.ts", files: { "model.ts": text } };
  const { code } = compile(source, { target: "wasm", assembler });
  const exports = runCode(code);
  const call = (name: string, ...given: readonly unknown[]): unknown => {
    const callee = exports[name];
    if (typeof callee !== "function") throw new Error(`there is no function ${name}`);
    return callee(...given) as unknown;
  };
  return { code, call };
}

describe("loops whose length the data decides", () => {
  const root = `function root(x: Tensor<[3], "f64">): number {
  let y = sum(x);
  while (y * y > 2) {
    y = y / 2 + 1 / y / 4;
  }
  return y;
}`;

  it("run in WebAssembly, their gradients too", () => {
    const { code, call } = moduleOf(root);
    const work = call("createRootWork");
    const x = Float64Array.of(1, 2, 3);
    let expected = 6;
    while (expected * expected > 2) expected = expected / 2 + 1 / expected / 4;
    expect(call("root", { x }, work)).toBeCloseTo(expected, 14);
    const { value, dx } = call("rootGrad", { x }, work) as {
      readonly value: number;
      readonly dx: Float64Array;
    };
    expect(value).toBeCloseTo(expected, 14);
    const moved = call("root", { x: Float64Array.of(1 + 1e-6, 2, 3) }, work);
    expect(((moved as number) - expected) / 1e-6).toBeCloseTo(dx[0] ?? NaN, 5);
    expect(code).toMatch(/stages\.root1\(/);
    expect(code).toMatch(/!stages\.rootGrad\d\(/);
  });
});
