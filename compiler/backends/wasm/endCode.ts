import type { Local, Scalar } from "../../schedule/program.js";
import type { Epilogue, FinishedCode } from "./kernels/epilogue.js";
import type { VectorScope } from "./math/scope.js";
import type { ProductEnd } from "./ends.js";
import type { ScalarContext } from "./scalar.js";
import { VectorWriter, type Vectors } from "./vector.js";
import { VectorValues } from "./vectorValue.js";
import { splat, type Float, type VectorTarget, type Wat } from "./wat.js";

/** The end of a product as code for its kernel. */
export function epilogueOf(end: ProductEnd, context: Pick<ScalarContext, "host">): Epilogue {
  const { keepsProduct, operands } = end;
  return {
    operands: [
      ...operands.map(({ kind, access }): Epilogue["operands"][number] =>
        kind === "matrix" ? { kind, stored: access.kind === "store" } : { kind },
      ),
      ...(keepsProduct ? [{ kind: "matrix" as const, stored: true }] : []),
    ],
    finish: (sum, values, scope) => new EndCode(end, sum, values, scope, context).write(),
  };
}

/** Writes the body of an end for one vector of sums. */
class EndCode {
  readonly #end: ProductEnd;
  readonly #sum: Wat;
  readonly #operands: ReadonlyMap<Scalar, Wat>;
  readonly #float: Float;
  readonly #vectors: VectorWriter;
  readonly #target: VectorTarget;
  readonly #statements: Wat[] = [];
  readonly #locals = new Map<Local, Vectors>();

  constructor(
    end: ProductEnd,
    sum: Wat,
    operands: readonly Wat[],
    scope: VectorScope,
    context: Pick<ScalarContext, "host">,
  ) {
    this.#end = end;
    this.#sum = sum;
    this.#operands = new Map(
      end.operands.flatMap(({ access }, i) =>
        access.kind === "load" ? [[access, operands[i] ?? ""]] : [],
      ),
    );
    this.#float = end.target.buffer.dtype === "f64" ? "f64" : "f32";
    this.#target = {
      scope,
      emit: (statement) => this.#statements.push(statement),
      keep: (_type, value) => {
        const name = scope.local();
        this.#statements.push(`(local.set ${name} ${value})`);
        return `(local.get ${name})`;
      },
    };
    this.#vectors = new VectorWriter(this.#target, this.#float, context);
  }

  write(): FinishedCode {
    const values = new VectorValues(this.#vectors, (value) => this.#leaf(value));
    const stored: Wat[] = [];
    for (const statement of this.#end.body) {
      if (statement.kind === "define")
        this.#locals.set(statement.local, values.as(statement.value, statement.local.dtype));
      if (statement.kind === "store")
        stored.push(...values.as(statement.value, statement.buffer.dtype).wats);
    }
    const [value = this.#sum, ...others] = stored;
    return {
      statements: this.#statements,
      value,
      stored: this.#end.keepsProduct ? [...others, this.#sum] : others,
    };
  }

  #leaf(value: Scalar): Vectors | null {
    if (value.kind === "local") return this.#locals.get(value) ?? null;
    if (value.kind === "literal")
      return { lane: "float", wats: [splat(this.#target, this.#float, value.value)] };
    if (value.kind !== "load") return null;
    return { lane: "float", wats: [this.#operands.get(value) ?? this.#sum] };
  }
}
