import type { Dim } from "../ir/dim.js";
import { FreeSlots, lowerBound } from "./freeSlots.js";
import type { Buffer } from "./program.js";

/** Buffers that take the same memory one after the other. */
export interface Block {
  readonly buffers: readonly Buffer[];
  readonly bytes: Dim;
  /** The statements from which and to which the memory is taken. */
  readonly first: number;
  readonly last: number;
}

/** A block with named sizes, which are unknown here; it is compared at samples of them. */
export interface Sized extends Block {
  /** Bytes at each of the samples, as parts of those of all blocks. */
  readonly parts: readonly number[];
  /** The sum of the parts. */
  readonly weight: number;
}

/** As large as the largest block in it turns out to be. */
export interface OpenSlot {
  readonly parts: readonly number[];
  readonly members: readonly Sized[];
}

/**
 * Puts each block, in turn, into the slot that it makes the least larger, of
 * several the one it fits best, and of these the first; into a new one if all
 * would grow by no less.
 */
export function fillSlots(blocks: readonly Sized[]): readonly OpenSlot[] {
  const slots: MutableSlot[] = [];
  for (const ascent of ascents(blocks)) new Filling(slots, ascent).run();
  return slots;
}

export function total(numbers: readonly number[]): number {
  return numbers.reduce((p, q) => p + q, 0);
}

/** The list cut where a block begins before the one in front of it. */
function ascents(blocks: readonly Sized[]): readonly (readonly Sized[])[] {
  const lists: Sized[][] = [];
  for (const block of blocks) {
    const list = lists.at(-1);
    const last = list?.at(-1);
    if (list !== undefined && last !== undefined && last.first <= block.first) list.push(block);
    else lists.push([block]);
  }
  return lists;
}

interface MutableSlot extends OpenSlot {
  parts: readonly number[];
  readonly members: Sized[];
}

/** All slots of one size. */
interface SlotSize {
  readonly parts: readonly number[];
  readonly free: FreeSlots;
}

/** A slot is free from one statement until another. */
interface Release {
  readonly slot: number;
  readonly from: number;
  readonly until: number;
}

/** What a block would do to slots of a size. */
interface Rank {
  readonly size: SlotSize;
  readonly grown: number;
  readonly wasted: number;
}

/**
 * Puts blocks into slots that begin one after the other: then until when a
 * slot is free changes only as blocks in it end.
 */
class Filling {
  readonly #slots: MutableSlot[];
  readonly #blocks: readonly Sized[];
  readonly #sizes: SlotSize[] = [];
  readonly #sizeOf: SlotSize[] = [];
  /** By block, the slots that come free before it begins. */
  readonly #due: readonly Release[][];
  /** By slot, from when what is known of it is true. */
  readonly #since: number[] = [];
  readonly #ranks = new Map<readonly number[], readonly (readonly Rank[])[]>();

  constructor(slots: MutableSlot[], blocks: readonly Sized[]) {
    this.#slots = slots;
    this.#blocks = blocks;
    this.#due = blocks.map(() => []);
    slots.forEach(({ parts, members }, slot) => {
      const inOrder = members.toSorted((p, q) => p.first - q.first);
      this.#open(slot, parts, inOrder[0]?.first ?? Infinity);
      inOrder.forEach(({ last }, i) => {
        this.#release({ slot, from: last + 1, until: inOrder[i + 1]?.first ?? Infinity });
      });
    });
  }

  run(): void {
    this.#blocks.forEach((block, i) => {
      for (const { slot, from, until } of this.#due[i] ?? []) {
        // An earlier gap may be announced later.
        if (from < (this.#since[slot] ?? 0)) continue;
        this.#since[slot] = from;
        this.#sizeOf[slot]?.free.free(slot, until);
      }
      this.#put(block);
    });
  }

  #open(slot: number, parts: readonly number[], until: number): void {
    const size = this.#sized(parts);
    this.#sizeOf[slot] = size;
    size.free.free(slot, until);
  }

  /** Slots of these parts. */
  #sized(parts: readonly number[]): SlotSize {
    const isSame = (size: SlotSize) =>
      size.parts === parts || size.parts.every((part, k) => part === parts[k]);
    const known = this.#sizes.find(isSame);
    if (known !== undefined) return known;
    const size: SlotSize = { parts, free: new FreeSlots() };
    this.#sizes.push(size);
    this.#ranks.clear();
    return size;
  }

  #release(release: Release): void {
    this.#due[lowerBound(this.#blocks, release.from, ({ first }) => first)]?.push(release);
  }

  #put(block: Sized): void {
    const slot = this.#best(block);
    const until = slot === undefined ? Infinity : this.#take(slot, block);
    if (slot === undefined) {
      this.#slots.push({ parts: block.parts, members: [block] });
      this.#sizeOf.push(this.#sized(block.parts));
    }
    const taken = slot ?? this.#slots.length - 1;
    this.#since[taken] = block.first;
    this.#release({ slot: taken, from: block.last + 1, until });
  }

  /** Puts a block into a slot, which grows where the block is larger; returns until when that was free. */
  #take(at: number, block: Sized): number {
    const slot = this.#slots[at];
    const size = this.#sizeOf[at];
    if (slot === undefined || size === undefined) throw new Error("no such slot");
    slot.members.push(block);
    if (block.parts.some((part, k) => part > (slot.parts[k] ?? 0))) {
      slot.parts = block.parts.map((part, k) => Math.max(part, slot.parts[k] ?? 0));
      this.#sizeOf[at] = this.#sized(slot.parts);
    }
    return size.free.take(at);
  }

  #best(block: Sized): number | undefined {
    for (const equal of this.#ranked(block)) {
      const found = equal.flatMap(({ size }) => size.free.firstUntil(block.last) ?? []);
      if (found.length > 0) return Math.min(...found);
    }
    return undefined;
  }

  /** The sizes that grow by less than the block, the best first, together where they are equally good. */
  #ranked({ parts, weight }: Sized): readonly (readonly Rank[])[] {
    const known = this.#ranks.get(parts);
    if (known !== undefined) return known;
    const ranks = this.#sizes
      .map((size) => rank(parts, size))
      .filter(({ grown }) => grown < weight)
      .toSorted((p, q) => p.grown - q.grown || p.wasted - q.wasted);
    const equals: Rank[][] = [];
    for (const one of ranks) {
      const [best] = equals.at(-1) ?? [];
      if (best?.grown === one.grown && best.wasted === one.wasted) equals.at(-1)?.push(one);
      else equals.push([one]);
    }
    this.#ranks.set(parts, equals);
    return equals;
  }
}

function rank(parts: readonly number[], size: SlotSize): Rank {
  const differences = parts.map((part, k) => part - (size.parts[k] ?? 0));
  return {
    size,
    grown: total(differences.map((by) => Math.max(0, by))),
    wasted: total(differences.map((by) => Math.max(0, -by))),
  };
}
