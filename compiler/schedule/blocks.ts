import { dimAtLeast, dimNames, dimSub, evaluateDim, type Dim } from "../ir/dim.js";
import type { Arena, Buffer, Slot } from "./program.js";

/** Buffers that take the same memory one after the other. */
export interface Block {
  readonly buffers: readonly Buffer[];
  readonly bytes: Dim;
  /** The statements from which and to which the memory is taken. */
  readonly first: number;
  readonly last: number;
}

/** Places blocks so that none meets another that lives at the same time. */
export function planBlocks(blocks: readonly Block[]): Arena {
  const sized = withSizes(blocks);
  const largestFirst = sized.toSorted((p, q) => q.weight - p.weight || p.first - q.first);
  if (sized.every(({ bytes }) => typeof bytes === "number")) return byOffset(largestFirst);
  const bySample = samples.map((_, k) =>
    sized.toSorted((p, q) => (q.parts[k] ?? 0) - (p.parts[k] ?? 0) || p.first - q.first),
  );
  return arenaOf(tightest([largestFirst, ...bySample].map(bySlot), mostAlive(sized)));
}

/** The plan that is nowhere far from what lives at once; of several the first. */
function tightest(
  plans: readonly (readonly OpenSlot[])[],
  least: readonly number[],
): readonly OpenSlot[] {
  const excess = (slots: readonly OpenSlot[]) =>
    Math.max(...least.map((alive, k) => total(slots.map(({ parts }) => parts[k] ?? 0)) / alive));
  const rated = plans.map((slots) => ({ slots, excess: excess(slots) }));
  return rated.toSorted((p, q) => p.excess - q.excess)[0]?.slots ?? [];
}

/** The largest sum of what lives at once, at each of the samples. */
function mostAlive(blocks: readonly Sized[]): readonly number[] {
  const events = blocks
    .flatMap(({ first, last, parts }) => [
      { at: first, sign: 1, parts },
      { at: last + 1, sign: -1, parts },
    ])
    .toSorted((p, q) => p.at - q.at || p.sign - q.sign);
  return samples.map((_, k) => {
    let alive = 0;
    let most = 0;
    for (const { sign, parts } of events) {
      alive += sign * (parts[k] ?? 0);
      most = Math.max(most, alive);
    }
    return most || 1;
  });
}

/** Named sizes are unknown here; whatever they are, memory is compared at these values. */
const samples = [1, 8, 64, 1024];

interface Sized extends Block {
  /** Bytes at each of the samples, as parts of those of all blocks. */
  readonly parts: readonly number[];
  /** The sum of the parts. */
  readonly weight: number;
}

function withSizes(blocks: readonly Block[]): readonly Sized[] {
  const sizes = blocks.map(({ bytes }) => samples.map((value) => roundedUp(sampled(bytes, value))));
  const totals = samples.map((_, k) => total(sizes.map((size) => size[k] ?? 0)) || 1);
  return blocks.map((block, i) => {
    const parts = totals.map((all, k) => (sizes[i]?.[k] ?? 0) / all);
    return { ...block, parts, weight: total(parts) };
  });
}

function sampled(bytes: Dim, value: number): number {
  const sizes = Object.fromEntries(dimNames(bytes).map((name) => [name, value]));
  return Math.max(0, evaluateDim(bytes, sizes));
}

/** Memory begins at multiples of 8 bytes. */
function roundedUp(bytes: number): number {
  return 8 * Math.ceil(bytes / 8);
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((p, q) => p + q, 0);
}

function meet(p: Block, q: Block): boolean {
  return p.first <= q.last && q.first <= p.last;
}

/**
 * Known sizes: each block goes into the narrowest gap between those that live
 * with it. A slot is the memory from where one block begins to where the next
 * does, so that a large block reaches over several.
 */
function byOffset(blocks: readonly Sized[]): Arena {
  const placed: Placed[] = [];
  for (const block of blocks) {
    const around = placed.filter((other) => meet(block, other));
    const size = roundedUp(Number(block.bytes));
    const start = narrowestGap(around, size);
    const end = start + size;
    // Later blocks walk those before them from the bottom up.
    const at = placed.findIndex((other) => other.start > start);
    placed.splice(at < 0 ? placed.length : at, 0, { ...block, start, end });
  }
  const starts = [...new Set(placed.map(({ start }) => start))];
  const top = placed.reduce((most, { end }) => Math.max(most, end), 0);
  const slotAt = new Map(starts.map((start, i) => [start, i]));
  return {
    slots: starts.map((start, i): Slot => ({ bytes: [(starts[i + 1] ?? top) - start] })),
    slotOf: new Map(
      placed.flatMap(({ buffers, start }) =>
        buffers.map((buffer): [Buffer, number] => [buffer, slotAt.get(start) ?? 0]),
      ),
    ),
  };
}

interface Placed extends Sized {
  readonly start: number;
  readonly end: number;
}

/** Where the smallest gap that is large enough begins; `around` from the bottom up. */
function narrowestGap(around: readonly Placed[], size: number): number {
  let best = Infinity;
  let found = 0;
  let top = 0;
  for (const { start, end } of around) {
    const gap = start - top;
    if (gap >= size && gap < best) {
      best = gap;
      found = top;
    }
    top = Math.max(top, end);
  }
  return best < Infinity ? found : top;
}

/** Named sizes: a slot is as large as the largest block in it turns out to be. */
function bySlot(blocks: readonly Sized[]): readonly OpenSlot[] {
  const slots: OpenSlot[] = [];
  for (const block of blocks) {
    const at = leastGrown(slots, block);
    const { parts, members } = slots[at] ?? { parts: [], members: [] };
    slots[at] = {
      parts: block.parts.map((part, k) => Math.max(part, parts[k] ?? 0)),
      members: [...members, block],
    };
  }
  return slots;
}

function arenaOf(slots: readonly OpenSlot[]): Arena {
  return {
    slots: slots.map(({ members }): Slot => ({
      bytes: withoutDominated([...new Set(members.map(({ bytes }) => bytes))]),
    })),
    slotOf: new Map(
      slots.flatMap(({ members }, i) =>
        members.flatMap(({ buffers }) => buffers.map((buffer): [Buffer, number] => [buffer, i])),
      ),
    ),
  };
}

interface OpenSlot {
  readonly parts: readonly number[];
  readonly members: readonly Sized[];
}

/** The slot that a block makes the least larger, of several the one it fits best; a new one after the last. */
function leastGrown(slots: readonly OpenSlot[], block: Sized): number {
  let best = { at: slots.length, grown: block.weight, wasted: 0 };
  for (const [at, { parts, members }] of slots.entries()) {
    const differences = block.parts.map((part, k) => part - (parts[k] ?? 0));
    const grown = total(differences.map((by) => Math.max(0, by)));
    const wasted = total(differences.map((by) => Math.max(0, -by)));
    const isBetter = grown < best.grown || (grown === best.grown && wasted < best.wasted);
    if (isBetter && !members.some((other) => meet(block, other))) best = { at, grown, wasted };
  }
  return best.at;
}

/** Without sizes that another of the list reaches whatever the named sizes are. */
function withoutDominated(bytes: readonly Dim[]): readonly Dim[] {
  return bytes.filter((b, i) =>
    bytes.every((other, j) => i === j || !dimAtLeast(dimSub(other, b), 0)),
  );
}
