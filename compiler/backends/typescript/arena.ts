import { dimAdd, dimAtLeast, type Dim } from "../../ir/dim.js";
import type { Buffer, Program, Slot } from "../../schedule/program.js";
import { printWidth } from "./width.js";
import { dimCode, type Code } from "./expression.js";

/** Where the slots of an arena begin, as code over the named sizes. Every slot starts at a multiple of 8 bytes. */
export interface ArenaLayout {
  /** `const` statements that work out the ends of slots with named sizes. */
  readonly lines: readonly string[];
  readonly offsetOf: (buffer: Buffer) => string;
  /** Bytes of all slots; null if there are none. */
  readonly total: string | null;
}

/** The layout of one program; `tag` keeps the names of its ends apart from another's. */
export function arenaLayout(program: Program, tag: string): ArenaLayout {
  const { slots, slotOf } = program.arena;
  const lines: string[] = [];
  const starts: string[] = [];
  let end = "0";
  for (const [i, slot] of slots.entries()) {
    starts.push(end);
    const next = sum(end, slotBytes(slot));
    if (/^\d+$/.test(next)) {
      end = next;
      continue;
    }
    end = `${tag}End${i}`;
    lines.push(...constLines(end, next));
  }
  return {
    lines,
    offsetOf: (buffer) => starts[slotOf.get(buffer) ?? 0] ?? "0",
    total: slots.length === 0 ? null : end,
  };
}

/** Bytes of a program's arena as an expression over its named sizes; null without memory. */
export function arenaBytes({ arena: { slots } }: Program): string | null {
  if (slots.length === 0) return null;
  const plain = slots.flatMap(({ bytes }) =>
    bytes.length === 1 && bytes.every(isPlain) ? bytes : [],
  );
  const others = slots.filter(({ bytes }) => bytes.length !== 1 || !bytes.every(isPlain));
  const start = dimCode(plain.reduce<Dim>(dimAdd, 0)).text;
  return others.map(slotBytes).reduce((total, bytes) => sum(total, bytes), start);
}

/** The sum of two expressions; neither needs brackets in one. */
export function sum(a: string, b: string): string {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) return String(Number(a) + Number(b));
  return a === "0" ? b : `${a} + ${b}`;
}

/** A statement that names a value, in two lines if it is long. */
export function constLines(name: string, text: string): readonly string[] {
  const flat = `  const ${name} = ${text};`;
  return flat.length <= printWidth ? [flat] : [`  const ${name} =`, `    ${text};`];
}

/** Bytes of a slot as code that can stand in a sum, rounded up to a multiple of 8. */
function slotBytes({ bytes }: Slot): string {
  const [only] = bytes;
  if (bytes.length === 1 && typeof only === "number") return String(8 * Math.ceil(only / 8));
  const largest = maximum(bytes);
  if (bytes.every(isMultipleOf8)) return largest.text;
  const dividend = largest.binds < 20 ? `(${largest.text})` : largest.text;
  return `8 * Math.ceil(${dividend} / 8)`;
}

/** True for bytes that can be added up as they are. */
function isPlain(bytes: Dim): boolean {
  return isMultipleOf8(bytes) && dimAtLeast(bytes, 0);
}

/** A number of elements as code: sizes may be so small that `N - 2` is none. */
export function atLeastNone(count: Dim): Code {
  return maximum([count]);
}

/** The largest of some sizes, none of which is less than 0 bytes. */
export function maximum(dims: readonly Dim[]): Code {
  const codes = dims.map(dimCode);
  const isNegative = !dims.some((dim) => dimAtLeast(dim, 0));
  const [only] = codes;
  if (codes.length === 1 && only !== undefined && !isNegative) return only;
  const parts = [...(isNegative ? ["0"] : []), ...codes.map((code) => code.text)];
  return { text: `Math.max(${parts.join(", ")})`, binds: 20 };
}

/** True where every coefficient of the dimension is a multiple of 8. */
function isMultipleOf8(dim: Dim): boolean {
  return String(dim)
    .split(/ [+-] /)
    .every((term) => Number(/^-?(\d+)(\*|$)/.exec(term)?.[1] ?? 1) % 8 === 0);
}
