import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { inlineRuntime } from "../../compiler/backends/typescript/inlineRuntime.js";
import * as runtime from "../../runtime/index.js";
import { callableNames } from "../support/embedRuntime.js";
import { runCode } from "../support/runCode.js";
import { typeErrors } from "../support/typeErrors.js";

const targets = ["ts", "js"] as const;
const functions: Readonly<Record<string, unknown>> = { ...runtime };

/** A module that exports what it inlines. */
function moduleOf(names: readonly string[], target: "ts" | "js"): string {
  return `${inlineRuntime(names, target)}\n\nexport { ${names.join(", ")} };\n`;
}

describe.each(callableNames())("%s, inlined", (name) => {
  it.each(targets)("is formatted, as %s", async (target) => {
    const code = moduleOf([name], target);
    const parser = target === "ts" ? "typescript" : "acorn";
    expect(await format(code, { parser })).toBe(code);
  });

  it.each(targets)("computes what the runtime does, as %s", (target) => {
    const inlined = runCode(moduleOf([name], target))[name];
    expect(behaviour(inlined)).toEqual(behaviour(functions[name]));
  });
});

it("inlined functions pass the strict checks", () => {
  const modules = callableNames().map((name) => [`${name}.ts`, moduleOf([name], "ts")]);
  expect(typeErrors(Object.fromEntries(modules))).toEqual([]);
});

it("inlines what several functions need once", () => {
  const code = inlineRuntime(["matmulTN", "matmulNN", "matmulNT"], "js");
  expect(code.match(/^const multiplyBlocks = /gm)).toHaveLength(1);
  expect(code).not.toContain("64(");
  expect(code).not.toMatch(/\b(import|export)\b/);
});

it("gives way to the names of the module", () => {
  const taken = ["erf", "tail", "polynomial"];
  const code = inlineRuntime(["erf", "erfc"], "js", taken);
  const declared = code.matchAll(/^(?:function|const) (\w+)/gm);
  const names = [...declared].map(([, name]) => name);
  expect(names.filter((name) => taken.includes(String(name)))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(["erf_", "erfc", "tai_", "polynomia_"]));
  const { erf_ } = runCode(`${code}\nexport { erf_ };`);
  expect(behaviour(erf_)).toEqual(behaviour(runtime.erf));
});

it("knows no function that does not exist", () => {
  expect(() => inlineRuntime(["constructor"], "js")).toThrow(
    "the runtime has no function constructor",
  );
});

/** Results, and what is written into the arguments, for arguments of many kinds. */
function behaviour(callee: unknown): unknown {
  if (typeof callee !== "function") throw new Error("not a function");
  const doubles = () => Float64Array.from({ length: 400 }, (_, i) => Math.sin(i));
  const singles = () => Float32Array.from(doubles());
  const calls: (() => unknown[])[] = [
    ...[-30.5, -1, -0.3, 0, 0.2, 1, 2.5, 7, 40].map((x) => () => [x]),
    () => ["k", 3, 2, "2"],
    () => ["k", 2, 2, "2"],
    () => ["k", [0, 1, 2], 2],
    () => [singles(), singles(), singles(), 12, 11, 10, true, 3, 2, 1],
    () => [doubles(), doubles(), doubles(), 12, 11, 10, false, 0, 0, 0],
  ];
  return calls.map((make) => {
    const given = make();
    try {
      return { result: callee(...given) as unknown, given };
    } catch (error) {
      return { error, given };
    }
  });
}
