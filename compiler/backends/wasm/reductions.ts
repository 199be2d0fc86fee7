import type { Combine } from "../../ir/op.js";
import type { DType } from "../../ir/type.js";
import type { Local } from "../../schedule/program.js";
import { combineWat } from "./scalar.js";
import type { VectorWriter, Vectors } from "./vector.js";
import { get, set, splat, splatInteger, type FunctionWriter, type Wat } from "./wat.js";

/** Where the sums of a loop end up. */
interface Target {
  readonly f: FunctionWriter;
  variable(local: Local): string;
}

/**
 * Sums and their like over a loop: as many accumulators as there are vectors
 * at once, so that none waits for another, joined when the loop is over.
 */
export class Reductions {
  readonly #wanted: ReadonlyMap<Local, Combine>;
  readonly #vectors: VectorWriter;
  readonly #target: Target;
  readonly #accumulators = new Map<Local, readonly string[]>();

  constructor(wanted: ReadonlyMap<Local, Combine>, vectors: VectorWriter, target: Target) {
    this.#wanted = wanted;
    this.#vectors = vectors;
    this.#target = target;
  }

  open(count: number): void {
    const { f } = this.#target;
    for (const [local, combine] of this.#wanted) {
      const names = Array.from({ length: count }, () => f.local("v128", "acc"));
      for (const name of names) f.emit(set(name, this.#identity(combine, local.dtype)));
      this.#accumulators.set(local, names);
    }
  }

  /** The numbers of a round; of the first lane alone where only that is active. */
  collect(local: Local, combine: Combine, { wats }: Vectors): void {
    if (this.#vectors.active === 1) {
      const [first = ""] = wats;
      return this.#merge(local, combine, this.#vectors.extract(first, 0, local.dtype));
    }
    const names = this.#accumulators.get(local) ?? [];
    wats.forEach((wat, u) => {
      const name = names[u] ?? "";
      const joined = this.#vectors.combine(combine, local.dtype, get(name), wat);
      this.#target.f.emit(set(name, joined));
    });
  }

  close(count: number): void {
    for (const [local, combine] of this.#wanted) {
      const names = (this.#accumulators.get(local) ?? []).slice(0, count);
      const all = this.#pairwise(names.map(get), combine, local.dtype);
      const joined = this.#target.f.keep("v128", all, "acc");
      for (let lane = 0; lane < this.#vectors.lanes; lane++)
        this.#merge(local, combine, this.#vectors.extract(joined, lane, local.dtype));
    }
  }

  /** Takes a number into the variable itself. */
  #merge(local: Local, combine: Combine, wat: Wat): void {
    const variable = this.#target.variable(local);
    this.#target.f.emit(set(variable, combineWat(combine, local.dtype, get(variable), wat)));
  }

  #pairwise(parts: readonly Wat[], combine: Combine, dtype: DType): Wat {
    const [first = "", ...rest] = parts;
    if (rest.length === 0) return first;
    const middle = parts.length >> 1;
    const [a, b] = [parts.slice(0, middle), parts.slice(middle)].map((half) =>
      this.#pairwise(half, combine, dtype),
    );
    return this.#vectors.combine(combine, dtype, a ?? "", b ?? "");
  }

  #identity(combine: Combine, dtype: DType): Wat {
    const { f } = this.#target;
    const lane = this.#vectors.laneOf(dtype);
    const { float } = this.#vectors;
    const value = identities[combine];
    if (lane === "mask") return splatInteger(f, float, value > 0 ? -1 : 0);
    if (lane === "float") return splat(f, float, value);
    const whole = Number.isFinite(value) ? value : value > 0 ? 2 ** 31 - 1 : -(2 ** 31);
    return splatInteger(f, float, whole);
  }
}

/** What changes nothing. */
const identities: Readonly<Record<Combine, number>> = {
  add: 0,
  multiply: 1,
  max: -Infinity,
  min: Infinity,
  or: 0,
  and: 1,
};
