import * as runtime from "../runtime/index.js";

/** The functions of a generated module by name. */
export type EvaluatedModule = ReadonlyMap<string, (...values: readonly unknown[]) => unknown>;

const runtimeImport = /^import \{([^}]*)\} from "flatgrad\/runtime";$/m;
const exportedFunction = /^export function ([\w$]+)/gm;

/**
 * Evaluates a generated JavaScript module with `new Function`, the runtime's
 * functions passed in. For text the compiler has just printed, and no other.
 *
 * @throws EvalError where a Content-Security-Policy forbids evaluation
 */
export function evaluateModule(code: string): EvaluatedModule {
  const names = [...code.matchAll(exportedFunction)].map(([, name]) => name);
  const body = code
    .replace(runtimeImport, "const {$1} = flatgradRuntime;")
    .replaceAll(exportedFunction, "function $1");
  const evaluate = new Function(
    "flatgradRuntime",
    `"use strict";\n${body}\nreturn { ${names.join(", ")} };`,
  ) as (given: typeof runtime) => Record<string, () => unknown>;
  return new Map(Object.entries(evaluate(runtime)));
}
