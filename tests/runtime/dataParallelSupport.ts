import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll } from "vitest";
import { compile, type CompileOptions } from "../../compiler/index.js";
import type { dataParallel } from "../../runtime/dataParallel/index.js";

/** The modules in JavaScript, as a package has them: threads of Node cannot read TypeScript. */
export interface Built {
  readonly folder: string;
  readonly dataParallel: typeof dataParallel;
  /** Writes a module beside the others. */
  write(name: string, code: string): URL;
  /** Compiles a math string and writes its module. */
  compile(name: string, math: string, options?: CompileOptions): URL;
}

/** A generated module's `f`, as a caller without types sees it. */
export interface Model {
  createFWork(sizes: Readonly<Record<string, number>>): unknown;
  fGrad(inputs: object, work: unknown): { readonly value: number } & Slopes;
}

type Slopes = Readonly<Record<`d${string}`, Float64Array>>;

/** To be called once in a test file; its files go when the tests are over. */
export async function buildDataParallel(): Promise<Built> {
  const folder = mkdtempSync(join(tmpdir(), "data-parallel-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const source = (name: string) =>
    new URL(`../../runtime/dataParallel/${name}.ts`, import.meta.url).pathname;
  await build({
    entryPoints: [source("index"), source("worker")],
    bundle: true,
    format: "esm",
    outdir: folder,
  });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const write = (name: string, code: string): URL => {
    const path = join(folder, `${name}.js`);
    writeFileSync(path, code);
    return pathToFileURL(path);
  };
  const pools = (await import(join(folder, "index.js"))) as Pick<Built, "dataParallel">;
  return {
    folder,
    dataParallel: pools.dataParallel,
    write,
    compile: (name, math, options = {}) =>
      write(name, compile({ math }, { target: "js", standalone: true, ...options }).code),
  };
}

/** The largest difference, relative to the largest element expected. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let largest = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    error = Math.max(error, Math.abs(found[i]! - expected[i]!));
  }
  return error / largest;
}
