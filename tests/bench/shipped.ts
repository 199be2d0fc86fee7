import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { compile } from "../../compiler/index.js";
import type { jit } from "../../compiler/jit.js";
import { publish } from "../support/publish.js";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The package as it is published, in a folder inside the project, where it finds its dependencies. */
export interface Shipped {
  readonly folder: string;
  readonly compile: typeof compile;
  readonly jit: typeof jit;
  readonly remove: () => void;
}

export async function ship(): Promise<Shipped> {
  const folder = mkdtempSync(join(root, "node_modules", ".flatgrad-bench-"));
  publish("library", folder);
  publish("cli", folder);
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
