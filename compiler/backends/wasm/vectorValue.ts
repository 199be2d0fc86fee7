import type { DType } from "../../ir/type.js";
import type { Scalar } from "../../schedule/program.js";
import { dtypeOf } from "./scalar.js";
import type { Vectors, VectorWriter } from "./vector.js";

/** Writes expressions on vectors; where their leaves come from is the caller's affair. */
export class VectorValues {
  readonly #vectors: VectorWriter;
  readonly #leaf: (value: Scalar) => Vectors | null;

  /** @param leaf the vectors of a value that is there already, else null */
  constructor(vectors: VectorWriter, leaf: (value: Scalar) => Vectors | null) {
    this.#vectors = vectors;
    this.#leaf = leaf;
  }

  of(value: Scalar): Vectors {
    const known = this.#leaf(value);
    if (known !== null) return known;
    switch (value.kind) {
      case "apply": {
        const { lowering, name } = value.node.op;
        if (lowering.kind !== "scalar") throw new Error(`${name} is not elementwise`);
        const operands = value.arguments.map((part) => this.of(part));
        const from = value.arguments.map(dtypeOf);
        return this.#vectors.apply(lowering.code, operands, from, value.node.type.dtype);
      }
      case "total": {
        const { dtype } = value.node.type;
        return value.terms
          .map((term) => this.as(term.value, dtype))
          .reduce((a, b) =>
            this.#vectors.map(a.lane, [a, b], (x, y) => this.#vectors.combine("add", dtype, x, y)),
          );
      }
      default:
        throw new Error(`a ${value.kind} that varies`);
    }
  }

  /** The value as a variable or buffer of the type holds it. */
  as(value: Scalar, dtype: DType): Vectors {
    const own = this.of(value);
    const isWhole = dtype === "i32" && this.#vectors.float === "f64" && dtypeOf(value) === "f64";
    const converted = this.#vectors.convert(own, this.#vectors.laneOf(dtype));
    return isWhole
      ? this.#vectors.map("float", [converted], (x) => `(f64x2.trunc ${x})`)
      : converted;
  }
}
