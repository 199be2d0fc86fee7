import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { compile } from "../../compiler/index.js";
import type { jit } from "../../compiler/jit.js";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The package as it is published: JavaScript, in a folder inside the project, where it finds its dependencies. */
export interface Shipped {
  readonly folder: string;
  readonly compile: typeof compile;
  readonly jit: typeof jit;
  readonly remove: () => void;
}

export async function ship(): Promise<Shipped> {
  const folder = mkdtempSync(join(root, "node_modules", ".flatgrad-bench-"));
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin",
    "tsc",
  );
  spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json", "--outDir", folder], {
    cwd: root,
  });
  // What the compiled files name as the package's own, as a published package has it.
  for (const path of ["package.json", "compiler/syntax/typescript/onDemand.cjs"])
    cpSync(join(root, path), join(folder, path));
  const load = async (path: string): Promise<unknown> =>
    import(pathToFileURL(join(folder, path)).href);
  const published = (await load("compiler/index.js")) as { compile: typeof compile };
  const notebooks = (await load("compiler/jit.js")) as { jit: typeof jit };
  return {
    folder,
    compile: published.compile,
    jit: notebooks.jit,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
