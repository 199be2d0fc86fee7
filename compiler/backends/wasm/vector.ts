import type { Combine, ScalarCode } from "../../ir/op.js";
import { isFloat, type DType } from "../../ir/type.js";
import { vectorFunction, vectorFunctionOfTwo } from "./math/index.js";
import { interleave, type VectorCode, type VectorType } from "./math/scope.js";
import { applyWat, type ScalarContext, type Typed } from "./scalar.js";
import {
  lanesOf,
  splat,
  splatInteger,
  vectorOf,
  type Float,
  type VectorTarget,
  type Wat,
} from "./wat.js";

/**
 * Operations on vectors: one or several at a time, their instructions
 * interleaved. A vector holds floats, or masks (all bits of a lane set or
 * none), or integers. Between f64, integers are held as floats, which is exact.
 */
export type Lane = "float" | "integer" | "mask";

/** The vectors a loop works on at once. */
export interface Vectors {
  readonly wats: readonly Wat[];
  readonly lane: Lane;
}

export class VectorWriter {
  readonly float: Float;
  readonly lanes: number;
  readonly #f: VectorTarget;
  readonly #context: Pick<ScalarContext, "host">;
  /** Lanes that matter: all, or the first alone behind the last full vector. */
  active: number;
  /** `f32x4` or `f64x2`. */
  readonly type: VectorType;

  constructor(f: VectorTarget, float: Float, context: Pick<ScalarContext, "host">) {
    this.#f = f;
    this.float = float;
    this.lanes = lanesOf[float];
    this.active = this.lanes;
    this.type = vectorOf[float];
    this.#context = context;
  }

  laneOf(dtype: DType): Lane {
    if (dtype === "bool") return "mask";
    return isFloat(dtype) || this.float === "f64" ? "float" : "integer";
  }

  keepAll(wats: readonly Wat[]): readonly Wat[] {
    return wats.map((wat) => this.#f.keep("v128", wat, "v"));
  }

  map(lane: Lane, vectors: readonly Vectors[], write: (...each: readonly Wat[]) => Wat): Vectors {
    const count = vectors[0]?.wats.length ?? 0;
    const wats = Array.from({ length: count }, (_, u) =>
      write(...vectors.map(({ wats: each }) => each[u] ?? "")),
    );
    return { wats: this.keepAll(wats), lane };
  }

  /** A number (f64 or i32) in every lane. */
  splat({ wat, dtype }: Typed): Wat {
    const lane = this.laneOf(dtype);
    if (lane === "mask") return this.#maskOf(wat);
    if (lane === "integer") return `(i32x4.splat ${wat})`;
    const real = isFloat(dtype) ? wat : `(f64.convert_i32_s ${wat})`;
    return this.float === "f64"
      ? `(f64x2.splat ${real})`
      : `(f32x4.splat (f32.demote_f64 ${real}))`;
  }

  /** A truth value, 0 or 1, as bits of all lanes. */
  #maskOf(wat: Wat): Wat {
    return `(i32x4.splat (i32.sub (i32.const 0) ${wat}))`;
  }

  /** A lane as a number: f64 for floats, i32 for integers and truth values. */
  extract(vector: Wat, lane: number, dtype: DType): Wat {
    switch (this.laneOf(dtype)) {
      case "mask": {
        const index = this.float === "f32" ? lane : 2 * lane;
        return `(i32.and (i32x4.extract_lane ${index} ${vector}) (i32.const 1))`;
      }
      case "integer":
        return `(i32x4.extract_lane ${lane} ${vector})`;
      case "float": {
        const read = `(${this.type}.extract_lane ${lane} ${vector})`;
        const real = this.float === "f32" ? `(f64.promote_f32 ${read})` : read;
        return isFloat(dtype) ? real : `(i32.trunc_sat_f64_s ${real})`;
      }
    }
  }

  /** A vector from one number a lane; the first alone in all lanes if there is but one. */
  gather(numbers: readonly Wat[], dtype: DType): Wat {
    const [first, ...rest] = numbers;
    if (first === undefined) throw new Error("no lanes");
    return rest.reduce<Wat>(
      (vector, wat, i) => this.#replace(vector, i + 1, wat, dtype),
      this.splat({ wat: first, dtype }),
    );
  }

  #replace(vector: Wat, lane: number, wat: Wat, dtype: DType): Wat {
    const kind = this.laneOf(dtype);
    if (kind === "mask" && this.float === "f64")
      return `(i64x2.replace_lane ${lane} ${vector} (i64.extend_i32_s (i32.sub (i32.const 0) ${wat})))`;
    if (kind === "mask")
      return `(i32x4.replace_lane ${lane} ${vector} (i32.sub (i32.const 0) ${wat}))`;
    if (kind === "integer") return `(i32x4.replace_lane ${lane} ${vector} ${wat})`;
    const real = isFloat(dtype) ? wat : `(f64.convert_i32_s ${wat})`;
    const own = this.float === "f32" ? `(f32.demote_f64 ${real})` : real;
    return `(${this.type}.replace_lane ${lane} ${vector} ${own})`;
  }

  // Operations

  convert(value: Vectors, to: Lane): Vectors {
    if (value.lane === to) return value;
    if (to === "mask") {
      const zero = splat(this.#f, this.float, 0);
      const type = value.lane === "integer" ? "i32x4" : this.type;
      return this.map("mask", [value], (x) => `(${type}.ne ${x} ${zero})`);
    }
    if (value.lane === "mask") {
      const one =
        to === "float" ? splat(this.#f, this.float, 1) : splatInteger(this.#f, this.float, 1);
      return this.map(to, [value], (x) => `(v128.and ${x} ${one})`);
    }
    return to === "float"
      ? this.map("float", [value], (x) => `(f32x4.convert_i32x4_s ${x})`)
      : this.map("integer", [value], (x) => `(i32x4.trunc_sat_f32x4_s ${x})`);
  }

  apply(
    code: ScalarCode,
    operands: readonly Vectors[],
    from: readonly DType[],
    to: DType,
  ): Vectors {
    const lane = this.laneOf(to);
    const own = (): readonly Vectors[] => operands.map((operand) => this.convert(operand, lane));
    switch (code.kind) {
      case "infix":
        return this.#infix(code, operands, from, to);
      case "prefix":
        if (code.operator === "!")
          return this.map("mask", this.#masks(operands), (x) => `(v128.not ${x})`);
        return this.map(
          lane,
          own(),
          (x) => `(${lane === "integer" ? "i32x4" : this.type}.neg ${x})`,
        );
      case "call":
      case "runtime":
        return this.#call(code, operands, from, to);
      case "select": {
        const [condition, ...arms] = operands;
        if (condition === undefined) throw new Error("a choice without a condition");
        const parts = [
          ...arms.map((arm) => this.convert(arm, lane)),
          this.convert(condition, "mask"),
        ];
        return this.map(lane, parts, (a, b, mask) => `(v128.bitselect ${a} ${b} ${mask})`);
      }
      case "convert":
        return this.#cast(operands, from, to);
    }
  }

  /** One element of `a ∘ b`, where ∘ is how a reduction joins its elements. */
  combine(combine: Combine, dtype: DType, a: Wat, b: Wat): Wat {
    const lane = this.laneOf(dtype);
    const name = joins[combine];
    if (lane === "mask") return `(v128.${name === "max" ? "or" : "and"} ${a} ${b})`;
    if (lane === "float") return `(${this.type}.${name} ${a} ${b})`;
    return `(i32x4.${name}${name === "max" || name === "min" ? "_s" : ""} ${a} ${b})`;
  }

  #masks(operands: readonly Vectors[]): readonly Vectors[] {
    return operands.map((operand) => this.convert(operand, "mask"));
  }

  #cast(operands: readonly Vectors[], from: readonly DType[], to: DType): Vectors {
    const [x] = operands;
    if (x === undefined) throw new Error("nothing to convert");
    const converted = this.convert(x, this.laneOf(to));
    const truncates = to === "i32" && isFloat(from[0] ?? to) && this.float === "f64";
    return truncates
      ? this.map("float", [converted], (each) => `(f64x2.trunc ${each})`)
      : converted;
  }

  #infix(
    code: Extract<ScalarCode, { kind: "infix" }>,
    operands: readonly Vectors[],
    from: readonly DType[],
    to: DType,
  ): Vectors {
    const { operator } = code;
    if (operator === "&&" || operator === "||")
      return this.map(
        "mask",
        this.#masks(operands),
        (a, b) => `(v128.${operator === "&&" ? "and" : "or"} ${a} ${b})`,
      );
    const comparison = comparisons[operator];
    if (comparison !== undefined) return this.#compare(comparison, operands);
    const name = arithmetic[operator];
    const lane = this.laneOf(to);
    if (name === undefined || (lane === "integer" && name === "div"))
      return this.#laneByLane(code, operands, from, to);
    const own = operands.map((operand) => this.convert(operand, lane));
    const type = lane === "integer" ? "i32x4" : this.type;
    return this.map(lane, own, (a, b) => `(${type}.${name} ${a} ${b})`);
  }

  #compare(name: string, operands: readonly Vectors[]): Vectors {
    const isReal = this.float === "f64" || operands.some(({ lane }) => lane === "float");
    const own = operands.map((operand) => this.convert(operand, isReal ? "float" : "integer"));
    const signed = isReal || name === "eq" || name === "ne" ? name : `${name}_s`;
    return this.map("mask", own, (a, b) => `(${isReal ? this.type : "i32x4"}.${signed} ${a} ${b})`);
  }

  #call(
    code: Extract<ScalarCode, { kind: "call" | "runtime" }>,
    operands: readonly Vectors[],
    from: readonly DType[],
    to: DType,
  ): Vectors {
    const { callee } = code;
    if (this.laneOf(to) !== "float" || !isFloat(to))
      return this.#laneByLane(code, operands, from, to);
    const trailing = code.kind === "call" ? (code.trailing ?? []) : [];
    const count = operands[0]?.wats.length ?? 0;
    const constants = trailing.map((value): Vectors => ({
      lane: "float",
      wats: Array.from({ length: count }, () => splat(this.#f, this.float, value)),
    }));
    const own = [...operands.map((operand) => this.convert(operand, "float")), ...constants];
    const instruction = instructions[callee];
    if (instruction !== undefined)
      return this.map("float", own, (...xs) => `(${this.type}.${instruction} ${xs.join(" ")})`);
    if (callee === "Math.sign") return this.#sign(own);
    const codes = this.#vectorised(callee.replace("Math.", ""), own);
    if (codes === null) return this.#laneByLane(code, operands, from, to);
    for (const statement of interleave(codes.map(({ statements }) => statements)))
      this.#f.emit(statement);
    return { lane: "float", wats: codes.map(({ value }) => value) };
  }

  #vectorised(name: string, [x, y, ...others]: readonly Vectors[]): readonly VectorCode[] | null {
    if (x === undefined || others.length > 0) return null;
    const type = vectorOf[this.float];
    if (y === undefined) {
      const host = (callee: string, arity: number) => this.#context.host(callee, arity);
      const ofOne = vectorFunction(name, type, host);
      return ofOne && x.wats.map((each) => ofOne(each, this.#f.scope));
    }
    const ofTwo = vectorFunctionOfTwo(name, type);
    return ofTwo && x.wats.map((each, u) => ofTwo(each, y.wats[u] ?? "", this.#f.scope));
  }

  /** NaN and signed zeros are their own signs. */
  #sign(own: readonly Vectors[]): Vectors {
    const [zero, one, minus] = [0, 1, -1].map((value) => splat(this.#f, this.float, value));
    return this.map("float", own, (x) => {
      const positive = `(${this.type}.gt ${x} ${zero})`;
      const negative = `(${this.type}.lt ${x} ${zero})`;
      return `(v128.bitselect ${one} (v128.bitselect ${minus} ${x} ${negative}) ${positive})`;
    });
  }

  /** An operation without a vector form: the host's function for each lane. */
  #laneByLane(
    code: ScalarCode,
    operands: readonly Vectors[],
    from: readonly DType[],
    to: DType,
  ): Vectors {
    return this.map(this.laneOf(to), operands, (...each) => {
      const numbers = Array.from({ length: this.active }, (_, lane) => {
        const typed = each.map((vector, i): Typed => {
          const dtype = from[i] ?? to;
          return { wat: this.extract(vector, lane, dtype), dtype };
        });
        return applyWat(code, typed, to, this.#context);
      });
      return this.gather(numbers, to);
    });
  }
}

/** Of truth values, the larger is their disjunction. */
const joins: Readonly<Record<Combine, string>> = {
  add: "add",
  multiply: "mul",
  max: "max",
  min: "min",
  or: "max",
  and: "min",
};
const comparisons: Readonly<Record<string, string>> = {
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "===": "eq",
  "!==": "ne",
};
const arithmetic: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
};
const instructions: Readonly<Record<string, string>> = {
  "Math.sqrt": "sqrt",
  "Math.abs": "abs",
  "Math.floor": "floor",
  "Math.ceil": "ceil",
  "Math.trunc": "trunc",
  "Math.max": "max",
  "Math.min": "min",
  roundHalfToEven: "nearest",
};
