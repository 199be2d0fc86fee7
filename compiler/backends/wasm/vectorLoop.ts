import type { DType } from "../../ir/type.js";
import type { Local, Loop, Scalar } from "../../schedule/program.js";
import { drawn, type Draw } from "./draws.js";
import { Reductions } from "./reductions.js";
import { dtypeOf, scalarAs, scalarWat, type ScalarContext } from "./scalar.js";
import { VectorWriter, type Vectors } from "./vector.js";
import { VectorValues } from "./vectorValue.js";
import { accessKey, VectorMemory, type Load, type Store } from "./vectorMemory.js";
import type { VectorPlan, VectorStatement } from "./vectorPlan.js";
import { add, get, i32, literalOf, set, splat, type FunctionWriter, type Wat } from "./wat.js";

/** What a vector loop needs of the function it stands in. */
export interface LoopContext extends ScalarContext {
  readonly f: FunctionWriter;
  /** The variable of a local, declared if it is new. */
  variable(local: Local): string;
  /** Runs `write` with other values for a loop or for variables. */
  withLoop<T>(loop: Loop, value: Wat, write: () => T): T;
  withLocals<T>(locals: ReadonlyMap<Local, Wat>, write: () => T): T;
}

/** Rounds being written: vectors side by side from `position`. */
interface Rounds {
  readonly count: number;
  readonly position: Wat;
  readonly locals: Map<Local, Vectors & { readonly dtype: DType }>;
  /** Values just stored, by buffer and position: reading them back costs a trip through memory. */
  readonly stored: Map<string, Vectors>;
  readonly loaded: Map<string, Vectors>;
  readonly values: VectorValues;
}

/** Straight-line vectors are preferred to a loop up to this many operations. */
const longestBlock = 160;

/**
 * Writes a loop on vectors: several at once, then one at a time, then, for
 * what is left, the same code on single elements. So the bits of an element do
 * not depend on where it stands.
 */
export class VectorLoop {
  readonly #plan: VectorPlan;
  readonly #context: LoopContext;
  readonly #f: FunctionWriter;
  readonly #vectors: VectorWriter;
  readonly #invariants = new Map<Scalar, Wat>();
  /** The hashes of seeds, by what is drawn with them. */
  readonly #seeds = new Map<Scalar, Wat>();
  readonly #memory: VectorMemory;
  readonly #reductions: Reductions;
  /** The number of rounds: a constant or a local. */
  readonly #rounds: Wat;
  readonly #unroll: number;

  constructor(plan: VectorPlan, rounds: Wat, context: LoopContext) {
    this.#plan = plan;
    this.#context = context;
    this.#f = context.f;
    this.#vectors = new VectorWriter(context.f, plan.float, context);
    this.#memory = new VectorMemory(plan, this.#vectors, context);
    this.#reductions = new Reductions(plan.reductions, this.#vectors, context);
    const isKnown = literalOf(rounds) !== null;
    this.#rounds = isKnown ? rounds : this.#f.keep("i32", rounds, "n");
    this.#unroll = plan.operations > 24 ? 2 : 4;
  }

  write(): void {
    for (const statement of this.#plan.body) this.#prepare(statement);
    const known = literalOf(this.#rounds);
    if (known === null) this.#unknownRounds();
    else this.#knownRounds(known);
  }

  // Rounds

  #unknownRounds(): void {
    const { lanes } = this.#vectors;
    this.#reductions.open(this.#unroll);
    const v = this.#f.local("i32", "v");
    this.#f.emit(set(v, i32(0)));
    const before = (count: number) => `(i32.sub ${this.#rounds} ${i32(count * lanes - 1)})`;
    const wide = this.#f.keep("i32", before(this.#unroll), "end");
    this.#f.loop(v, wide, this.#unroll * lanes, () => this.#block(this.#unroll, get(v)));
    const single = this.#f.keep("i32", before(1), "end");
    this.#f.loop(v, single, lanes, () => this.#block(1, get(v)));
    this.#reductions.close(this.#unroll);
    this.#f.loop(v, this.#rounds, 1, () => this.#single(get(v)));
  }

  #knownRounds(rounds: number): void {
    const { lanes } = this.#vectors;
    const vectors = Math.floor(rounds / lanes);
    const atOnce = Math.min(vectors, this.#unroll);
    const looped = vectors <= this.#unroll ? 0 : vectors - (vectors % this.#unroll);
    const v = this.#f.local("i32", "v");
    if (atOnce > 0) this.#reductions.open(atOnce);
    if (looped > 0) {
      this.#f.emit(set(v, i32(0)));
      this.#f.loop(v, i32(looped * lanes), this.#unroll * lanes, () =>
        this.#block(this.#unroll, get(v)),
      );
    }
    if (vectors > looped) this.#block(vectors - looped, i32(looped * lanes));
    if (atOnce > 0) this.#reductions.close(atOnce);
    this.#knownRest(vectors * lanes, rounds, v);
  }

  #knownRest(from: number, to: number, v: string): void {
    if ((to - from) * this.#plan.operations <= longestBlock) {
      for (let at = from; at < to; at++) this.#single(i32(at));
      return;
    }
    this.#f.emit(set(v, i32(from)));
    this.#f.loop(v, i32(to), 1, () => this.#single(get(v)));
  }

  #block(count: number, position: Wat): void {
    this.#vectors.active = this.#vectors.lanes;
    this.#statements(count, position);
  }

  #single(position: Wat): void {
    this.#vectors.active = 1;
    this.#statements(1, position);
  }

  #statements(count: number, position: Wat): void {
    const rounds: Rounds = {
      count,
      position,
      locals: new Map(),
      stored: new Map(),
      loaded: new Map(),
      values: new VectorValues(this.#vectors, (value) => this.#leaf(value, rounds)),
    };
    for (const statement of this.#plan.body) this.#statement(statement, rounds);
  }

  // What does not change from round to round

  #prepare(statement: VectorStatement): void {
    if (statement.kind === "store") {
      this.#memory.prepare(statement);
    }
    this.#prepareValue(statement.value);
  }

  #prepareValue(value: Scalar): void {
    if (!this.#plan.isVarying(value)) return this.#prepareInvariant(value);
    const draw = this.#plan.drawOf(value);
    if (draw !== null) return this.#prepareDraw(value, draw);
    if (value.kind === "load") this.#memory.prepare(value);
    if (value.kind === "apply") value.arguments.forEach((part) => this.#prepareValue(part));
    if (value.kind === "total") value.terms.forEach((term) => this.#prepareValue(term.value));
  }

  /** The seed is mixed once, by a part of the module's own function. */
  #prepareDraw(value: Scalar, { seed, position }: Draw): void {
    this.#prepareValue(position);
    const name = this.#context.host("uniformAt", 2);
    const hash = `(call $${name}.seed ${scalarAs("f64", seed, this.#context)})`;
    this.#seeds.set(value, this.#f.keep("v128", `(i32x4.splat ${hash})`, "seed"));
  }

  #draw(hash: Wat, { position, threshold }: Draw, rounds: Rounds): Vectors {
    return drawn(this.#vectors, hash, rounds.values.of(position), threshold);
  }

  #prepareInvariant(value: Scalar): void {
    if (this.#invariants.has(value)) return;
    const lane = this.#vectors.laneOf(dtypeOf(value));
    if (value.kind === "literal" && lane === "float") {
      this.#invariants.set(value, splat(this.#f, this.#plan.float, value.value));
      return;
    }
    const wat = scalarWat(value, this.#context);
    const inEach = this.#vectors.splat({ wat, dtype: dtypeOf(value) });
    this.#invariants.set(value, this.#f.keep("v128", inEach, "s"));
  }

  // Statements

  #statement(statement: VectorStatement, rounds: Rounds): void {
    switch (statement.kind) {
      case "define": {
        const { local, value } = statement;
        rounds.locals.set(local, { ...rounds.values.as(value, local.dtype), dtype: local.dtype });
        return;
      }
      case "update":
        return this.#update(statement, rounds);
      case "store":
        return this.#store(statement, rounds);
    }
  }

  #update(
    { local, combine, value }: Extract<VectorStatement, { kind: "update" }>,
    rounds: Rounds,
  ): void {
    const own = rounds.values.as(value, local.dtype);
    const old = rounds.locals.get(local);
    if (combine === null || this.#plan.reductions.has(local)) {
      if (combine === null) rounds.locals.set(local, { ...own, dtype: local.dtype });
      else this.#reductions.collect(local, combine, own);
      return;
    }
    if (old === undefined) throw new Error("an update before its definition");
    const combined = this.#vectors.map(own.lane, [old, own], (a, b) =>
      this.#vectors.combine(combine, local.dtype, a, b),
    );
    rounds.locals.set(local, { ...combined, dtype: local.dtype });
  }

  #store(statement: Store, rounds: Rounds): void {
    const { buffer, combine } = statement;
    const own = rounds.values.as(statement.value, buffer.dtype);
    const value =
      combine === null
        ? own
        : this.#vectors.map(own.lane, [this.#read(statement, rounds), own], (a, b) =>
            this.#vectors.combine(combine, buffer.dtype, a, b),
          );
    const key = accessKey(statement);
    rounds.loaded.delete(key);
    rounds.stored.set(key, value);
    value.wats.forEach((wat, u) => this.#memory.write(statement, wat, u, rounds));
  }

  // Values

  /** What is known, or read; null for what is to be worked out. */
  #leaf(value: Scalar, rounds: Rounds): Vectors | null {
    const invariant = this.#invariants.get(value);
    if (invariant !== undefined)
      return {
        lane: this.#vectors.laneOf(dtypeOf(value)),
        wats: Array.from({ length: rounds.count }, () => invariant),
      };
    const [seed, draw] = [this.#seeds.get(value), this.#plan.drawOf(value)];
    if (seed !== undefined && draw !== null) return this.#draw(seed, draw, rounds);
    switch (value.kind) {
      case "local": {
        const known = rounds.locals.get(value);
        if (known === undefined) throw new Error("a variable before its definition");
        return known;
      }
      case "load":
        return this.#load(value, rounds);
      case "index":
        return this.#laneByLane(value, rounds);
      default:
        return null;
    }
  }

  #load(load: Load, rounds: Rounds): Vectors {
    const key = accessKey(load);
    const known = rounds.stored.get(key) ?? rounds.loaded.get(key);
    if (known !== undefined) return known;
    const vectors = this.#read(load, rounds);
    rounds.loaded.set(key, vectors);
    return vectors;
  }

  #read(access: Load | Store, rounds: Rounds): Vectors {
    const wats = this.#memory.read(access, rounds);
    if (wats !== null) return { lane: this.#vectors.laneOf(access.buffer.dtype), wats };
    if (access.kind === "load") return this.#laneByLane(access, rounds);
    throw new Error("a place that numbers from memory decide");
  }

  /** A value worked out as a number for each lane. */
  #laneByLane(value: Scalar, rounds: Rounds): Vectors {
    const dtype = dtypeOf(value);
    const wats = this.#each(rounds, (u) =>
      this.#vectors.gather(
        this.#memory.lanes(u).map((at, lane) => this.#number(value, at, lane, u, rounds)),
        dtype,
      ),
    );
    return { lane: this.#vectors.laneOf(dtype), wats: this.#vectors.keepAll(wats) };
  }

  #number(value: Scalar, at: number, lane: number, u: number, rounds: Rounds): Wat {
    const locals = new Map(
      [...rounds.locals].map(([local, { wats, dtype }]) => [
        local,
        this.#vectors.extract(wats[u] ?? "", lane, dtype),
      ]),
    );
    return this.#context.withLocals(locals, () =>
      this.#context.withLoop(this.#plan.loop, add(rounds.position, i32(at)), () =>
        scalarWat(value, this.#context),
      ),
    );
  }

  #each(rounds: Rounds, write: (u: number) => Wat): readonly Wat[] {
    return Array.from({ length: rounds.count }, (_, u) => write(u));
  }
}
