import { interleave, type VectorCode, type VectorScope, type VectorType } from "./scope.js";

/** An expression of type v128: a local or a constant, unless it is used once. */
export type Vector = string;

/** Notes a function of numbers of the host; returns its name in the module. */
export type Host = (callee: string, arity: number) => string;

/** Writes vector code, one operation after the other, each kept in a local. */
export class VectorWriter {
  readonly type: VectorType;
  readonly #integer: "i32x4" | "i64x2";
  readonly #scope: VectorScope;
  readonly #host: Host | undefined;
  readonly #statements: string[] = [];

  constructor(type: VectorType, scope: VectorScope, host?: Host) {
    this.type = type;
    this.#integer = type === "f32x4" ? "i32x4" : "i64x2";
    this.#scope = scope;
    this.#host = host;
  }

  result(value: Vector): VectorCode {
    return { statements: this.#statements, value };
  }

  keep(expression: string): Vector {
    const local = this.#scope.local();
    this.#statements.push(`(local.set ${local} ${expression})`);
    return `(local.get ${local})`;
  }

  /** The number in every lane, rounded to the lane's type. */
  number(value: number): Vector {
    const lane = this.type === "f32x4" ? Math.fround(value) : value;
    return this.#constant(this.type, floatText(lane));
  }

  /** The integer in every lane. */
  integer(value: bigint): Vector {
    return this.#constant(this.#integer, String(value));
  }

  #constant(type: string, lane: string): Vector {
    const count = this.type === "f32x4" ? 4 : 2;
    return this.#scope.constant(`(v128.const ${type} ${Array(count).fill(lane).join(" ")})`);
  }

  add = (x: Vector, y: Vector): Vector => this.#float("add", x, y);
  sub = (x: Vector, y: Vector): Vector => this.#float("sub", x, y);
  mul = (x: Vector, y: Vector): Vector => this.#float("mul", x, y);
  div = (x: Vector, y: Vector): Vector => this.#float("div", x, y);
  sqrt = (x: Vector): Vector => this.#float("sqrt", x);
  trunc = (x: Vector): Vector => this.#float("trunc", x);
  neg = (x: Vector): Vector => this.#float("neg", x);
  abs = (x: Vector): Vector => this.#float("abs", x);
  less = (x: Vector, y: Vector): Vector => this.#float("lt", x, y);
  atLeast = (x: Vector, y: Vector): Vector => this.#float("ge", x, y);
  equal = (x: Vector, y: Vector): Vector => this.#float("eq", x, y);

  /** `x`, but at least the number; NaN stays NaN. */
  notBelow = (x: Vector, bound: number): Vector => this.#float("pmax", x, this.number(bound));

  /** `x`, but at most the number; NaN stays NaN. */
  notAbove = (x: Vector, bound: number): Vector => this.#float("pmin", x, this.number(bound));

  #float(operation: string, ...operands: readonly Vector[]): Vector {
    return this.keep(`(${this.type}.${operation} ${operands.join(" ")})`);
  }

  addIntegers = (x: Vector, y: Vector): Vector => this.keep(`(${this.#integer}.add ${x} ${y})`);
  subIntegers = (x: Vector, y: Vector): Vector => this.keep(`(${this.#integer}.sub ${x} ${y})`);

  equalIntegers = (x: Vector, y: Vector): Vector => this.keep(`(${this.#integer}.eq ${x} ${y})`);

  shiftLeft = (x: Vector, bits: number): Vector =>
    this.keep(`(${this.#integer}.shl ${x} (i32.const ${bits}))`);

  shiftRight = (x: Vector, bits: number): Vector =>
    this.keep(`(${this.#integer}.shr_u ${x} (i32.const ${bits}))`);

  and = (x: Vector, y: Vector): Vector => this.keep(`(v128.and ${x} ${y})`);
  andNot = (x: Vector, y: Vector): Vector => this.keep(`(v128.andnot ${x} ${y})`);
  or = (x: Vector, y: Vector): Vector => this.keep(`(v128.or ${x} ${y})`);
  xor = (x: Vector, y: Vector): Vector => this.keep(`(v128.xor ${x} ${y})`);

  /** Lane by lane `x` where the mask is set, else `y`. */
  select = (mask: Vector, x: Vector, y: Vector): Vector =>
    this.keep(`(v128.bitselect ${x} ${y} ${mask})`);

  /** x · y + z, with two roundings. */
  multiplyAdd = (x: Vector, y: Vector, z: Vector): Vector =>
    this.keep(`(${this.type}.add (${this.type}.mul ${x} ${y}) ${z})`);

  /** Coefficients begin with that of the lowest power. */
  polynomial(x: Vector, coefficients: readonly number[]): Vector {
    const [first, ...rest] = coefficients.toReversed();
    return rest.reduce(
      (value, coefficient) => this.multiplyAdd(value, x, this.number(coefficient)),
      this.number(first ?? 0),
    );
  }

  /** The bits of `x` that are its sign. */
  signBit = (x: Vector): Vector => this.and(x, this.number(-0));

  /** A formula for f64 applied to vectors of f32, half by half, its result rounded once. */
  inDoubles(
    formula: (w: VectorWriter, ...xs: readonly Vector[]) => Vector,
    ...xs: readonly Vector[]
  ): Vector {
    const upper = xs.map((x) => this.keep(shuffled(8, x, x)));
    const halves = [xs, upper].map((half) => {
      const doubles = new VectorWriter("f64x2", this.#scope, this.#host);
      const wide = half.map((x) => doubles.keep(`(f64x2.promote_low_f32x4 ${x})`));
      return doubles.result(formula(doubles, ...wide));
    });
    this.#statements.push(...interleave(halves.map(({ statements }) => statements)));
    const [low = "", high = ""] = halves.map(({ value }) =>
      this.keep(`(f32x4.demote_f64x2_zero ${value})`),
    );
    return this.keep(shuffled(0, low, high));
  }

  /** The value, but what a function of the host says of x in lanes of a mask that is hardly ever set. */
  rescue(mask: Vector, callee: string, x: Vector, value: Vector): Vector {
    if (this.#host === undefined) throw new Error(`${callee} of the host is out of reach`);
    const name = this.#host(callee, 1);
    const calls = [...Array(this.type === "f32x4" ? 4 : 2).keys()].map((lane) => {
      const own = `(${this.type}.extract_lane ${lane} ${x})`;
      if (this.type === "f64x2") return `(call $${name} ${own})`;
      return `(f32.demote_f64 (call $${name} (f64.promote_f32 ${own})))`;
    });
    const [first = "", ...rest] = calls;
    const all = rest.reduce(
      (vector, call, i) => `(${this.type}.replace_lane ${i + 1} ${vector} ${call})`,
      `(${this.type}.splat ${first})`,
    );
    const local = this.#scope.local();
    const result = `(local.get ${local})`;
    this.#statements.push(
      `(local.set ${local} ${value})`,
      `(if (v128.any_true ${mask}) (then (local.set ${local} (v128.bitselect ${all} ${result} ${mask}))))`,
    );
    return result;
  }
}

/** The bytes of `x` from one on, then as many of `y` as there is room for. */
function shuffled(from: number, x: Vector, y: Vector): string {
  const bytes = [...Array(8).keys()];
  const picked = [...bytes.map((byte) => from + byte), ...bytes.map((byte) => 16 + byte)];
  return `(i8x16.shuffle ${picked.join(" ")} ${x} ${y})`;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (Math.abs(value) === Infinity) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}
