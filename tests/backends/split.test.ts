import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "prettier";
import { beforeAll, describe, expect, it } from "vitest";
import { assignSlots, chooseParts } from "../../compiler/backends/typescript/splitPoints.js";
import { compile } from "../../compiler/pipeline.js";
import type { CorpusModel } from "../support/corpus.js";
import {
  Caller,
  difference,
  evaluated,
  generate,
  valuesFor,
  type Generated,
} from "../support/generated.js";
import { runCode } from "../support/runCode.js";
import { straightLineSource, straightLineTensorSource } from "../support/straightLine.js";
import { typeErrors } from "../support/typeErrors.js";

function modelOf(name: string, text: string): CorpusModel {
  return { name, source: { entry: "model.ts", files: { "model.ts": text } } };
}

/** The number of parts of a function, 1 for a whole one. */
function partsOf(code: string, name: string): number {
  return Math.max(1, [...code.matchAll(new RegExp(`^// ${name}, part `, "gm"))].length);
}

describe("a gradient of 10,000 statements", () => {
  const text = straightLineSource(1200);
  const model = modelOf("numbers", text);
  let generated: Generated;
  beforeAll(() => {
    generated = generate(model);
  });

  it("is split into functions of 400", () => {
    const statements = generated.code.split("\n").filter((line) => /^  .*;/.test(line));
    expect(statements.length).toBeGreaterThan(10_000);
    expect(partsOf(generated.code, "fGrad")).toBeGreaterThan(20);
    expect(partsOf(generated.code, "f")).toBeGreaterThan(1);
  });

  it("gives the value and the gradient of the reference evaluator, call after call", () => {
    for (const compiled of generated.functions) {
      const caller = new Caller(generated, compiled, model);
      const values = valuesFor(model, compiled);
      const { graph, gradient } = compiled.stages;
      const first = caller.gradient(values);
      expect(difference(caller.forward(values), evaluated(graph, values, model))).toBeLessThan(
        1e-12,
      );
      expect(difference(first, evaluated(gradient, values, model))).toBeLessThan(1e-12);
      expect(caller.gradient(values)).toEqual(first);
    }
  });

  it("gives the author's value and its slopes", () => {
    const author = runCode(text)["f"] as (...point: readonly number[]) => number;
    const compiled = generated.exports["fGrad"] as (
      ...point: readonly number[]
    ) => Readonly<Record<string, number>>;
    const point = [0.7, -0.4, 0.9, 0.3];
    const gradient = compiled(...point);
    expect(gradient["value"]).toBeCloseTo(author(...point), 12);
    point.forEach((x, i) => {
      const at = (h: number) => author(...point.with(i, x + h));
      expect(gradient[`dv${i}`]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 7);
      expect(Math.abs(gradient[`dv${i}`] ?? 0)).toBeGreaterThan(1e-3);
    });
  });

  it("has no part too long for the engine to optimise", () => {
    const { code } = compile(model.source, { target: "js" });
    const sizes = bytecodeSizes(`${code}\nf(1, 1, 1, 1); fGrad(1, 1, 1, 1);\n`);
    expect(sizes.length).toBeGreaterThan(20);
    expect(Math.max(...sizes)).toBeLessThan(61_440);
  });
});

describe.each([
  ["numbers", straightLineSource(300)],
  ["arrays", straightLineTensorSource(300)],
])("a split function of %s", (name, text) => {
  const model = modelOf(name, text);
  const codes = (["ts", "js"] as const).map((target) => ({
    target,
    code: compile(model.source, { target }).code,
  }));

  it.each(codes)("is formatted: $target", async ({ target, code }) => {
    expect(partsOf(code, "fGrad")).toBeGreaterThan(2);
    const parser = target === "js" ? "acorn" : "typescript";
    expect(code).toBe(await format(code, { parser }));
  });

  it("passes the strictest checks", () => {
    expect(typeErrors({ "model.ts": codes[0]?.code ?? "" })).toEqual([]);
  });

  it.each([0, 2] as const)("computes what the graphs mean: -O%d", (level) => {
    const generated = generate(model, { level, precision: "f64" });
    for (const compiled of generated.functions) {
      const caller = new Caller(generated, compiled, model);
      const values = valuesFor(model, compiled);
      const { graph, gradient } = compiled.stages;
      const first = caller.gradient(values);
      expect(difference(caller.forward(values), evaluated(graph, values, model))).toBeLessThan(
        1e-12,
      );
      expect(difference(first, evaluated(gradient, values, model))).toBeLessThan(1e-12);
      expect(caller.gradient(values)).toEqual(first);
    }
  });
});

it("a function of up to 400 statements stays whole", () => {
  const { code } = compile(modelOf("short", straightLineSource(30)).source);
  expect(code).not.toContain("part 1 of");
  expect(code).not.toContain("Float64Array");
});

describe("where a body is split", () => {
  it("parts follow each other and have at most the lines allowed", () => {
    const sizes = Array.from({ length: 100 }, (_, i) => 1 + (i % 3));
    const parts = chooseParts(sizes, [], 20);
    expect(parts[0]?.start).toBe(0);
    expect(parts.at(-1)?.end).toBe(100);
    parts.forEach(({ start, end }, i) => {
      expect(parts[i + 1]?.start ?? end).toBe(end);
      const lines = sizes.slice(start, end).reduce((sum, size) => sum + size, 0);
      expect(lines).toBeLessThanOrEqual(20);
    });
  });

  it("a part ends where no value is needed any more", () => {
    const sizes = Array<number>(30).fill(1);
    const mentions = [0, 9, 18].map((first) => [...Array(9).keys()].map((i) => first + i));
    expect(chooseParts(sizes, mentions, 10).map(({ end }) => end)).toEqual([9, 18, 28, 30]);
  });

  it("a statement longer than a part is one", () => {
    expect(chooseParts([5, 50, 5], [], 10).map(({ end }) => end)).toEqual([1, 2, 3]);
  });

  it("values that never meet share a place", () => {
    const lifetimes = [
      { first: 0, last: 2 },
      { first: 2, last: 3 },
      { first: 1, last: 3 },
    ];
    expect(assignSlots(lifetimes)).toEqual([0, 0, 1]);
  });
});

/** Bytes of bytecode of each part, as the engine tells them when it compiles it. */
function bytecodeSizes(code: string): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), "flatgrad-split-"));
  try {
    const path = join(folder, "model.mjs");
    writeFileSync(path, code);
    const flags = ["--print-bytecode", "--print-bytecode-filter=*"];
    const { stdout } = spawnSync(process.execPath, [...flags, path], {
      encoding: "latin1",
      maxBuffer: 2 ** 30,
    });
    const functions = stdout.split("[generated bytecode for function: ").slice(1);
    return functions
      .filter((text) => /^f(Grad)?Part\d/.test(text))
      .map((text) => Number(/^Bytecode length: (\d+)/m.exec(text)?.[1]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
