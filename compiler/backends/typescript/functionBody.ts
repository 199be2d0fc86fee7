import type {
  Buffer,
  Local,
  Loop,
  Operand,
  Program,
  Scalar,
  Statement,
} from "../../schedule/program.js";
import { asIndex, fixed } from "../../schedule/position.js";
import { branchesToChoices, inlineSingleUses } from "../../schedule/tidy.js";
import { announced, Headings } from "./comments.js";
import {
  combineText,
  dimCode,
  expressionText,
  flatPosition,
  literal,
  negated,
  type ExpressionContext,
} from "./expression.js";
import { toIdentifier, type Names } from "./names.js";
import { productCall } from "./product.js";
import { compound, forHead } from "./repeat.js";
import type { PrintedStatement } from "./split.js";
import { splitTotals } from "./totals.js";
import {
  fitsLine,
  isInfix,
  printWidth,
  replaceOperand,
  widestOperand,
  type Apply,
} from "./width.js";

/** What a function body is printed with. */
export interface BodyOptions {
  readonly names: Names;
  readonly typed: boolean;
  /** Notes a function of the runtime and returns its name in this module. */
  runtime(name: string): string;
  /** True where values the compiler named may be written in place of their only use. */
  readonly inline: boolean;
  /** "statement": every forward statement is a stage. "line": every line of the author is. */
  readonly stages: "statement" | "line";
  /** The forward pass alone needs no headings. */
  readonly headings: boolean;
  /** The object that holds the buffers. */
  readonly memory: string;
}

/** Prints the statements of a program as lines of a function body, indented by two. */
export function printBody(program: Program, options: BodyOptions): readonly PrintedStatement[] {
  return new BodyPrinter(program, options).print();
}

class BodyPrinter implements ExpressionContext {
  readonly typed: boolean;
  readonly #program: Program;
  readonly #options: BodyOptions;
  readonly #headings: Headings;
  readonly #out: string[] = [];
  /** Where each statement of the body begins in it. */
  readonly #starts: number[] = [];
  readonly #buffers = new Set<Buffer["node"]>();
  readonly #openLoops: Loop[] = [];
  /** Names of the indices of the author's loops around what is printed. */
  readonly #openIndices: string[] = [];

  constructor(program: Program, options: BodyOptions) {
    this.#program = program;
    this.#options = options;
    this.typed = options.typed;
    this.#headings = new Headings(options);
    for (const buffer of program.buffers) this.#buffers.add(buffer.node);
  }

  print(): readonly PrintedStatement[] {
    const results = this.#program.outputs.flatMap(({ value }) =>
      value.kind === "local" ? [value] : [],
    );
    const inline = (body: readonly Statement[]) => inlineSingleUses(body, results, fitsLine);
    const { body } = this.#program;
    const statements = this.#options.inline
      ? inline(branchesToChoices(inline(body), fitsLine))
      : body;
    const written = splitTotals(statements);
    this.#statements(written, 1);
    return written.map((statement, i) => ({
      statement,
      lines: this.#out.slice(this.#starts[i], this.#starts[i + 1]),
    }));
  }

  runtime(name: string): string {
    return this.#options.runtime(name);
  }

  nameOfBuffer(buffer: Buffer): string {
    return this.#options.names.of(buffer, buffer.node.name ?? "t");
  }

  /** An element of a value that is also in memory is written with its indices: `h_ij`. */
  nameOfLocal(local: Local): string {
    const name = local.node.name ?? "t";
    if (!this.#buffers.has(local.node)) return this.#options.names.of(local, name);
    const indices = this.#openLoops.map((loop) => this.nameOfLoop(loop)).join("");
    return this.#options.names.of(local, indices === "" ? `${name}_` : `${name}_${indices}`);
  }

  nameOfLoop(loop: Loop): string {
    return this.#options.names.of(loop, "i");
  }

  /** Names a loop by its depth, the usual letters first; sibling loops share a letter. */
  #openLoop(loop: Loop): void {
    const taken = new Set([
      ...this.#openIndices,
      ...this.#openLoops.map((outer) => this.nameOfLoop(outer)),
    ]);
    const letter = ["i", "j", "k", "l", "m", "n"].find(
      (wish) => !taken.has(wish) && this.#options.names.isLoopName(wish),
    );
    this.#options.names.share(loop, letter ?? "i");
    this.#openLoops.push(loop);
  }

  /** The author's name for the index of a loop, which loops that are not nested may share. */
  #counterName({ node }: Local): string {
    const { names } = this.#options;
    const wish = toIdentifier(node.name ?? "i");
    const isFree = names.isLoopName(wish) && !this.#openIndices.includes(wish);
    return isFree ? wish : names.fresh(wish);
  }

  /** Says which of the author's lines the statement belongs to. */
  #announce(statement: Statement, depth: number): void {
    if (depth === 1) this.#starts.push(this.#out.length);
    const lines = this.#headings.before(statement, depth, this.#openLoops.length > 0);
    if (depth === 1 && this.#headings.isNewPhase && this.#out.length > 0) this.#out.push("");
    for (const text of lines) this.#line(depth, `// ${text}`);
  }

  // Statements

  #statements(statements: readonly Statement[], depth: number): void {
    statements.forEach((statement, i) => {
      this.#announce(announced(statements, i), depth);
      this.#statement(statement, depth);
    });
  }

  #statement(statement: Statement, depth: number): void {
    switch (statement.kind) {
      case "define":
        return this.#define(statement, depth);
      case "update": {
        const name = this.nameOfLocal(statement.local);
        return this.#assignment(name, name, compound(statement), depth);
      }
      case "store":
        return this.#store(statement, depth);
      case "fill":
        return this.#line(
          depth,
          `${this.nameOfBuffer(statement.buffer)}.fill(${literal(statement.value, statement.buffer.dtype === "bool" ? "i32" : statement.buffer.dtype).text});`,
        );
      case "loop":
        return this.#loop(statement, depth);
      case "repeat":
        return this.#repeat(statement, depth);
      case "leave":
        return this.#line(depth, `if (${negated(expressionText(statement.unless, this))}) break;`);
      case "grow":
        return this.#grow(statement, depth);
      case "if":
        return this.#if(statement, depth);
      case "matmul":
        return this.#matmul(statement, depth);
      case "kernel":
        return this.#call(
          this.runtime(statement.callee),
          statement.arguments.map((part) => this.#argument(part)),
          depth,
        );
      case "checkIndices": {
        const single = statement.value.kind !== "buffer";
        const value =
          statement.value.kind === "buffer"
            ? this.nameOfBuffer(statement.value)
            : expressionText(statement.value, this);
        const callee = this.runtime(single ? "checkIndex" : "checkIndices");
        return this.#call(
          callee,
          [JSON.stringify(pathName(statement.of)), value, dimCode(statement.size).text],
          depth,
        );
      }
    }
  }

  #define(statement: Extract<Statement, { kind: "define" }>, depth: number): void {
    const name = this.nameOfLocal(statement.local);
    const declared = `${statement.mutable ? "let" : "const"} ${name}`;
    const value = this.#narrow(statement.value, depth, (text) => `${declared} = ${text};`);
    const text = expressionText(value, this);
    const number = this.#headings.stageNumber(statement, `${name} = ${text}`);
    this.#assign(depth, `${declared} =`, value, number);
  }

  #assignment(
    target: string,
    read: string,
    statement: Extract<Statement, { kind: "update" | "store" }>,
    depth: number,
  ): void {
    const { combine } = statement;
    const value = this.#narrow(statement.value, depth, (text) => `${target} += ${text};`);
    if (combine === null) {
      const isUpdate = statement.kind === "update";
      const number = isUpdate
        ? this.#headings.stageNumber(statement, `${target} = ${expressionText(value, this)}`)
        : "";
      return this.#assign(depth, `${target} =`, value, number);
    }
    this.#line(depth, `${combineText(target, read, combine, value, this)};`);
  }

  /** `left value;`, with the value on lines of its own where it is a sum too long for the rest of the line. */
  #assign(depth: number, left: string, value: Scalar, comment: string): void {
    const text = expressionText(value, this);
    const room = printWidth - 2 * depth;
    if (`${left} ${text};`.length <= room || !isInfix(value))
      return this.#line(depth, `${left} ${text};${comment}`);
    this.#line(depth, left);
    if (text.length + 3 <= room || value.kind !== "total")
      return this.#line(depth + 1, `${text};${comment}`);
    value.terms.forEach((term, i) => {
      const end = i + 1 < value.terms.length ? " +" : `;${comment}`;
      this.#line(depth + 1, expressionText(term.value, this) + end);
    });
  }

  #store(statement: Extract<Statement, { kind: "store" }>, depth: number): void {
    const { buffer, shape, index, combine } = statement;
    const place = `${this.nameOfBuffer(buffer)}[${flatPosition(shape, index, this)}]`;
    const read = this.typed && combine !== null ? `${place}!` : place;
    if (buffer.dtype !== "bool")
      return this.#assignment(combine === null ? place : read, read, statement, depth);
    const text = combineText(place, `${read} !== 0`, combine, statement.value, this);
    const [, value] = [place, text.slice(place.length + 3)];
    this.#line(
      depth,
      `${place} = ${statement.value.kind === "literal" ? value.replace("false", "0").replace("true", "1") : `${wrapCondition(value)} ? 1 : 0`};`,
    );
  }

  #loop({ loop, body }: Extract<Statement, { kind: "loop" }>, depth: number): void {
    this.#openLoop(loop);
    const name = this.nameOfLoop(loop);
    this.#line(depth, `for (let ${name} = 0; ${name} < ${dimCode(loop.extent).text}; ${name}++) {`);
    this.#statements(body, depth + 1);
    this.#line(depth, "}");
    this.#openLoops.pop();
  }

  #repeat({ range, body, origin }: Extract<Statement, { kind: "repeat" }>, depth: number): void {
    const [first] = body;
    const isWhile = range === null && first?.kind === "leave";
    const condition = isWhile ? expressionText(first.unless, this) : "true";
    if (range !== null) this.#options.names.share(range.index, this.#counterName(range.index));
    const head = range === null ? [`while (${condition}) {`] : forHead(range, this, depth);
    head.forEach((line) => this.#line(depth, line));
    if (range !== null) this.#openIndices.push(this.nameOfLocal(range.index));
    this.#headings.enter(origin);
    this.#statements(isWhile ? body.slice(1) : body, depth + 1);
    this.#headings.leave();
    if (range !== null) this.#openIndices.pop();
    this.#line(depth, "}");
  }

  #grow({ tape, length }: Extract<Statement, { kind: "grow" }>, depth: number): void {
    const name = this.nameOfBuffer(tape);
    const entries = flatPosition(
      [...tape.shape, 1],
      [asIndex(length), ...tape.shape.map(() => fixed(0))],
      this,
    );
    this.#line(depth, `if (${name}.length < ${entries}) {`);
    const callee = `${name} = ${this.#options.memory}.${name} = ${this.runtime(growing[tape.dtype])}`;
    this.#call(callee, [name, entries], depth + 1);
    this.#line(depth, "}");
  }

  #if({ condition, then, otherwise }: Extract<Statement, { kind: "if" }>, depth: number): void {
    const isOther = then.length === 0;
    const test = expressionText(condition, this);
    this.#line(depth, `if (${isOther ? negated(test) : test}) {`);
    this.#statements(isOther ? otherwise : then, depth + 1);
    if (!isOther && otherwise.length > 0) {
      this.#line(depth, "} else {");
      this.#statements(otherwise, depth + 1);
    }
    this.#line(depth, "}");
  }

  #matmul(statement: Extract<Statement, { kind: "matmul" }>, depth: number): void {
    const { a, b, result, transposeA, transposeB, accumulate } = statement;
    const { callee, operands, sizes } = productCall(statement);
    const offsets = operands.map(({ shape, batch }) =>
      flatPosition(shape, [...batch, fixed(0), fixed(0)], this),
    );
    const isBatched = offsets.some((offset) => offset !== "0");
    const parts = [
      ...operands.map((operand) => this.nameOfBuffer(operand.buffer)),
      ...sizes.map((dim) => dimCode(dim).text),
      ...(accumulate || isBatched ? [String(accumulate)] : []),
      ...(isBatched ? offsets : []),
    ];
    const written = (operand: Operand, transposed: boolean) =>
      `${this.nameOfBuffer(operand.buffer)}${transposed ? "ᵀ" : ""}`;
    const comment = `${this.nameOfBuffer(result.buffer)} ${accumulate ? "+=" : "="} ${written(a, transposeA)} · ${written(b, transposeB)}`;
    this.#call(this.runtime(callee), parts, depth, comment);
  }

  #argument(part: Extract<Statement, { kind: "kernel" }>["arguments"][number]): string {
    if (part.kind === "buffer") return this.nameOfBuffer(part);
    return part.kind === "dim" ? dimCode(part.value).text : String(part.value);
  }

  #call(callee: string, parts: readonly string[], depth: number, comment?: string): void {
    const indent = "  ".repeat(depth);
    const flat = `${callee}(${parts.join(", ")});`;
    if (indent.length + flat.length <= printWidth)
      return this.#line(depth, flat + (comment === undefined ? "" : ` // ${comment}`));
    if (comment !== undefined) this.#line(depth, `// ${comment}`);
    this.#line(depth, `${callee}(`);
    for (const part of parts) this.#line(depth + 1, `${part},`);
    this.#line(depth, ");");
  }

  // Width

  /** The value, with operands moved to statements of their own until the line fits the page. */
  #narrow(value: Scalar, depth: number, line: (text: string) => string): Scalar {
    const room = printWidth - 2 * depth;
    const fits = (text: string) =>
      line(text).length <= room || (isInfix(value) && text.length + 3 <= room);
    let narrowed = value;
    while (!fits(expressionText(narrowed, this))) {
      const widest = widestOperand(narrowed, (part) => expressionText(part, this).length);
      if (widest === null) break;
      const local: Local = {
        kind: "local",
        node: {
          ...widest.node,
          name: this.#options.names.fresh(temporary(widest)),
        },
        dtype: widest.node.type.dtype,
      };
      this.#options.names.set(local, local.node.name ?? "t");
      const inner = this.#narrow(
        widest,
        depth,
        (text) => `const ${this.nameOfLocal(local)} = ${text};`,
      );
      this.#line(depth, `const ${this.nameOfLocal(local)} = ${expressionText(inner, this)};`);
      narrowed = replaceOperand(narrowed, widest, local);
    }
    return narrowed;
  }

  #line(depth: number, text: string): void {
    this.#out.push("  ".repeat(depth) + text);
  }
}

/** The functions of the runtime that make a tape longer. */
const growing = {
  f32: "grown32",
  f64: "grown64",
  i32: "grownInt32",
  bool: "grownUint8",
} as const;

function pathName(node: Buffer["node"]): string {
  return String(node.attrs["name"] ?? node.name ?? "index");
}

function wrapCondition(text: string): string {
  return /\?/.test(text) ? `(${text})` : text;
}

/** A name for a part of a line too long for the page. */
function temporary({ node }: Apply): string {
  return node.name ?? "part";
}
