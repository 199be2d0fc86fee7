import type { Step } from "../../ir/node.js";
import { buffersIn } from "../../schedule/arena.js";
import type { Buffer, Local, Scalar, Statement } from "../../schedule/program.js";
import { bodiesOf, visitScalars } from "../../schedule/tidy.js";
import { phaseOf, stepsOf } from "./comments.js";

/**
 * The gradient of a value that forks. `dx = a + b`, whose parts come from
 * different lines, becomes `let dx = a` under the first of them and `dx += b`
 * under the second. Every part moves up to the other work of its line, but
 * not past a variable it reads or the part before it.
 */
export function splitTotals(statements: readonly Statement[]): readonly Statement[] {
  const order = forwardOrder(statements);
  // A total itself is not written where it stands, so nothing is placed by it.
  const orders = statements.map((statement) =>
    isTotal(statement) ? -Infinity : orderOf(statement, order),
  );
  const writtenAt = new Map<Local | Buffer, number>();
  const inserted = new Map<number, Inserted[]>();
  const insert = (at: number, part: Inserted) => {
    const list = inserted.get(at);
    if (list === undefined) inserted.set(at, [part]);
    else list.push(part);
  };
  statements.forEach((statement, i) => {
    if (isTotal(statement)) {
      let at = 0;
      let line = Infinity;
      for (const part of partsOf(statement)) {
        const own = order.get(part.origin.step) ?? -1;
        const read = readIn(part.value).map((place) => (writtenAt.get(place) ?? -1) + 1);
        at = Math.max(at, lastInLine(orders, i, own) + 1, ...read);
        // The parts of one total stay in their order, whatever lines they are from.
        line = Math.min(line, own);
        insert(at, { part, line });
      }
    }
    for (const place of writtenIn(statement)) writtenAt.set(place, i);
  });
  return statements.flatMap((statement, i) => {
    const sorted = (inserted.get(i) ?? []).toSorted((a, b) => b.line - a.line);
    const parts = sorted.map(({ part }) => part);
    return isTotal(statement) ? parts : [...parts, statement];
  });
}

interface Inserted {
  readonly part: Part;
  readonly line: number;
}

type Total = Extract<Statement, { kind: "define" }> & {
  readonly value: Extract<Scalar, { kind: "total" }>;
};
type Part = Extract<Statement, { kind: "define" | "update" }>;

function isTotal(statement: Statement): statement is Total {
  return statement.kind === "define" && statement.value.kind === "total";
}

function partsOf({ local, value }: Total): readonly Part[] {
  return value.terms.map((term, k): Part => {
    const origin = { step: term.origin.step, phase: "backward" as const };
    return k === 0
      ? { kind: "define", local, value: term.value, mutable: true, origin }
      : { kind: "update", local, combine: "add", value: term.value, origin };
  });
}

/** The position of each forward step among the statements. */
function forwardOrder(statements: readonly Statement[]): ReadonlyMap<Step, number> {
  const order = new Map<Step, number>();
  statements.forEach((statement, i) => {
    if (phaseOf(statement) !== "forward") return;
    for (const step of stepsOf(statement)) if (!order.has(step)) order.set(step, i);
  });
  return order;
}

/** Where a statement's line stands in the forward pass; forward work itself comes before all backward lines. */
function orderOf(statement: Statement, order: ReadonlyMap<Step, number>): number {
  if (phaseOf(statement) === "forward") return Infinity;
  return Math.max(-1, ...stepsOf(statement).map((step) => order.get(step) ?? -1));
}

/** The last statement before `end` whose line is the given one or a later one; all of these come first in the backward pass. */
function lastInLine(orders: readonly number[], end: number, line: number): number {
  for (let i = end - 1; i >= 0; i--) if ((orders[i] ?? -1) >= line) return i;
  return -1;
}

/** Variables and buffers an expression reads. */
function readIn(value: Scalar): readonly (Local | Buffer)[] {
  const found: (Local | Buffer)[] = [];
  const probe: Statement = { kind: "if", condition: value, then: [], otherwise: [] };
  visitScalars(probe, (part) => {
    if (part.kind === "local") found.push(part);
    if (part.kind === "load") found.push(part.buffer);
  });
  return found;
}

/** Variables and buffers a statement may write; of an opaque one, all it touches. */
function writtenIn(statement: Statement): readonly (Local | Buffer)[] {
  switch (statement.kind) {
    case "define":
    case "update":
      return [statement.local];
    case "store":
    case "fill":
      return [statement.buffer];
    case "matmul":
    case "kernel":
      return buffersIn(statement);
    default:
      return bodiesOf(statement).flatMap((body) => body.flatMap(writtenIn));
  }
}
