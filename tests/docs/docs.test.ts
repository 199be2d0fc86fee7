import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isConvention } from "../../compiler/conventions.js";
import { isFloat } from "../../compiler/ir/type.js";
import { mathExample, resultType, typescriptExample } from "../../docs/generator/examples.js";
import { documented } from "../../docs/generator/operations.js";
import { pages } from "../../docs/generator/pages.js";

const generated = await pages();

test.each([...generated.keys()])("docs/%s is up to date (npm run docs)", (name) => {
  const text = readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
  expect(text).toBe(generated.get(name));
});

describe("every operation is documented in full:", () => {
  test.each(documented.map((op) => [op.name, op] as const))("%s", (name, op) => {
    expect(op.summary).toMatch(/[.]$/);
    expect(op.group).not.toBe("");
    expect(op.example?.typescript).toBeTruthy();
    expect(op.example?.math).toBeTruthy();
    expect((op.conventions ?? []).filter((key) => !isConvention(key))).toEqual([]);
    const result = resultType(typescriptExample(op));
    expect(isFloat(result.dtype) ? op.gradient : "none").toBeTruthy();
    expect(generated.get("operations.md")).toContain(`\n### ${name}\n`);
  });
});

describe("examples compile, and mean the same in both languages:", () => {
  test.each(documented.map((op) => [op.name, op] as const))("%s", (_name, op) => {
    const results = [typescriptExample(op), mathExample(op)].map(resultType);
    expect(results).toHaveLength(2);
    expect(results.every(({ dtype }) => dtype === results[0]?.dtype)).toBe(true);
  });
});
