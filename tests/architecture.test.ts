import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Source {
  readonly path: string;
  readonly lines: number;
  /** Files of the project by their path, and packages by their name. */
  readonly imports: readonly string[];
}

function sourcesUnder(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => read(posix.join(folder, name.replaceAll("\\", "/"))));
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const specifiers = text.matchAll(
    /^(?:import|export)\s[^;"'`=()]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm,
  );
  const imports = [...specifiers].map(([, from, effect, dynamic]) =>
    resolve(path, from ?? effect ?? dynamic ?? ""),
  );
  return { path, lines: text.split("\n").length, imports };
}

function resolve(importer: string, specifier: string): string {
  // What package.json gives a name of its own is loaded on demand by Node.
  if (specifier === "#typescript") return "ts-morph";
  if (!specifier.startsWith(".")) return specifier;
  const target = join(root, dirname(importer), specifier);
  return relative(root, target).replaceAll("\\", "/").replace(/\.js$/, ".ts");
}

/**
 * The parts of the compiler, each with the parts it may import besides its
 * own files. What a part may use includes all that those may use.
 */
const parts: Readonly<Record<string, { files: RegExp; uses: readonly string[] }>> = {
  runtime: { files: /^runtime\//, uses: [] },
  diagnostic: {
    files: /^compiler\/(diagnostic|frame|catalogue)\.ts$/,
    uses: [],
  },
  syntax: { files: /^compiler\/syntax\//, uses: ["diagnostic"] },
  model: { files: /^compiler\/model\//, uses: ["runtime"] },
  ir: { files: /^compiler\/ir\//, uses: ["diagnostic"] },
  ops: { files: /^compiler\/ops\//, uses: ["ir", "runtime"] },
  elaborate: { files: /^compiler\/elaborate\//, uses: ["passes", "syntax"] },
  passes: { files: /^compiler\/passes\//, uses: ["ops"] },
  schedule: { files: /^compiler\/schedule\//, uses: ["passes"] },
  backends: { files: /^compiler\/backends\//, uses: ["schedule", "elaborate", "table"] },
  cli: {
    files: /^compiler\/(cli\.ts|cli\/|plugin\.ts)/,
    uses: ["pipeline", "node"],
  },
  table: { files: /^compiler\/(conventions|version)\.ts$/, uses: [] },
  pipeline: { files: /^compiler\/([^/]+\.ts$|jit\/|lints\/)/, uses: ["backends", "table"] },
};

function partOf(path: string): string | undefined {
  return Object.keys(parts).find((name) => parts[name]?.files.test(path));
}

function mayUse(part: string): Set<string> {
  const uses = parts[part]?.uses ?? [];
  return new Set([part, ...uses.flatMap((used) => [...mayUse(used)])]);
}

const sources = [...sourcesUnder("compiler"), ...sourcesUnder("runtime")];
const packages = new Set(
  Object.keys(
    (
      JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
        dependencies: object;
      }
    ).dependencies,
  ),
);
const isProjectFile = (target: string) => /^(compiler|runtime)\//.test(target);

describe("architecture", () => {
  test("imports come from the project, Node or its declared dependencies", () => {
    const imports = sources.flatMap((source) => source.imports);
    expect(imports).toContain("ts-morph");
    expect(imports).toContain("compiler/ir/node.ts");
    expect(imports).toContain("compiler/ops/leaf.ts");
    expect(imports.filter((name) => !isProjectFile(name))).toEqual(
      imports.filter((name) => packages.has(name) || name.startsWith("node:")),
    );
  });

  test("every file belongs to a part", () => {
    const stray = sources.filter(({ path }) => partOf(path) === undefined);
    expect(stray.map(({ path }) => path)).toEqual([]);
  });

  test("imports point one way: ir ← ops ← passes ← schedule ← backends ← pipeline ← cli", () => {
    const wrong = sources.flatMap(({ path, imports }) => {
      const allowed = mayUse(partOf(path) ?? "");
      return imports
        .filter(isProjectFile)
        .filter((target) => !allowed.has(partOf(target) ?? ""))
        .map((target) => `${path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test("only the TypeScript front end imports ts-morph", () => {
    const users = sources.filter(({ imports }) => imports.includes("ts-morph"));
    expect(
      users.filter(({ path }) => !/^compiler\/syntax\/typescript(\.ts|\/)/.test(path)),
    ).toEqual([]);
  });

  test("only the command line imports Node", () => {
    const users = sources.filter(({ imports }) =>
      imports.some((target) => target.startsWith("node:")),
    );
    expect(users.map(({ path }) => path).filter((path) => partOf(path) !== "cli")).toEqual([]);
  });

  test("the runtime imports nothing", () => {
    const outside = sources
      .filter(({ path }) => path.startsWith("runtime/"))
      .flatMap(({ imports }) => imports)
      .filter((target) => !target.startsWith("runtime/"));
    expect(outside).toEqual([]);
  });

  test("no file but a table is longer than 400 lines", () => {
    const tables = new Set([
      "compiler/backends/typescript/runtimeSources.ts",
      "compiler/catalogue.ts",
    ]);
    const long = sources.filter(({ path, lines }) => lines > 400 && !tables.has(path));
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });
});
