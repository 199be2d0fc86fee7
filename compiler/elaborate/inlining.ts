import type { Note, Span } from "../diagnostic.js";
import type { Dim } from "../ir/dim.js";
import type { Parameter } from "../syntax/tree.js";
import { matchArgument } from "./arguments.js";
import type { Context, InlineCall, Placed } from "./context.js";
import { outcomeOf, type Flow } from "./flow.js";
import { declaredType } from "./inputs.js";
import { bindPattern } from "./patterns.js";
import { Scope } from "./scopes.js";
import { executeBlock } from "./statements.js";
import { didYouMean } from "./suggest.js";
import { POISON, UNSET, type Callable, type Value } from "./values.js";

/** Calls a function of the program by running its body with the arguments for its parameters. */
export function inlineCall(context: Context, call: InlineCall): Value {
  const { callable, positional, named, span, isStatement } = call;
  if (refuseRecursion(context, callable, span)) return POISON;
  const args = assignArguments(context, callable, positional, named, span);
  if (args === undefined) return POISON;
  return context.nested(span, () => {
    const { line } = context;
    const sizes = callable.scope?.frame.sizes ?? new Map<string, Dim>();
    const scope = callable.scope?.inner() ?? new Scope({ module: callable.module, sizes });
    const around = context.store.size;
    const values = args.map((argument, i) =>
      matched(context, callable, argument, callable.parameters[i], sizes),
    );
    recordCaller(context, callable);
    context.calls.push({ callable, span, isStatement });
    bindParameters(context, callable.parameters, values, scope);
    const value = runBody(context, callable, scope, around);
    context.calls.pop();
    context.line = line;
    return value;
  });
}

function recordCaller({ calls, program }: Context, { declaration }: Callable): void {
  const [first] = calls;
  const callers = program.callers.get(declaration) ?? new Set();
  if (first !== undefined) callers.add(first.callable.declaration);
  program.callers.set(declaration, callers);
}

/** The result of a body, which may change the variables around it; FG210 where it may end without one. */
export function runBody(
  context: Context,
  { body, name, span }: Callable,
  scope: Scope,
  around: number,
): Value {
  const { guards, outerVariables } = context;
  context.outerVariables = around;
  const flow: Flow = executeBlock(context, body, scope);
  const isStatement = context.calls.at(-1)?.isStatement === true;
  const ends = flow.kind === "return" || isStatement;
  const outcome = outcomeOf(flow, { value: ends ? UNSET : POISON, store: context.store });
  Object.assign(context, { guards, outerVariables, store: outcome.store });
  if (ends) return outcome.value;
  const found =
    flow.kind === "next"
      ? `\`${name}\` returns nothing`
      : `\`${name}\` does not return on every path`;
  return context.error("FG210", found, span, {
    accepted: "a `return` with a value at the end of every path",
  });
}

export function bindParameters(
  context: Context,
  parameters: readonly Parameter[],
  values: readonly Placed[],
  scope: Scope,
): void {
  const what = "parameter" as const;
  const declaring = { scope, mutable: true, what, freshAfter: Infinity };
  for (const [i, { pattern, span }] of parameters.entries()) {
    const value = values[i] ?? { value: POISON, span };
    bindPattern(context, pattern, value, declaring);
  }
}

function matched(
  context: Context,
  { module }: Callable,
  argument: Placed,
  parameter: Parameter | undefined,
  sizes: Map<string, Dim>,
): Placed {
  if (parameter?.type === undefined) return argument;
  const type = declaredType(context, parameter, module);
  const value = type === undefined ? POISON : matchArgument(context, argument, type, sizes);
  return { ...argument, value };
}

/** Every call of a function from within itself is refused, since it would be inlined without end. */
function refuseRecursion(
  context: Context,
  { declaration, name, span: declared }: Callable,
  span: Span,
): boolean {
  const { calls } = context;
  const first = calls.findIndex(({ callable }) => callable.declaration === declaration);
  if (first < 0) return false;
  const notes: Note[] = calls.slice(first + 1).map(({ callable, span: place }, i) => ({
    message: `\`${calls[first + i]?.callable.name}\` calls \`${callable.name}\` here`,
    span: place,
  }));
  const message = `\`${name}\` calls itself`;
  const start = { message: `\`${name}\` is declared here`, span: declared };
  context.sink.error("FG205", message, span, {
    accepted: "functions that do not lead back to themselves",
    hint: "write the repetition as a `for` loop, or as an operation over a tensor",
    notes: [start, ...notes],
  });
  return true;
}

/** The arguments in the order of the parameters; undefined where they do not fit, which is reported. */
function assignArguments(
  context: Context,
  callable: Callable,
  positional: readonly Placed[],
  named: ReadonlyMap<string, Placed>,
  span: Span,
): readonly Placed[] | undefined {
  const { name, parameters } = callable;
  const names = parameters.map(({ pattern }) => (pattern.kind === "name" ? pattern.name : ""));
  const args: (Placed | undefined)[] = [...positional];
  for (const [key, argument] of named) {
    const place = names.indexOf(key);
    if (place >= 0 && args[place] === undefined) {
      args[place] = argument;
      continue;
    }
    const found =
      place < 0 ? `has no parameter \`${key.slice(0, 40)}\`` : `is given \`${key}\` twice`;
    context.error(place < 0 ? "FG203" : "FG202", `\`${name}\` ${found}`, argument.span, {
      accepted: names.join(", "),
      hint: didYouMean(key, names),
    });
    return undefined;
  }
  const given = args.filter((argument) => argument !== undefined);
  if (given.length === parameters.length) return given;
  context.error(
    "FG202",
    `\`${name}\` takes ${parameters.length} argument${parameters.length === 1 ? "" : "s"}, but here are ${given.length}`,
    span,
    {
      accepted: `${name}(${names.join(", ")})`,
      notes: [{ message: "it is declared here", span: callable.span }],
    },
  );
  return undefined;
}
