import { expect, test } from "vitest";
import { DiagnosticSink } from "../../compiler/diagnostic.js";
import { registry } from "../../compiler/ops/index.js";
import { parseProgram } from "../../compiler/syntax/program.js";

const callable = [...registry.values()].filter((op) => op.internal !== true);

/** Their results are truth values. */
const logical = new Set(["any", "all"]);

test.each(callable.map((op) => [op.name, op] as const))("%s is described", (name, op) => {
  expect(op.summary).toMatch(/^\S.*\.$/s);
  if (op.derivative !== "zero" && !logical.has(name)) expect(op.gradient).toMatch(/\S/);
  const { example } = op;
  if (example === undefined) throw new Error("there is no example");
  for (const [path, text] of [
    ["model.ts", `export function f(x: number) { return ${example.typescript}; }`],
    ["expression", example.math],
  ] as const) {
    const sink = new DiagnosticSink();
    const file = { path, text };
    parseProgram([file], file, sink);
    expect(sink.diagnostics).toEqual([]);
  }
});
