import { dimMul, dimProduct, type Dim } from "../../ir/dim.js";
import { bytesPerElement } from "../../ir/type.js";
import type { Buffer, Program } from "../../schedule/program.js";
import { constLines, maximum, sum } from "../typescript/arena.js";

/** Everything begins at a multiple of this, a line of the cache. */
const alignment = 64;

/** Places in a memory, one behind the other, as code over the named sizes. */
export class Layout {
  readonly lines: string[] = [];
  #end: string;
  #count = 0;

  constructor(start: number) {
    this.#end = String(aligned(start));
  }

  get end(): string {
    return this.#end;
  }

  /** Goes back to an earlier end: what follows shares memory with what came since. */
  rewind(end: string): void {
    this.#end = end;
  }

  /** Room for the largest of some numbers of bytes. @returns where it begins */
  place(bytes: readonly Dim[], tag: string): string {
    const start = this.#end;
    const next = sum(start, alignedText(bytes));
    if (/^\d+$/.test(next)) {
      this.#end = next;
      return start;
    }
    this.#end = `${tag}End${this.#count++}`;
    this.lines.push(...constLines(this.#end, next));
    return start;
  }

  /** Room for a number of bytes that code works out. @returns where it begins */
  placeCode(bytes: string, tag: string): string {
    const start = this.#end;
    this.#end = `${tag}End${this.#count++}`;
    const next = sum(
      start,
      `${alignment} * Math.ceil(${/^[\w.]+$/.test(bytes) ? bytes : `(${bytes})`} / ${alignment})`,
    );
    this.lines.push(...constLines(this.#end, next));
    return start;
  }

  /** The farther of two ends. */
  farther(a: string, b: string): string {
    if (a === b) return a;
    const isKnown = /^\d+$/.test(a) && /^\d+$/.test(b);
    return isKnown ? String(Math.max(Number(a), Number(b))) : `Math.max(${a}, ${b})`;
  }
}

/** Where the slots of a program's arena begin. */
export function placeArena(
  program: Program,
  layout: Layout,
  tag: string,
): (buffer: Buffer) => string {
  const { slots, slotOf } = program.arena;
  const starts = slots.map(({ bytes }) => layout.place(bytes, tag));
  return (buffer) => starts[slotOf.get(buffer) ?? 0] ?? "0";
}

export function bytesOf({ dtype, shape }: Pick<Buffer, "dtype" | "shape">): Dim {
  return dimMul(dimProduct(shape), bytesPerElement[dtype]);
}

function aligned(bytes: number): number {
  return alignment * Math.ceil(bytes / alignment);
}

function alignedText(bytes: readonly Dim[]): string {
  const [only] = bytes;
  if (bytes.length === 1 && typeof only === "number") return String(aligned(only));
  const { text, binds } = maximum(bytes);
  return `${alignment} * Math.ceil(${binds < 20 ? `(${text})` : text} / ${alignment})`;
}
