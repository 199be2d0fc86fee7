/** Where a long function body is split, and where what crosses a split is kept. */

/** The statements of one part: from `start`, not reaching `end`. */
export interface PartRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Splits statements into parts of at most `limit` lines. A part ends within
 * the last quarter of its room, where the fewest values computed or read
 * shortly before are needed shortly after. Values needed only much later
 * cross wherever a part ends, so they do not count.
 *
 * @param sizes lines of each statement
 * @param mentions for each variable the statements that mention it, in order
 */
export function chooseParts(
  sizes: readonly number[],
  mentions: readonly (readonly number[])[],
  limit: number,
): readonly PartRange[] {
  const cost = crossedBefore(sizes.length, mentions, limit);
  const parts: PartRange[] = [];
  let start = 0;
  while (start < sizes.length) {
    const end = partEnd(start, sizes, cost, limit);
    parts.push({ start, end });
    start = end;
  }
  return parts;
}

function partEnd(
  start: number,
  sizes: readonly number[],
  cost: readonly number[],
  limit: number,
): number {
  let best = start + 1;
  let lines = sizes[start] ?? 0;
  for (let end = start + 1; end < sizes.length; end++) {
    const isEarly = lines < 0.75 * limit;
    if (isEarly || (cost[end] ?? 0) <= (cost[best] ?? 0)) best = end;
    lines += sizes[end] ?? 0;
    if (lines > limit) return best;
  }
  return sizes.length;
}

/** For each statement, how many variables are mentioned shortly before it, and in it or shortly after. */
function crossedBefore(
  length: number,
  mentions: readonly (readonly number[])[],
  near: number,
): readonly number[] {
  const changes = Array<number>(length + 1).fill(0);
  const change = (at: number, by: number) => {
    changes[at] = (changes[at] ?? 0) + by;
  };
  for (const at of mentions)
    at.forEach((next, k) => {
      const last = at[k - 1];
      if (last === undefined || next - last > near) return;
      change(last + 1, 1);
      change(next + 1, -1);
    });
  let crossing = 0;
  return changes.map((by) => (crossing += by));
}

/** For each lifetime a slot that no other has meanwhile; a lifetime may begin in the part another ends in. */
export function assignSlots(
  lifetimes: readonly { readonly first: number; readonly last: number }[],
): readonly number[] {
  const slots = Array<number>(lifetimes.length).fill(0);
  const order = [...lifetimes.keys()].toSorted((a, b) => firstOf(a) - firstOf(b));
  const endings = new Map<number, number[]>();
  const free: number[] = [];
  let count = 0;
  let released = 0;
  function firstOf(i: number): number {
    return lifetimes[i]?.first ?? 0;
  }
  for (const i of order) {
    for (; released <= firstOf(i); released++) free.push(...(endings.get(released) ?? []));
    const slot = free.pop() ?? count++;
    slots[i] = slot;
    const last = lifetimes[i]?.last ?? 0;
    endings.set(last, [...(endings.get(last) ?? []), slot]);
  }
  return slots;
}
