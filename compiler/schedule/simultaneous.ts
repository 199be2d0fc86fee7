import type { Node, Origin } from "../ir/node.js";
import type { Local, Scalar, Statement } from "./program.js";
import { visitScalars } from "./tidy.js";

/** A variable and what it is about to become. */
export interface Assignment {
  readonly local: Local;
  readonly value: Scalar;
  readonly node: Node;
  readonly origin: Origin;
}

/**
 * Variables that take their new values at once: each is written when no other
 * still reads it; where that goes round in a circle, one is put aside first.
 */
export function updatedTogether(given: readonly Assignment[]): readonly Statement[] {
  const statements: Statement[] = [];
  let left = given.filter(({ local, value }) => value !== local);
  while (left.length > 0) {
    const ready = left.find(({ local }) =>
      left.every((other) => other.local === local || !reads(other.value, local)),
    );
    const [first] = left;
    if (ready !== undefined) {
      statements.push(update(ready));
      left = left.filter((one) => one !== ready);
    } else if (first !== undefined) {
      const aside: Local = { kind: "local", node: first.node, dtype: first.local.dtype };
      const { origin } = first.node;
      statements.push({ kind: "define", local: aside, value: first.value, mutable: false, origin });
      left = left.map((one) => (one === first ? { ...first, value: aside } : one));
    }
  }
  return statements;
}

function update({ local, value, origin }: Assignment): Statement {
  return { kind: "update", local, combine: null, value, origin };
}

function reads(value: Scalar, local: Local): boolean {
  let found = false;
  const probe: Statement = { kind: "if", condition: value, then: [], otherwise: [] };
  visitScalars(probe, (part) => (found ||= part === local));
  return found;
}
