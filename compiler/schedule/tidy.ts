import { isLoop } from "./element.js";
import type { Index, Local, Scalar, Statement } from "./program.js";

/** Last touches on statements: variables that outlive their branch, and values written where they are used. */

/** How often each variable occurs, written or read. */
export function countLocals(
  statements: readonly Statement[],
  counts = new Map<Local, number>(),
): Map<Local, number> {
  const count = (local: Local) => counts.set(local, (counts.get(local) ?? 0) + 1);
  for (const statement of statements) {
    visitScalars(statement, (value) => value.kind === "local" && count(value));
    if (statement.kind === "define" || statement.kind === "update") count(statement.local);
    for (const body of bodiesOf(statement)) countLocals(body, counts);
  }
  return counts;
}

/** Calls `visit` for every expression of a statement, not of statements inside it. */
export function visitScalars(statement: Statement, visit: (value: Scalar) => void): void {
  const walk = (value: Scalar): void => {
    visit(value);
    if (value.kind === "apply") value.arguments.forEach(walk);
    else if (value.kind === "total") value.terms.forEach((term) => walk(term.value));
    else if (value.kind === "load" || value.kind === "element") value.index.forEach(walkIndex);
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
    case "repeat":
      if (statement.range === null) return;
      walk(statement.range.start);
      return walk(statement.range.stop);
    case "leave":
      return walk(statement.unless);
    case "grow":
      return walk(statement.length);
    case "checkIndices":
      if (statement.value.kind !== "buffer") walk(statement.value);
      return;
    default:
  }
}

export function bodiesOf(statement: Statement): readonly (readonly Statement[])[] {
  if (statement.kind === "loop" || statement.kind === "repeat") return [statement.body];
  return statement.kind === "if" ? [statement.then, statement.otherwise] : [];
}

/**
 * A variable defined in a branch and used outside it is declared before the
 * branch, in the innermost body around all its uses.
 */
export function hoistDefinitions(
  statements: readonly Statement[],
  results: readonly Local[],
): readonly Statement[] {
  const places = new Map<Local, Place>();
  for (const local of results) places.set(local, { body: [statements], defined: false });
  collectPlaces(statements, [statements], places);
  return hoistIn(statements, places);
}

type Body = readonly Statement[];

/** The innermost path of bodies around all occurrences of a variable, and whether that body itself defines it. */
interface Place {
  body: readonly Body[];
  defined: boolean;
}

function collectPlaces(body: Body, path: readonly Body[], places: Map<Local, Place>): void {
  const occurs = (local: Local, defines: boolean) => {
    const known = places.get(local);
    if (known === undefined) {
      places.set(local, { body: path, defined: defines });
      return;
    }
    const shared = sharedPath(known.body, path);
    const staysInBody = shared.length === known.body.length && known.defined;
    places.set(local, {
      body: shared,
      defined: staysInBody || (defines && shared.length === path.length),
    });
  };
  for (const statement of body) {
    visitScalars(statement, (value) => {
      if (value.kind === "local") occurs(value, false);
    });
    if (statement.kind === "define") occurs(statement.local, true);
    if (statement.kind === "update") occurs(statement.local, false);
    for (const inner of bodiesOf(statement)) collectPlaces(inner, [...path, inner], places);
  }
}

function sharedPath(a: readonly Body[], b: readonly Body[]): readonly Body[] {
  const end = a.findIndex((body, i) => b[i] !== body);
  return end < 0 ? a : a.slice(0, end);
}

function hoistIn(body: Body, places: ReadonlyMap<Local, Place>): Body {
  const declared = new Set<Local>();
  return body.flatMap((statement): readonly Statement[] => {
    const declarations = definedInside(statement).flatMap((define): readonly Statement[] => {
      const { local } = define;
      const place = places.get(local);
      if (place?.body.at(-1) !== body || place.defined || declared.has(local)) return [];
      declared.add(local);
      const start: Scalar = { kind: "literal", value: 0, dtype: local.dtype };
      return [{ ...define, value: start, mutable: true }];
    });
    const inner = withBodies(statement, (each) => hoistIn(each, places));
    return [...declarations, assigned(inner, body, places)];
  });
}

/** A definition whose variable is declared further out becomes an assignment. */
function assigned(statement: Statement, body: Body, places: ReadonlyMap<Local, Place>): Statement {
  if (statement.kind !== "define") return statement;
  const place = places.get(statement.local);
  if (place === undefined || (place.body.at(-1) === body && place.defined)) return statement;
  const { local, value, origin } = statement;
  return { kind: "update", local, combine: null, value, origin };
}

/** Definitions in the bodies of a statement. */
function definedInside(statement: Statement): readonly Define[] {
  return bodiesOf(statement).flatMap((body) =>
    body.flatMap((inner) => [...(inner.kind === "define" ? [inner] : []), ...definedInside(inner)]),
  );
}

/**
 * Writes a value the compiler named in the place of its only use, if that use
 * follows in the same body and nothing in between writes to memory it reads.
 */
export function inlineSingleUses(
  statements: readonly Statement[],
  results: readonly Local[],
  fits: (into: Statement) => boolean,
): readonly Statement[] {
  const counts = countLocals(statements);
  for (const local of results) counts.set(local, (counts.get(local) ?? 0) + 2);
  const inline = (body: readonly Statement[]): readonly Statement[] => {
    const kept: (Statement | null)[] = [];
    const positions = new Map<Local, number>();
    for (const original of body) {
      let statement = withBodies(original, inline);
      for (
        let at = candidate(statement, kept, positions);
        at !== null;
        at = candidate(statement, kept, positions)
      ) {
        const define = kept[at];
        if (define?.kind !== "define") break;
        kept[at] = null;
        statement = writtenInto(statement, define);
      }
      if (statement.kind === "define") positions.set(statement.local, kept.length);
      kept.push(statement);
    }
    return kept.filter((statement) => statement !== null);
  };
  /** Where the definition stands that can be written into the statement. */
  const candidate = (
    statement: Statement,
    kept: readonly (Statement | null)[],
    positions: ReadonlyMap<Local, number>,
  ): number | null => {
    for (const local of localsOf(statement)) {
      const at = counts.get(local) === 2 ? positions.get(local) : undefined;
      // Farther back, a value is better read where it is worked out.
      if (at === undefined || kept.length - at > farthest) continue;
      const define = kept[at];
      if (define?.kind !== "define" || !isCandidate(define, statement)) continue;
      if (disturbedAfter(at, kept, define.value)) continue;
      if (fits(substitute(statement, local, define.value))) return at;
    }
    return null;
  };
  return inline(statements);
}

/** The statement with a value in place of its variable; a mere copy of it is then of the value's line. */
function writtenInto(statement: Statement, { local, value, origin }: Define): Statement {
  const result = substitute(statement, local, value);
  const isCopy = statement.kind === "update" && statement.value === local;
  return isCopy && result.kind === "update" ? { ...result, origin } : result;
}

/** How many statements may lie between a definition and the use it is written into. */
const farthest = 100;

type Define = Extract<Statement, { kind: "define" }>;

/** Variables a statement reads itself, not in statements inside it. */
function localsOf(statement: Statement): readonly Local[] {
  const found: Local[] = [];
  // The end of a range is read again in every iteration.
  if (statement.kind !== "if" && statement.kind !== "repeat")
    visitScalars(statement, (value) => value.kind === "local" && found.push(value));
  return found;
}

function disturbedAfter(at: number, kept: readonly (Statement | null)[], value: Scalar): boolean {
  for (let i = at + 1; i < kept.length; i++) {
    const statement = kept[i];
    if (statement && disturbs(statement, value)) return true;
  }
  return false;
}

/** True if a value may be another one after the statement than before. */
function disturbs(statement: Statement, value: Scalar): boolean {
  if (statement.kind === "define" || statement.kind === "checkIndices") return false;
  const written = new Set<Local>();
  const visit = (inner: Statement): void => {
    if (inner.kind === "update") written.add(inner.local);
    for (const body of bodiesOf(inner)) body.forEach(visit);
  };
  visit(statement);
  let disturbed = false;
  const probe: Statement = { kind: "if", condition: value, then: [], otherwise: [] };
  visitScalars(probe, (part) => {
    if (part.kind === "local" && written.has(part)) disturbed = true;
    if (part.kind === "load" && statement.kind !== "update") disturbed = true;
  });
  return disturbed;
}

function isCandidate({ local, mutable, value }: Define, user: Statement): boolean {
  const unnamed = local.node.name === undefined || local.node.derivedName === true;
  // The last value of a variable in a branch is written to the variable at once.
  const isCopy = user.kind === "update" && user.combine === null && user.value === local;
  return (isCopy || (unnamed && value.kind !== "total")) && !mutable;
}

/** `let y = 0; if (c) { y = a } else { y = b }` is `const y = c ? a : b`. */
export function branchesToChoices(
  statements: readonly Statement[],
  fits: (statement: Statement) => boolean,
): readonly Statement[] {
  const result: (Statement | null)[] = [];
  const declared = new Map<Local, number>();
  for (const original of statements) {
    const statement = withBodies(original, (body) => branchesToChoices(body, fits));
    const [first] = statement.kind === "if" ? statement.then : [];
    const local = first?.kind === "update" ? first.local : undefined;
    const at = local === undefined ? undefined : declared.get(local);
    const choice = local === undefined || at === undefined ? null : choiceFor(local, statement);
    if (choice !== null && at !== undefined && fits(choice)) {
      result[at] = null;
      result.push(choice);
      continue;
    }
    if (statement.kind === "define") declared.set(statement.local, result.length);
    result.push(statement);
  }
  return result.filter((statement) => statement !== null);
}

/** The choice that an `if` makes of a variable, if it does nothing else. */
function choiceFor(local: Local, branch: Statement): Statement | null {
  if (branch.kind !== "if" || branch.then.length !== 1 || branch.otherwise.length !== 1)
    return null;
  const [yes, no] = [branch.then[0], branch.otherwise[0]];
  if (yes?.kind !== "update" || no?.kind !== "update") return null;
  const plain = [yes, no].every((side) => side.local === local && side.combine === null);
  const isChoice =
    local.node.op.lowering.kind === "scalar" && local.node.op.lowering.code.kind === "select";
  if (!plain || !isChoice) return null;
  const value: Scalar = {
    kind: "apply",
    node: local.node,
    arguments: [branch.condition, yes.value, no.value],
  };
  return { kind: "define", local, value, mutable: false, origin: yes.origin };
}

/** The statement with its bodies mapped. */
export function withBodies(
  statement: Statement,
  map: (body: readonly Statement[]) => readonly Statement[],
): Statement {
  if (statement.kind === "loop" || statement.kind === "repeat")
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
    if (scalar.kind === "apply") return { ...scalar, arguments: scalar.arguments.map(value) };
    if (scalar.kind === "total")
      return {
        ...scalar,
        terms: scalar.terms.map((term) => ({
          ...term,
          value: value(term.value),
        })),
      };
    if (scalar.kind === "load") return { ...scalar, index: scalar.index.map(index) };
    return scalar.kind === "index" ? { ...scalar, index: index(scalar.index) } : scalar;
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
    case "repeat": {
      const { range } = statement;
      if (range === null) return statement;
      return {
        ...statement,
        range: { ...range, start: value(range.start), stop: value(range.stop) },
      };
    }
    case "leave":
      return { ...statement, unless: value(statement.unless) };
    case "grow":
      return { ...statement, length: value(statement.length) };
    case "checkIndices":
      return statement.value.kind === "buffer"
        ? statement
        : { ...statement, value: value(statement.value) };
    default:
      return statement;
  }
}
