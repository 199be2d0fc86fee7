import { dimMul, dimProduct, type Dim } from "../ir/dim.js";
import { bytesPerElement } from "../ir/type.js";
import { planBlocks } from "./blocks.js";
import type { Arena, Buffer, Index, Statement } from "./program.js";
import type { Block } from "./slots.js";
import { bodiesOf, visitScalars } from "./tidy.js";

/**
 * The static buffer plan: every buffer lives from the first top-level statement
 * that touches it to the last, results to the end. Buffers that are never alive
 * together share memory; a value written element by element over the operand it
 * is made from may take the operand's place.
 */
export function planArena(
  statements: readonly Statement[],
  reuse: boolean,
): { buffers: readonly Buffer[]; arena: Arena } {
  const lives = lifetimes(statements);
  const inArena = lives.filter(({ buffer }) => buffer.role !== "tape");
  const buffers = lives.map((life) => life.buffer);
  if (!reuse) return { buffers, arena: apart(inArena) };
  const blocks = mergedInPlace(inArena, statements);
  return { buffers, arena: planBlocks(blocks) };
}

/** Everything in a slot of its own. */
function apart(lives: readonly Lifetime[]): Arena {
  return {
    slots: lives.map(({ buffer }) => ({ bytes: [bytesOf(buffer)] })),
    slotOf: new Map(lives.map(({ buffer }, i) => [buffer, i])),
  };
}

function bytesOf({ shape, dtype }: Buffer): Dim {
  return dimMul(dimProduct(shape), bytesPerElement[dtype]);
}

/** Whether two buffers may have memory in common; a buffer of known size may reach over several slots. */
export function mayShare(arena: Arena, a: Buffer, b: Buffer): boolean {
  if (a === b) return true;
  const [p, q] = [slotsOf(arena, a), slotsOf(arena, b)];
  return p.some((slot) => q.includes(slot));
}

/** The slots a buffer lies in; none if it is not in the arena. */
function slotsOf({ slots, slotOf }: Arena, buffer: Buffer): readonly number[] {
  const first = slotOf.get(buffer);
  if (first === undefined) return [];
  const bytes = bytesOf(buffer);
  if (typeof bytes !== "number") return [first];
  const found = [first];
  let room = roomOf(slots[first]);
  for (let next = first + 1; room < bytes && next < slots.length; next++) {
    found.push(next);
    room += roomOf(slots[next]);
  }
  return found;
}

/** Bytes of a slot; one with named sizes takes a buffer of known size whole. */
function roomOf(slot: Arena["slots"][number] | undefined): number {
  const bytes = slot?.bytes[0] ?? 0;
  return typeof bytes === "number" ? bytes : Infinity;
}

/** Buffers one after the other in the same place, each written over the one before. */
function mergedInPlace(
  lives: readonly Lifetime[],
  statements: readonly Statement[],
): readonly Block[] {
  const endingAt = new Map<number, { readonly block: MutableBlock; readonly buffer: Buffer }[]>();
  const blocks: MutableBlock[] = [];
  for (const { buffer, first, last } of lives) {
    const ending = endingAt.get(first) ?? [];
    const under = ending.findIndex((one) => writesOver(statements[first], one.buffer, buffer));
    const [reused] = under < 0 ? [] : ending.splice(under, 1);
    const block = reused?.block ?? { buffers: [], bytes: bytesOf(buffer), first, last };
    if (reused === undefined) blocks.push(block);
    block.buffers.push(buffer);
    block.last = buffer.role === "output" ? Infinity : last;
    endingAt.set(block.last, [...(endingAt.get(block.last) ?? []), { block, buffer }]);
  }
  return blocks;
}

interface MutableBlock extends Block {
  readonly buffers: Buffer[];
  last: number;
}

interface Lifetime {
  readonly buffer: Buffer;
  readonly first: number;
  last: number;
}

function lifetimes(statements: readonly Statement[]): readonly Lifetime[] {
  const lives = new Map<Buffer, Lifetime>();
  statements.forEach((statement, at) => {
    for (const buffer of buffersIn(statement)) {
      if (buffer.role === "input") continue;
      const life = lives.get(buffer);
      if (life === undefined) lives.set(buffer, { buffer, first: at, last: at });
      else life.last = at;
    }
  });
  return [...lives.values()];
}

/** Every buffer a statement or one inside it touches. */
export function buffersIn(statement: Statement): readonly Buffer[] {
  const found = new Set<Buffer>();
  visitScalars(statement, (value) => value.kind === "load" && found.add(value.buffer));
  if (statement.kind === "store" || statement.kind === "fill") found.add(statement.buffer);
  if (statement.kind === "matmul")
    [statement.a, statement.b, statement.result].forEach((part) => found.add(part.buffer));
  if (statement.kind === "kernel")
    statement.arguments.forEach((part) => part.kind === "buffer" && found.add(part));
  if (statement.kind === "grow") found.add(statement.tape);
  if (statement.kind === "checkIndices" && statement.value.kind === "buffer")
    found.add(statement.value);
  for (const body of bodiesOf(statement))
    for (const inner of body) buffersIn(inner).forEach((buffer) => found.add(buffer));
  return [...found];
}

/**
 * True if the statement reads `from` and writes `to` only at the same element,
 * reading before it writes, so that both may lie in the same memory.
 */
function writesOver(statement: Statement | undefined, from: Buffer, to: Buffer): boolean {
  if (
    statement?.kind !== "loop" ||
    from.dtype !== to.dtype ||
    from.shape.join() !== to.shape.join()
  )
    return false;
  const accesses = accessesOf(statement);
  const about = accesses.filter(({ buffer }) => buffer === from || buffer === to);
  const place = about[0];
  if (
    place === undefined ||
    !about.every((a) => a.body === place.body && a.position === place.position && !a.partial)
  )
    return false;
  const firstWrite = about.findIndex((a) => a.buffer === to && a.writes);
  return about.every((a, i) => (a.buffer === from ? !a.writes && i < firstWrite : i >= firstWrite));
}

interface Access {
  readonly buffer: Buffer;
  readonly body: readonly Statement[];
  /** The index in canonical text. */
  readonly position: string;
  readonly writes: boolean;
  readonly partial: boolean;
}

const knownAccesses = new WeakMap<Statement, readonly Access[]>();

/** The accesses of a loop, worked out once: each new buffer asks for them. */
function accessesOf(loop: Extract<Statement, { kind: "loop" }>): readonly Access[] {
  const known = knownAccesses.get(loop);
  if (known !== undefined) return known;
  const accesses = accessesIn(loop.body, loop.body);
  knownAccesses.set(loop, accesses);
  return accesses;
}

function accessesIn(
  statements: readonly Statement[],
  body: readonly Statement[],
): readonly Access[] {
  return statements.flatMap((statement): readonly Access[] => {
    const own: Access[] = [];
    visitScalars(statement, (value) => {
      if (value.kind === "load")
        own.push({
          buffer: value.buffer,
          body,
          position: positionText(value.index),
          writes: false,
          partial: false,
        });
    });
    if (statement.kind === "store") {
      const { buffer, index, combine } = statement;
      own.push({
        buffer,
        body,
        position: positionText(index),
        writes: true,
        partial: combine !== null,
      });
    }
    const opaque =
      statement.kind === "fill" ||
      statement.kind === "grow" ||
      statement.kind === "matmul" ||
      statement.kind === "kernel";
    if (opaque)
      own.push(
        ...buffersIn(statement).map((buffer) => ({
          buffer,
          body,
          position: "?",
          writes: true,
          partial: true,
        })),
      );
    return [...own, ...bodiesOf(statement).flatMap((inner) => accessesIn(inner, inner))];
  });
}

const loopNumbers = new WeakMap<object, number>();
let nextLoopNumber = 0;

function positionText(index: readonly Index[]): string {
  return index
    .map(({ variable, stride, offset }) => `${variableText(variable)}*${stride}+${offset}`)
    .join(",");
}

function variableText(variable: Index["variable"]): string {
  if (variable === null) return "0";
  const known = loopNumbers.get(variable);
  if (known !== undefined) return `#${known}`;
  loopNumbers.set(variable, nextLoopNumber);
  return `#${nextLoopNumber++}`;
}
