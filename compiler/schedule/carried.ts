import { dimAdd } from "../ir/dim.js";
import { withOrigin, type Node, type Origin } from "../ir/node.js";
import type { DType } from "../ir/type.js";
import { add } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { constant, input } from "../ops/leaf.js";
import { coversAll, distanceOf, elementAt, rankOf, type Neighbours } from "./neighbours.js";
import type { Index, Local, Scalar, Statement } from "./program.js";
import type { Assignment } from "./simultaneous.js";
import type { Walk } from "./walk.js";

type Store = Extract<Statement, { kind: "store" }>;
type Load = Extract<Scalar, { kind: "load" }>;

/** Neighbours that are kept in variables while a loop passes over them. */
export class Carried {
  readonly #group: Neighbours;
  readonly #walk: Walk;
  /** What all of the buffer holds before the loop, where that is known. */
  readonly #start: Scalar | null;
  readonly #name: (distance: number) => string;
  /** By rank, the variables that go from one iteration to the next. */
  readonly #variables = new Map<number, Local>();
  /** By rank, what the element is at this point of an iteration. */
  readonly #values = new Map<number, Scalar>();
  readonly #stored: ReadonlySet<number>;
  /** Whether an element is stored only once nothing changes it any more. */
  readonly #late: boolean;
  #isStored = false;

  constructor(
    group: Neighbours,
    walk: Walk,
    start: Scalar | null,
    name: (distance: number) => string,
  ) {
    this.#group = group;
    this.#walk = walk;
    this.#start = start;
    this.#name = name;
    const ranks = storedRanks(group);
    this.#stored = new Set(ranks);
    this.#late = this.#stored.size > 1;
    for (let rank = 0; rank < group.highest; rank++) {
      if (!this.#isNeeded(rank)) continue;
      const variable = this.#variable(rank);
      this.#variables.set(rank, variable);
      this.#values.set(rank, variable);
    }
    if (start !== null) this.#values.set(group.highest, start);
  }

  /** Whether the element that has this rank at the start of an iteration is asked for. */
  #isNeeded(rank: number): boolean {
    const { accesses } = this.#group;
    const first = accesses.find((access) => rankOf(this.#group, access) === rank);
    if (first !== undefined && first.kind !== "store") return true;
    if (this.#late && [...this.#stored].some((stored) => stored > rank)) return true;
    return first === undefined && rank > 0 && this.#isNeeded(rank - 1);
  }

  /** The rank of an element, or null if it is none of these. */
  rankOf(place: Load | Store): number | null {
    return place.buffer === this.#group.buffer ? rankOf(this.#group, place) : null;
  }

  /** What an element is now; undefined where it has not been read yet. */
  valueOf(rank: number): Scalar | undefined {
    return this.#values.get(rank);
  }

  /** Takes a variable for what an element is now. */
  assume(rank: number, value: Scalar): void {
    this.#values.set(rank, value);
  }

  /** Reads an element that no iteration before has touched. */
  read(rank: number, origin: Origin): Statement {
    const { buffer, index, shape } = this.#group;
    const local = this.#variable(rank);
    const at = index.with(this.#group.axis, this.#position(rank));
    this.#values.set(rank, local);
    const value: Scalar = { kind: "load", buffer, shape, index: at };
    return { kind: "define", local, value, mutable: false, origin };
  }

  #position(rank: number): Index {
    const { axis, index, towards } = this.#group;
    const position = nth(index, axis);
    return { ...position, offset: dimAdd(position.offset, rank * towards) };
  }

  /** What a store becomes, given whether the element is not touched again in the iteration. */
  store(store: Store, rank: number, isLast: boolean, isFixed: boolean): readonly Statement[] {
    const { origin } = store;
    const value =
      store.combine === null ? store.value : sum(nthOf(this.#values, rank), store.value, origin);
    const plain: Store = { ...store, combine: null };
    if (this.#late && rank === 0 && isLast) {
      this.#isStored = true;
      return [{ ...plain, value }];
    }
    const isSame = value === store.value && isFixed;
    const local = this.#variable(rank);
    this.#values.set(rank, isSame ? value : local);
    const define: Statement = { kind: "define", local, value, mutable: false, origin };
    return [
      ...(isSame ? [] : [define]),
      ...(this.#late ? [] : [{ ...plain, value: isSame ? value : local }]),
    ];
  }

  /** What is done last in an iteration: the element left behind is stored. */
  stores(): readonly Statement[] {
    if (!this.#late || this.#isStored) return [];
    return [this.#storeOf(this.#group.index, nthOf(this.#values, 0))];
  }

  /** The variables stand for the next elements. */
  moves(): readonly Assignment[] {
    const { origin } = this.#walk;
    return [...this.#variables].map(([rank, local]) => ({
      local,
      value: nthOf(this.#values, rank + 1),
      node: local.node,
      origin,
    }));
  }

  /** The variables before the loop, and what they are where that must be read first. */
  before(): readonly { readonly local: Local; readonly value: Scalar }[] {
    const { buffer, shape } = this.#group;
    return [...this.#variables].map(([rank, local]) => {
      const index = elementAt(this.#group, rank, this.#walk.first);
      return { local, value: this.#start ?? { kind: "load", buffer, shape, index } };
    });
  }

  /** What is stored after the last iteration. */
  after(): readonly Statement[] {
    const { direction, last } = this.#walk;
    const past = { ...last, offset: dimAdd(last.offset, direction) };
    return [...this.#variables].flatMap(([rank, local]) =>
      this.#late && [...this.#stored].some((stored) => stored > rank)
        ? [this.#storeOf(elementAt(this.#group, rank, past), local)]
        : [],
    );
  }

  #storeOf(index: readonly Index[], value: Scalar): Statement {
    const { buffer, shape } = this.#group;
    return { kind: "store", buffer, shape, index, combine: null, value, origin: this.#walk.origin };
  }

  /** Whether the loop stores every element of the buffer, whatever stood there. */
  get coversAll(): boolean {
    const isLed = this.#stored.has(this.#group.highest);
    return this.#late && isLed && coversAll(this.#group, this.#walk);
  }

  #variable(rank: number): Local {
    const { buffer } = this.#group;
    const name = this.#name(distanceOf(this.#group, rank));
    const node: Node = { ...input(name, { dtype: buffer.dtype, shape: [] }), derivedName: true };
    return { kind: "local", node, dtype: buffer.dtype };
  }
}

function storedRanks(group: Neighbours): readonly number[] {
  return group.accesses.flatMap((access) => {
    const rank = rankOf(group, access);
    return access.kind === "load" || rank === null ? [] : [rank];
  });
}

/** True where one iteration reads or adds to what one before it has stored. */
export function passesOn(group: Neighbours): boolean {
  const highest = Math.max(-1, ...storedRanks(group));
  return group.accesses.some((access) => {
    const rank = rankOf(group, access);
    return access.kind !== "store" && rank !== null && rank < highest;
  });
}

/** True where iterations read elements again that ones before have read, and store none. */
export function readsAgain(group: Neighbours): boolean {
  return group.highest > 0 && storedRanks(group).length === 0;
}

/** `base + value`, the base first; a sum of contributions is added one by one. */
function sum(base: Scalar, value: Scalar, origin: Origin): Scalar {
  if (base.kind === "literal" && base.value === 0) return value;
  if (value.kind === "total") return { ...value, terms: [{ value: base, origin }, ...value.terms] };
  const operand = (dtype: DType) => constant(0, dtype);
  const dtype = base.kind === "local" ? base.dtype : "f64";
  const node = withOrigin(origin, () => add(operand(dtype), operand(dtype)));
  return { kind: "apply", node, arguments: [base, value] };
}

function nthOf(values: ReadonlyMap<number, Scalar>, rank: number): Scalar {
  const value = values.get(rank);
  if (value === undefined) throw new Error(`element ${rank} is not known`);
  return value;
}
