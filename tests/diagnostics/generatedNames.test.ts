import { expect, it } from "vitest";
import { CompileError } from "../../compiler/diagnostic.js";
import { compile } from "../../compiler/pipeline.js";

it("refuses a function whose name is generated for a derivative of another", () => {
  const text = `/** @jvp */
export function f(x: number) {
  return x * x;
}
export function fJvp(x: number) {
  return x + 1;
}`;
  const build = () => compile({ entry: "model.ts", files: { "model.ts": text } });
  expect(build).toThrow(CompileError);
  expect(build).toThrow("`fJvp` would be generated twice, for `f` and for `fJvp`");
});
