import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue, explain, type CatalogueEntry } from "../../compiler/catalogue.js";
import { CompileError, type Diagnostic } from "../../compiler/diagnostic.js";
import { jit } from "../../compiler/jit.js";
import { compile, type CompileResult } from "../../compiler/pipeline.js";
import { math, typescript } from "../syntax/support.js";

const entries = Object.entries<CatalogueEntry>(catalogue);

/** All TypeScript of the compiler, by path. */
function compilerSources(): ReadonlyMap<string, string> {
  const folder = new URL("../../compiler/", import.meta.url);
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return new Map(
    paths
      .filter((path) => path.endsWith(".ts"))
      .map((path) => [path, readFileSync(new URL(path, folder), "utf8")]),
  );
}

describe("the catalogue", () => {
  it.each(entries)("has a complete entry %s", (code, entry) => {
    expect(code).toMatch(/^FG[1-5]\d\d$/);
    expect(entry.title).toMatch(/^[A-Z].*[^.]$/);
    expect(entry.cause).toMatch(/^[A-Z][^]*\.$/);
    expect(entry.example.trim()).not.toBe("");
    expect(entry.fix.trim()).not.toBe("");
    expect(entry.fix).not.toBe(entry.example);
  });

  it("is in order", () => {
    const codes = entries.map(([code]) => code);
    expect(codes).toEqual(codes.toSorted());
  });

  it("has every code that the compiler reports", () => {
    const missing: string[] = [];
    let used = 0;
    for (const [path, text] of compilerSources()) {
      if (path === "catalogue.ts") continue;
      for (const [, code] of text.matchAll(/["'`](FG\d+)["'`]/g)) {
        used += 1;
        if (code !== undefined && !(code in catalogue)) {
          missing.push(`${code} in ${path}`);
        }
      }
    }
    expect(used).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });
});

/** Codes whose example is a math string; `statements` are those of a TypeScript function. */
const MATH = ["FG101", "FG102", "FG103", "FG114", "FG115", "FG117"];
const STATEMENTS = ["FG105", "FG106", "FG112", "FG113", "FG116"];
const FILES = ["FG107", "FG108", "FG109", "FG110", "FG111"];

function codesFor(code: string, program: string): string[] {
  const inFunction = `export function g(x: number) {\n${program}\n}`;
  const parsed = MATH.includes(code)
    ? math(program)
    : typescript(STATEMENTS.includes(code) ? inFunction : program);
  return parsed.diagnostics.map((one) => one.code);
}

describe("examples of syntax errors", () => {
  it.each([...MATH, ...STATEMENTS, ...FILES])("of %s are true", (code) => {
    const entry = entries.find(([one]) => one === code)?.[1];
    expect(new Set(codesFor(code, entry?.example ?? ""))).toEqual(new Set([code]));
    expect(codesFor(code, entry?.fix ?? "")).toEqual([]);
  });
});

/** A file that examples import from. */
const LAYERS = { "layers.ts": "export function dense(x: number) {\n  return 2 * x;\n}" };

function isTypeScript(program: string): boolean {
  return /^(?:import|export) /m.test(program);
}

/** Runs a call of the compiler that is written out as text. */
function runCall(text: string): CompileResult {
  const call = /^compile\(\{ math: "([^"]*)" \}, \{ functions: \["(\w+)"\] \}\)$/.exec(text);
  const [, program = "", name = ""] = call ?? [];
  expect(call).not.toBeNull();
  return compile({ math: program }, { functions: [name] });
}

/** What is reported of an example, warnings among it. */
function reported(code: string, program: string): readonly string[] {
  try {
    if (program.startsWith("compile(")) return codesOf(runCall(program).diagnostics);
    if (code === "FG403") {
      jit(program).grad({ x: [1, 2, 3] });
      return [];
    }
    const source = isTypeScript(program)
      ? { entry: "model.ts", files: { "model.ts": program, ...LAYERS } }
      : { math: program };
    return codesOf(compile(source).diagnostics);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return codesOf(error.diagnostics);
  }
}

const codesOf = (diagnostics: readonly Diagnostic[]) => [
  ...new Set(diagnostics.map(({ code }) => code)),
];

describe("examples of errors of meaning", () => {
  const meaning = entries.filter(([code]) => /^FG[2-4]/.test(code));

  it.each(meaning)("of %s are true", (code, { example }) => {
    expect(reported(code, example)).toEqual([code]);
  });

  it.each(meaning)("and the fix of %s compiles without a warning", (code, { fix }) => {
    expect(reported(code, fix)).toEqual([]);
  });
});

describe("explain", () => {
  it("renders an entry as text", () => {
    expect(explain("fg203")).toBe(
      [
        "FG203: Unknown option",
        "",
        "The operation has no option of this name. Names follow NumPy in camel case.",
        "",
        "For example:",
        "",
        "    f(x: [4, 3]) = sum(sum(x, axes=0))",
        "",
        "Instead:",
        "",
        "    f(x: [4, 3]) = sum(sum(x, axis=0))",
      ].join("\n"),
    );
  });

  it("indents every line of an example", () => {
    expect(explain("FG105")).toContain("\n    switch (kind) {\n      case 0:");
  });

  it("knows no other codes", () => {
    expect(explain("FG999")).toBeUndefined();
    expect(explain("constructor")).toBeUndefined();
  });
});
