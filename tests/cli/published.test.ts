import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { version } from "../../compiler/version.js";
import { publish } from "../support/publish.js";
import { folder, product } from "./support.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
// Inside the project, where it finds what the package depends on.
const published = mkdtempSync(join(root, "node_modules", ".flatgrad-test-"));

beforeAll(() => {
  publish("cli", published);
  for (const path of ["package.json", "compiler/syntax/typescript/onDemand.cjs"])
    cpSync(join(root, path), join(published, path));
});
afterAll(() => rmSync(published, { recursive: true }));

function flatgrad(argv: readonly string[], cwd: string): string {
  const script = join(published, "cli", "cli.js");
  return execFileSync(process.execPath, [script, ...argv], { cwd, encoding: "utf8" });
}

it("knows its version", () => {
  expect(flatgrad(["--version"], root)).toBe(`${version}\n`);
});

it("loads every command", () => {
  const cwd = folder({ "product.ts": product });
  expect(flatgrad(["build", "product.ts"], cwd)).toContain("product.grad.ts");
  expect(flatgrad(["inspect", "product.ts", "--stage", "code"], cwd)).toContain("export function");
  expect(flatgrad(["check", "product.ts"], cwd)).toContain("agree");
  expect(flatgrad(["grad", "x * y"], cwd)).toContain("fGrad");
  expect(flatgrad(["explain-memory", "x * y"], cwd)).not.toBe("");
  expect(flatgrad(["ops", "softmax"], cwd)).toContain("softmax");
});

it("finds the assembler", () => {
  expect(flatgrad(["grad", "x * y", "--target", "wasm"], root)).toContain("fGrad");
});
