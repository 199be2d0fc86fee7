import { runInThisContext } from "node:vm";
import { ts } from "../../compiler/syntax/typescript/api.js";
import * as runtime from "../../runtime/index.js";

export type Exports = Readonly<Record<string, unknown>>;

/** Runs a generated module, which may import the runtime and nothing else; returns what it exports. */
export function runCode(code: string): Exports {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.CommonJS,
      verbatimModuleSyntax: false,
    },
  });
  const run = runInThisContext(`((exports, require) => { ${outputText}\n})`) as (
    exports: object,
    require: (name: string) => unknown,
  ) => void;
  const exports: Record<string, unknown> = {};
  run(exports, (name) => {
    if (name !== "flatgrad/runtime") throw new Error(`imports ${name}`);
    return runtime;
  });
  return exports;
}
