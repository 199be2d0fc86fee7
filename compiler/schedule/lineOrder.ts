import type { Line } from "../ir/node.js";
import { nth } from "../ops/chain.js";
import { effectsOf, type Effects } from "./effects.js";
import { lowerBound } from "./freeSlots.js";
import type { Statement } from "./program.js";
import { bodiesOf, withBodies } from "./tidy.js";

/**
 * The bodies of the author's loops in the order of straight-line code: forward
 * work as it stands, then backward work line by line from the last to the
 * first, as far as what reads and writes what allows.
 */
export function inLineOrder(statements: readonly Statement[]): readonly Statement[] {
  return new LineOrder(statements).inside(statements);
}

type Repeat = Extract<Statement, { kind: "repeat" }>;

/** Statements that stay together: a loop and what prepares it. */
interface Group {
  readonly statements: readonly Statement[];
  /** The line of backward work; null for what stays ahead of it. */
  readonly line: number | null;
}

class LineOrder {
  readonly #numbers = new Map<Line, number>();

  constructor(statements: readonly Statement[]) {
    statements.forEach((statement) => this.#number(statement));
  }

  inside(statements: readonly Statement[]): readonly Statement[] {
    return statements.map((statement) => this.#withOrderedBodies(statement));
  }

  #withOrderedBodies(statement: Statement): Statement {
    const inner = withBodies(statement, (body) => this.inside(body));
    if (inner.kind !== "repeat" || !inner.body.some(isBackward)) return inner;
    return { ...inner, body: this.#ordered(inner.body, inner) };
  }

  /** Numbers the lines of forward work as a reader meets them. */
  #number(statement: Statement): void {
    if ("origin" in statement && statement.origin.phase === "forward") {
      const { line } = statement.origin.step;
      if (!this.#numbers.has(line)) this.#numbers.set(line, this.#numbers.size);
    }
    for (const body of bodiesOf(statement)) body.forEach((inner) => this.#number(inner));
  }

  #ordered(body: readonly Statement[], loop: Repeat): readonly Statement[] {
    const groups = this.#groups(body, loop);
    const waiting = dependencies(groups.map(({ statements }) => effectsOf(statements)));
    const users = groups.map((): number[] => []);
    waiting.forEach((needed, i) => needed.forEach((j) => users[j]?.push(i)));
    const ready = new Ready(groups);
    waiting.forEach((needed, i) => needed.size === 0 && ready.add(i));
    const ordered: Group[] = [];
    for (let next = ready.take(); next !== undefined; next = ready.take()) {
      ordered.push(nth(groups, next));
      for (const user of users[next] ?? []) {
        waiting[user]?.delete(next);
        if (waiting[user]?.size === 0) ready.add(user);
      }
    }
    return ordered.flatMap(({ statements }) => statements);
  }

  #groups(body: readonly Statement[], loop: Repeat): readonly Group[] {
    const groups: Group[] = [];
    let line: number | null = null;
    for (let at = 0; at < body.length;) {
      let end = at;
      while (end < body.length && preparesLoop(nth(body, end))) end++;
      const isLoop = ["loop", "repeat"].includes(body[end]?.kind ?? "");
      const statements = body.slice(at, isLoop ? end + 1 : at + 1);
      // What keeps the loop going stays with the line before it.
      line = this.#lineOf(statements.at(-1), loop) ?? line;
      const isLate = line !== null && statements.some(isBackward);
      groups.push({ statements, line: isLate ? line : null });
      at += statements.length;
    }
    return groups;
  }

  /** The last of the lines a statement is of, the loop's own aside. */
  #lineOf(statement: Statement | undefined, loop: Repeat): number | undefined {
    if (statement === undefined) return undefined;
    const inside = statement.kind === "repeat" ? [] : bodiesOf(statement).flat();
    const { line } = "origin" in statement ? statement.origin.step : { line: undefined };
    const own = line === undefined || line === loop.origin.step.line ? undefined : line;
    const numbers = [
      own && this.#numbers.get(own),
      ...inside.map((inner) => this.#lineOf(inner, loop)),
    ].filter((number) => number !== undefined);
    return numbers.length === 0 ? undefined : Math.max(...numbers);
  }
}

/** True for what prepares a loop: its total at 0, its buffer cleared. */
export function preparesLoop(statement: Statement): boolean {
  return statement.kind === "fill" || (statement.kind === "define" && statement.mutable);
}

/** Groups that wait for nothing: first forward work, then more of the same line, or else the last line. */
class Ready {
  readonly #groups: readonly Group[];
  /** Of each line, in order; forward work has the line Infinity. */
  readonly #byLine = new Map<number, number[]>();
  /** In ascending order. */
  readonly #lines: number[] = [];
  #last = -1;

  constructor(groups: readonly Group[]) {
    this.#groups = groups;
  }

  add(group: number): void {
    const line = nth(this.#groups, group).line ?? Infinity;
    const same = this.#byLine.get(line);
    if (same !== undefined) {
      insert(same, group);
      return;
    }
    this.#byLine.set(line, [group]);
    insert(this.#lines, line);
  }

  take(): number | undefined {
    const highest = this.#lines.at(-1);
    const goesOn = highest !== Infinity && this.#byLine.has(this.#last);
    const line = goesOn ? this.#last : highest;
    const same = line === undefined ? undefined : this.#byLine.get(line);
    if (line === undefined || same === undefined) return undefined;
    this.#last = line;
    const next = same.shift();
    if (same.length === 0) {
      this.#byLine.delete(line);
      this.#lines.splice(
        lowerBound(this.#lines, line, (each) => each),
        1,
      );
    }
    return next;
  }
}

function insert(numbers: number[], number: number): void {
  numbers.splice(
    lowerBound(numbers, number, (each) => each),
    0,
    number,
  );
}

/** For each entry those before it that it must stay behind. */
function dependencies(entries: readonly Effects[]): readonly Set<number>[] {
  const writers = new Map<object, number>();
  const readers = new Map<object, number[]>();
  return entries.map(({ reads, writes }, i) => {
    const needed = new Set<number>();
    for (const thing of [...reads, ...writes]) {
      const writer = writers.get(thing);
      if (writer !== undefined) needed.add(writer);
    }
    for (const thing of writes) {
      readers.get(thing)?.forEach((reader) => needed.add(reader));
      writers.set(thing, i);
      readers.delete(thing);
    }
    for (const thing of reads) {
      if (writes.has(thing)) continue;
      const list = readers.get(thing);
      if (list === undefined) readers.set(thing, [i]);
      else list.push(i);
    }
    return needed;
  });
}

function isBackward(statement: Statement): boolean {
  if ("origin" in statement) return statement.origin.phase === "backward";
  return bodiesOf(statement).flat().some(isBackward);
}
