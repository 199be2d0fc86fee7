import type { Node, Origin } from "../ir/node.js";
import type { Combine } from "../ir/op.js";
import { nth } from "../ops/chain.js";
import { behindReshapes, isLoop } from "./element.js";
import type { GuardLiteral } from "./guard.js";
import { carriedKey, type LoopValues } from "./loopValues.js";
import { phaseOfItem, unitsIn, type Item, type Leaf, type Nest, type Placement } from "./place.js";
import { relevanceOf } from "./relevance.js";
import { productStatement } from "./product.js";
import {
  resolve,
  type Buffer,
  type Index,
  type Loop,
  type Place,
  type Ragged,
  type Scalar,
  type Segment,
  type Slice,
  type Statement,
} from "./program.js";
import type { Around } from "./repeat.js";
import { indexWithElements, withElements } from "./resolved.js";
import { sameOutcome, takeWhile } from "./runs.js";
import { elementOfPlace, isInMemory, isPlain, type RecordPlace } from "./tapes.js";
import {
  isVisible,
  outermostReduced,
  pathOf,
  reducedNest,
  type Home,
  type Homes,
} from "./storage.js";
import { needsStored, startOf, storeOverLoops } from "./reduction.js";
import type { Unit } from "./unit.js";

/** What is emitted, and with what. */
export interface EmitRequest {
  readonly placement: Placement;
  readonly homes: Homes;
  /** Values that are there already. */
  readonly given: ReadonlyMap<Node, Place>;
  readonly loops: ReadonlyMap<Node, LoopValues>;
  readonly users: ReadonlyMap<Node, readonly Node[]>;
  /** Records that lie on tapes, and those among them whose tapes begin here. */
  readonly tapes: ReadonlyMap<Node, Ragged | Segment>;
  readonly fresh: ReadonlyMap<Node, Ragged>;
  readonly repeat: (unit: Unit, around: Around) => readonly Statement[];
}

/** Turns placed units into statements: variables and memory chosen, loops written out. */
export class Emitter {
  readonly #placement: Placement;
  readonly #homes: Homes;
  readonly #given: ReadonlyMap<Node, Place>;
  readonly #request: EmitRequest;
  /** Reductions by the nest that must be surrounded by their start and their end. */
  readonly #reductions = new Map<Nest, Unit[]>();
  readonly #checked = new Set<string>();

  constructor(request: EmitRequest) {
    const { placement, homes, given } = request;
    this.#placement = placement;
    this.#homes = homes;
    this.#given = given;
    this.#request = request;
    for (const units of placement.unitsOf.values()) {
      for (const unit of units) {
        const nest = unit.work.kind === "reduce" ? outermostReduced(unit, placement) : undefined;
        if (nest !== undefined)
          this.#reductions.set(nest, [...(this.#reductions.get(nest) ?? []), unit]);
      }
    }
  }

  statements(): readonly Statement[] {
    return this.#guarded(this.#placement.items, 0);
  }

  /** Items in a row under the same condition share an `if`. */
  #guarded(items: readonly Item[], depth: number): Statement[] {
    const result: Statement[] = [];
    let rest = items;
    while (rest.length > 0) {
      const literal = rest[0]?.guard[depth];
      const phase = rest[0] === undefined ? null : phaseOfItem(rest[0]);
      const inRun = (wanted: GuardLiteral | undefined) => (item: Item) =>
        sameOutcome(item.guard[depth], wanted) && phaseOfItem(item) === phase;
      const run = takeWhile(rest, inRun(literal));
      rest = rest.slice(run.length);
      if (literal === undefined) {
        result.push(...run.flatMap((item) => this.#tree(item.tree)));
        continue;
      }
      const opposite = { ...literal, holds: !literal.holds };
      const other = takeWhile(rest, inRun(opposite));
      rest = rest.slice(other.length);
      const [taken, not] = literal.holds ? [run, other] : [other, run];
      result.push({
        kind: "if",
        condition: this.#scalarOf(literal.condition),
        then: [...this.#guarded(taken, depth + 1), ...this.#nothingKept(not)],
        otherwise: [...this.#guarded(not, depth + 1), ...this.#nothingKept(taken)],
      });
    }
    return result;
  }

  /** What is kept on the other side of a condition is 0 on this one. */
  #nothingKept(items: readonly Item[]): readonly Statement[] {
    return items
      .flatMap(({ tree }) => unitsIn(tree))
      .flatMap((unit) => {
        const value: Scalar = { kind: "literal", value: 0, dtype: unit.node.type.dtype };
        return unit.keeps === undefined || unit.work.kind !== "assign"
          ? []
          : [this.#storeEverywhere(unit, new Set(), value)];
      });
  }

  #scalarOf(node: Node): Scalar {
    const known = this.#homes.get(node)?.local ?? this.#given.get(node);
    if (known === undefined || isInMemory(known))
      throw new Error(`${node.op.name} is not a scalar`);
    return known;
  }

  #tree(tree: Leaf | Nest): Statement[] {
    if (tree.kind === "leaf") return this.#leaf(tree.unit);
    const around = this.#reductions.get(tree) ?? [];
    const body = tree.items.flatMap((item) => this.#tree(item));
    const loop: Statement = { kind: "loop", loop: resolve(tree.loop), body };
    return [
      ...around.flatMap((unit) => this.#startReduction(unit, tree)),
      loop,
      ...around.flatMap((unit) => this.#endReduction(unit)),
    ];
  }

  #startReduction(unit: Unit, nest: Nest): readonly Statement[] {
    const home = this.#home(unit);
    const { work, node, origin } = unit;
    if (work.kind !== "reduce") return [];
    const start: Scalar = {
      kind: "literal",
      value: startOf(work.combine, node.type.dtype),
      dtype: node.type.dtype,
    };
    if (home.local !== null)
      return [
        {
          kind: "define",
          local: home.local,
          value: start,
          mutable: true,
          origin,
        },
      ];
    if (home.buffer === null) throw new Error("a reduction without a place");
    const around = this.#loopsAround(unit, nest);
    const isPart = home.keptAxes.some((axis) => {
      const { variable } = nth(work.target, axis);
      return isLoop(variable) && around.has(resolve(variable));
    });
    if (isPart) return [this.#storeEverywhere(unit, around, start)];
    return [
      {
        kind: "fill",
        buffer: home.buffer,
        value: startOf(work.combine, node.type.dtype),
        origin,
      },
    ];
  }

  /** The loops of a unit outside one of its nests. */
  #loopsAround(unit: Unit, nest: Nest): ReadonlySet<Loop> {
    const path = pathOf(unit, this.#placement);
    return new Set(path.slice(0, path.indexOf(nest)).map((outer) => resolve(outer.loop)));
  }

  /** Sets the part of a buffer that one run of the loops inside `around` adds to. */
  #storeEverywhere(unit: Unit, around: ReadonlySet<Loop>, value: Scalar): Statement {
    const { work, origin } = unit;
    const { buffer, keptAxes } = this.#home(unit);
    if ((work.kind !== "reduce" && work.kind !== "assign") || buffer === null)
      throw new Error("nothing to store");
    const target = keptAxes.map((axis) => this.#position(nth(work.target, axis), unit));
    return storeOverLoops(buffer, target, around, value, origin);
  }

  #endReduction(unit: Unit): readonly Statement[] {
    const { local, buffer } = this.#home(unit);
    if (local === null || buffer === null) return [];
    return [this.#store(unit, local, null)];
  }

  #leaf(unit: Unit): Statement[] {
    const { work, origin } = unit;
    switch (work.kind) {
      case "assign":
        return this.#assign(unit, this.#value(work.value, unit), work.combine);
      case "reduce":
        return this.#reduce(unit, this.#value(work.value, unit), work.combine);
      case "zeros":
        return [{ kind: "fill", buffer: this.#bufferOf(unit.node), value: 0, origin }];
      case "matmul":
        return [this.#matmul(unit)];
      case "loop":
        return [...this.#request.repeat(unit, this.#around(unit))];
      case "loopValue":
        return [];
      case "kernel": {
        const parts = work.call.arguments.map((argument) => {
          if (argument.kind === "operand")
            return this.#bufferOf(nth(work.operands, argument.index));
          return argument.kind === "result" ? this.#bufferOf(unit.node) : argument;
        });
        return [
          {
            kind: "kernel",
            callee: work.call.callee,
            arguments: parts,
            origin,
          },
        ];
      }
      case "check":
        return this.#check(unit);
    }
  }

  /** A check of what an unconditional one before has checked is left out. */
  #check(unit: Unit): Statement[] {
    const { work, origin } = unit;
    if (work.kind !== "check") return [];
    const root = behindReshapes(work.indices);
    const key = `${root.id}:${work.size}`;
    if (this.#checked.has(key)) return [];
    if (this.#placement.itemOf.get(unit)?.guard.length === 0) this.#checked.add(key);
    const isScalar = root.type.shape.length === 0;
    const value =
      work.value !== undefined
        ? this.#value(work.value, unit)
        : isScalar
          ? this.#scalarValue(root)
          : this.#bufferOf(root);
    return [{ kind: "checkIndices", of: root, value, size: work.size, origin }];
  }

  #scalarValue(node: Node): Scalar {
    return node.op.name === "constant"
      ? {
          kind: "literal",
          value: Number(node.attrs["value"]),
          dtype: node.type.dtype,
        }
      : this.#scalarOf(node);
  }

  #assign(unit: Unit, value: Scalar, combine: Combine | null): Statement[] {
    const { local, buffer } = this.#home(unit);
    const result: Statement[] = [];
    if (local !== null)
      result.push({
        kind: "define",
        local,
        value,
        mutable: false,
        origin: unit.origin,
      });
    if (buffer !== null) result.push(this.#store(unit, local ?? value, combine));
    return result;
  }

  #reduce(unit: Unit, value: Scalar, combine: Combine): Statement[] {
    const { local, buffer } = this.#home(unit);
    const single = reducedNest(unit, this.#placement) === null;
    if (single) return this.#assign(unit, value, null);
    if (local !== null) return [{ kind: "update", local, combine, value, origin: unit.origin }];
    if (buffer === null) throw new Error("a reduction without a place");
    return [this.#store(unit, value, combine)];
  }

  #store(unit: Unit, value: Scalar, combine: Combine | null): Statement {
    const { work } = unit;
    const home = this.#home(unit);
    if ((work.kind !== "assign" && work.kind !== "reduce") || home.buffer === null)
      throw new Error("nothing to store");
    const target = work.target.map((position) => this.#position(position, unit));
    return {
      kind: "store",
      buffer: home.buffer,
      shape: home.buffer.shape,
      index: home.keptAxes.map((axis) => nth(target, axis)),
      combine,
      value,
      origin: storedFor(unit),
    };
  }

  /** The expression with every element turned into a variable or a load. */
  #value(value: Scalar, unit: Unit | null): Scalar {
    return withElements(value, (element) => this.#element(element, unit));
  }

  #position(position: Index, unit: Unit | null): Index {
    return indexWithElements(position, (element) => this.#element(element, unit));
  }

  #element({ of, shape, index }: Extract<Scalar, { kind: "element" }>, unit: Unit | null): Scalar {
    const positions = index.map((position) => this.#position(position, unit));
    const home = of === unit?.node ? undefined : this.#homes.get(of);
    const given = this.#given.get(of);
    const isVariable = home?.local !== undefined && home.local !== null;
    if (given !== undefined && !isVariable) return elementOfPlace(given, shape, positions);
    if (home === undefined) throw new Error(`${of.op.name} has no place`);
    if (
      home.local !== null &&
      (unit === null ? home.scope === null : isVisible(unit, home.scope, this.#placement)) &&
      !(home.buffer !== null && unit !== null && needsStored(of, unit))
    )
      return home.local;
    if (home.buffer === null) throw new Error(`${of.op.name} is read where it is not kept`);
    const whole = home.keptAxes.length === of.type.shape.length;
    return {
      kind: "load",
      buffer: home.buffer,
      shape: whole ? shape : home.buffer.shape,
      index: whole ? positions : home.keptAxes.map((axis) => nth(positions, axis)),
    };
  }

  #matmul(unit: Unit): Statement {
    const position = (index: Index) => this.#position(index, unit);
    return productStatement(unit, (node) => this.#plainPlaceOf(node), position);
  }

  /** What a loop's statements need of those around it. */
  #around(unit: Unit): Around {
    const { loops, given, users, fresh } = this.#request;
    const records = loops.get(unit.node)?.records ?? new Map<number, Node>();
    return {
      given,
      valueOf: (value) => this.#value(value, unit),
      placeOf: (node) => this.placeOf(node),
      carried: (k) => {
        const home = this.#homes.get(carriedKey(unit.node, k, loops));
        const place = home?.local ?? home?.buffer;
        if (place === undefined || place === null) throw new Error("a carried value has no place");
        return place;
      },
      records,
      fresh: [...records.values()].flatMap((record) => fresh.get(record) ?? []),
      relevanceOf: (record) => relevanceOf(record, users.get(record) ?? []),
    };
  }

  /** A scalar where everything has run. */
  scalarAtEnd(value: Scalar): Scalar {
    return this.#value(value, null);
  }

  /** Where all elements of a tensor are. */
  placeOf(node: Node): RecordPlace {
    const root = this.#homes.get(node)?.buffer ? node : behindReshapes(node);
    const tape = this.#request.tapes.get(root);
    if (tape !== undefined) return tape;
    const place = this.#homes.get(root)?.buffer ?? this.#given.get(root);
    if (place === undefined || !isInMemory(place))
      throw new Error(`${root.op.name} is not in memory`);
    return place;
  }

  #home(unit: Unit): Home {
    const home = this.#homes.get(unit.node);
    if (home === undefined) throw new Error(`${unit.node.op.name} has no place`);
    return home;
  }

  #plainPlaceOf(node: Node): Buffer | Slice {
    const place = this.placeOf(node);
    if (!isPlain(place)) throw new Error("only loops read what is on a tape");
    return place;
  }

  #bufferOf(node: Node): Buffer {
    const place = this.placeOf(node);
    if (place.kind !== "buffer") throw new Error(`${node.op.name} is part of another value`);
    return place;
  }
}

/** Where a store comes from; keeping a value for later is the work of the loop around it. */
function storedFor({ node, origin, keeps }: Unit): Origin {
  if (keeps !== undefined) return { step: node.origin.step, phase: origin.phase };
  return node.op.lowering.kind === "accumulate" ? origin : node.origin;
}
