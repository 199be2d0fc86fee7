import type { Span } from "../diagnostic.js";
import type { Module } from "../syntax/tree.js";
import type { Context } from "./context.js";
import { operationNamed, operationNames, type Global } from "./modules.js";
import { Scope } from "./scopes.js";
import { hintForName } from "./foreign.js";
import { didYouMean } from "./suggest.js";
import {
  dimValue,
  makerNamed,
  numberValue,
  POISON,
  transformNamed,
  type Callable,
  type Value,
} from "./values.js";

const MATH_CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["inf", Infinity],
]);

const TYPESCRIPT_CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["Infinity", Infinity],
  ["NaN", NaN],
]);

/** The value of a name where it is read. */
export function readName(context: Context, name: string, span: Span, scope: Scope): Value {
  const variable = scope.find(name);
  if (variable !== undefined) {
    const value = context.store.get(variable) ?? POISON;
    if (value.kind !== "unset") return value;
    return context.error("FG201", `\`${name}\` may have no value here`, span, {
      accepted: "a name that every path before has assigned to",
      notes: [{ message: "it is declared here", span: variable.span }],
    });
  }
  return (
    globalName(context, name, span, scope.frame.module) ??
    predefined(name, scope) ??
    unknownName(context, name, span, scope)
  );
}

/** The value of a name at the top of a module. */
function globalName(context: Context, name: string, span: Span, module: Module): Value | undefined {
  const global = context.program.value(module, name);
  return global === undefined ? undefined : globalValue(context, global, name, span);
}

export function globalValue(context: Context, global: Global, name: string, span: Span): Value {
  switch (global.kind) {
    case "function": {
      const callable = callableOf(global.declaration, global.module);
      return { kind: "function", callable };
    }
    case "constant":
      return constantValue(context, global, span);
    case "operation":
      return { kind: "operation", op: global.op };
    case "transform":
      return { kind: "transform", name: global.name };
    case "maker":
      return { kind: "maker", name: global.name };
    case "namespace":
      return { kind: "namespace", of: global.of };
    case "failed":
      return POISON;
    case "type":
    case "flatgradType":
      return context.error("FG215", `\`${name}\` is a type, not a value`, span);
  }
}

/** A declared function as a value. */
export function callableOf(
  declaration: Extract<Global, { kind: "function" }>["declaration"],
  module: Module,
): Callable {
  const { name, parameters, body, nameSpan } = declaration;
  return { declaration, name, parameters, body, module, span: nameSpan };
}

/** The value of a constant at the top of a module, which must be known at build time. */
export function constantValue(
  context: Context,
  { declaration, module }: Extract<Global, { kind: "constant" }>,
  span: Span,
): Value {
  const known = context.constants.get(declaration);
  if (known === "evaluating") {
    return context.error(
      "FG205",
      `the constant \`${declaration.name}\` is defined by itself`,
      declaration.span,
      { notes: [{ message: "it is used here", span }] },
    );
  }
  if (known !== undefined) return known;
  context.constants.set(declaration, "evaluating");
  const scope = new Scope({ module, sizes: new Map() });
  const value = context.evaluate(declaration.value, scope);
  const kept = holdsNode(value)
    ? context.error(
        "FG204",
        `the constant \`${declaration.name}\` is not known at build time`,
        declaration.span,
        {
          accepted: "numbers, strings, truth values, and lists and objects of them",
          hint: "compute it inside the function that uses it",
        },
      )
    : value;
  context.constants.set(declaration, kept);
  return kept;
}

function holdsNode(value: Value): boolean {
  if (value.kind === "tuple") return value.elements.some(holdsNode);
  if (value.kind === "object") return [...value.fields.values()].some(holdsNode);
  return value.kind === "node" || value.kind === "array";
}

/** Names that need no declaration. */
function predefined(name: string, scope: Scope): Value | undefined {
  const { module, sizes } = scope.frame;
  const isMath = module.language === "math";
  const number = (isMath ? MATH_CONSTANTS : TYPESCRIPT_CONSTANTS).get(name);
  if (number !== undefined) return numberValue(number);
  if (!isMath) return name === "Math" ? { kind: "namespace", of: "Math" } : undefined;
  const size = sizes.get(name);
  if (size !== undefined) return dimValue(size);
  const transform = transformNamed(name);
  if (transform !== undefined) return { kind: "transform", name: transform };
  const op = operationNamed(name);
  return op === undefined ? undefined : { kind: "operation", op };
}

function unknownName(context: Context, name: string, span: Span, scope: Scope): Value {
  const { module, sizes } = scope.frame;
  const isMath = module.language === "math";
  const local = [...scope.names(), ...context.program.names(module)];
  const candidates = isMath
    ? [...local, ...sizes.keys(), ...MATH_CONSTANTS.keys(), ...operationNames()]
    : [...local, "Math", ...operationNames()];
  const importable =
    !isMath &&
    (operationNamed(name) !== undefined ||
      transformNamed(name) !== undefined ||
      makerNamed(name) !== undefined);
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  return context.error("FG201", `\`${shown}\` is not known here`, span, {
    hint: importable
      ? `write \`import { ${name} } from "flatgrad"\``
      : (hintForName(name) ?? didYouMean(name, candidates)),
  });
}
