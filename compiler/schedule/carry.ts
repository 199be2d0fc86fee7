import { withOrigin, type Origin } from "../ir/node.js";
import type { DType } from "../ir/type.js";
import { where } from "../ops/arithmetic.js";
import { constant } from "../ops/leaf.js";
import { buffersIn } from "./arena.js";
import { Carried, passesOn, readsAgain } from "./carried.js";
import { neighboursIn, type Neighbours } from "./neighbours.js";
import type { Buffer, Local, Scalar, Statement } from "./program.js";
import { Letters } from "./letters.js";
import { mapScalars } from "./replaced.js";
import { updatedTogether } from "./simultaneous.js";
import { bodiesOf, countLocals, visitScalars } from "./tidy.js";
import { walkOf, type Walk } from "./walk.js";

type Store = Extract<Statement, { kind: "store" }>;
type Define = Extract<Statement, { kind: "define" }>;

/**
 * Elements that one iteration writes and a next one reads or adds to stay in
 * variables in between, and are stored once: `dx[i] += a; dx[i + 1] += b;`
 * need not wait for memory. Callahan, Carr and Kennedy 1990, "Improving
 * register allocation for subscripted variables".
 */
export function carryElements(
  statements: readonly Statement[],
  results: readonly Local[],
): readonly Statement[] {
  const counts = countLocals(statements);
  for (const local of results) counts.set(local, (counts.get(local) ?? 0) + 1);
  return new Carrier(counts).inside(statements, []);
}

class Carrier {
  readonly #counts: ReadonlyMap<Local, number>;
  readonly #letters = new Letters();

  constructor(counts: ReadonlyMap<Local, number>) {
    this.#counts = counts;
  }

  inside(body: readonly Statement[], around: readonly string[]): readonly Statement[] {
    const out: Statement[] = [];
    for (const original of body) {
      const statement = this.#withBodies(original, around);
      const walk = walkOf(statement);
      const groups = walk === null ? [] : worthCarrying(neighboursIn(walk));
      if (walk === null || groups.length === 0) out.push(statement);
      else this.#carry(statement, walk, groups, out);
    }
    return out;
  }

  #withBodies(statement: Statement, around: readonly string[]): Statement {
    if (statement.kind === "repeat") {
      const name = statement.range?.index.node.name;
      const inner = name === undefined ? around : [...around, name];
      return { ...statement, body: this.inside(statement.body, inner) };
    }
    if (statement.kind === "if") {
      const { otherwise, then } = statement;
      return {
        ...statement,
        then: this.inside(then, around),
        otherwise: this.inside(otherwise, around),
      };
    }
    if (statement.kind !== "loop") return statement;
    const letter = this.#letters.choose(statement.loop, around);
    return { ...statement, body: this.inside(statement.body, [...around, letter]) };
  }

  /** Writes the loop with what goes before and after it. */
  #carry(statement: Statement, walk: Walk, groups: readonly Neighbours[], out: Statement[]): void {
    const filled = groups.map(({ buffer }) => fillBefore(out, buffer));
    const carried = groups.map((group, i) => {
      const fill = filled[i];
      const { dtype } = group.buffer;
      const start: Scalar | null = fill ? { kind: "literal", value: fill.value, dtype } : null;
      return new Carried(group, walk, start, (distance) => this.#nameOf(group, distance));
    });
    const spared = filled.filter((fill, i) => fill !== null && carried[i]?.coversAll === true);
    for (const fill of spared) if (fill !== null) out.splice(out.indexOf(fill), 1);
    out.push(...before(carried, walk));
    const body = new Body(carried, walk, this.#counts).rewritten();
    if (statement.kind === "loop" || statement.kind === "repeat") out.push({ ...statement, body });
    const after = carried.flatMap((one) => one.after());
    const { runs } = walk;
    if (runs === null || after.length === 0) out.push(...after);
    else {
      const otherwise = spared.flatMap((fill) => fill ?? []);
      out.push({ kind: "if", condition: runs, then: after, otherwise });
    }
  }

  /** `x_i`, and `x_next` for the element after it. */
  #nameOf({ buffer, index }: Neighbours, distance: number): string {
    const size = Math.abs(distance) > 1 ? String(Math.abs(distance)) : "";
    if (distance === 0) return this.#letters.elementName(buffer, index);
    return `${buffer.node.name ?? "t"}_${distance > 0 ? "next" : "before"}${size}`;
  }
}

/** Those that pass something on through memory; beside them, those that are read again. */
function worthCarrying(groups: readonly Neighbours[]): readonly Neighbours[] {
  if (!groups.some(passesOn)) return [];
  return groups.filter((group) => passesOn(group) || readsAgain(group));
}

/** The fill of a buffer that nothing has touched since. */
function fillBefore(
  done: readonly Statement[],
  buffer: Buffer,
): Extract<Statement, { kind: "fill" }> | null {
  const last = done.findLast((statement) => buffersIn(statement).includes(buffer));
  return last?.kind === "fill" ? last : null;
}

/** The variables as the first iteration finds them; nothing is read where there is none. */
function before(carried: readonly Carried[], { origin, runs }: Walk): readonly Statement[] {
  return carried
    .flatMap((one) => one.before())
    .map(({ local, value }): Statement => {
      const isOpen = runs !== null && value.kind === "load";
      const start = isOpen ? choice(runs, value, local.dtype, origin) : value;
      return { kind: "define", local, value: start, mutable: true, origin };
    });
}

/** The value where the condition holds, else 0. */
function choice(condition: Scalar, value: Scalar, dtype: DType, origin: Origin): Scalar {
  const [yes, zero] = [constant(1, "bool"), constant(0, dtype)];
  const node = withOrigin(origin, () => where(yes, zero, zero));
  const none: Scalar = { kind: "literal", value: 0, dtype };
  return { kind: "apply", node, arguments: [condition, value, none] };
}

/** The body of a loop, rewritten statement by statement. */
class Body {
  readonly #carried: readonly Carried[];
  readonly #walk: Walk;
  readonly #counts: ReadonlyMap<Local, number>;
  /** Variables that change within an iteration. */
  readonly #updated: ReadonlySet<Local>;
  /** Variables that are nothing but another one. */
  readonly #copies = new Map<Local, Scalar>();
  readonly #out: Statement[] = [];

  constructor(carried: readonly Carried[], walk: Walk, counts: ReadonlyMap<Local, number>) {
    this.#carried = carried;
    this.#walk = walk;
    this.#counts = counts;
    this.#updated = updatedIn(walk.body);
  }

  rewritten(): readonly Statement[] {
    this.#walk.body.forEach((statement, at) => this.#rewrite(statement, at));
    const stores = this.#carried.flatMap((one) => one.stores());
    const moves = this.#carried.flatMap((one) => one.moves());
    return [...this.#out, ...stores, ...updatedTogether(moves)];
  }

  #rewrite(statement: Statement, at: number): void {
    if (statement.kind === "define" && this.#isFirstRead(statement)) {
      this.#out.push(statement);
      return;
    }
    this.#readAhead(statement);
    const written = mapScalars(statement, (value) => this.#instead(value));
    if (written.kind === "define" && this.#isCopy(written))
      this.#copies.set(written.local, written.value);
    else if (written.kind === "store") this.#store(written, at);
    else this.#out.push(written);
  }

  /** A variable of the author's that is an element just read serves as the element. */
  #isFirstRead({ local, mutable, value }: Define): boolean {
    if (mutable || isUnnamed(local) || value.kind !== "load") return false;
    const found = this.#find(value);
    if (found === null || found.carried.valueOf(found.rank) !== undefined) return false;
    found.carried.assume(found.rank, local);
    return true;
  }

  /** Reads the elements of a statement that are not in a variable yet. */
  #readAhead(statement: Statement): void {
    const read = (place: Extract<Scalar, { kind: "load" }> | Store) => {
      const found = this.#find(place);
      if (found === null || found.carried.valueOf(found.rank) !== undefined) return;
      this.#out.push(found.carried.read(found.rank, originOf(statement, this.#walk)));
    };
    visitScalars(statement, (value) => value.kind === "load" && read(value));
    if (statement.kind === "store" && statement.combine !== null) read(statement);
  }

  #instead(value: Scalar): Scalar | null {
    if (value.kind === "local") return this.#copies.get(value) ?? null;
    const found = value.kind === "load" ? this.#find(value) : null;
    return found === null ? null : (found.carried.valueOf(found.rank) ?? null);
  }

  #find(place: Extract<Scalar, { kind: "load" }> | Store) {
    for (const carried of this.#carried) {
      const rank = carried.rankOf(place);
      if (rank !== null) return { carried, rank };
    }
    return null;
  }

  #isCopy({ local, mutable, value }: Define): boolean {
    return !mutable && isUnnamed(local) && value.kind === "local" && this.#isFixed(value);
  }

  /** Whether a value is the same wherever it is read in the iteration. */
  #isFixed(value: Scalar): boolean {
    return value.kind === "literal" || (value.kind === "local" && !this.#updated.has(value));
  }

  #store(store: Store, at: number): void {
    const found = this.#find(store);
    if (found === null) {
      this.#out.push(store);
      return;
    }
    const { carried, rank } = found;
    // A sum of contributions takes in one more; any other value is the element under its name.
    const value = this.#definition(
      store.value,
      (define) => store.combine === null || define.value.kind === "total",
    );
    const written = { ...store, value };
    const later = this.#walk.body.slice(at + 1);
    const isLast = !later.some((statement) => this.#touches(statement, carried, rank));
    this.#out.push(...carried.store(written, rank, isLast, this.#isFixed(written.value)));
  }

  #touches(statement: Statement, carried: Carried, rank: number): boolean {
    let found = statement.kind === "store" && carried.rankOf(statement) === rank;
    visitScalars(statement, (value) => {
      found ||= value.kind === "load" && carried.rankOf(value) === rank;
    });
    return found;
  }

  /** What a variable without a name of the author's was defined as, if it has no other use; else the variable. */
  #definition(value: Scalar, fits: (define: Define) => boolean): Scalar {
    if (value.kind !== "local" || this.#counts.get(value) !== 2 || !isUnnamed(value)) return value;
    const at = this.#out.findIndex((one) => one.kind === "define" && one.local === value);
    const define = this.#out[at];
    if (define?.kind !== "define" || define.mutable || !fits(define)) return value;
    if (at < this.#out.length - 1 && !this.#isSteady(define)) return value;
    this.#out.splice(at, 1);
    return define.value;
  }

  /** Whether a definition could as well stand further down. */
  #isSteady(define: Define): boolean {
    let isSteady = true;
    visitScalars(define, (part) => {
      if (part.kind === "load" || (part.kind === "local" && !this.#isFixed(part))) isSteady = false;
    });
    return isSteady;
  }
}

function isUnnamed({ node }: Local): boolean {
  return node.name === undefined || node.derivedName === true;
}

function originOf(statement: Statement, { origin }: Walk) {
  return "origin" in statement ? statement.origin : origin;
}

/** Variables that are assigned to inside. */
function updatedIn(body: readonly Statement[]): ReadonlySet<Local> {
  const updated = new Set<Local>();
  const visit = (statement: Statement): void => {
    if (statement.kind === "update") updated.add(statement.local);
    for (const inner of bodiesOf(statement)) inner.forEach(visit);
  };
  body.forEach(visit);
  return updated;
}
