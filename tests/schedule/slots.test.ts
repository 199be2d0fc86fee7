import { expect, it } from "vitest";
import { fillSlots, total, type OpenSlot, type Sized } from "../../compiler/schedule/slots.js";
import { Draw } from "../support/draw.js";

interface Life {
  readonly first: number;
  readonly last: number;
  readonly parts: readonly number[];
}

function sized({ first, last, parts }: Life): Sized {
  return { buffers: [], bytes: 0, first, last, parts, weight: total(parts) };
}

/** The same by its definition: asks every slot about every block. */
function bySearch(blocks: readonly Sized[]): readonly OpenSlot[] {
  const slots: { parts: readonly number[]; members: Sized[] }[] = [];
  for (const block of blocks) {
    let best = { at: slots.length, grown: block.weight, wasted: 0 };
    slots.forEach(({ parts, members }, at) => {
      const differences = block.parts.map((part, k) => part - (parts[k] ?? 0));
      const grown = total(differences.map((by) => Math.max(0, by)));
      const wasted = total(differences.map((by) => Math.max(0, -by)));
      const isFree = members.every((one) => one.last < block.first || block.last < one.first);
      const isBetter = grown < best.grown || (grown === best.grown && wasted < best.wasted);
      if (isFree && isBetter) best = { at, grown, wasted };
    });
    const { parts, members } = slots[best.at] ?? { parts: [], members: [] };
    slots[best.at] = {
      parts: block.parts.map((part, k) => Math.max(part, parts[k] ?? 0)),
      members: [...members, block],
    };
  }
  return slots;
}

const sizes = [
  [1, 1],
  [2, 1],
  [1, 2],
  [3, 3],
  [4, 0.5],
  [0.5, 0.5],
] as const;

function randomBlocks(seed: number): readonly Sized[] {
  const draw = new Draw(seed);
  const count = draw.between(1, 40);
  const kinds = sizes.slice(0, draw.between(1, sizes.length));
  const blocks = Array.from({ length: count }, () => {
    const first = draw.between(0, 2 * count);
    const length = draw.between(0, draw.pick([3, 2 * count]));
    const last = draw.chance(0.1) ? Infinity : first + length;
    return sized({ first, last, parts: draw.pick(kinds) });
  });
  if (draw.chance(0.2)) return blocks;
  return blocks.toSorted((p, q) => q.weight - p.weight || p.first - q.first);
}

it("slots are those a search of all slots finds", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const blocks = randomBlocks(seed);
    expect(fillSlots(blocks), `seed ${seed}`).toEqual(bySearch(blocks));
  }
});

/** How often the lives of blocks are looked at, which all live at once, as in a backward pass. */
function looks(count: number): number {
  let reads = 0;
  const blocks = Array.from({ length: count }, (_, i): Sized => ({
    ...sized({ first: i, last: 2 * count - i, parts: [1] }),
    get first() {
      reads++;
      return i;
    },
    get last() {
      reads++;
      return 2 * count - i;
    },
  }));
  fillSlots(blocks);
  return reads;
}

it("the work for a block hardly grows with their number", () => {
  expect(looks(4000) / looks(1000)).toBeLessThan(6);
});
