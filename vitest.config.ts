import { defineConfig } from "vitest/config";

const source = (path: string): string => new URL(path, import.meta.url).pathname;

export default defineConfig({
  resolve: {
    // Tests and examples run from source, by the names a user imports.
    alias: [
      { find: /^flatgrad$/, replacement: source("compiler/model/index.ts") },
      {
        find: /^flatgrad\/compiler$/,
        replacement: source("compiler/index.ts"),
      },
      { find: /^flatgrad\/jit$/, replacement: source("compiler/jit.ts") },
      { find: /^flatgrad\/runtime$/, replacement: source("runtime/index.ts") },
      {
        find: /^flatgrad\/data-parallel$/,
        replacement: source("runtime/dataParallel/index.ts"),
      },
    ],
  },
  test: {
    include: ["tests/**/*.test.ts", "examples/**/*.test.ts"],
    // Only what hangs should fail: a busy machine takes several times as long as an idle one.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    pool: "forks",
    maxWorkers: 2,
    // One load of the TypeScript front end for each worker, not for each file.
    isolate: false,
    // For tests that measure the heap.
    execArgv: ["--expose-gc"],
  },
});
