import type { Node } from "../ir/node.js";
import { sameShape } from "../ir/type.js";
import { behindReshapes, elementsIn, elementsInIndex, isLoop } from "./element.js";
import { guardsOf, readsOf, sameGuard, scalarChoice, type Guard } from "./guard.js";
import { resolve, type Index, type Loop, type Scalar } from "./program.js";
import type { Unit } from "./unit.js";

/**
 * Where each unit runs: alone, or inside the loops of an earlier one. Fusing
 * is decided loop by loop, outermost first: a unit may share a loop if all it
 * reads from inside that loop was written in the same iteration.
 */
export interface Leaf {
  readonly kind: "leaf";
  readonly unit: Unit;
  readonly parent: Nest | null;
}

export interface Nest {
  readonly kind: "nest";
  readonly loop: Loop;
  readonly items: (Leaf | Nest)[];
  readonly parent: Nest | null;
}

/** A piece of the top level: one unit, or a loop nest several units share. */
export interface Item {
  readonly tree: Leaf | Nest;
  readonly guard: Guard;
  /** Values read or written inside. */
  readonly touched: Set<Node>;
}

export interface Placement {
  readonly items: readonly Item[];
  readonly leafOf: ReadonlyMap<Unit, Leaf>;
  readonly itemOf: ReadonlyMap<Unit, Item>;
  readonly unitsOf: ReadonlyMap<Node, readonly Unit[]>;
}

/** How freely units share loops. */
export type Fusion = "step" | "all";

export function placeUnits(
  given: readonly Unit[],
  outputs: ReadonlySet<Node>,
  fusion: Fusion,
): Placement {
  const guards = guardsOf(given, outputs);
  const { units, guardOf } = splitChoices(given, guards);
  const unitsOfNode = byNode(units);
  const placer = new Placer(unitsOfNode, fusion);
  for (const unit of inOrder(units, unitsOfNode, guardOf)) placer.place(unit, guardOf(unit));
  return {
    items: placer.items,
    leafOf: placer.leafOf,
    itemOf: placer.itemOf,
    unitsOf: unitsOfNode,
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

/**
 * A lazy `where` with work on one of its sides becomes two assignments, one in
 * each branch; a cheap one stays a choice.
 */
function splitChoices(units: readonly Unit[], guards: ReadonlyMap<Node, Guard>) {
  const extra = new Map<Unit, Guard>();
  const split = units.flatMap((unit): readonly Unit[] => {
    const choice = unit.work.kind === "assign" ? scalarChoice(unit.work.value) : null;
    if (choice === null || unit.work.kind !== "assign" || !hasWorkInside(choice, guards))
      return [unit];
    const own = guards.get(unit.node) ?? [];
    const { condition, arms } = choice;
    const yes: Unit = { ...unit, work: { ...unit.work, value: arms[0] } };
    const loops = unit.loops.map((loop): Loop => ({ extent: loop.extent }));
    const rename = renameLoops(unit.loops, loops);
    const no: Unit = {
      ...unit,
      loops,
      after: yes,
      work: {
        ...unit.work,
        target: unit.work.target.map(rename.index),
        value: rename.scalar(arms[1]),
      },
    };
    extra.set(yes, [...own, { condition, holds: true }]);
    extra.set(no, [...own, { condition, holds: false }]);
    return [yes, no];
  });
  return {
    units: split,
    guardOf: (unit: Unit): Guard => extra.get(unit) ?? guards.get(unit.node) ?? [],
  };
}

/** True if something only one side needs is computed under the condition. */
function hasWorkInside(
  { condition, arms }: NonNullable<ReturnType<typeof scalarChoice>>,
  guards: ReadonlyMap<Node, Guard>,
): boolean {
  const isUnder = (node: Node) =>
    guards.get(node)?.some((literal) => literal.condition === condition) === true;
  return arms.some((arm) => elementsIn(arm).some(({ of }) => isUnder(of)));
}

function renameLoops(from: readonly Loop[], to: readonly Loop[]) {
  const index = (position: Index): Index => {
    const { variable } = position;
    if (variable === null) return position;
    if (!isLoop(variable)) return { ...position, variable: scalar(variable) };
    return { ...position, variable: to[from.indexOf(variable)] ?? variable };
  };
  const scalar = (value: Scalar): Scalar => {
    switch (value.kind) {
      case "element":
      case "load":
        return { ...value, index: value.index.map(index) };
      case "index":
        return { ...value, index: index(value.index) };
      case "apply":
        return { ...value, arguments: value.arguments.map(scalar) };
      case "total":
        return {
          ...value,
          terms: value.terms.map((term) => ({
            ...term,
            value: scalar(term.value),
          })),
        };
      default:
        return value;
    }
  };
  return { index, scalar };
}

/** What must have run before a unit: all it reads, the conditions it is under, the unit it continues. */
function* requirements(
  unit: Unit,
  unitsOfNode: ReadonlyMap<Node, readonly Unit[]>,
  guard: Guard,
): Generator<Unit> {
  if (unit.after !== null) yield unit.after;
  yield* unit.needs ?? [];
  for (const node of [
    ...readsOf(unit).map((read) => read.of),
    ...guard.map((literal) => literal.condition),
  ]) {
    const last = (unitsOfNode.get(node) ?? unitsOfNode.get(behindReshapes(node)))?.at(-1);
    if (last !== undefined) yield last;
  }
}

/** The units in the order of the graph, except that requirements come first. */
function inOrder(
  units: readonly Unit[],
  unitsOfNode: ReadonlyMap<Node, readonly Unit[]>,
  guardOf: (unit: Unit) => Guard,
): readonly Unit[] {
  const done = new Set<Unit>();
  const order: Unit[] = [];
  for (const unit of units) {
    const stack = [unit];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const missing = [...requirements(top, unitsOfNode, guardOf(top))].filter((u) => !done.has(u));
      if (missing.length > 0) {
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

class Placer {
  readonly items: Item[] = [];
  readonly leafOf = new Map<Unit, Leaf>();
  readonly itemOf = new Map<Unit, Item>();
  readonly #unitsOfNode: ReadonlyMap<Node, readonly Unit[]>;
  readonly #fusion: Fusion;

  constructor(unitsOfNode: ReadonlyMap<Node, readonly Unit[]>, fusion: Fusion) {
    this.#unitsOfNode = unitsOfNode;
    this.#fusion = fusion;
  }

  place(unit: Unit, guard: Guard): void {
    const touched = [unit.node, ...readsOf(unit).map((read) => read.of)];
    for (const item of this.#candidates(unit, guard, touched)) {
      if (item.tree.kind !== "nest" || !this.#join(item.tree, unit, 0)) continue;
      touched.forEach((node) => item.touched.add(node));
      this.itemOf.set(unit, item);
      return;
    }
    const item: Item = {
      tree: this.#nestFor(unit, 0, null),
      guard,
      touched: new Set(touched),
    };
    this.items.splice(this.#positionFor(unit, guard), 0, item);
    this.itemOf.set(unit, item);
  }

  /**
   * The end, with two exceptions. A scalar goes before loop nests it does not
   * need, so that what reads it can share their loops. Work under a condition
   * joins earlier work under it, if only the other side lies in between.
   */
  #positionFor(unit: Unit, guard: Guard): number {
    const required = new Set(
      [...requirements(unit, this.#unitsOfNode, guard)].map((u) => this.itemOf.get(u)),
    );
    const goesBack = (passable: (item: Item) => boolean) => {
      let position = this.items.length;
      for (
        let item = this.items[position - 1];
        item !== undefined;
        item = this.items[position - 1]
      ) {
        if (required.has(item) || !passable(item)) break;
        position--;
      }
      return position;
    };
    if (guard.length > 0) {
      const position = goesBack(
        (item) => isOtherSide(item.guard, guard) && phaseOfItem(item) === unit.origin.phase,
      );
      const before = this.items[position - 1];
      return before !== undefined && sameGuard(before.guard, guard) ? position : this.items.length;
    }
    const isPreparation = unit.work.kind === "assign" || unit.work.kind === "zeros";
    if (unit.loops.length > 0 || !isPreparation) return this.items.length;
    return goesBack(
      (item) =>
        item.tree.kind === "nest" &&
        sameGuard(item.guard, guard) &&
        phaseOfItem(item) === unit.origin.phase,
    );
  }

  /** Loop nests a unit might share, latest first, down to the one that holds what it reads. */
  *#candidates(unit: Unit, guard: Guard, touched: readonly Node[]): Generator<Item> {
    if (unit.loops.length === 0 || (unit.work.kind !== "assign" && unit.work.kind !== "reduce"))
      return;
    const required = new Set(
      [...requirements(unit, this.#unitsOfNode, guard)].map((u) => this.itemOf.get(u)),
    );
    for (const item of this.items.toReversed()) {
      if (sameGuard(item.guard, guard) && this.#related(item, touched) && this.#allowed(item, unit))
        yield item;
      if (required.has(item)) return;
    }
  }

  /** Loops are shared with the stage just before, or with one that has a value in common. */
  #related(item: Item, touched: readonly Node[]): boolean {
    return item === this.items.at(-1) || touched.some((node) => item.touched.has(node));
  }

  /** Without optimisation only the parts of one operation share loops; never forward with a distant backward. */
  #allowed(item: Item, unit: Unit): boolean {
    const { step, phase } = firstUnit(item.tree).origin;
    if (phase !== unit.origin.phase) return false;
    return this.#fusion === "all" || step === unit.origin.step;
  }

  #join(nest: Nest, unit: Unit, depth: number): boolean {
    const loop = unit.loops[depth];
    if (
      loop === undefined ||
      loop.extent !== resolve(nest.loop).extent ||
      !this.#aligned(nest, unit, loop)
    )
      return false;
    loop.mergedInto = resolve(nest.loop);
    const inner = nest.items.at(-1);
    const deeper = depth + 1 < unit.loops.length;
    if (deeper && inner?.kind === "nest" && this.#join(inner, unit, depth + 1)) return true;
    nest.items.push(this.#nestFor(unit, depth + 1, nest));
    return true;
  }

  #nestFor(unit: Unit, depth: number, parent: Nest | null): Leaf | Nest {
    const loop = unit.loops[depth];
    if (loop === undefined) {
      const leaf: Leaf = { kind: "leaf", unit, parent };
      this.leafOf.set(unit, leaf);
      return leaf;
    }
    const nest: Nest = { kind: "nest", loop, items: [], parent };
    nest.items.push(this.#nestFor(unit, depth + 1, nest));
    return nest;
  }

  /** True if everything the unit reads from inside the nest was written in the same iteration of its loop. */
  #aligned(nest: Nest, unit: Unit, loop: Loop): boolean {
    for (const read of elementsOf(unit)) {
      for (const writer of this.#writersIn(nest, read.of)) {
        if (!readsSameIteration(read, writer, nest.loop, loop)) return false;
      }
    }
    // Continuing a value inside the loop that began it would mix its parts, unless all of them only add.
    const begun = this.#writersIn(nest, unit.node);
    return unit.after === null || (adds(unit) && begun.every(adds));
  }

  #writersIn(nest: Nest, node: Node): readonly Unit[] {
    const root = this.#unitsOfNode.has(node) ? node : behindReshapes(node);
    return (this.#unitsOfNode.get(root) ?? []).filter((unit) =>
      isInside(this.leafOf.get(unit), nest),
    );
  }
}

type Element = Extract<Scalar, { kind: "element" }>;

/** All elements of stored values a unit reads. */
export function elementsOf(unit: Unit): readonly Element[] {
  const { work } = unit;
  if (work.kind !== "assign" && work.kind !== "reduce") return [];
  return [...work.target.flatMap(elementsInIndex), ...elementsIn(work.value)];
}

function readsSameIteration(read: Element, writer: Unit, hostLoop: Loop, ownLoop: Loop): boolean {
  const { work } = writer;
  if (work.kind !== "assign" && work.kind !== "reduce") return false;
  if (!sameShape(read.shape, writer.node.type.shape)) return false;
  const host = resolve(hostLoop);
  const axis = work.target.findIndex((position) => isPlainLoop(position, host));
  const position = read.index[axis];
  return position !== undefined && isPlainLoop(position, resolve(ownLoop));
}

/** True for the index `loop` itself: stride 1, no offset. */
export function isPlainLoop({ variable, stride, offset }: Index, loop: Loop): boolean {
  return isLoop(variable) && resolve(variable) === loop && stride === 1 && offset === 0;
}

export function isInside(leaf: Leaf | undefined, nest: Nest): boolean {
  for (let at = leaf?.parent ?? null; at !== null; at = at.parent) if (at === nest) return true;
  return false;
}

/** True if `other` lies in the opposite branch of the innermost condition of `guard`. */
function isOtherSide(other: Guard, guard: Guard): boolean {
  const literal = guard.at(-1);
  const opposite = other[guard.length - 1];
  if (literal === undefined || opposite === undefined) return false;
  return opposite.condition === literal.condition && opposite.holds !== literal.holds;
}

/** Whether an item is forward or backward work; the two never share a branch. */
export function phaseOfItem(item: Item): "forward" | "backward" {
  return firstUnit(item.tree).origin.phase;
}

/** True for work that adds to what is there already. */
function adds({ work }: Unit): boolean {
  return work.kind === "assign" && work.combine === "add";
}

function firstUnit(tree: Leaf | Nest): Unit {
  let at = tree;
  while (at.kind === "nest") {
    const first = at.items[0];
    if (first === undefined) throw new Error("an empty loop nest");
    at = first;
  }
  return at.unit;
}
