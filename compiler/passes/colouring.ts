import type { IndexSet } from "./indexSet.js";

/** A colour for each column (or vertex), numbered from 0. */
export interface Colouring {
  readonly colours: Int32Array;
  readonly count: number;
}

/** The columns of a structure: for each, the rows in which it occurs. */
export function transposed(rows: readonly IndexSet[], columns: number): readonly IndexSet[] {
  const lengths = new Int32Array(columns);
  for (const row of rows) row.forEach((column) => (lengths[column] = (lengths[column] ?? 0) + 1));
  const lists = Array.from(lengths, (length) => new Int32Array(length));
  lengths.fill(0);
  rows.forEach((row, i) =>
    row.forEach((column) => {
      const list = lists[column];
      const end = lengths[column] ?? 0;
      if (list !== undefined) list[end] = i;
      lengths[column] = end + 1;
    }),
  );
  return lists;
}

/**
 * Colours columns so that no two of a colour occur in the same row: distance-2
 * colouring of the bipartite graph of rows and columns. One product with the
 * sum of the columns of a colour then holds each of them apart. Greedy, in the
 * given order and with the fullest columns first; the better is returned, but
 * one that repeats is preferred to it, where that needs few colours more.
 */
export function colourColumns(rows: readonly IndexSet[], columns: number): Colouring {
  const occurs = transposed(rows, columns);
  const least = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const greedy = best(columns, occurs, least, (order) => {
    const taken = rows.map(() => new Set<number>());
    const colours = new Int32Array(columns);
    for (const column of order) {
      const own = occurs[column] ?? new Int32Array();
      let colour = 0;
      while (own.some((row) => taken[row]?.has(colour) === true)) colour++;
      own.forEach((row) => taken[row]?.add(colour));
      colours[column] = colour;
    }
    return colours;
  });
  return repeating(rows, columns, least, greedy);
}

/**
 * The colouring of columns by their remainder, which is regular and so costs no
 * code, if it needs at most half as many colours more than another.
 */
function repeating(
  rows: readonly IndexSet[],
  columns: number,
  least: number,
  other: Colouring,
): Colouring {
  const most = Math.floor(1.5 * other.count) + 1;
  for (let count = Math.max(1, least); count <= Math.min(most, columns); count++) {
    const isApart = (row: IndexSet) => new Set(row.map((j) => j % count)).size === row.length;
    if (rows.every(isApart))
      return { colours: Int32Array.from({ length: columns }, (_, j) => j % count), count };
  }
  return other;
}

/**
 * Star colouring of a symmetric structure: neighbours differ, and every path
 * of four vertices has three colours. Each element h[i, j] can then be read
 * from the products with the sums of the columns of a colour: from that of j
 * at row i, or from that of i at row j.
 *
 * Source: A. Gebremedhin, F. Manne, A. Pothen, "What color is your Jacobian?",
 * SIAM Review 47 (2005), section 4.
 */
export function colourStars(neighbours: readonly IndexSet[]): Colouring {
  const count = neighbours.length;
  const greedy = best(count, neighbours, 1, (order) => {
    const colours = new Int32Array(count).fill(-1);
    for (const vertex of order) {
      const forbidden = forbiddenAt(vertex, neighbours, colours);
      let colour = 0;
      while (forbidden.has(colour)) colour++;
      colours[vertex] = colour;
    }
    return colours;
  });
  // Columns that share no row form no path of two colours either.
  const least = neighbours.reduce((size, row) => Math.max(size, row.length), 0);
  return repeating(neighbours, count, least, greedy);
}

/** The colours a vertex may not have, by the colours of those within three steps of it. */
function forbiddenAt(
  vertex: number,
  neighbours: readonly IndexSet[],
  colours: Int32Array,
): ReadonlySet<number> {
  const forbidden = new Set<number>();
  const colourOf = (v: number) => colours[v] ?? -1;
  for (const w of neighbours[vertex] ?? []) {
    if (w === vertex) continue;
    if (colourOf(w) >= 0) forbidden.add(colourOf(w));
    for (const x of neighbours[w] ?? []) {
      if (x === w || x === vertex || colourOf(x) < 0) continue;
      const closes = colourOf(w) < 0 || hasNeighbourOf(x, w, neighbours, colours);
      if (closes) forbidden.add(colourOf(x));
    }
  }
  return forbidden;
}

/** Whether x has another neighbour of the colour of w. */
function hasNeighbourOf(
  x: number,
  w: number,
  neighbours: readonly IndexSet[],
  colours: Int32Array,
): boolean {
  return (neighbours[x] ?? new Int32Array()).some(
    (y) => y !== w && y !== x && colours[y] === colours[w],
  );
}

/** The colouring with the fewest colours, of the orders that are tried. */
function best(
  count: number,
  neighbours: readonly IndexSet[],
  least: number,
  colour: (order: readonly number[]) => Int32Array,
): Colouring {
  const natural = Array.from({ length: count }, (_, i) => i);
  const first = measured(colour(natural));
  if (first.count <= least) return first;
  const size = (i: number) => neighbours[i]?.length ?? 0;
  const second = measured(colour(natural.toSorted((a, b) => size(b) - size(a))));
  return second.count < first.count ? second : first;
}

function measured(colours: Int32Array): Colouring {
  return { colours, count: colours.reduce((most, one) => Math.max(most, one), -1) + 1 };
}
