/** Pieces of WebAssembly text, in its folded form. Names come without their "$". */

export const get = (name: string): string => `(local.get $${name})`;

export const set = (name: string, value: string): string => `(local.set $${name} ${value})`;

export const i32 = (value: number): string => `(i32.const ${value})`;

export const add = (left: string, right: string): string => `(i32.add ${left} ${right})`;

export const sub = (left: string, right: string): string => `(i32.sub ${left} ${right})`;

export const times = (left: string, right: string): string => `(i32.mul ${left} ${right})`;

/** The smaller of two expressions without effects, as unsigned numbers. */
export const least = (left: string, right: string): string =>
  `(select ${left} ${right} (i32.lt_u ${left} ${right}))`;

/** Adds to a local. */
export const advance = (name: string, by: string): string => set(name, add(get(name), by));

export const params = (...names: readonly string[]): string =>
  names.map((name) => `(param $${name} i32)`).join(" ");

export const locals = (type: string, ...names: readonly string[]): string =>
  names.map((name) => `(local $${name} ${type})`).join(" ");

export const call = (callee: string, ...values: readonly string[]): string =>
  `(call $${callee} ${values.join(" ")})`;

export const when = (condition: string, ...body: readonly string[]): string =>
  `(if ${condition} (then\n${body.join("\n")}))`;

/**
 * Runs `body` while `condition`, which has no effects, holds. It is tested at
 * the end of each round, one jump per round. The label of a nested loop hides
 * the outer one's.
 */
export const repeatWhile = (condition: string, ...body: readonly string[]): string =>
  when(condition, `(loop $again\n${body.join("\n")}\n(br_if $again ${condition}))`);

export const choose = (
  condition: string,
  then: readonly string[],
  otherwise: readonly string[],
): string => `(if ${condition} (then\n${then.join("\n")}) (else\n${otherwise.join("\n")}))`;

export const lines = (...parts: readonly string[]): string => parts.join("\n");

/** 0 … count − 1. */
export const upTo = (count: number): readonly number[] => [...Array(count).keys()];
