/** The TypeScript parser. Nothing else in the compiler imports ts-morph. */
export { ts } from "#typescript";

/** A table over kinds of syntax that is made when it is first read, so that the parser is not loaded before. */
export class KindMap<Value> {
  readonly #make: () => Iterable<readonly [kind: number, value: Value]>;
  #entries: ReadonlyMap<number, Value> | undefined;

  constructor(make: () => Iterable<readonly [kind: number, value: Value]>) {
    this.#make = make;
  }

  get(kind: number): Value | undefined {
    return this.#table().get(kind);
  }

  has(kind: number): boolean {
    return this.#table().has(kind);
  }

  #table(): ReadonlyMap<number, Value> {
    this.#entries ??= new Map(this.#make());
    return this.#entries;
  }
}

/** A set of kinds of syntax, made when it is first asked. */
export function kindSet(make: () => readonly number[]): Pick<KindMap<true>, "has"> {
  return new KindMap<true>(() => make().map((kind) => [kind, true]));
}
