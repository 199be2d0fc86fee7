import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { DiagnosticSink } from "../diagnostic.js";
import type { Source } from "../pipeline.js";
import { parseTypeScript } from "../syntax/typescript.js";
import { toolError } from "./problems.js";

/** What a command compiles: a file with all it imports, or a math string. */
export interface Program {
  readonly source: Source;
  /** Texts by the paths that diagnostics use. */
  readonly files: Readonly<Record<string, string>>;
  /** Files read, by absolute path. */
  readonly paths: readonly string[];
}

/**
 * Reads a model file and the files it imports. Paths are relative to the
 * nearest folder with a package.json, so that generated headers are the same on
 * every machine.
 *
 * @throws CompileError FG501 if the file cannot be read
 */
export function readProgram(path: string, cwd: string): Program {
  const texts = readWithImports(path, relative(cwd, path));
  const paths = [...texts.keys()];
  const root = commonRoot(packageRoot(path) ?? cwd, paths);
  const nameOf = (file: string) => relative(root, file).split(sep).join("/");
  const files = Object.fromEntries(paths.map((file) => [nameOf(file), texts.get(file) ?? ""]));
  return { source: { entry: nameOf(path), files }, files, paths };
}

export function mathProgram(text: string): Program {
  return { source: { math: text }, files: { expression: text }, paths: [] };
}

/** An argument that is a file, a math string, or `-` for the standard input. */
export async function readArgument(
  argument: string,
  cwd: string,
  readInput: () => Promise<string>,
): Promise<Program> {
  if (argument === "-") return mathProgram(await readInput());
  const path = resolve(cwd, argument);
  if (isTypeScript(argument)) return readProgram(path, cwd);
  const isFile = argument.length < 1024 && isReadable(path);
  return mathProgram(isFile ? readText(path, argument) : argument);
}

export function isTypeScript(path: string): boolean {
  return /\.[cm]?tsx?$/.test(path);
}

function readWithImports(entry: string, shown: string): ReadonlyMap<string, string> {
  const texts = new Map([[entry, readText(entry, shown)]]);
  for (const [path, text] of texts) {
    const { imports } = parseTypeScript({ path, text }, new DiagnosticSink());
    for (const { from } of imports) {
      const target = importedFile(path, from);
      if (target !== undefined && !texts.has(target)) texts.set(target, readText(target, target));
    }
  }
  return texts;
}

/** The source a relative import means; TypeScript is preferred to what it was compiled to. */
function importedFile(importer: string, from: string): string | undefined {
  if (!from.startsWith(".")) return undefined;
  const path = resolve(dirname(importer), from);
  const stem = path.replace(/\.[cm]?js$/, "");
  const candidates = [`${stem}.ts`, `${path}.ts`, join(path, "index.ts"), path];
  return candidates.find(isReadable);
}

function isReadable(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : code;
    throw toolError("FG501", `cannot read ${shown}: ${reason}`);
  }
}

function packageRoot(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The folder itself, or the nearest one around it that holds all files. */
function commonRoot(folder: string, paths: readonly string[]): string {
  const holds = (path: string) => !relative(folder, path).startsWith("..");
  const up = dirname(folder);
  return paths.every(holds) || up === folder ? folder : commonRoot(up, paths);
}
