import { random, type Random } from "../../runtime/index.js";

/** Choices of a random program; a function of the seed. */
export class Draw {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = random(seed);
  }

  /** 0 … n − 1. */
  below(n: number): number {
    return this.#random.integer(n);
  }

  /** low … high. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.#random.uniform() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(Math.max(1, list.length))];
    if (item === undefined) throw new Error("there is nothing to choose from");
    return item;
  }

  /** One of the last ones more often than one of the first. */
  recent<T>(list: readonly T[]): T {
    const back = Math.min(this.below(list.length), this.below(list.length));
    return this.pick(this.chance(0.5) ? list : list.slice(list.length - 1 - back));
  }

  /** Some of the list, in its order. */
  some<T>(list: readonly T[]): readonly T[] {
    return list.filter(() => this.chance(0.5));
  }

  shuffled<T>(list: readonly T[]): T[] {
    return this.#random.shuffle([...list]);
  }

  /** A number of few digits between −2 and 2, away from 0. */
  number(): number {
    const size = (13 + this.below(500)) / 256;
    return this.chance(0.5) ? size : -size;
  }
}
