import type { Line } from "../ir/node.js";
import { nth } from "../ops/chain.js";
import { effectsOf, type Effects } from "./effects.js";
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
    const ready = new Set(waiting.flatMap((needed, i) => (needed.size === 0 ? [i] : [])));
    const ordered: Group[] = [];
    while (ready.size > 0) {
      const next = following([...ready], groups, ordered.at(-1));
      ready.delete(next);
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
    let rest = body;
    while (rest.length > 0) {
      const end = rest.findIndex((statement) => !preparesLoop(statement));
      const isLoop = end >= 0 && ["loop", "repeat"].includes(rest[end]?.kind ?? "");
      const statements = rest.slice(0, isLoop ? end + 1 : 1);
      // What keeps the loop going stays with the line before it.
      line = this.#lineOf(statements.at(-1), loop) ?? line;
      const isLate = line !== null && statements.some(isBackward);
      groups.push({ statements, line: isLate ? line : null });
      rest = rest.slice(statements.length);
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

/** The next of the ready groups: forward work, more of the same line, or else the last line. */
function following(ready: readonly number[], groups: readonly Group[], done?: Group): number {
  const lineOf = (i: number) => groups[i]?.line ?? Infinity;
  const rank = (i: number) => (lineOf(i) === done?.line ? Number.MAX_VALUE : lineOf(i));
  return ready.reduce((a, b) => (rank(b) > rank(a) || (rank(a) === rank(b) && b < a) ? b : a));
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
