import type { Node } from "../ir/node.js";
import { sameShape } from "../ir/type.js";
import { nth } from "../ops/chain.js";
import { splitChoices } from "./choices.js";
import { behindReshapes, isLoop } from "./element.js";
import { guardsOf, readsOf, sameGuard, type Guard } from "./guard.js";
import { rootOf, type Sharing } from "./inPlace.js";
import { inOrder, knownOf, requirements, type Known } from "./order.js";
import { resolve, type Index, type Loop, type Scalar } from "./program.js";
import { elementsOf, type Unit } from "./unit.js";

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
  sharing: Sharing,
): Placement {
  const guards = guardsOf(given, outputs);
  const { units, guardOf } = splitChoices(given, guards);
  const known = knownOf(units, guardOf);
  const placer = new Placer(known, fusion, sharing);
  for (const unit of inOrder(units, known)) placer.place(unit, guardOf(unit));
  return {
    items: placer.items,
    leafOf: placer.leafOf,
    itemOf: placer.itemOf,
    unitsOf: known.unitsOfNode,
  };
}

class Placer {
  readonly items: Item[] = [];
  readonly leafOf = new Map<Unit, Leaf>();
  readonly itemOf = new Map<Unit, Item>();
  readonly #known: Known;
  readonly #fusion: Fusion;
  readonly #sharing: Sharing;

  constructor(known: Known, fusion: Fusion, sharing: Sharing) {
    this.#known = known;
    this.#fusion = fusion;
    this.#sharing = sharing;
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
    const required = new Set(requirements(unit, this.#known).map((u) => this.itemOf.get(u)));
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
    const required = new Set(requirements(unit, this.#known).map((u) => this.itemOf.get(u)));
    for (let at = this.items.length - 1; at >= 0; at--) {
      const item = nth(this.items, at);
      if (
        sameGuard(item.guard, guard) &&
        this.#related(item, touched) &&
        this.#allowed(item, unit) &&
        !this.#writesOver(item, unit)
      )
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

  /** What is read in a nest is not changed in the same nest. */
  #writesOver(item: Item, unit: Unit): boolean {
    if ((unit.over ?? []).length === 0) return false;
    const root = rootOf(unit.node, this.#sharing);
    return [...item.touched].some((node) => rootOf(node, this.#sharing) === root);
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
    for (const read of elementsOf(unit.work)) {
      for (const writer of this.#writersIn(nest, read.of)) {
        if (!readsSameIteration(read, writer, nest.loop, loop)) return false;
      }
    }
    // Continuing a value inside the loop that began it would mix its parts, unless all of them only add.
    const begun = this.#writersIn(nest, unit.node);
    return unit.after === null || (adds(unit) && begun.every(adds));
  }

  #writersIn(nest: Nest, node: Node): readonly Unit[] {
    const { unitsOfNode } = this.#known;
    const root = unitsOfNode.has(node) ? node : behindReshapes(node);
    return (unitsOfNode.get(root) ?? []).filter((unit) => isInside(this.leafOf.get(unit), nest));
  }
}

type Element = Extract<Scalar, { kind: "element" }>;

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

/** All units of a tree. */
export function unitsIn(tree: Leaf | Nest): readonly Unit[] {
  return tree.kind === "leaf" ? [tree.unit] : tree.items.flatMap(unitsIn);
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
