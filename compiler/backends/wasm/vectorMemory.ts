import { bytesPerElement, type DType, type Shape } from "../../ir/type.js";
import type { Buffer, Index, Loop, Scalar } from "../../schedule/program.js";
import { bytesWat, loadAt, positionWat, storeAt, type ScalarContext } from "./scalar.js";
import type { VectorWriter } from "./vector.js";
import { coefficient, positionKey, type VectorPlan, type VectorStatement } from "./vectorPlan.js";
import { add, i32, literalOf, multiply, type FunctionWriter, type Wat } from "./wat.js";

export type Load = Extract<Scalar, { kind: "load" }>;
export type Store = Extract<VectorStatement, { kind: "store" }>;

/** Where the rounds begin whose elements are meant. */
interface Position {
  readonly count: number;
  readonly position: Wat;
}

interface MemoryContext extends ScalarContext {
  readonly f: FunctionWriter;
  withLoop<T>(loop: Loop, value: Wat, write: () => T): T;
}

/** Where one access begins, and how far it moves with each round. */
interface Base {
  readonly address: Wat;
  /** Elements from round to round; null where a number from memory says. */
  readonly step: number | null;
}

/** Reads and writes the elements of several rounds: in one go where they lie side by side. */
export class VectorMemory {
  readonly #plan: VectorPlan;
  readonly #vectors: VectorWriter;
  readonly #context: MemoryContext;
  readonly #bases = new Map<Load | Store, Base>();

  constructor(plan: VectorPlan, vectors: VectorWriter, context: MemoryContext) {
    this.#plan = plan;
    this.#vectors = vectors;
    this.#context = context;
  }

  /** Works out what does not change in the loop; to be called before it. */
  prepare(access: Load | Store): void {
    const { buffer, shape, index } = access;
    const { loop } = this.#plan;
    const step = coefficient(shape, index, loop, (value) => this.#plan.isVarying(value));
    if (typeof step !== "number") {
      this.#bases.set(access, { address: "", step: null });
      return;
    }
    const start = this.#context.withLoop(loop, i32(0), () =>
      add(
        this.#context.address(buffer),
        bytesWat(buffer.dtype, positionWat(shape, index, this.#context)),
      ),
    );
    this.#bases.set(access, { address: this.#context.f.keep("i32", start, "p"), step });
  }

  /** The elements as vectors; null where a number from memory says which they are. */
  read(access: Load | Store, rounds: Position): readonly Wat[] | null {
    const { dtype } = access.buffer;
    const { address, step } = this.#base(access);
    if (step === null) return null;
    const bits = 8 * bytesPerElement[dtype];
    const load = this.#vectors.active === 1 ? `v128.load${bits}_zero` : "v128.load";
    const wats = Array.from({ length: rounds.count }, (_, u) => {
      if (step === 1 && this.#isWhole(dtype)) {
        const { offset, moved } = at(address, dtype, u, rounds);
        return `(${load} offset=${offset} ${moved})`;
      }
      const numbers = this.lanes(u).map((round) =>
        loadAt(dtype, this.#address(access, round, rounds)),
      );
      return this.#vectors.gather(numbers, dtype);
    });
    return this.#vectors.keepAll(wats);
  }

  write(access: Store, wat: Wat, u: number, rounds: Position): void {
    const { f } = this.#context;
    const { dtype } = access.buffer;
    const { address, step } = this.#base(access);
    if (step !== 1 || !this.#isWhole(dtype)) {
      this.lanes(u).forEach((round, lane) => {
        const number = this.#vectors.extract(wat, lane, dtype);
        f.emit(storeAt(dtype, this.#address(access, round, rounds), number));
      });
      return;
    }
    const { offset, moved } = at(address, dtype, u, rounds);
    const bits = 8 * bytesPerElement[dtype];
    f.emit(
      this.#vectors.active === 1
        ? `(v128.store${bits}_lane offset=${offset} 0 ${moved} ${wat})`
        : `(v128.store offset=${offset} ${moved} ${wat})`,
    );
  }

  /** Rounds after the position whose elements a vector holds. */
  lanes(u: number): readonly number[] {
    const { active, lanes } = this.#vectors;
    return Array.from({ length: active }, (_, lane) => u * lanes + lane);
  }

  /** True for elements as wide as the lanes. */
  #isWhole(dtype: DType): boolean {
    return bytesPerElement[dtype] === (this.#plan.float === "f32" ? 4 : 8);
  }

  #address(access: Load | Store, round: number, { position }: Position): Wat {
    const { address, step } = this.#base(access);
    const elements = multiply(add(position, i32(round)), i32(step ?? 0));
    return add(address, bytesWat(access.buffer.dtype, elements));
  }

  #base(access: Load | Store): Base {
    const base = this.#bases.get(access);
    if (base === undefined) throw new Error("an access that was not prepared");
    return base;
  }
}

function at(address: Wat, dtype: DType, u: number, { position }: Position) {
  const known = literalOf(position);
  const offset = 16 * u + (known ?? 0) * bytesPerElement[dtype];
  const moved = known === null ? add(address, bytesWat(dtype, position)) : address;
  return { offset, moved };
}

const bufferNumbers = new WeakMap<Buffer, number>();
let nextBuffer = 0;

/** Equal for accesses known to be to the same element. */
export function accessKey({
  buffer,
  shape,
  index,
}: {
  readonly buffer: Buffer;
  readonly shape: Shape;
  readonly index: readonly Index[];
}): string {
  const known = bufferNumbers.get(buffer) ?? nextBuffer++;
  bufferNumbers.set(buffer, known);
  return `${known}@${positionKey(shape, index)}`;
}
