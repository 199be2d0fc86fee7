import type { Expression, Field } from "../syntax/tree.js";
import { read } from "./arrays.js";
import type { Context, Placed } from "./context.js";
import { callCustom, makeCustom } from "./customGradients.js";
import { callDerivative } from "./derivatives.js";
import { makeDerivative } from "./transforms.js";
import { callZeros } from "./constructors.js";
import { callMath } from "./mathFunctions.js";
import { callMethod } from "./methods.js";
import { callOperation } from "./operations.js";
import type { Scope } from "./scopes.js";
import { describe, POISON, type Value } from "./values.js";

type Call = Extract<Expression, { kind: "call" }>;

/** `callee(arguments)`. */
export function evaluateCall(context: Context, call: Call, scope: Scope): Value {
  const method = callMethod(context, call, scope);
  if (method !== undefined && "result" in method) return method.result;
  const isStatement = context.statement === call;
  const callee = method?.callee ?? context.evaluate(call.callee, scope);
  const given = readArguments(context, call, callee, scope);
  // A function of the program gets the arrays themselves, and may write them.
  const { positional, named } = callee.kind === "function" ? given : contentsOf(context, given);
  switch (callee.kind) {
    case "poison":
      return POISON;
    case "operation": {
      const { op } = callee;
      const { span } = call;
      return callOperation(context, { op, positional, named, span, scope });
    }
    case "maker":
      return callZeros(context, positional, named, call.span);
    case "math":
      return callMath(context, callee.name, positional, call.span);
    case "function":
      return context.inline(callee.callable, positional, named, call.span, isStatement);
    case "transform":
      if (callee.name === "customGradient")
        return makeCustom(context, withOptions(context, positional, named), call.span);
      return makeDerivative(context, callee.name, { positional, named }, call.span);
    case "custom":
      return callCustom(context, {
        custom: callee,
        args: withOptions(context, positional, named),
        span: call.span,
        scope,
      });
    case "derivative":
      return callDerivative(context, {
        derivative: callee,
        args: withOptions(context, positional, named),
        span: call.span,
        scope,
      });
    default:
      return context.error("FG215", `${describe(callee)} cannot be called`, call.callee.span, {
        accepted: "a function of the program or an operation",
        hint: scope.frame.module.language === "math" ? "for a product write `*`" : undefined,
      });
  }
}

/** The arguments of a derivative: by position. */
function withOptions(
  context: Context,
  positional: readonly Placed[],
  named: ReadonlyMap<string, Placed>,
): readonly Placed[] {
  for (const [key, { span }] of named) {
    context.error("FG203", `there is no option \`${key.slice(0, 40)}\` here`, span, {
      accepted: "arguments by position",
    });
  }
  return [...positional, ...named.values()];
}

interface Arguments {
  readonly positional: readonly Placed[];
  readonly named: ReadonlyMap<string, Placed>;
}

function contentsOf(context: Context, { positional, named }: Arguments): Arguments {
  return {
    positional: positional.map((one) => read(context, one)),
    named: new Map([...named].map(([key, one]) => [key, read(context, one)])),
  };
}

/** Options are keywords in math strings; for an operation in TypeScript the fields of a last object. */
function readArguments(context: Context, call: Call, callee: Value, scope: Scope): Arguments {
  const last = call.arguments.at(-1);
  if (callee.kind === "operation" && last?.kind === "object") {
    const written = call.arguments.slice(0, -1);
    const positional = written.map((one) => context.placed(one, scope));
    return { positional, named: readNamed(context, last.fields, scope) };
  }
  const positional = call.arguments.map((one) => context.placed(one, scope));
  const options = positional.at(-1);
  if (callee.kind === "operation" && options?.value.kind === "object") {
    const fields = [...options.value.fields].map(([key, value]): [string, Placed] => [
      key,
      { value, span: options.span },
    ]);
    return { positional: positional.slice(0, -1), named: new Map(fields) };
  }
  return { positional, named: readNamed(context, call.options, scope) };
}

function readNamed(
  context: Context,
  fields: readonly Field[],
  scope: Scope,
): ReadonlyMap<string, Placed> {
  const named = new Map<string, Placed>();
  for (const { key, value, span } of fields) {
    if (named.has(key)) {
      context.error("FG202", `\`${key.slice(0, 40)}\` is given twice`, span, {
        accepted: "each option once",
      });
    }
    named.set(key, context.placed(value, scope));
  }
  return named;
}
