/** Words that cannot be, or must not become, a variable of the generated code. */
const reserved = new Set(
  (
    "abstract any arguments as async await boolean break case catch class const constructor continue debugger declare " +
    "default delete do else enum eval export extends false finally for from function get if implements import in " +
    "instanceof interface let new null number object of package private protected public return set static string super " +
    "switch symbol this throw true try type typeof undefined var void while with yield " +
    "Array ArrayBuffer Boolean Error Float32Array Float64Array Infinity Int32Array Math NaN Number Object RangeError " +
    "Uint8Array cotangent globalThis inputs isFinite isNaN module prototype require result sizes work __proto__"
  ).split(" "),
);

/** Names spoken for before anything asks for them. */
export interface Reserved {
  /** Names of values, for their owners alone. */
  readonly values: ReadonlySet<string>;
  /** Names of the indices of loops, which values do not take. */
  readonly counters: ReadonlySet<string>;
  readonly owners: ReadonlySet<object>;
}

const nothing: Reserved = { values: new Set(), counters: new Set(), owners: new Set() };

/** Hands out identifiers that are unique within a scope and everything around it. */
export class Names {
  readonly #taken: Set<string>;
  readonly #given = new Map<object, string>();
  readonly #counters = new Set<string>();
  /** How often each wish was refused, so that the next try starts there. */
  readonly #repeats = new Map<string, number>();

  readonly #kept: Reserved;

  constructor(taken: Iterable<string> = [], kept: Reserved = nothing) {
    this.#taken = new Set(taken);
    this.#kept = kept;
  }

  /** The name of a thing, chosen when it is first asked for: the wish, or one like it. */
  of(thing: object, wish: string): string {
    const known = this.#given.get(thing);
    if (known !== undefined) return known;
    const name = this.#chosen(wish, this.#kept.owners.has(thing));
    this.#given.set(thing, name);
    return name;
  }

  /** An identifier nothing else has: the wish, `wish_`, `wish_2`, `wish_3` … */
  fresh(wish: string): string {
    return this.#chosen(wish, false);
  }

  #chosen(wish: string, isOwner: boolean): string {
    const { values, counters } = this.#kept;
    const isKept = (name: string) => counters.has(name) || (!isOwner && values.has(name));
    const stem = toIdentifier(wish);
    let name = stem;
    let count = this.#repeats.get(stem) ?? 0;
    while (this.#taken.has(name) || reserved.has(name) || isKept(name)) {
      count++;
      name = count === 1 ? `${stem}_` : `${stem}_${count}`;
    }
    this.#repeats.set(stem, count);
    this.#taken.add(name);
    return name;
  }

  /** Whether anything has the name. */
  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** Binds a thing to a name that is already spoken for. */
  set(thing: object, name: string): void {
    this.#given.set(thing, name);
  }

  /** True if `name` is a loop counter already, or free to become one. */
  isLoopName(name: string): boolean {
    const isFree = this.#kept.counters.has(name) || !this.#kept.values.has(name);
    return this.#counters.has(name) || (isFree && !this.#taken.has(name));
  }

  /** Gives a loop a counter's name, which loops that are not nested may share. */
  share(loop: object, name: string): void {
    this.#counters.add(name);
    this.#taken.add(name);
    this.#given.set(loop, name);
  }
}

/** Whatever it was, an identifier: this is the last gate between input and code. */
export function toIdentifier(text: string): string {
  const cleaned = text.replace(/[^A-Za-z0-9_$]/g, "_");
  return /^[A-Za-z_$]/.test(cleaned) ? cleaned : `_${cleaned}`;
}

/** `loss` → `Loss`. */
export function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** All identifiers that occur in lines of code, comments and properties aside. */
export function identifiersIn(lines: readonly string[]): ReadonlySet<string> {
  const identifier = /(?<![\w$.])[A-Za-z_$][\w$]*/g;
  return new Set(lines.flatMap((line) => line.replace(/\/\/.*/, "").match(identifier) ?? []));
}
