import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CompileError, type Diagnostic } from "../../compiler/diagnostic.js";
import { renderDiagnostic } from "../../compiler/frame.js";
import { compile, type Source } from "../../compiler/pipeline.js";
import { mangledMath, mangledTokens } from "../support/mangled.js";

const inFile = (text: string): Source => ({ entry: "model.ts", files: { "model.ts": text } });
const asMath = (text: string): Source => ({ math: text });

/** What is reported of a program that compiles or not. Throws what is no diagnostic. */
function reported(source: Source): readonly Diagnostic[] {
  try {
    return compile(source, { verify: true }).diagnostics;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    expect(error.diagnostics.map(({ severity }) => severity)).toContain("error");
    return error.diagnostics;
  }
}

/** Every diagnostic can be shown, and is no bug of ours. */
function expectSound(source: Source): void {
  const files = new Map(
    Object.entries("math" in source ? { expression: source.math } : source.files),
  );
  for (const diagnostic of reported(source)) {
    expect(diagnostic.code).not.toBe("FG599");
    expect(renderDiagnostic(diagnostic, files)).toContain(diagnostic.code);
    const length = files.get(diagnostic.span?.file ?? "")?.length ?? 0;
    expect(diagnostic.span?.end ?? 0).toBeLessThanOrEqual(length);
  }
}

const MISTAKES = new URL("./mistakes/", import.meta.url);

/** The programs of the mistakes: near to what people write, in all directions. */
function programs(ending: string): readonly string[] {
  return readdirSync(MISTAKES)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(new URL(name, MISTAKES), "utf8").split("\n=====")[0] ?? "");
}

const randomText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: "grapheme", maxLength: 100 }),
  fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) => new TextDecoder("utf-8", { fatal: false }).decode(bytes)),
);

const INPUTS: readonly (readonly [
  string,
  (text: string) => Source,
  fc.Arbitrary<string>,
  number,
])[] = [
  ["random text as a math string", asMath, randomText, 400],
  ["random text as a file", inFile, randomText, 300],
  ["random text after a valid start", asMath, randomText.map((text) => `f(x) = x + ${text}`), 400],
  ["calls of any operation with any arguments", asMath, mangledMath, 1500],
  ["math strings with exchanged tokens", asMath, mangledTokens(programs(".math.txt")), 700],
  ["files with exchanged tokens", inFile, mangledTokens(programs(".ts.txt")), 700],
];

describe("compile gives code or diagnostics, and nothing else, for", () => {
  test.each(INPUTS)("%s", (_title, toSource, text, numRuns) => {
    fc.assert(
      fc.property(text, (one) => expectSound(toSource(one))),
      { numRuns },
    );
  });
});

const DEEP = 10_000;
const nest = (open: string, inner: string, close: string) =>
  open.repeat(DEEP) + inner + close.repeat(DEEP);
const inFunction = (body: string) => `export function f(x: number) {\n${body}\n}`;

/** Programs 10,000 deep or long. Those that nest are refused; long lists of statements are not. */
const NESTED: readonly (readonly [string, Source, string])[] = [
  ["brackets", asMath(`f(x) = ${nest("(", "x", ")")}`), "FG104"],
  ["open brackets", asMath(`f(x) = ${"(".repeat(DEEP)}`), "FG104"],
  ["calls", asMath(`f(x) = ${nest("sin(", "x", ")")}`), "FG104"],
  ["signs", asMath(`f(x) = ${"-".repeat(DEEP)}x`), "FG104"],
  ["powers", asMath(`f(x) = x${"^x".repeat(DEEP)}`), "FG104"],
  ["a sum", asMath(`f(x) = x${" + x".repeat(DEEP)}`), "FG104"],
  ["choices", asMath(`f(x) = ${"x > 0 ? x : ".repeat(DEEP)}x`), "FG104"],
  ["lists", asMath(`f(x) = sum(${nest("[", "x", "]")})`), "FG104"],
  ["indices", asMath(`f(x: [3]) = x${"[0]".repeat(DEEP)}`), "FG104"],
  ["brackets in a file", inFile(inFunction(`return ${nest("(", "x", ")")};`)), "FG104"],
  ["a sum in a file", inFile(inFunction(`return x${" + x".repeat(DEEP)};`)), "FG104"],
  ["signs in a file", inFile(inFunction(`return ${"- ".repeat(DEEP)}x;`)), "FG104"],
  ["blocks in a file", inFile(inFunction(`${nest("{", "", "}")}\nreturn x;`)), "FG104"],
  ["branches", inFile(inFunction(`${"if (x > 0) ".repeat(DEEP)} return x;\nreturn x;`)), "FG104"],
  ["else", inFile(inFunction(`${"if (x > 0) return x; else ".repeat(DEEP)} return 1;`)), "FG104"],
  [
    "loops",
    inFile(inFunction(`${"for (let i = 0; i < 1; i++) ".repeat(DEEP)};\nreturn x;`)),
    "FG104",
  ],
  ["functions", inFile(inFunction(`return ${nest("(() => ", "x", ")()")};`)), "FG104"],
  ["objects", inFile(inFunction(`return ${nest("{ a: ", "x", " }")};`)), "FG104"],
  ["fields", inFile(inFunction(`return x${".a".repeat(DEEP)};`)), "FG104"],
  [
    "types",
    inFile(`export function f(x: ${nest("{ a: ", "number", " }")}) {\n  return 1;\n}`),
    "FG104",
  ],
  ["open angles", inFile(`export function f(x: ${"Tensor<".repeat(DEEP)}`), "FG104"],
  ["template strings", inFile(inFunction(`return ${nest("`${", "x", "}`")};`)), "FG104"],
];

describe("compile refuses 10,000 levels of", () => {
  test.each(NESTED)("%s", (_title, source, code) => {
    expect(reported(source).map((one) => one.code)).toContain(code);
  });
});

test("a chain of 1,000 statements compiles", () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `a${i + 1} = sin(a${i})`).join("\n");
  const { code } = compile(asMath(`f(x) = {\na0 = x\n${lines}\na1000 }`));
  expect(code).toContain("const a999 = ");
});

test("a chain of files compiles, and a circle of them does", () => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [
      `m${i}.ts`,
      `import { g${(i + 1) % 200} } from "./m${(i + 1) % 200}.js";
export function g${i}(x: number) {\n  return ${i === 199 ? "x" : `g${i + 1}(x) + 1`};\n}`,
    ]),
  );
  expect(reported({ entry: "m0.ts", files })).toEqual([]);
});
