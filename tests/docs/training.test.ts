import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cli } from "../cli/support.js";

const page = readFileSync(new URL("../../docs/training.md", import.meta.url), "utf8");
const blocks = Array.from(page.matchAll(/^```[jt]s\n([^]*?)^```$/gm), ([, text]) => text ?? "");
const [model = "", data = "", single = "", inMemory = "", threads = ""] = blocks;

let folder: string;

/** A project as the page describes it, with the package where npm would have it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "training-"));
  const installed = join(folder, "node_modules/flatgrad");
  mkdirSync(installed, { recursive: true });
  const source = (path: string) => new URL(`../../runtime/${path}.ts`, import.meta.url).pathname;
  await build({
    entryPoints: {
      runtime: source("index"),
      index: source("dataParallel/index"),
      worker: source("dataParallel/worker"),
    },
    bundle: true,
    format: "esm",
    outdir: installed,
  });
  const exports = { "./runtime": "./runtime.js", "./data-parallel": "./index.js" };
  const files = {
    "node_modules/flatgrad/package.json": JSON.stringify({ type: "module", exports }),
    "package.json": '{ "type": "module" }',
    "model.ts": model,
    "data.js": data,
    "single.js": single,
    "inMemory.js": inMemory,
    "threads.js": threads,
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The last loss that a program of the page prints. */
async function lossOf(program: string, target: string): Promise<number> {
  const built = await cli(["build", "--target", target, "model.ts"], { cwd: folder });
  expect(built).toMatchObject({ code: 0, err: "" });
  const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: folder });
  return Number(stdout);
}

it("has five programs", () => {
  expect(blocks).toHaveLength(5);
});

it.each([
  ["single.js", "js"],
  ["inMemory.js", "wasm-js"],
  ["threads.js", "js"],
  ["threads.js", "wasm-js"],
])("%s learns, with --target %s", async (program, target) => {
  const loss = await lossOf(program, target);
  expect(loss).toBeLessThan(0.25);
});

it("the programs differ by rounding", async () => {
  const expected = await lossOf("single.js", "js");
  expect(await lossOf("inMemory.js", "wasm-js")).toBeCloseTo(expected, 4);
});
