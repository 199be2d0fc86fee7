/** Positions in a flat array, ascending. Sets are shared, and compared by identity where that is enough. */
export type IndexSet = Int32Array;

export const emptySet: IndexSet = new Int32Array(0);

/** What is in either set; one of them, where it holds the other. */
export function union(a: IndexSet, b: IndexSet): IndexSet {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  const merged = new Int32Array(a.length + b.length);
  let [i, j, count] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const [p, q] = [a[i] ?? Infinity, b[j] ?? Infinity];
    merged[count++] = Math.min(p, q);
    if (p <= q) i++;
    if (q <= p) j++;
  }
  if (count === a.length) return a;
  return count === b.length ? b : merged.slice(0, count);
}

/** What is in any of the sets. */
export function unionOf(sets: Iterable<IndexSet>): IndexSet {
  const distinct = [...new Set(sets)].filter(({ length }) => length > 0);
  const [first = emptySet, second = emptySet] = distinct;
  if (distinct.length <= 2) return union(first, second);
  const length = distinct.reduce((total, set) => total + set.length, 0);
  const all = new Int32Array(length);
  let end = 0;
  for (const set of distinct) {
    all.set(set, end);
    end += set.length;
  }
  all.sort();
  const unique = all.filter((position, i) => i === 0 || position !== all[i - 1]);
  return distinct.find((set) => set.length === unique.length) ?? unique;
}

/** The union of what is added at each place. */
export function gathered(
  count: number,
  visit: (add: (place: number, set: IndexSet | undefined) => void) => void,
): readonly IndexSet[] {
  const lists: IndexSet[][] = Array.from({ length: count }, () => []);
  visit((place, set) => set !== undefined && lists[place]?.push(set));
  return lists.map((list) => unionOf(list));
}
