import type { Combine } from "../../ir/op.js";
import { bytesPerElement, type DType, type Shape } from "../../ir/type.js";
import type { Buffer, Index, Local, Loop, Scalar } from "../../schedule/program.js";
import {
  bytesWat,
  combineWat,
  convert,
  dtypeOf,
  loadAt,
  positionWat,
  scalarWat,
  storeAt,
  type ScalarContext,
} from "./scalar.js";
import { VectorWriter, type Vectors } from "./vector.js";
import { coefficient, positionKey, type VectorPlan, type VectorStatement } from "./vectorPlan.js";
import { add, FunctionWriter, get, i32, literalOf, multiply, set, type Wat } from "./wat.js";

/** What a vector loop needs of the function it stands in. */
export interface LoopContext extends ScalarContext {
  readonly f: FunctionWriter;
  /** The variable of a local, declared if it is new. */
  variable(local: Local): string;
  /** Runs `write` with other values for a loop or for variables. */
  withLoop<T>(loop: Loop, value: Wat, write: () => T): T;
  withLocals<T>(locals: ReadonlyMap<Local, Wat>, write: () => T): T;
}

type Load = Extract<Scalar, { kind: "load" }>;
type Store = Extract<VectorStatement, { kind: "store" }>;

/** Where one access begins, and how far it moves with each round. */
interface Base {
  readonly address: Wat;
  /** Elements from round to round; null where a number from memory says. */
  readonly step: number | null;
}

/** Rounds being written: vectors side by side from `position`. */
interface Rounds {
  readonly count: number;
  readonly position: Wat;
  readonly locals: Map<Local, Vectors & { readonly dtype: DType }>;
  /** Values just stored, by buffer and position: reading them back costs a trip through memory. */
  readonly stored: Map<string, Vectors>;
  readonly loaded: Map<string, Vectors>;
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
  readonly #bases = new Map<Load | Store, Base>();
  readonly #accumulators = new Map<Local, readonly string[]>();
  /** The number of rounds: a constant or a local. */
  readonly #rounds: Wat;
  readonly #unroll: number;

  constructor(plan: VectorPlan, rounds: Wat, context: LoopContext) {
    this.#plan = plan;
    this.#context = context;
    this.#f = context.f;
    this.#vectors = new VectorWriter(context.f, plan.float, context);
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
    this.#openAccumulators(this.#unroll);
    const v = this.#f.local("i32", "v");
    this.#f.emit(set(v, i32(0)));
    const before = (count: number) => `(i32.sub ${this.#rounds} ${i32(count * lanes - 1)})`;
    const wide = this.#f.keep("i32", before(this.#unroll), "end");
    this.#f.loop(v, wide, this.#unroll * lanes, () => this.#block(this.#unroll, get(v)));
    const single = this.#f.keep("i32", before(1), "end");
    this.#f.loop(v, single, lanes, () => this.#block(1, get(v)));
    this.#closeAccumulators(this.#unroll);
    this.#f.loop(v, this.#rounds, 1, () => this.#single(get(v)));
  }

  #knownRounds(rounds: number): void {
    const { lanes } = this.#vectors;
    const vectors = Math.floor(rounds / lanes);
    const atOnce = Math.min(vectors, this.#unroll);
    const looped = vectors <= this.#unroll ? 0 : vectors - (vectors % this.#unroll);
    const v = this.#f.local("i32", "v");
    if (atOnce > 0) this.#openAccumulators(atOnce);
    if (looped > 0) {
      this.#f.emit(set(v, i32(0)));
      this.#f.loop(v, i32(looped * lanes), this.#unroll * lanes, () =>
        this.#block(this.#unroll, get(v)),
      );
    }
    if (vectors > looped) this.#block(vectors - looped, i32(looped * lanes));
    if (atOnce > 0) this.#closeAccumulators(atOnce);
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
    };
    for (const statement of this.#plan.body) this.#statement(statement, rounds);
  }

  // What does not change from round to round

  #prepare(statement: VectorStatement): void {
    if (statement.kind === "store") {
      this.#prepareBase(statement, statement.buffer, statement.shape, statement.index);
    }
    this.#prepareValue(statement.value);
  }

  #prepareValue(value: Scalar): void {
    if (!this.#plan.isVarying(value)) return this.#prepareInvariant(value);
    if (value.kind === "load") this.#prepareBase(value, value.buffer, value.shape, value.index);
    if (value.kind === "apply") value.arguments.forEach((part) => this.#prepareValue(part));
    if (value.kind === "total") value.terms.forEach((term) => this.#prepareValue(term.value));
  }

  #prepareInvariant(value: Scalar): void {
    if (this.#invariants.has(value)) return;
    const lane = this.#vectors.laneOf(dtypeOf(value));
    if (value.kind === "literal" && lane === "float") {
      this.#invariants.set(value, this.#f.splat(this.#plan.float, value.value));
      return;
    }
    const wat = scalarWat(value, this.#context);
    const splat = this.#vectors.splat({ wat, dtype: dtypeOf(value) });
    this.#invariants.set(value, this.#f.keep("v128", splat, "s"));
  }

  #prepareBase(access: Load | Store, buffer: Buffer, shape: Shape, index: readonly Index[]): void {
    const step = coefficient(shape, index, this.#plan.loop, (value) => this.#plan.isVarying(value));
    if (typeof step !== "number") {
      this.#bases.set(access, { address: "", step: null });
      return;
    }
    const start = this.#context.withLoop(this.#plan.loop, i32(0), () =>
      add(
        this.#context.address(buffer),
        bytesWat(buffer.dtype, positionWat(shape, index, this.#context)),
      ),
    );
    this.#bases.set(access, { address: this.#f.keep("i32", start, "p"), step });
  }

  // Statements

  #statement(statement: VectorStatement, rounds: Rounds): void {
    switch (statement.kind) {
      case "define": {
        const { local, value } = statement;
        rounds.locals.set(local, { ...this.#as(value, local.dtype, rounds), dtype: local.dtype });
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
    const own = this.#as(value, local.dtype, rounds);
    const old = rounds.locals.get(local);
    if (combine === null || this.#plan.reductions.has(local)) {
      if (combine === null) rounds.locals.set(local, { ...own, dtype: local.dtype });
      else this.#collect(local, combine, own);
      return;
    }
    if (old === undefined) throw new Error("an update before its definition");
    const combined = this.#vectors.map(own.lane, [old, own], (a, b) =>
      this.#combine(combine, local.dtype, a, b),
    );
    rounds.locals.set(local, { ...combined, dtype: local.dtype });
  }

  #combine(combine: Combine, dtype: DType, a: Wat, b: Wat): Wat {
    const lane = this.#vectors.laneOf(dtype);
    if (lane === "mask") return `(v128.${combine === "or" || combine === "max" ? "or" : "and"} ${a} ${b})`;
    const name = { add: "add", multiply: "mul", max: "max", min: "min", or: "max", and: "min" }[combine];
    if (lane === "float") return `(${this.#vectors.type}.${name} ${a} ${b})`;
    return `(i32x4.${name}${name === "max" || name === "min" ? "_s" : ""} ${a} ${b})`;
  }

  #store(statement: Store, rounds: Rounds): void {
    const { buffer, combine, shape, index } = statement;
    const own = this.#as(statement.value, buffer.dtype, rounds);
    const value =
      combine === null
        ? own
        : this.#vectors.map(own.lane, [this.#read(statement, buffer, rounds), own], (a, b) =>
            this.#combine(combine, buffer.dtype, a, b),
          );
    const key = accessKey(buffer, shape, index);
    rounds.loaded.delete(key);
    rounds.stored.set(key, value);
    value.wats.forEach((wat, u) => this.#storeVector(statement, wat, u, rounds));
  }

  // Values

  #as(value: Scalar, dtype: DType, rounds: Rounds): Vectors {
    const own = this.#value(value, rounds);
    const isWhole = dtype === "i32" && this.#plan.float === "f64" && dtypeOf(value) === "f64";
    const converted = this.#vectors.convert(own, this.#vectors.laneOf(dtype));
    return isWhole
      ? this.#vectors.map("float", [converted], (x) => `(f64x2.trunc ${x})`)
      : converted;
  }

  #value(value: Scalar, rounds: Rounds): Vectors {
    const invariant = this.#invariants.get(value);
    if (invariant !== undefined)
      return {
        lane: this.#vectors.laneOf(dtypeOf(value)),
        wats: Array.from({ length: rounds.count }, () => invariant),
      };
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
      case "apply": {
        const { lowering, name } = value.node.op;
        if (lowering.kind !== "scalar") throw new Error(`${name} is not elementwise`);
        const operands = value.arguments.map((part) => this.#value(part, rounds));
        const from = value.arguments.map(dtypeOf);
        return this.#vectors.apply(lowering.code, operands, from, value.node.type.dtype);
      }
      case "total": {
        const { dtype } = value.node.type;
        return value.terms
          .map((term) => this.#as(term.value, dtype, rounds))
          .reduce((a, b) =>
            this.#vectors.map(a.lane, [a, b], (x, y) => this.#combine("add", dtype, x, y)),
          );
      }
      default:
        throw new Error(`a ${value.kind} that varies`);
    }
  }

  #load(load: Load, rounds: Rounds): Vectors {
    const key = accessKey(load.buffer, load.shape, load.index);
    const known = rounds.stored.get(key) ?? rounds.loaded.get(key);
    if (known !== undefined) return known;
    const vectors = this.#read(load, load.buffer, rounds);
    rounds.loaded.set(key, vectors);
    return vectors;
  }

  #read(access: Load | Store, buffer: Buffer, rounds: Rounds): Vectors {
    const { step } = this.#base(access);
    const lane = this.#vectors.laneOf(buffer.dtype);
    if (step === null && access.kind === "load") return this.#laneByLane(access, rounds);
    const wats = this.#each(rounds, (u) =>
      step === 1 && this.#isWhole(buffer.dtype)
        ? this.#loadVector(access, buffer.dtype, u, rounds)
        : this.#vectors.gather(
            this.#lanes(u).map((at) => loadAt(buffer.dtype, this.#address(access, buffer, at, rounds))),
            buffer.dtype,
          ),
    );
    return { lane, wats: this.#vectors.keepAll(wats) };
  }

  /** True for elements as wide as the lanes. */
  #isWhole(dtype: DType): boolean {
    return bytesPerElement[dtype] === (this.#plan.float === "f32" ? 4 : 8);
  }

  #loadVector(access: Load | Store, dtype: DType, u: number, rounds: Rounds): Wat {
    const { address } = this.#base(access);
    const bits = 8 * bytesPerElement[dtype];
    const load = this.#vectors.active === 1 ? `v128.load${bits}_zero` : "v128.load";
    const { offset, moved } = this.#at(address, dtype, u, rounds);
    return `(${load} offset=${offset} ${moved})`;
  }

  #at(address: Wat, dtype: DType, u: number, { position }: Rounds) {
    const known = literalOf(position);
    const offset = 16 * u + (known ?? 0) * bytesPerElement[dtype];
    const moved = known === null ? add(address, bytesWat(dtype, position)) : address;
    return { offset, moved };
  }

  #storeVector(statement: Store, wat: Wat, u: number, rounds: Rounds): void {
    const { dtype } = statement.buffer;
    const { address, step } = this.#base(statement);
    if (step === 1 && this.#isWhole(dtype)) {
      const { offset, moved } = this.#at(address, dtype, u, rounds);
      const bits = 8 * bytesPerElement[dtype];
      this.#f.emit(
        this.#vectors.active === 1
          ? `(v128.store${bits}_lane offset=${offset} 0 ${moved} ${wat})`
          : `(v128.store offset=${offset} ${moved} ${wat})`,
      );
      return;
    }
    this.#lanes(u).forEach((at, lane) => {
      const number = this.#vectors.extract(wat, lane, dtype);
      this.#f.emit(storeAt(dtype, this.#address(statement, statement.buffer, at, rounds), number));
    });
  }

  /** Rounds after the position whose elements the vector holds. */
  #lanes(u: number): readonly number[] {
    return Array.from({ length: this.#vectors.active }, (_, lane) => u * this.#vectors.lanes + lane);
  }

  #address(access: Load | Store, buffer: Buffer, at: number, { position }: Rounds): Wat {
    const { address, step } = this.#base(access);
    const rounds = add(position, i32(at));
    return add(address, bytesWat(buffer.dtype, multiply(rounds, i32(step ?? 0))));
  }

  #base(access: Load | Store): Base {
    const base = this.#bases.get(access);
    if (base === undefined) throw new Error("an access that was not prepared");
    return base;
  }

  /** A value worked out as a number for each lane. */
  #laneByLane(value: Scalar, rounds: Rounds): Vectors {
    const dtype = dtypeOf(value);
    const wats = this.#each(rounds, (u) =>
      this.#vectors.gather(
        this.#lanes(u).map((at, lane) => this.#number(value, at, lane, u, rounds)),
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

  // Reductions

  #openAccumulators(count: number): void {
    for (const [local, combine] of this.#plan.reductions) {
      const names = Array.from({ length: count }, () => this.#f.local("v128", "acc"));
      for (const name of names) this.#f.emit(set(name, this.#identity(combine, local.dtype)));
      this.#accumulators.set(local, names);
    }
  }

  #identity(combine: Combine, dtype: DType): Wat {
    const lane = this.#vectors.laneOf(dtype);
    const { float } = this.#plan;
    if (lane === "mask") return this.#f.splatInteger(float, combine === "or" || combine === "max" ? 0 : -1);
    const value = { add: 0, multiply: 1, max: -Infinity, min: Infinity, or: 0, and: 1 }[combine];
    if (lane === "float") return this.#f.splat(float, value);
    const whole = Number.isFinite(value) ? value : value > 0 ? 2 ** 31 - 1 : -(2 ** 31);
    return this.#f.splatInteger(float, whole);
  }

  #collect(local: Local, combine: Combine, own: Vectors): void {
    if (this.#vectors.active === 1) {
      const [first = ""] = own.wats;
      return this.#merge(local, combine, this.#vectors.extract(first, 0, local.dtype));
    }
    const names = this.#accumulators.get(local) ?? [];
    own.wats.forEach((wat, u) => {
      const name = names[u] ?? "";
      this.#f.emit(set(name, this.#combine(combine, local.dtype, get(name), wat)));
    });
  }

  /** Adds a number to the variable itself. */
  #merge(local: Local, combine: Combine, wat: Wat): void {
    const variable = this.#context.variable(local);
    const value = convert({ wat, dtype: local.dtype }, local.dtype);
    this.#f.emit(set(variable, combineWat(combine, local.dtype, get(variable), value)));
  }

  #closeAccumulators(count: number): void {
    for (const [local, combine] of this.#plan.reductions) {
      const names = (this.#accumulators.get(local) ?? []).slice(0, count);
      const parts = names.map(get);
      const joined = this.#f.keep("v128", this.#pairwise(parts, combine, local.dtype), "acc");
      for (let lane = 0; lane < this.#vectors.lanes; lane++)
        this.#merge(local, combine, this.#vectors.extract(joined, lane, local.dtype));
    }
  }

  #pairwise(parts: readonly Wat[], combine: Combine, dtype: DType): Wat {
    const [first = "", ...rest] = parts;
    if (rest.length === 0) return first;
    const middle = parts.length >> 1;
    const [a, b] = [parts.slice(0, middle), parts.slice(middle)];
    return this.#combine(
      combine,
      dtype,
      this.#pairwise(a, combine, dtype),
      this.#pairwise(b, combine, dtype),
    );
  }
}

const bufferNumbers = new WeakMap<Buffer, number>();
let nextBuffer = 0;

function accessKey(buffer: Buffer, shape: Shape, index: readonly Index[]): string {
  const known = bufferNumbers.get(buffer) ?? nextBuffer++;
  bufferNumbers.set(buffer, known);
  return `${known}@${positionKey(shape, index)}`;
}
