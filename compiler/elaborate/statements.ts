import type { Span } from "../diagnostic.js";
import type { Statement } from "../syntax/tree.js";
import { readCondition } from "./branches.js";
import { executeChoice } from "./choices.js";
import type { Context, Placed } from "./context.js";
import { NEXT, returning, sequence, unknownFlow, type Flow } from "./flow.js";
import { lineOf } from "./lines.js";
import { assignElement } from "./elements.js";
import { refuseEmptyReturn } from "./loopKeep.js";
import { executeLoop } from "./loops.js";
import { applyBinary } from "./operators.js";
import { bindPattern, named } from "./patterns.js";
import type { Scope } from "./scopes.js";
import { didYouMean } from "./suggest.js";
import { POISON, UNSET } from "./values.js";

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

/** Runs the statements of a block in its scope. */
export function executeBlock(context: Context, body: readonly Statement[], scope: Scope): Flow {
  return sequence(
    body.map(
      (statement) => () =>
        context.nested(statement.span, () => executeStatement(context, statement, scope)),
    ),
  );
}

function executeStatement(context: Context, statement: Statement, scope: Scope): Flow {
  const { span } = statement;
  setLine(context, { ...span, end: endOfHead(statement) }, scope);
  switch (statement.kind) {
    case "declare":
      declare(context, statement, scope);
      return NEXT;
    case "assign":
      assign(context, statement, scope);
      return NEXT;
    case "return":
      return executeReturn(context, statement, scope);
    case "if":
      return executeIf(context, statement, scope);
    case "block":
      return executeBlock(context, statement.body, scope.inner());
    case "for":
    case "forOf":
    case "while":
    case "doWhile":
      return executeLoop(context, statement, scope, executeBlock);
    case "break":
    case "continue":
      context.error("FG204", `\`${statement.kind}\` stands outside a loop`, span, {
        accepted: "`break` and `continue` inside `for`, `while` and `do … while`",
      });
      return NEXT;
    case "expression":
      executeExpression(context, statement, scope);
      return NEXT;
  }
}

/** Where what is quoted of a statement ends: its body is quoted for itself. */
function endOfHead(statement: Statement): number {
  switch (statement.kind) {
    case "if":
    case "while":
      return statement.condition.span.end + 1;
    case "for": {
      const parts = [...statement.init, ...statement.update, statement.condition ?? []].flat();
      return Math.max(statement.span.start, ...parts.map(({ span }) => span.end)) + 1;
    }
    case "forOf":
      return statement.iterable.span.end + 1;
    case "doWhile":
      return statement.span.start + 2;
    default:
      return statement.span.end;
  }
}

function setLine(context: Context, span: Span, scope: Scope): void {
  const source = context.program.sources.get(span.file);
  context.line = lineOf(source, span, scope.frame.module.language);
}

function declare(context: Context, { pattern, value, mutable }: Of<"declare">, scope: Scope): void {
  const freshAfter = context.lastId;
  const placed: Placed =
    value === undefined ? { value: UNSET, span: pattern.span } : context.placed(value, scope);
  const what = "variable" as const;
  bindPattern(context, pattern, placed, { scope, mutable, what, freshAfter });
}

function assign(context: Context, statement: Of<"assign">, scope: Scope): void {
  const { target, operator, value, span } = statement;
  if (target.kind === "index") {
    assignElement(context, { ...statement, target }, scope);
    return;
  }
  const freshAfter = context.lastId;
  const current = operator === undefined ? undefined : context.placed(target, scope);
  const given = context.placed(value, scope);
  if (target.kind !== "name") {
    context.error("FG204", "a field cannot be assigned to", target.span, {
      accepted: "assignment to names and to elements of arrays",
      hint: "make a new object",
    });
    return;
  }
  const { name } = target;
  const result =
    current === undefined || operator === undefined
      ? given.value
      : applyBinary(context, operator, current, given, span);
  const variable = scope.find(name);
  if (variable === undefined) {
    // A compound assignment has read the name, and reported it.
    if (operator !== undefined) return;
    context.error("FG209", `\`${name.slice(0, 40)}\` is not declared`, target.span, {
      accepted: "a name declared with `let`",
      hint: didYouMean(name, scope.names()),
    });
    return;
  }
  if (!variable.mutable) {
    context.error("FG209", `\`${name}\` is a constant`, target.span, {
      accepted: "a name declared with `let`",
      hint: "declare it with `let`",
      notes: [{ message: "it is declared here", span: variable.span }],
    });
    context.store.set(variable, POISON);
    return;
  }
  context.store.set(variable, named(context, result, variable.name, freshAfter));
}

function executeReturn(context: Context, { value, span }: Of<"return">, scope: Scope): Flow {
  if (value !== undefined) return returning(context, context.evaluate(value, scope));
  if (context.calls.at(-1)?.isStatement === true) return returning(context, UNSET);
  refuseEmptyReturn(context, span);
  return returning(context, POISON);
}

function executeExpression(
  context: Context,
  { value, span }: Of<"expression">,
  scope: Scope,
): void {
  if (value.kind === "string") return;
  const before = new Map(context.store);
  const outer = context.statement;
  const reported = context.sink.diagnostics.length;
  context.statement = value;
  const { kind } = context.evaluate(value, scope);
  context.statement = outer;
  const acts = [...before].some(([variable, old]) => context.store.get(variable) !== old);
  if (kind === "poison" || acts || context.sink.diagnostics.length > reported) return;
  context.error("FG204", "this expression has no effect", span, {
    accepted: "declarations, assignments, `if`, `for` and `return`",
    hint: "give the value a name, `const y = …`, or return it",
  });
}

function executeIf(context: Context, { condition, then, otherwise }: Of<"if">, scope: Scope): Flow {
  const { line } = context;
  const decided = readCondition(context, context.placed(condition, scope));
  const run = (body: readonly Statement[]) => () => executeBlock(context, body, scope.inner());
  if (typeof decided === "boolean") return run(decided ? then : otherwise)();
  if (decided === undefined) return tryBoth(context, run(then), run(otherwise));
  const choice = { condition: decided, span: condition.span, line };
  return executeChoice(context, choice, run(then), run(otherwise));
}

/** After an erroneous condition: both branches are checked, and what either assigns is unknown. */
function tryBoth(context: Context, then: () => Flow, otherwise: () => Flow): Flow {
  const before = context.store;
  const after = [then, otherwise].map((run) => {
    context.store = new Map(before);
    const flow = run();
    return { flow, store: context.store };
  });
  context.store = new Map(before);
  for (const [variable, value] of before) {
    const changed = after.some(({ store }) => store.get(variable) !== value);
    if (changed) context.store.set(variable, POISON);
  }
  const returns = after.map(({ flow }) => flow.kind);
  if (returns.every((kind) => kind === "return")) return returning(context, POISON);
  return returns.every((kind) => kind === "next") ? NEXT : unknownFlow(context);
}
