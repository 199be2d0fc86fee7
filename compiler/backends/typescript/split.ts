import type { DType } from "../../ir/type.js";
import type { Statement } from "../../schedule/program.js";
import { bodiesOf } from "../../schedule/tidy.js";
import { signature } from "./layout.js";
import { identifiersIn, type Names } from "./names.js";
import { assignSlots, chooseParts, type PartRange } from "./splitPoints.js";

/** A statement of a function body and the lines it was printed as, comments included. */
export interface PrintedStatement {
  readonly statement: Statement;
  readonly lines: readonly string[];
}

/** What a part takes from the function it belongs to. */
export interface PartHead {
  readonly parameters: readonly string[];
  readonly arguments: readonly string[];
  /** Lines that name what the part reads. */
  readonly prologue: readonly string[];
}

export interface SplitOptions {
  /** The function whose body is split. */
  readonly name: string;
  readonly names: Names;
  readonly typed: boolean;
  /** The lines after the body, which stay in the function. */
  readonly end: readonly string[];
  /** What a part with these lines needs. */
  head(lines: readonly string[]): PartHead;
}

export interface SplitBody {
  /** Declarations that come before the function, each followed by an empty line. */
  readonly before: readonly string[];
  readonly body: readonly string[];
}

/**
 * V8 never optimises a function of more than 61,440 bytes of bytecode. 400
 * lines stay below that, whatever is on them.
 */
const linesOfPart = 400;

/**
 * The body of a function, a long one as calls of several functions. What one
 * part hands to a later one lies in a `Float64Array` of the module; all else
 * is local to its part. The array is made once, so that calls allocate
 * nothing, and one for all calls is enough: nothing in a part can call back
 * or wait, so no call begins before another has ended, and a worker has a
 * module of its own.
 */
export function splitBody(printed: readonly PrintedStatement[], options: SplitOptions): SplitBody {
  const sizes = printed.map(({ lines }) => lines.filter(isCode).length);
  if (sizes.reduce((sum, size) => sum + size, 0) <= linesOfPart)
    return { before: [], body: printed.flatMap(({ lines }) => lines) };
  const mentions = variableMentions(printed, options.names);
  const ranges = chooseParts(
    sizes,
    [...mentions.values()].map(({ at }) => at),
    linesOfPart,
  );
  return new Splitter(printed, ranges, mentions, options).print();
}

function isCode(line: string): boolean {
  return line !== "" && !/^ *\/\//.test(line);
}

/** A variable of the body's outermost scope. */
interface Variable {
  readonly name: string;
  readonly dtype: DType;
  /** The statements that mention it, in order; the first one defines it. */
  readonly at: readonly number[];
}

function variableMentions(
  printed: readonly PrintedStatement[],
  names: Names,
): ReadonlyMap<string, Variable> {
  const found = new Map<string, Variable & { readonly at: number[] }>();
  printed.forEach(({ statement, lines }, i) => {
    if (statement.kind === "define") {
      const { local } = statement;
      const name = names.of(local, local.node.name ?? "t");
      found.set(name, { name, dtype: local.dtype, at: [] });
    }
    for (const word of identifiersIn(lines)) found.get(word)?.at.push(i);
  });
  return found;
}

/** Names of the variables a statement and what is inside it write. */
function writtenNames(statement: Statement, names: Names): readonly string[] {
  const inside = bodiesOf(statement).flatMap((body) =>
    body.flatMap((inner) => writtenNames(inner, names)),
  );
  const writes = statement.kind === "define" || statement.kind === "update";
  return writes ? [names.of(statement.local, "t"), ...inside] : inside;
}

/** A variable that one part hands to another, and its place. */
interface Crossing extends Variable {
  readonly slot: number;
  /** The parts that mention it; the function's end counts as one more. */
  readonly parts: readonly number[];
}

function crossingsOf(
  variables: Iterable<Variable>,
  ranges: readonly PartRange[],
  atEnd: ReadonlySet<string>,
): readonly Crossing[] {
  const partOf = ranges.flatMap(({ start, end }, i) => Array<number>(end - start).fill(i));
  const crossing = [...variables].flatMap((variable) => {
    const parts = new Set(variable.at.map((i) => partOf[i] ?? 0));
    if (atEnd.has(variable.name)) parts.add(ranges.length);
    return parts.size > 1 ? [{ ...variable, parts: [...parts] }] : [];
  });
  const slots = assignSlots(
    crossing.map(({ parts }) => ({ first: parts[0] ?? 0, last: parts.at(-1) ?? 0 })),
  );
  return crossing.map((variable, i) => ({ ...variable, slot: slots[i] ?? 0 }));
}

class Splitter {
  readonly #printed: readonly PrintedStatement[];
  readonly #ranges: readonly PartRange[];
  readonly #options: SplitOptions;
  readonly #crossings: ReadonlyMap<string, Crossing>;
  /** By part, the variables it takes from an earlier one. */
  readonly #taken: readonly (readonly Crossing[])[];
  /** The array in the module, and its name inside a function. */
  readonly #array: string;
  readonly #values: string;

  constructor(
    printed: readonly PrintedStatement[],
    ranges: readonly PartRange[],
    variables: ReadonlyMap<string, Variable>,
    options: SplitOptions,
  ) {
    this.#printed = printed;
    this.#ranges = ranges;
    this.#options = options;
    const crossings = crossingsOf(variables.values(), ranges, identifiersIn(options.end));
    this.#crossings = new Map(crossings.map((crossing) => [crossing.name, crossing]));
    const taken: Crossing[][] = Array.from({ length: ranges.length + 1 }, () => []);
    for (const crossing of crossings)
      for (const part of crossing.parts.slice(1)) taken[part]?.push(crossing);
    this.#taken = taken;
    this.#array = options.names.fresh(`${options.name}Values`);
    this.#values = options.names.fresh("values");
  }

  print(): SplitBody {
    const parts = this.#ranges.map((range, i) => this.#part(range, i));
    const atEnd = this.#taken[this.#ranges.length] ?? [];
    const length = 1 + Math.max(-1, ...[...this.#crossings.values()].map(({ slot }) => slot));
    const { name } = this.#options;
    return {
      before: [
        `// What the parts of ${name} hand on.`,
        `const ${this.#array} = new Float64Array(${length});`,
        "",
        ...parts.flatMap(({ lines }) => lines),
      ],
      body: [
        ...parts.flatMap(({ call }) => call),
        ...(atEnd.length > 0 ? ["", ...this.#load(atEnd, new Set())] : []),
      ],
    };
  }

  #part({ start, end }: PartRange, i: number): { lines: readonly string[]; call: string[] } {
    const { name, names, typed } = this.#options;
    const own = this.#printed.slice(start, end);
    const body = withoutLeadingBlank(own.flatMap(({ lines }) => lines));
    const written = new Set(own.flatMap(({ statement }) => writtenNames(statement, names)));
    const loads = this.#load(this.#taken[i] ?? [], written);
    const stores = this.#store(i, written);
    const alias = stores.length > 0 && loads.length === 0 ? [this.#alias()] : [];
    const { parameters, arguments: given, prologue } = this.#options.head(body);
    const callee = names.fresh(`${name}Part${i + 1}`);
    const before = [...prologue, ...alias, ...loads];
    return {
      lines: [
        `// ${name}, part ${i + 1} of ${this.#ranges.length}`,
        ...signature(`function ${callee}`, parameters, `${typed ? ": void" : ""} {`),
        ...before,
        ...(before.length > 0 ? [""] : []),
        ...body,
        ...(stores.length > 0 ? ["", ...stores] : []),
        "}",
        "",
      ],
      call: signature(`  ${callee}`, given, ";").map((line, k) => (k === 0 ? line : `  ${line}`)),
    };
  }

  #alias(): string {
    return `  const ${this.#values} = ${this.#array};`;
  }

  #load(taken: readonly Crossing[], written: ReadonlySet<string>): readonly string[] {
    if (taken.length === 0) return [];
    const lines = taken.map(({ name, slot, dtype }) => {
      const read = `${this.#values}[${slot}]${this.#options.typed ? "!" : ""}`;
      const keyword = written.has(name) ? "let" : "const";
      return `  ${keyword} ${name} = ${read}${dtype === "bool" ? " !== 0" : ""};`;
    });
    return [this.#alias(), ...lines];
  }

  /** What the part writes and a later one mentions. */
  #store(part: number, written: ReadonlySet<string>): readonly string[] {
    return [...written].flatMap((name) => {
      const crossing = this.#crossings.get(name);
      if (crossing === undefined || crossing.parts.at(-1) === part) return [];
      const value = crossing.dtype === "bool" ? `${name} ? 1 : 0` : name;
      return [`  ${this.#values}[${crossing.slot}] = ${value};`];
    });
  }
}

function withoutLeadingBlank(lines: readonly string[]): readonly string[] {
  return lines[0] === "" ? lines.slice(1) : lines;
}
