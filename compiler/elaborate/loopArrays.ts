import { sameType } from "../ir/type.js";
import { arraysIn, isCell } from "./arrays.js";
import type { ArrayCell, Store } from "./scopes.js";
import type { Value } from "./values.js";

/** Which array takes the place of which in the next iteration. */
export type Renaming = ReadonlyMap<ArrayCell, ArrayCell>;

/**
 * What an iteration does to names of arrays: after `[a, b] = [b, a]` what was
 * in the one is in the other. Undefined where names part that meant one
 * array, or meet: then the arrays lose their identity.
 */
export function renamingOf(before: Store, after: Store): Renaming | undefined {
  const renaming = new Map<ArrayCell, ArrayCell>();
  for (const [variable, start] of before) {
    const end = after.get(variable) ?? start;
    for (const [from, to] of pairs(start, end)) {
      const known = renaming.get(from) ?? to;
      if (known !== to || !sameType(from.type, to.type)) return undefined;
      renaming.set(from, to);
    }
  }
  return new Set(renaming.values()).size === renaming.size ? renaming : undefined;
}

/** The arrays a variable referred to, each with the one that it refers to now. */
function pairs(start: Value, end: Value): readonly (readonly [ArrayCell, ArrayCell])[] {
  if (start.kind === "array" && end.kind === "array" && isWholeArray(start) && isWholeArray(end))
    return [[start.cell, end.cell]];
  return start === end ? arraysIn(start).map(({ cell }) => [cell, cell] as const) : [];
}

function isWholeArray({ positions }: Extract<Value, { kind: "array" }>): boolean {
  return positions.length === 0;
}

/** The store after an iteration in terms of the arrays before it. */
export function renamedStore(before: Store, after: Store): Store {
  const renaming = renamingOf(before, after);
  if (renaming === undefined) return after;
  const store = new Map(after);
  for (const [from, to] of renaming) {
    const content = after.get(to);
    if (content !== undefined) store.set(from, content);
  }
  for (const [variable, start] of before) {
    const end = after.get(variable);
    const isReference = start.kind === "array" && end?.kind === "array" && !isCell(variable);
    if (isReference && isWholeArray(start) && isWholeArray(end)) store.set(variable, start);
  }
  return store;
}
