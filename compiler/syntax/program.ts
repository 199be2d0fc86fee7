import type { DiagnosticSink, SourceFile } from "../diagnostic.js";
import { parseMath } from "./math.js";
import type { Module } from "./tree.js";
import { parseTypeScript } from "./typescript.js";

/** Parses the entry; other files are parsed when an import reaches them. Math strings have no file ending. */
export function parseProgram(
  sources: readonly SourceFile[],
  entry: SourceFile,
  sink: DiagnosticSink,
): ReadonlyMap<string, Module> {
  const texts = new Map(sources.map((file) => [file.path, file]));
  const modules = new Map<string, Module>();
  const pending = [entry];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (modules.has(file.path)) continue;
    const module = /\.[cm]?[jt]sx?$/.test(file.path)
      ? parseTypeScript(file, sink)
      : parseMath(file, sink);
    modules.set(file.path, module);
    for (const { from } of module.imports) {
      const target = resolveImport(file.path, from, texts);
      if (target !== undefined) pending.push(target);
    }
  }
  return modules;
}

/** The file a relative import means: as written, or with the endings TypeScript allows. */
function resolveImport(
  importer: string,
  from: string,
  texts: ReadonlyMap<string, SourceFile>,
): SourceFile | undefined {
  if (!from.startsWith(".")) return undefined;
  const parts = importer.split("/").slice(0, -1);
  for (const part of from.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  const path = parts.join("/");
  const stem = path.replace(/\.[cm]?js$/, "");
  return [path, `${stem}.ts`, `${path}.ts`, `${path}/index.ts`]
    .map((candidate) => texts.get(candidate))
    .find((file) => file !== undefined);
}
