import { isDynamic, type Dim } from "../../ir/dim.js";
import { isFloat } from "../../ir/type.js";
import { fixed } from "../../schedule/position.js";
import {
  resolve,
  type Buffer,
  type Local,
  type Loop,
  type Operand,
  type Statement,
} from "../../schedule/program.js";
import { toIdentifier } from "../typescript/names.js";
import { dimWat } from "./dims.js";
import { epilogueOf } from "./endCode.js";
import type { ProductEnd } from "./ends.js";
import type { HostCall, ModuleWriter } from "./moduleWriter.js";
import { nativeKernel } from "./nativeKernels.js";
import { writePlainProduct } from "./plainMatmul.js";
import { countIndices } from "./repeat.js";
import {
  bytesWat,
  combineWat,
  convert,
  loadAt,
  positionWat,
  scalarAs,
  storeAt,
  watType,
} from "./scalar.js";
import { checkCall, fillLoop } from "./statements.js";
import { VectorLoop, type LoopContext } from "./vectorLoop.js";
import { planVectors } from "./vectorPlan.js";
import { add, FunctionWriter, get, i32, set, type Wat, type WatType } from "./wat.js";

/** What a stage is called with, in the order of its parameters. */
export type StageArgument =
  | { readonly kind: "buffer"; readonly buffer: Buffer }
  | { readonly kind: "scratch" }
  | { readonly kind: "size"; readonly name: string }
  | { readonly kind: "input"; readonly local: Local }
  /** How many entries a tape has room for. */
  | { readonly kind: "room"; readonly tape: Buffer };

/** A parameter of a stage under its name in the module. */
export interface StageParameter {
  readonly name: string;
  readonly argument: StageArgument;
}

export interface StageOptions {
  readonly name: string;
  readonly module: ModuleWriter;
  /** Scalars among the inputs, which the host passes. */
  readonly inputs: ReadonlySet<Local>;
  /** Where in memory variables lie that several stages use, in bytes. */
  readonly cells: ReadonlyMap<Local, number>;
  /** Where in memory stands how many entries a tape has, or should have. */
  readonly tapes: ReadonlyMap<Buffer, number>;
  /** Loops that products end with, done inside the kernels. */
  readonly ends: ReadonlyMap<Statement, ProductEnd>;
  /** Notes a call back into the host; returns its name in the module. */
  hostCall(call: HostCall, passes: boolean): string;
  /** Notes bytes that kernels need to work in. */
  scratch(bytes: number): void;
}

/** Writes one stage, some statements of a program in a row, as a function of the module. */
export class StageWriter implements LoopContext {
  readonly f: FunctionWriter;
  readonly parameters: StageParameter[] = [];
  /** Whether it may end early, since a tape is full. */
  fillsTapes = false;
  readonly #options: StageOptions;
  readonly #known = new Map<object | string, Wat>();
  readonly #names = new Set<string>();
  readonly #variables = new Map<Local, string>();
  readonly #changed = new Set<Local>();
  readonly #loops = new Map<Loop, Wat>();
  #overrides: ReadonlyMap<Local, Wat> = new Map();

  constructor(options: StageOptions) {
    this.#options = options;
    this.f = new FunctionWriter(options.name, [], true);
  }

  /** @returns the function's text */
  write(statements: readonly Statement[]): Wat {
    this.#statements(statements);
    for (const local of this.#changed) {
      const cell = this.#options.cells.get(local);
      if (cell === undefined) continue;
      const value = convert({ wat: this.local(local), dtype: local.dtype }, "f64");
      this.f.emit(`(f64.store offset=${cell} (i32.const 0) ${value})`);
    }
    return this.f.text();
  }

  // What expressions refer to

  loop(loop: Loop): Wat {
    const value = this.#loops.get(resolve(loop));
    if (value === undefined) throw new Error("a position outside its loop");
    return value;
  }

  local(local: Local): Wat {
    const override = this.#overrides.get(local);
    if (override !== undefined) return override;
    if (!this.#options.inputs.has(local)) return get(this.variable(local));
    const value = this.#input(local);
    if (isFloat(local.dtype)) return value;
    return convert({ wat: value, dtype: "f64" }, local.dtype);
  }

  /** A number that came from the caller, as it is: an index may not even be whole. */
  #input(local: Local): Wat {
    return this.#parameter(local, local.node.name ?? "x", { kind: "input", local }, "f64");
  }

  /** Variables that another stage has worked out are read when they are first used. */
  variable(local: Local): string {
    const known = this.#variables.get(local);
    if (known !== undefined) return known;
    const name = this.f.local(watType(local.dtype), toIdentifier(local.node.name ?? "t"));
    this.#variables.set(local, name);
    const cell = this.#options.cells.get(local);
    if (cell !== undefined) {
      const value = `(f64.load offset=${cell} (i32.const 0))`;
      this.f.atStart(set(name, convert({ wat: value, dtype: "f64" }, local.dtype)));
    }
    return name;
  }

  address(buffer: Buffer): Wat {
    return this.#parameter(buffer, buffer.node.name ?? "t", { kind: "buffer", buffer }, "i32");
  }

  size(name: string): Wat {
    if (isDynamic(name)) throw new Error("a length that is known only while the loop runs");
    return this.#parameter(`size ${name}`, name, { kind: "size", name }, "i32");
  }

  host(callee: string, arity: number): string {
    return this.#options.module.host(callee, arity);
  }

  withLoop<T>(loop: Loop, value: Wat, write: () => T): T {
    const key = resolve(loop);
    const outer = this.#loops.get(key);
    this.#loops.set(key, value);
    try {
      return write();
    } finally {
      if (outer === undefined) this.#loops.delete(key);
      else this.#loops.set(key, outer);
    }
  }

  withLocals<T>(locals: ReadonlyMap<Local, Wat>, write: () => T): T {
    const outer = this.#overrides;
    this.#overrides = new Map([...outer, ...locals]);
    try {
      return write();
    } finally {
      this.#overrides = outer;
    }
  }

  #parameter(key: object | string, wish: string, argument: StageArgument, type: WatType): Wat {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    let name = toIdentifier(wish);
    while (this.#names.has(name)) name += "_";
    this.#names.add(name);
    this.parameters.push({ name, argument });
    const value = this.f.parameter(type, name);
    this.#known.set(key, value);
    return value;
  }

  // Statements

  #statements(statements: readonly Statement[]): void {
    statements.forEach((statement, i) => {
      const before = statements[i - 1];
      const isDone = before !== undefined && this.#options.ends.get(before)?.nest === statement;
      if (!isDone) this.#statement(statement);
    });
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case "define":
        return this.#assign(
          statement.local,
          scalarAs(statement.local.dtype, statement.value, this),
        );
      case "update":
        return this.#update(statement);
      case "store":
        return this.#store(statement);
      case "fill":
        return this.#loop(fillLoop(statement));
      case "loop":
        return this.#loop(statement);
      case "repeat":
        return this.#repeat(statement);
      case "leave":
        return this.f.leaveUnless(scalarAs("bool", statement.unless, this));
      case "grow":
        return this.#grow(statement);
      case "if":
        return this.f.if(
          scalarAs("bool", statement.condition, this),
          () => this.#statements(statement.then),
          statement.otherwise.length === 0
            ? undefined
            : () => this.#statements(statement.otherwise),
        );
      case "matmul":
        return this.#matmul(statement);
      case "kernel":
        return this.#kernel(statement);
      case "checkIndices":
        return this.#check(statement);
    }
  }

  #assign(local: Local, value: Wat): void {
    const name = this.variable(local);
    this.#changed.add(local);
    this.f.emit(set(name, value));
  }

  #update({ local, combine, value }: Extract<Statement, { kind: "update" }>): void {
    const own = scalarAs(local.dtype, value, this);
    const old = get(this.variable(local));
    this.#assign(local, combine === null ? own : combineWat(combine, local.dtype, old, own));
  }

  #store({ buffer, shape, index, combine, value }: Extract<Statement, { kind: "store" }>): void {
    const { dtype } = buffer;
    const place = add(this.address(buffer), bytesWat(dtype, positionWat(shape, index, this)));
    const own = scalarAs(dtype, value, this);
    if (combine === null) return this.f.emit(storeAt(dtype, place, own));
    const address = this.f.keep("i32", place, "p");
    this.f.emit(storeAt(dtype, address, combineWat(combine, dtype, loadAt(dtype, address), own)));
  }

  #loop({ loop, body }: Extract<Statement, { kind: "loop" }>): void {
    const plan = planVectors(loop, body);
    const extent = this.#dim(loop.extent);
    if (plan !== null) {
      for (const local of plan.reductions.keys()) this.#changed.add(local);
      return new VectorLoop(plan, extent, this).write();
    }
    const end = typeof loop.extent === "number" ? extent : this.f.keep("i32", extent, "end");
    const variable = this.f.local("i32", "i");
    this.f.emit(set(variable, i32(0)));
    this.f.loop(variable, end, 1, () =>
      this.withLoop(loop, get(variable), () => this.#statements(body)),
    );
  }

  #repeat({ range, body }: Extract<Statement, { kind: "repeat" }>): void {
    if (range === null) return this.f.repeat(null, () => this.#statements(body));
    const { index } = range;
    const counter = countIndices(range, get(this.variable(index)), this);
    this.#assign(index, counter.first);
    this.f.repeat(counter.test, () => {
      this.#statements(body);
      this.#assign(index, counter.next);
    });
  }

  /** A stage that finds a tape full ends at once with 0, else with 1. */
  #grow({ tape, length }: Extract<Statement, { kind: "grow" }>): void {
    const wanted = this.f.keep("i32", scalarAs("i32", length, this), "length");
    const cell = this.#options.tapes.get(tape) ?? 0;
    this.f.emit(`(f64.store offset=${cell} (i32.const 0) (f64.convert_i32_s ${wanted}))`);
    const wish = `${tape.node.name ?? "t"}Room`;
    const room = this.#parameter(`room ${cell}`, wish, { kind: "room", tape }, "i32");
    this.f.returnIf(`(i32.gt_s ${wanted} ${room})`, 0);
    this.f.endWith(1);
    this.fillsTapes = true;
  }

  #matmul(statement: Extract<Statement, { kind: "matmul" }>): void {
    const { a, b, result, transposeA, transposeB, accumulate, rows, columns, inner } = statement;
    const [sizeM, sizeN, sizeK] = [this.#dim(rows), this.#dim(columns), this.#dim(inner)];
    const { dtype } = result.buffer;
    const hasKernel = [a, b].every(({ buffer }) => buffer.dtype === dtype);
    if (!hasKernel)
      return writePlainProduct(this.f, {
        a: { address: this.#operand(a), dtype: a.buffer.dtype },
        b: { address: this.#operand(b), dtype: b.buffer.dtype },
        c: { address: this.#operand(result), dtype },
        rows: sizeM,
        columns: sizeN,
        inner: sizeK,
        transposeA,
        transposeB,
        accumulate,
      });
    const end = this.#options.ends.get(statement);
    const name = this.#options.module.kernel({
      dtype: dtype === "f64" ? "f64" : "f32",
      transposeA,
      transposeB,
      accumulate,
      ...(end !== undefined && { epilogue: epilogueOf(end, this) }),
    });
    this.#options.scratch(this.#options.module.scratch(name, [rows, columns, inner]));
    const factors = [a, b].map((operand) => this.#operand(operand));
    const [target = this.#operand(result), ...others] = end ? this.#endPlaces(end) : [];
    const scratch = this.#parameter("scratch", "scratch", { kind: "scratch" }, "i32");
    const values = [...factors, target, sizeM, sizeN, sizeK, scratch, ...others];
    this.f.emit(`(call $${[name, ...values].join(" ")})`);
  }

  /** Where a fused end begins to store its first value, then where its operands begin. */
  #endPlaces({ target, operands, loops, keepsProduct, product }: ProductEnd): readonly Wat[] {
    const places = [target, ...operands.map(({ access }) => access)];
    const at = loops.reduce<() => readonly Wat[]>(
      (write, loop) => () => this.withLoop(loop, i32(0), write),
      () =>
        places.map(({ buffer, shape, index }) =>
          add(this.address(buffer), bytesWat(buffer.dtype, positionWat(shape, index, this))),
        ),
    );
    return [...at(), ...(keepsProduct ? [this.#operand(product.result)] : [])];
  }

  #kernel(statement: Extract<Statement, { kind: "kernel" }>): void {
    const { callee, arguments: parts } = statement;
    const native = nativeKernel(statement);
    if (native === null) return this.#callHost({ callee, arguments: parts });
    this.#options.module.native(native);
    this.#options.scratch(native.scratch);
    const scratch =
      native.scratch === 0
        ? i32(0)
        : this.#parameter("scratch", "scratch", { kind: "scratch" }, "i32");
    const values = parts.map((part) => {
      if (part.kind === "buffer") return this.address(part);
      return part.kind === "dim" ? this.#dim(part.value) : i32(Number(part.value));
    });
    for (const call of native.calls(values, scratch)) this.f.emit(call);
  }

  #dim(dim: Dim): Wat {
    return dimWat(dim, (name) => this.size(name));
  }

  #operand({ buffer, shape, batch }: Operand): Wat {
    const position = positionWat(shape, [...batch, fixed(0), fixed(0)], this);
    return add(this.address(buffer), bytesWat(buffer.dtype, position));
  }

  // Calls back into the host

  #callHost(call: HostCall, passed?: Wat): void {
    const name = this.#options.hostCall(call, passed !== undefined);
    this.f.emit(`(call $${name}${passed === undefined ? "" : ` ${passed}`})`);
  }

  #check(statement: Extract<Statement, { kind: "checkIndices" }>): void {
    const { value, size } = statement;
    const call = checkCall(statement);
    if (value.kind === "buffer") return this.#callHost(call);
    if (value.kind === "local" && this.#options.inputs.has(value))
      return this.#callHost(call, this.#input(value));
    const index = this.f.keep("i32", scalarAs("i32", value, this), "index");
    const isOutside = `(i32.ge_u ${index} ${this.#dim(size)})`;
    this.f.if(isOutside, () => this.#callHost(call, convert({ wat: index, dtype: "i32" }, "f64")));
  }
}
