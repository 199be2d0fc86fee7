import type { Node } from "../ir/node.js";
import { behindReshapes } from "./element.js";
import { readsOf, type Guard } from "./guard.js";
import type { Unit } from "./unit.js";

/** Who writes and who reads each value. */
export interface Known {
  readonly unitsOfNode: ReadonlyMap<Node, readonly Unit[]>;
  readonly readersOf: ReadonlyMap<Node, readonly Unit[]>;
  readonly guardOf: (unit: Unit) => Guard;
  readonly requirements: Map<Unit, readonly Unit[]>;
}

export function knownOf(units: readonly Unit[], guardOf: (unit: Unit) => Guard): Known {
  return {
    unitsOfNode: byNode(units),
    readersOf: readersOf(units),
    guardOf,
    requirements: new Map(),
  };
}

/** The units of each value, in the order in which they continue one another. */
function byNode(units: readonly Unit[]): ReadonlyMap<Node, readonly Unit[]> {
  const map = new Map<Node, Unit[]>();
  for (const unit of units) {
    const list = map.get(unit.node);
    if (list === undefined) map.set(unit.node, [unit]);
    else list.push(unit);
  }
  for (const list of map.values()) list.sort((a, b) => positionOf(a) - positionOf(b));
  return map;
}

/** How many units of the same value come before. */
function positionOf(unit: Unit): number {
  return unit.after === null ? 0 : 1 + positionOf(unit.after);
}

function readersOf(units: readonly Unit[]): ReadonlyMap<Node, readonly Unit[]> {
  const readers = new Map<Node, Unit[]>();
  for (const unit of units) {
    for (const of of new Set(readsOf(unit).map((read) => read.of))) {
      const list = readers.get(of);
      if (list === undefined) readers.set(of, [unit]);
      else list.push(unit);
    }
  }
  return readers;
}

/**
 * What must have run before a unit: all it reads or waits for, the conditions
 * it is under, the unit it continues, and whoever reads what it writes over.
 */
export function requirements(unit: Unit, known: Known): readonly Unit[] {
  const found = known.requirements.get(unit) ?? [...findRequirements(unit, known)];
  known.requirements.set(unit, found);
  return found;
}

function* findRequirements(unit: Unit, known: Known): Generator<Unit> {
  if (unit.after !== null) yield unit.after;
  yield* unit.needs ?? [];
  for (const base of unit.over ?? [])
    for (const reader of known.readersOf.get(base) ?? [])
      if (reader.node !== unit.node) yield reader;
  for (const node of [
    ...readsOf(unit).map((read) => read.of),
    ...known.guardOf(unit).map((literal) => literal.condition),
    ...(unit.awaits ?? []),
  ]) {
    const units = known.unitsOfNode.get(node) ?? known.unitsOfNode.get(behindReshapes(node));
    const last = units?.at(-1);
    // What stands in a slice is read to give it a variable of its own.
    if (last !== undefined && last.node !== unit.node) yield last;
  }
}

/** The units in the order of the graph, except that requirements come first. */
export function inOrder(units: readonly Unit[], known: Known): readonly Unit[] {
  const done = new Set<Unit>();
  const open = new Set<Unit>();
  const order: Unit[] = [];
  for (const unit of units) {
    const stack = [unit];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const missing = requirements(top, known).filter((u) => !done.has(u));
      if (missing.length > 0) {
        if (open.has(top)) throw new Error(`${top.node.op.name} must run before itself`);
        open.add(top);
        stack.push(...missing.toReversed());
        continue;
      }
      stack.pop();
      if (done.has(top)) continue;
      done.add(top);
      order.push(top);
    }
  }
  return order;
}
