import { dimAtLeast, dimNames, dimSub, evaluateDim, type Dim } from "../ir/dim.js";
import type { Arena, Buffer, Slot } from "./program.js";
import { fillSlots, total, type Block, type OpenSlot, type Sized } from "./slots.js";

/** Places blocks so that none meets another that lives at the same time. */
export function planBlocks(blocks: readonly Block[]): Arena {
  const sized = withSizes(blocks);
  const largestFirst = sized.toSorted((p, q) => q.weight - p.weight || p.first - q.first);
  if (sized.every(({ bytes }) => typeof bytes === "number")) return byOffset(largestFirst);
  const bySample = samples.map((_, k) =>
    sized.toSorted((p, q) => (q.parts[k] ?? 0) - (p.parts[k] ?? 0) || p.first - q.first),
  );
  return arenaOf(tightest([largestFirst, ...bySample].map(fillSlots), mostAlive(sized)));
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

function withSizes(blocks: readonly Block[]): readonly Sized[] {
  const sizes = eachOnce(blocks, (bytes) =>
    samples.map((value) => roundedUp(sampled(bytes, value))),
  );
  const totals = samples.map((_, k) => total(sizes.map((size) => size[k] ?? 0)) || 1);
  const parts = eachOnce(blocks, (_, i) => totals.map((all, k) => (sizes[i]?.[k] ?? 0) / all));
  return blocks.map((block, i) => ({
    ...block,
    parts: parts[i] ?? [],
    weight: total(parts[i] ?? []),
  }));
}

/** A list for each block; blocks of one size have the same one. */
function eachOnce(
  blocks: readonly Block[],
  make: (bytes: Dim, i: number) => readonly number[],
): readonly (readonly number[])[] {
  const made = new Map<Dim, readonly number[]>();
  return blocks.map(({ bytes }, i) => {
    const list = made.get(bytes) ?? make(bytes, i);
    made.set(bytes, list);
    return list;
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

/** Without sizes that another of the list reaches whatever the named sizes are. */
function withoutDominated(bytes: readonly Dim[]): readonly Dim[] {
  return bytes.filter((b, i) =>
    bytes.every((other, j) => i === j || !dimAtLeast(dimSub(other, b), 0)),
  );
}
