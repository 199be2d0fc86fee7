const taken = -Infinity;

/** Until when each of some slots is free; finds the first that is free for long enough without asking all. */
export class FreeSlots {
  /** In ascending order. */
  readonly #slots: number[] = [];
  /** How many leaves the tree has: a power of two. */
  #width = 1;
  /** A binary tree as a list: the leaf of `#slots[i]` is at `#width + i`; a node at k has the larger of those at 2k and 2k + 1. */
  #until: number[] = [taken, taken];

  /** The first slot whose next block begins after a statement. */
  firstUntil(last: number): number | undefined {
    // What is never needed again is free until Infinity, for results as well.
    const end = Math.min(last, Number.MAX_VALUE);
    const isFree = (at: number) => (this.#until[at] ?? taken) > end;
    if (!isFree(1)) return undefined;
    let at = 1;
    while (at < this.#width) at = isFree(2 * at) ? 2 * at : 2 * at + 1;
    return this.#slots[at - this.#width];
  }

  /** Says that a slot is free until the statement, where its next block begins. */
  free(slot: number, until: number): void {
    const at = this.#position(slot);
    if (this.#slots[at] === slot) return this.#write(at, until);
    const isLast = at === this.#slots.length;
    const leaves = this.#until.slice(this.#width, this.#width + this.#slots.length);
    this.#slots.splice(at, 0, slot);
    if (isLast && at < this.#width) return this.#write(at, until);
    leaves.splice(at, 0, until);
    this.#build(leaves);
  }

  /** Takes a slot; returns until when it was free. */
  take(slot: number): number {
    const at = this.#position(slot);
    const until = this.#until[this.#width + at] ?? taken;
    this.#write(at, taken);
    return until;
  }

  #position(slot: number): number {
    return lowerBound(this.#slots, slot, (each) => each);
  }

  #write(at: number, until: number): void {
    let node = this.#width + at;
    this.#until[node] = until;
    for (node >>= 1; node > 0; node >>= 1) this.#until[node] = this.#larger(node);
  }

  #build(leaves: readonly number[]): void {
    while (this.#width < leaves.length) this.#width *= 2;
    this.#until = Array.from({ length: 2 * this.#width }, () => taken);
    leaves.forEach((until, at) => (this.#until[this.#width + at] = until));
    for (let node = this.#width - 1; node > 0; node--) this.#until[node] = this.#larger(node);
  }

  #larger(node: number): number {
    return Math.max(this.#until[2 * node] ?? taken, this.#until[2 * node + 1] ?? taken);
  }
}

/** Where in a list in ascending order the first item stands that is not below a bound. */
export function lowerBound<Item>(
  items: readonly Item[],
  bound: number,
  of: (item: Item) => number,
): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && of(item) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
