import type { Node } from "../../ir/node.js";
import type { Program, Statement } from "../../schedule/program.js";
import { bodiesOf } from "../../schedule/tidy.js";
import { toIdentifier, type Reserved } from "./names.js";

/** The names the author gave to what a program computes, which no made-up name may take. */
export function authorsNames({ body, buffers, inputPlaces }: Program): Reserved {
  const values = new Set<string>();
  const counters = new Set<string>();
  const owners = new Set<object>(inputPlaces);
  const add = (place: { readonly node: Node }) => {
    if (!isAuthors(place.node)) return;
    owners.add(place);
    values.add(toIdentifier(place.node.name ?? ""));
  };
  const visit = (statement: Statement): void => {
    if (statement.kind === "define") add(statement.local);
    const index = statement.kind === "repeat" ? statement.range?.index.node : undefined;
    if (index !== undefined && isAuthors(index)) counters.add(toIdentifier(index.name ?? ""));
    for (const inner of bodiesOf(statement)) inner.forEach(visit);
  };
  buffers.forEach(add);
  body.forEach(visit);
  return { values, counters, owners };
}

function isAuthors({ name, derivedName, origin }: Node): boolean {
  return name !== undefined && derivedName !== true && origin.phase === "forward";
}
