import type { Span } from "../diagnostic.js";
import type { Expression, Statement } from "../syntax/tree.js";

/** Variables that no author can name: why an iteration, or the loop, is over. */
export const LEFT = "left#";
export const SKIPPED = "skipped#";
export const RETURNED = "returned#";
export const RESULT = "result#";

/** Whether statements contain what satisfies a test, functions and, unless asked, inner loops left out. */
function contains(
  body: readonly Statement[],
  test: (statement: Statement) => boolean,
  intoLoops: boolean,
): boolean {
  return body.some((statement) => {
    if (test(statement)) return true;
    if (!intoLoops && isLoop(statement)) return false;
    return bodiesOf(statement).some((inner) => contains(inner, test, intoLoops));
  });
}

/** The lists of statements inside a statement. */
export function bodiesOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case "if":
      return [statement.then, statement.otherwise];
    case "for":
      return [statement.init, statement.body, statement.update];
    case "forOf":
    case "while":
    case "doWhile":
    case "block":
      return [statement.body];
    default:
      return [];
  }
}

function isLoop({ kind }: Statement): boolean {
  return kind === "for" || kind === "forOf" || kind === "while" || kind === "doWhile";
}

export function returns(body: readonly Statement[]): boolean {
  return contains(body, ({ kind }) => kind === "return", true);
}

export function breaks(body: readonly Statement[]): boolean {
  return contains(body, ({ kind }) => kind === "break", false);
}

export function continues(body: readonly Statement[]): boolean {
  return contains(body, ({ kind }) => kind === "continue", false);
}

/** The first `return` without a value. */
export function emptyReturn(body: readonly Statement[]): Statement | undefined {
  let found: Statement | undefined;
  contains(
    body,
    (statement) => {
      const isEmpty = statement.kind === "return" && statement.value === undefined;
      if (isEmpty) found = statement;
      return isEmpty;
    },
    true,
  );
  return found;
}

/** The statements with `result# = value; returned# = true; break` for each `return value`. */
export function withoutReturns(body: readonly Statement[]): readonly Statement[] {
  return body.flatMap((statement): readonly Statement[] => {
    const { span } = statement;
    if (statement.kind === "return")
      return [
        ...(statement.value === undefined ? [] : [assign(RESULT, statement.value, span)]),
        raise(RETURNED, span),
        { kind: "break", span },
      ];
    return [withBodies(statement, withoutReturns, true)];
  });
}

/** The statements with flags for `break` and `continue`, and what follows them under a condition. */
export function withoutJumps(body: readonly Statement[]): readonly Statement[] {
  const done: Statement[] = [];
  for (const [i, statement] of body.entries()) {
    if (statement.kind === "break" || statement.kind === "continue") {
      const flag = statement.kind === "break" ? LEFT : SKIPPED;
      return [...done, raise(flag, statement.span)];
    }
    const flags = flagsOf(statement);
    done.push(withBodies(statement, withoutJumps, false));
    const rest = body.slice(i + 1);
    if (flags.length === 0 || rest.length === 0) continue;
    const { span } = statement;
    const condition = none(flags, span);
    return [...done, { kind: "if", condition, then: withoutJumps(rest), otherwise: [], span }];
  }
  return done;
}

/** The flags a statement may raise that end the iteration it stands in. */
function flagsOf(statement: Statement): readonly string[] {
  if (isLoop(statement)) return contains([statement], raises(RETURNED), true) ? [RETURNED] : [];
  const inner = bodiesOf(statement);
  return [
    ...(inner.some(breaks) ? [LEFT] : []),
    ...(inner.some(continues) ? [SKIPPED] : []),
    ...(inner.some((body) => contains(body, isLoopThatReturns, false)) ? [RETURNED] : []),
  ];
}

function isLoopThatReturns(statement: Statement): boolean {
  return isLoop(statement) && contains([statement], raises(RETURNED), true);
}

function raises(flag: string): (statement: Statement) => boolean {
  return (statement) =>
    statement.kind === "assign" &&
    statement.target.kind === "name" &&
    statement.target.name === flag;
}

/** A statement with the lists of statements inside it changed. */
function withBodies(
  statement: Statement,
  change: (body: readonly Statement[]) => readonly Statement[],
  intoLoops: boolean,
): Statement {
  switch (statement.kind) {
    case "if":
      return {
        ...statement,
        then: change(statement.then),
        otherwise: change(statement.otherwise),
      };
    case "block":
      return { ...statement, body: change(statement.body) };
    case "for":
    case "forOf":
    case "while":
    case "doWhile":
      return intoLoops ? { ...statement, body: change(statement.body) } : statement;
    default:
      return statement;
  }
}

function assign(name: string, value: Expression, span: Span): Statement {
  return { kind: "assign", target: { kind: "name", name, span }, value, span };
}

function raise(flag: string, span: Span): Statement {
  return assign(flag, { kind: "boolean", value: true, span }, span);
}

/** `!a && !b`. */
export function none(flags: readonly string[], span: Span): Expression {
  const terms = flags.map((name): Expression => ({
    kind: "unary",
    operator: "!",
    operand: { kind: "name", name, span },
    span,
  }));
  const [first = { kind: "boolean", value: true, span }, ...rest] = terms;
  return rest.reduce<Expression>(
    (left, right) => ({ kind: "binary", operator: "&&", left, right, span }),
    first,
  );
}

/** Whether a loop inside these statements may return from the function. */
export function returnsFromInside(body: readonly Statement[]): boolean {
  return contains(body, isLoopThatReturns, false);
}
