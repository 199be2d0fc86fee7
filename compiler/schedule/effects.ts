import type { Buffer, Local, Statement } from "./program.js";
import { bodiesOf, visitScalars } from "./tidy.js";

/** What a statement reads and writes: variables, memory, and the two things below. */
export interface Effects {
  readonly reads: ReadonlySet<object>;
  readonly writes: ReadonlySet<object>;
}

/** Memory as a whole, which is not touched before a check of indices or after a later one. */
const memory = {};

/** Being in the iteration at all. */
const flow = {};

/** What statements do together. */
export function effectsOf(statements: readonly Statement[]): Effects {
  const reads = new Set<object>([flow]);
  const writes = new Set<object>();
  for (const statement of statements) {
    visitEffects(statement, reads, writes);
    if (statement.kind === "leave") writes.add(flow);
  }
  return { reads, writes };
}

function visitEffects(statement: Statement, reads: Set<object>, writes: Set<object>): void {
  visitScalars(statement, (value) => {
    if (value.kind === "local") reads.add(value);
    if (value.kind === "load") reads.add(value.buffer).add(memory);
  });
  for (const place of writtenBy(statement)) writes.add(place);
  for (const place of readBy(statement)) reads.add(place).add(memory);
  if (statement.kind === "checkIndices") writes.add(memory);
  for (const body of bodiesOf(statement))
    for (const inner of body) visitEffects(inner, reads, writes);
}

/** What a statement writes itself; of a kernel's arguments, any may be its result. */
function writtenBy(statement: Statement): readonly (Buffer | Local)[] {
  switch (statement.kind) {
    case "define":
    case "update":
      return [statement.local];
    case "store":
    case "fill":
      return [statement.buffer];
    case "grow":
      return [statement.tape];
    case "matmul":
      return [statement.result.buffer];
    case "kernel":
      return statement.arguments.filter((part) => part.kind === "buffer");
    case "repeat":
      return statement.range === null ? [] : [statement.range.index];
    default:
      return [];
  }
}

/** What a statement reads besides the values in it. */
function readBy(statement: Statement): readonly (Buffer | Local)[] {
  switch (statement.kind) {
    case "matmul":
      return [statement.a.buffer, statement.b.buffer, statement.result.buffer];
    case "checkIndices":
      return statement.value.kind === "buffer" ? [statement.value] : [];
    default:
      return writtenBy(statement);
  }
}
