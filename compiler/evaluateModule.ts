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
  const specifiers = runtimeImport.exec(code)?.[1] ?? "";
  const imported = [...specifiers.matchAll(/([\w$]+)(?: as ([\w$]+))?/g)].map(
    ([, name = "", local = name]) => ({ name, local }),
  );
  const exported = [...code.matchAll(exportedFunction)].map(([, name]) => name);
  const body = code.replace(runtimeImport, "").replaceAll(exportedFunction, "function $1");
  const evaluate = new Function(
    ...imported.map(({ local }) => local),
    `"use strict";\n${body}\nreturn { ${exported.join(", ")} };`,
  ) as (...functions: readonly unknown[]) => Record<string, () => unknown>;
  const functions = new Map<string, unknown>(Object.entries(runtime));
  return new Map(Object.entries(evaluate(...imported.map(({ name }) => functions.get(name)))));
}
