import type { Op } from "../ir/op.js";
import { registry } from "./define.js";

/** The order in which a reader meets the groups; any other group follows. */
const order = [
  "Arithmetic",
  "Comparison",
  "Selection",
  "Rounding",
  "Elementwise functions",
  "Trigonometry",
  "Special functions",
  "Activations",
  "Reductions",
  "Scans",
  "Shape",
  "Indexing",
  "Sorting",
  "Linear algebra",
  "Normalisation over an axis",
  "Losses",
];

/**
 * The operations users can call, by group and name. The registry itself is in
 * the order in which modules were loaded, which depends on who loads them.
 */
export function operationsInOrder(): readonly Op[] {
  const rank = ({ group }: Op) => (order.includes(group) ? order.indexOf(group) : order.length);
  return Array.from(registry.values())
    .filter((op) => op.internal !== true)
    .toSorted((a, b) => rank(a) - rank(b) || compare(a.group, b.group) || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
