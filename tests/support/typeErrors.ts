import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const strictest = [
  "strict",
  "exactOptionalPropertyTypes",
  "isolatedModules",
  "noFallthroughCasesInSwitch",
  "noImplicitOverride",
  "noImplicitReturns",
  "noPropertyAccessFromIndexSignature",
  "noUncheckedIndexedAccess",
  "noUnusedLocals",
  "noUnusedParameters",
  "verbatimModuleSyntax",
];

/** What the type checker, at its strictest, says of some files: one line for each error. */
export function typeErrors(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "flatgrad-types-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config()));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { stdout, status } = spawnSync(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), "--pretty", "false"],
      { cwd: folder, encoding: "utf8" },
    );
    const lines = stdout.split("\n").filter((line) => line !== "");
    return status === 0 || lines.length > 0 ? lines : [`the type checker ended with ${status}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function config(): object {
  return {
    compilerOptions: {
      target: "es2023",
      lib: ["es2023"],
      module: "nodenext",
      types: [],
      noEmit: true,
      ...Object.fromEntries(strictest.map((flag) => [flag, true])),
      paths: { "flatgrad/runtime": [join(root, "runtime/index.ts")] },
    },
    include: ["**/*.ts"],
  };
}
