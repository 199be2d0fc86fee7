import { isLoop } from "./element.js";
import type { Index, Local, Scalar, Statement } from "./program.js";

/** Last touches on statements: variables that outlive their branch, and values written where they are used. */

/** How often each variable occurs, written or read. */
function countLocals(
  statements: readonly Statement[],
  counts = new Map<Local, number>(),
): Map<Local, number> {
  const count = (local: Local) =>
    counts.set(local, (counts.get(local) ?? 0) + 1);
  for (const statement of statements) {
    visitScalars(statement, (value) => value.kind === "local" && count(value));
    if (statement.kind === "define" || statement.kind === "update")
      count(statement.local);
    for (const body of bodiesOf(statement)) countLocals(body, counts);
  }
  return counts;
}

/** Calls `visit` for every expression of a statement, not of statements inside it. */
export function visitScalars(
  statement: Statement,
  visit: (value: Scalar) => void,
): void {
  const walk = (value: Scalar): void => {
    visit(value);
    if (value.kind === "apply") value.arguments.forEach(walk);
    else if (value.kind === "total")
      value.terms.forEach((term) => walk(term.value));
    else if (value.kind === "load" || value.kind === "element")
      value.index.forEach(walkIndex);
    else if (value.kind === "index") walkIndex(value.index);
  };
  const walkIndex = ({ variable }: Index) => {
    if (variable !== null && !isLoop(variable)) walk(variable);
  };
  switch (statement.kind) {
    case "define":
    case "update":
      return walk(statement.value);
    case "store":
      statement.index.forEach(walkIndex);
      return walk(statement.value);
    case "if":
      return walk(statement.condition);
    case "checkIndices":
      if (statement.value.kind !== "buffer") walk(statement.value);
      return;
    default:
  }
}

export function bodiesOf(
  statement: Statement,
): readonly (readonly Statement[])[] {
  if (statement.kind === "loop") return [statement.body];
  return statement.kind === "if" ? [statement.then, statement.otherwise] : [];
}

/** A variable defined in a branch and read outside it is declared before the branch. */
export function hoistDefinitions(
  statements: readonly Statement[],
  results: readonly Local[],
): readonly Statement[] {
  const total = countLocals(statements);
  for (const local of results) total.set(local, (total.get(local) ?? 0) + 1);
  const hoist = (body: readonly Statement[]): readonly Statement[] =>
    body.flatMap((statement) =>
      statement.kind === "if"
        ? hoistFrom({
            ...statement,
            then: hoist(statement.then),
            otherwise: hoist(statement.otherwise),
          })
        : [statement],
    );
  const hoistFrom = (
    branch: Extract<Statement, { kind: "if" }>,
  ): readonly Statement[] => {
    const declared = new Map<Local, Statement>();
    const [then, otherwise] = bodiesOf(branch).map((body) => {
      const inside = countLocals(body);
      return body.map((statement): Statement => {
        if (
          statement.kind !== "define" ||
          inside.get(statement.local) === total.get(statement.local)
        )
          return statement;
        const start: Scalar = {
          kind: "literal",
          value: 0,
          dtype: statement.local.dtype,
        };
        declared.set(statement.local, {
          kind: "define",
          local: statement.local,
          value: start,
          mutable: true,
          origin: statement.origin,
        });
        return {
          kind: "update",
          local: statement.local,
          combine: null,
          value: statement.value,
          origin: statement.origin,
        };
      });
    });
    return [
      ...declared.values(),
      { ...branch, then: then ?? [], otherwise: otherwise ?? [] },
    ];
  };
  return hoist(statements);
}

/**
 * Writes a value the compiler named in the place of its only use, if that use
 * follows in the same body and nothing in between writes to memory it reads.
 */
export function inlineSingleUses(
  statements: readonly Statement[],
  results: readonly Local[],
  fits: (local: Local, value: Scalar, into: Statement) => boolean,
): readonly Statement[] {
  const counts = countLocals(statements);
  for (const local of results) counts.set(local, (counts.get(local) ?? 0) + 2);
  const inline = (body: readonly Statement[]): readonly Statement[] => {
    const kept: Statement[] = [];
    for (const original of body) {
      let statement = withBodies(original, inline);
      for (let i = kept.length - 1; i >= 0; i--) {
        const earlier = kept[i];
        if (
          earlier?.kind === "define" &&
          isCandidate(earlier, counts) &&
          directlyUses(statement, earlier.local)
        ) {
          const replaced = substitute(statement, earlier.local, earlier.value);
          if (!fits(earlier.local, earlier.value, replaced)) continue;
          kept.splice(i, 1);
          statement = replaced;
        } else if (earlier !== undefined && writesMemory(earlier)) break;
      }
      kept.push(statement);
    }
    return kept;
  };
  return inline(statements);
}

function isCandidate(
  statement: Extract<Statement, { kind: "define" }>,
  counts: ReadonlyMap<Local, number>,
): boolean {
  const { local, mutable, value } = statement;
  const unnamed =
    local.node.name === undefined || local.node.derivedName === true;
  return (
    unnamed && !mutable && value.kind !== "total" && counts.get(local) === 2
  );
}

function writesMemory(statement: Statement): boolean {
  return statement.kind !== "define";
}

function directlyUses(statement: Statement, local: Local): boolean {
  let found = false;
  if (statement.kind !== "if")
    visitScalars(statement, (value) => (found ||= value === local));
  return found;
}

function withBodies(
  statement: Statement,
  map: (body: readonly Statement[]) => readonly Statement[],
): Statement {
  if (statement.kind === "loop")
    return { ...statement, body: map(statement.body) };
  if (statement.kind === "if")
    return {
      ...statement,
      then: map(statement.then),
      otherwise: map(statement.otherwise),
    };
  return statement;
}

function substitute(statement: Statement, local: Local, by: Scalar): Statement {
  const value = (scalar: Scalar): Scalar => {
    if (scalar === local) return by;
    if (scalar.kind === "apply")
      return { ...scalar, arguments: scalar.arguments.map(value) };
    if (scalar.kind === "total")
      return {
        ...scalar,
        terms: scalar.terms.map((term) => ({
          ...term,
          value: value(term.value),
        })),
      };
    if (scalar.kind === "load")
      return { ...scalar, index: scalar.index.map(index) };
    return scalar.kind === "index"
      ? { ...scalar, index: index(scalar.index) }
      : scalar;
  };
  const index = (position: Index): Index => {
    const { variable } = position;
    return variable === null || isLoop(variable)
      ? position
      : { ...position, variable: value(variable) };
  };
  switch (statement.kind) {
    case "define":
    case "update":
      return { ...statement, value: value(statement.value) };
    case "store":
      return {
        ...statement,
        index: statement.index.map(index),
        value: value(statement.value),
      };
    default:
      return statement;
  }
}
