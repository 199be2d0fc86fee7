import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CompileError, type Diagnostic } from "../../compiler/diagnostic.js";
import { renderDiagnostic } from "../../compiler/frame.js";
import { jit } from "../../compiler/jit.js";
import { compile } from "../../compiler/pipeline.js";

/*
 * Mistakes that people make, one a file: the program, a line of `=`, and
 * exactly what is shown of it. `name.ts.txt` holds a model file and
 * `name.math.txt` a math string.
 */
const FOLDER = new URL("./mistakes/", import.meta.url);
const SEPARATOR = `\n${"=".repeat(60)}\n`;

function diagnosticsOf(run: () => { readonly diagnostics: readonly Diagnostic[] }) {
  try {
    return run().diagnostics;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.diagnostics;
  }
}

function shown(path: string, text: string): string {
  const isMath = path.endsWith(".math");
  const files = { [isMath ? "expression" : "model.ts"]: text };
  const diagnostics = diagnosticsOf(() =>
    compile(isMath ? { math: text } : { entry: "model.ts", files }),
  );
  const texts = new Map(Object.entries(files));
  return diagnostics
    .map((one) => renderDiagnostic(one, texts))
    .join("\n\n")
    .trimEnd();
}

describe("mistakes", () => {
  const names = readdirSync(FOLDER);

  test.each(names)("%s", (name) => {
    const [program = "", expected] = readFileSync(new URL(name, FOLDER), "utf8").split(SEPARATOR);
    expect(shown(name.replace(/\.txt$/, ""), program)).toBe(expected?.trimEnd());
  });

  test("cover what newcomers try, and every warning of a pole", () => {
    const texts = names.map((name) => readFileSync(new URL(name, FOLDER), "utf8"));
    const codes = new Set(texts.flatMap((text) => text.match(/FG\d{3}/g) ?? []));
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect([...codes]).toEqual(
      expect.arrayContaining([410, 411, 412, 413, 414, 415, 416].map((code) => `FG${code}`)),
    );
  });
});

test("a gradient asked of a result that is no scalar", () => {
  const source = "f(x: [3]) = x ^ 2";
  const [diagnostic] = diagnosticsOf(() => {
    jit(source).grad({ x: [1, 2, 3] });
    return { diagnostics: [] };
  });
  expect(diagnostic?.code).toBe("FG403");
  const frame = diagnostic && renderDiagnostic(diagnostic, new Map([["expression", source]]));
  expect(frame?.split("\n")).toEqual([
    "expression:1:1 - error FG403: the result of `f` is not a single number",
    "",
    "  1 | f(x: [3]) = x ^ 2",
    "    | ^",
    "",
    "hint: call `vjp(inputs, cotangent)`, or reduce the result with `sum`",
  ]);
});

test("a gradient asked by a parameter that is none, or has none", () => {
  const math = "f(x: [3], index: i32) = x[index]";
  const frames = ["y", "index", "indx"].flatMap((name) =>
    diagnosticsOf(() => compile({ math }, { wrt: [name] })).map((one) =>
      renderDiagnostic(one, new Map()),
    ),
  );
  expect(frames).toEqual([
    "expression - error FG401: `f` has no parameter `y` to differentiate\naccepted: x",
    "expression - error FG402: `index` of `f` is i32: there is no gradient by it\naccepted: parameters of floats: x",
    "expression - error FG401: `f` has no parameter `indx` to differentiate\naccepted: x",
  ]);
});
