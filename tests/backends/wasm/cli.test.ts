import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { start } from "../../cli/support.js";

const model = `import { sum, tanh, type Tensor } from "flatgrad";

export function f(x: Tensor<["N"]>) {
  return sum(tanh(x));
}
`;

it("flatgrad build --target wasm writes TypeScript", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flatgrad-wasm-"));
  try {
    writeFileSync(join(folder, "model.ts"), model);
    const { code } = await start(["build", "model.ts", "--target", "wasm"], { cwd: folder }).ended;
    expect(code).toBe(0);
    const text = readFileSync(join(folder, "model.grad.ts"), "utf8");
    expect(text).toContain("export function fGrad(inputs: FInputs, work: FWork): FGradients {");
    expect(text).toMatch(/stages\.fGrad1\(/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("flatgrad grad --target wasm-js prints JavaScript", async () => {
  const { code, out } = await start(["grad", "f(x: [3]) = sum(x^2)", "--target", "wasm-js"]).ended;
  expect(code).toBe(0);
  expect(out).toContain("export function fGrad(inputs, work) {");
});
