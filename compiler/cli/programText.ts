import { constantValue } from "../ops/leaf.js";
import { formatShape, formatType, sameShape } from "../ir/type.js";
import {
  resolve,
  type Buffer,
  type Index,
  type Local,
  type Loop,
  type Operand,
  type Program,
  type Scalar,
  type Statement,
} from "../schedule/program.js";

/** A scheduled program as text: its buffers, the arena, and its statements. */
export function programText(program: Program): string {
  return new ProgramText(program).lines().join("\n");
}

class ProgramText {
  readonly #program: Program;
  readonly #names = new Map<object, string>();
  readonly #taken = new Set<string>();

  constructor(program: Program) {
    this.#program = program;
  }

  lines(): readonly string[] {
    const { name, sizes, inputPlaces, outputs, body, buffers, arena } = this.#program;
    const inputs = inputPlaces.map(
      (place) => `${this.#name(place)}: ${formatType(place.node.type)}`,
    );
    const slots = arena.slots.map(({ bytes }, i) => {
      const size = bytes.length === 1 ? bytes[0] : `max(${bytes.join(", ")})`;
      return `  slot ${i}: ${size} bytes`;
    });
    const results = outputs.map((output) => `${output.name} = ${this.#place(output.value)}`);
    return [
      `program ${name}(${inputs.join(", ")})`,
      ...(sizes.length === 0 ? [] : [`sizes ${sizes.join(", ")}`]),
      "arena",
      ...slots,
      "buffers",
      ...buffers.map((buffer) => `  ${this.#buffer(buffer)}`),
      "statements",
      ...body.flatMap((statement) => this.#statement(statement, 1)),
      `return ${results.join(", ")}`,
    ];
  }

  #buffer(buffer: Buffer): string {
    const { dtype, shape, role } = buffer;
    const slot = this.#program.arena.slotOf.get(buffer);
    const where = slot === undefined ? role : `${role} in slot ${slot}`;
    return `${this.#name(buffer)}: ${formatType({ dtype, shape })}, ${where}`;
  }

  #name(thing: Buffer | Local | Loop): string {
    const known = this.#names.get(thing);
    if (known !== undefined) return known;
    const wish = "extent" in thing ? "i" : (thing.node.name ?? "t");
    let name = wish;
    for (let i = 2; this.#taken.has(name); i++) name = `${wish}${i}`;
    this.#taken.add(name);
    this.#names.set(thing, name);
    return name;
  }

  #place(value: Buffer | Scalar): string {
    return value.kind === "buffer" ? this.#name(value) : this.#scalar(value);
  }

  #statement(statement: Statement, depth: number): readonly string[] {
    const pad = "  ".repeat(depth);
    const inner = (body: readonly Statement[]) =>
      body.flatMap((one) => this.#statement(one, depth + 1));
    switch (statement.kind) {
      case "loop": {
        const loop = resolve(statement.loop);
        const head = `${pad}for ${this.#name(loop)} < ${loop.extent}`;
        return [head, ...inner(statement.body)];
      }
      case "repeat": {
        const { range } = statement;
        const bounds =
          range === null
            ? ""
            : ` ${this.#name(range.index)} = ${this.#scalar(range.start)} … ${this.#scalar(range.stop)} by ${range.step}${range.descending ? " descending" : ""}`;
        return [`${pad}repeat${bounds}`, ...inner(statement.body)];
      }
      case "if":
        return [
          `${pad}if ${this.#scalar(statement.condition)}`,
          ...inner(statement.then),
          ...(statement.otherwise.length === 0 ? [] : [`${pad}else`]),
          ...inner(statement.otherwise),
        ];
      default:
        return [pad + this.#single(statement)];
    }
  }

  #single(
    statement: Exclude<Statement, { kind: "loop" } | { kind: "repeat" } | { kind: "if" }>,
  ): string {
    switch (statement.kind) {
      case "define": {
        const word = statement.mutable ? "let" : "const";
        return `${word} ${this.#name(statement.local)} = ${this.#scalar(statement.value)}`;
      }
      case "update":
        return `${this.#name(statement.local)} ${statement.combine ?? ""}= ${this.#scalar(statement.value)}`;
      case "store":
        return `${this.#element(this.#name(statement.buffer), statement.index)} ${statement.combine ?? ""}= ${this.#scalar(statement.value)}`;
      case "fill":
        return `fill ${this.#name(statement.buffer)} with ${statement.value}`;
      case "matmul": {
        const a = `${this.#operand(statement.a)}${statement.transposeA ? "ᵀ" : ""}`;
        const b = `${this.#operand(statement.b)}${statement.transposeB ? "ᵀ" : ""}`;
        const to = `${this.#operand(statement.result)} ${statement.accumulate ? "+" : ""}=`;
        return `${to} ${a} · ${b}   (${statement.rows} × ${statement.inner} × ${statement.columns})`;
      }
      case "kernel": {
        const given = statement.arguments.map((argument) =>
          argument.kind === "buffer" ? this.#name(argument) : String(argument.value),
        );
        return `${statement.callee}(${given.join(", ")})`;
      }
      case "leave":
        return `leave unless ${this.#scalar(statement.unless)}`;
      case "grow":
        return `grow ${this.#name(statement.tape)} to ${this.#scalar(statement.length)}`;
      case "checkIndices":
        return `check 0 ≤ ${this.#place(statement.value)} < ${statement.size}`;
    }
  }

  #operand({ buffer, shape, batch }: Operand): string {
    const name = this.#name(buffer);
    if (batch.length > 0) return this.#element(name, batch);
    return sameShape(shape, buffer.shape) ? name : `${name}${formatShape(shape)}`;
  }

  #element(name: string, index: readonly Index[]): string {
    return `${name}[${index.map((one) => this.#index(one)).join(", ")}]`;
  }

  #index({ variable, stride, offset }: Index): string {
    if (variable === null) return String(offset);
    const name = "extent" in variable ? this.#name(resolve(variable)) : this.#scalar(variable);
    const scaled = stride === 1 ? name : `${stride}·${name}`;
    return offset === 0 ? scaled : `${scaled} + ${offset}`;
  }

  #scalar(scalar: Scalar): string {
    switch (scalar.kind) {
      case "literal":
        return String(scalar.value);
      case "size":
        return String(scalar.dim);
      case "index":
        return this.#index(scalar.index);
      case "local":
        return this.#name(scalar);
      case "load":
        return this.#element(this.#name(scalar.buffer), scalar.index);
      case "element": {
        const constant = constantValue(scalar.of);
        const name = scalar.of.name ?? constant ?? scalar.of.op.name;
        return this.#element(String(name), scalar.index);
      }
      case "apply":
        return `${scalar.node.op.name}(${scalar.arguments.map((one) => this.#scalar(one)).join(", ")})`;
      case "total":
        return scalar.terms.map(({ value }) => this.#scalar(value)).join(" + ");
    }
  }
}
