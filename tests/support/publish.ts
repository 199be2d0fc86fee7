import { execSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds a part of the package as it is published, into a folder other than `dist`. @throws Error if that fails */
export function publish(part: "library" | "cli", folder: string): void {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Readonly<Record<string, string>>;
  };
  const script = scripts[`build:${part}`]?.replaceAll(/\bdist\b/g, folder);
  if (script === undefined) throw new Error(`package.json does not say how to build the ${part}`);
  const path = [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  execSync(script, { cwd: root, env: { ...process.env, PATH: path } });
}
