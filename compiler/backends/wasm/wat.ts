/** WebAssembly text, written a function at a time. */
import type { VectorScope, VectorType } from "./math/scope.js";

export type WatType = "i32" | "f32" | "f64" | "v128";
export type Float = "f32" | "f64";

/** A folded expression: `(i32.add (local.get $a) (i32.const 4))`. */
export type Wat = string;

export interface WatParameter {
  readonly name: string;
  readonly type: WatType;
}

/** What vector code is written into: a function, or a piece of one. */
export interface VectorTarget {
  readonly scope: VectorScope;
  emit(statement: Wat): void;
  /** Keeps a value in a fresh local. */
  keep(type: "v128", value: Wat, hint?: string): Wat;
}

/** A vector with the number in each lane. */
export function splat({ scope }: VectorTarget, float: Float, value: number): Wat {
  const own = number(float === "f32" ? Math.fround(value) : value);
  return scope.constant(`(v128.const ${vectorOf[float]} ${repeated(float, own)})`);
}

/** A vector of integers with the number in each lane, as wide as the floats it goes with. */
export function splatInteger({ scope }: VectorTarget, float: Float, value: number | bigint): Wat {
  const type = float === "f32" ? "i32x4" : "i64x2";
  return scope.constant(`(v128.const ${type} ${repeated(float, String(value))})`);
}

/**
 * One function being written. What a method returns as a value is a
 * `local.get`, or as cheap, so that it may be used more than once.
 */
export class FunctionWriter implements VectorTarget {
  readonly name: string;
  readonly #parameters: WatParameter[];
  readonly #exported: boolean;
  readonly #locals: string[] = [];
  readonly #prologue: Wat[] = [];
  readonly #body: Wat[] = [];
  readonly #constants = new Map<string, Wat>();
  readonly #ends: string[] = [];
  #result: Wat | null = null;
  #labels = 0;

  constructor(name: string, parameters: readonly WatParameter[], exported = false) {
    this.name = name;
    this.#parameters = [...parameters];
    this.#exported = exported;
  }

  /** Adds a parameter after the others; known only once the body is written. */
  parameter(type: WatType, name: string): Wat {
    this.#parameters.push({ name, type });
    return get(name);
  }

  get parameters(): readonly WatParameter[] {
    return this.#parameters;
  }

  /** Declares a local variable; returns its name, which is the hint and a number. */
  local(type: WatType, hint = "t"): string {
    const name = `${hint}_${this.#locals.length}`;
    this.#locals.push(`(local $${name} ${type})`);
    return name;
  }

  /** What code of the mathematical functions is written into. */
  readonly scope: VectorScope = {
    local: () => `$${this.local("v128", "m")}`,
    constant: (text) => this.constant(text),
  };

  emit(statement: Wat): void {
    this.#body.push(statement);
  }

  /** A statement before all others. */
  atStart(statement: Wat): void {
    this.#prologue.push(statement);
  }

  /** Keeps a value in a fresh local. */
  keep(type: WatType, value: Wat, hint?: string): Wat {
    const name = this.local(type, hint);
    this.emit(set(name, value));
    return get(name);
  }

  /** A constant vector, set once at the start of the function. */
  constant(text: Wat): Wat {
    const known = this.#constants.get(text);
    if (known !== undefined) return known;
    const name = this.local("v128", "k");
    this.#prologue.push(set(name, text));
    const value = get(name);
    this.#constants.set(text, value);
    return value;
  }

  /** Statements of `body` while `variable < end`, tested first; both i32, `step` a literal. */
  loop(variable: string, end: Wat, step: number, body: () => void): void {
    const label = `$L${this.#labels++}`;
    this.if(`(i32.lt_s ${get(variable)} ${end})`, () => {
      this.emit(`(loop ${label}`);
      body();
      const next = `(local.tee $${variable} (i32.add ${get(variable)} (i32.const ${step})))`;
      this.emit(`(br_if ${label} (i32.lt_s ${next} ${end})))`);
    });
  }

  /** Repeats `body` while the test holds, or until it is left. */
  repeat(test: Wat | null, body: () => void): void {
    const [end, again] = [`$E${this.#labels}`, `$R${this.#labels++}`];
    this.#ends.push(end);
    this.emit(`(block ${end} (loop ${again}`);
    if (test !== null) this.emit(`(br_if ${end} (i32.eqz ${test}))`);
    body();
    this.emit(`(br ${again})))`);
    this.#ends.pop();
  }

  /** Has the function end with a number, an i32. */
  endWith(result: number): void {
    this.#result = i32(result);
  }

  /** Ends the function at once, with another number, where the condition holds. */
  returnIf(condition: Wat, result: number): void {
    this.emit(`(if ${condition} (then (return ${i32(result)})))`);
  }

  /** Ends the innermost repetition where the condition does not hold. */
  leaveUnless(condition: Wat): void {
    const end = this.#ends.at(-1);
    if (end === undefined) throw new Error("nothing to leave");
    this.emit(`(br_if ${end} (i32.eqz ${condition}))`);
  }

  if(condition: Wat, then: () => void, otherwise?: () => void): void {
    this.emit(`(if ${condition} (then`);
    then();
    this.emit(")");
    if (otherwise !== undefined) {
      this.emit("(else");
      otherwise();
      this.emit(")");
    }
    this.emit(")");
  }

  text(): Wat {
    const parameters = this.#parameters.map(({ name, type }) => `(param $${name} ${type})`);
    const head = [`(func $${this.name}`, ...(this.#exported ? [`(export "${this.name}")`] : [])];
    const result = this.#result === null ? [] : [this.#result];
    const lines = [...this.#locals, ...this.#prologue, ...this.#body, ...result];
    const type = result.map(() => "(result i32)");
    return `${[...head, ...parameters, ...type].join(" ")}\n${lines.join("\n")}\n)`;
  }
}

export const get = (name: string): Wat => `(local.get $${name})`;
export const set = (name: string, value: Wat): Wat => `(local.set $${name} ${value})`;
export const i32 = (value: number): Wat => `(i32.const ${value})`;

/** `a + b`, folded where both or one are known. */
export function add(a: Wat, b: Wat): Wat {
  const [p, q] = [literalOf(a), literalOf(b)];
  if (p !== null && q !== null) return i32(p + q);
  if (p === 0) return b;
  return q === 0 ? a : `(i32.add ${a} ${b})`;
}

/** `a * b`, folded where both or one are known. */
export function multiply(a: Wat, b: Wat): Wat {
  const [p, q] = [literalOf(a), literalOf(b)];
  if (p !== null && q !== null) return i32(p * q);
  if (p === 0 || q === 0) return i32(0);
  if (p === 1) return b;
  return q === 1 ? a : `(i32.mul ${a} ${b})`;
}

/** The number an i32 constant stands for, else null. */
export function literalOf(value: Wat): number | null {
  const found = /^\(i32\.const (-?\d+)\)$/.exec(value);
  return found === null ? null : Number(found[1]);
}

/** A number as WebAssembly text writes it; the decimals of JavaScript name it exactly. */
export function number(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value).replace("e+", "e");
}

export const lanesOf: Readonly<Record<Float, number>> = { f32: 4, f64: 2 };
export const vectorOf: Readonly<Record<Float, VectorType>> = { f32: "f32x4", f64: "f64x2" };

function repeated(float: Float, text: string): string {
  return Array.from({ length: lanesOf[float] }, () => text).join(" ");
}
