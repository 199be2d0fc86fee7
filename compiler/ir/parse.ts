import { CompileError } from "../diagnostic.js";
import { parseDim, type Dim } from "./dim.js";
import type { Graph, Output } from "./graph.js";
import { namePattern } from "./name.js";
import {
  makeNode,
  withOrigin,
  type Attr,
  type Attrs,
  type Naming,
  type Node,
  type Origin,
} from "./node.js";
import type { Op } from "./op.js";
import { makeRegion, type Region } from "./region.js";
import { formatType, sameType, type DType, type TensorType } from "./type.js";

/** Lists of attributes nest no deeper than this in any operation. */
const deepestAttr = 16;
const longestDim = 1000;
const numberPattern = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/;
const dtypePattern = /f32|f64|i32|bool/;
const specialLiterals: ReadonlySet<string> = new Set(["inf", "-inf", "nan", "-0"]);

/**
 * Reads a graph printed by {@link ./print.ts}.
 *
 * @throws CompileError FG190 with the line where the text is malformed.
 */
export function parseGraph(text: string, registry: ReadonlyMap<string, Op>): Graph {
  return new GraphReader(new Cursor(text), registry).readGraph();
}

/** The text and how far it is read; white space and `//` comments separate tokens. */
class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes what the pattern matches here, if anything. */
  accept(pattern: RegExp | string): string | undefined {
    this.#skipSpace();
    if (typeof pattern === "string") {
      if (!this.#text.startsWith(pattern, this.#at)) return undefined;
      this.#at += pattern.length;
      return pattern;
    }
    const sticky = new RegExp(pattern.source, `${pattern.flags}y`);
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  expect(pattern: RegExp | string, what: string): string {
    return this.accept(pattern) ?? this.fail(`expected ${what}`);
  }

  /** Items separated by commas, up to the closing bracket. */
  list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    while (this.accept(close) === undefined) {
      if (items.length > 0) this.expect(",", `"," or "${close}"`);
      items.push(item());
    }
    return items;
  }

  /** The text up to the parenthesis that closes the one just taken; takes it too. */
  untilClosing(): string {
    const start = this.#at;
    let open = 1;
    for (; open > 0; this.#at++) {
      const character = this.#text[this.#at];
      if (character === undefined) this.fail('expected ")"');
      open += character === "(" ? 1 : character === ")" ? -1 : 0;
    }
    return this.#text.slice(start, this.#at - 1);
  }

  fail(message: string): never {
    const before = this.#text.slice(0, this.#at);
    const line = before.split("\n").length;
    throw new CompileError([
      {
        code: "FG190",
        severity: "error",
        message: `textual IR is malformed in line ${line}: ${message}`,
        accepted: "the form printed by the compiler",
      },
    ]);
  }

  #skipSpace(): void {
    const space = /(?:\s|\/\/[^\n]*)*/y;
    space.lastIndex = this.#at;
    this.#at += space.exec(this.#text)?.[0].length ?? 0;
  }
}

class GraphReader {
  readonly #cursor: Cursor;
  readonly #registry: ReadonlyMap<string, Op>;
  readonly #inputs = new Map<string, Node>();
  readonly #nodes = new Map<string, Node>();
  readonly #step: Origin["step"] = { line: { text: "" } };

  constructor(cursor: Cursor, registry: ReadonlyMap<string, Op>) {
    this.#cursor = cursor;
    this.#registry = registry;
  }

  readGraph(): Graph {
    const cursor = this.#cursor;
    cursor.expect("graph", '"graph"');
    const graph = this.#readBlock(cursor.expect(namePattern, "the name of the graph"));
    if (cursor.accept(/\S/) !== undefined) cursor.fail("expected nothing after the graph");
    return graph;
  }

  /** The body of a loop, after the word. */
  readBody(): Region {
    const { inputs, outputs } = this.#readBlock("body");
    const named = (name: RegExp) =>
      outputs.flatMap((output) => (name.test(output.name) ? [output.node] : []));
    return makeRegion({
      inputs,
      proceed: named(/^while$/)[0] ?? null,
      next: named(/^next\d+$/),
      records: named(/^record\d+$/),
    });
  }

  #readBlock(name: string): Graph {
    const cursor = this.#cursor;
    cursor.expect("(", '"("');
    cursor.list(")", () => this.#readInput());
    cursor.expect("{", '"{"');
    let phase: Origin["phase"] = "forward";
    while (cursor.accept(/return\b/) === undefined) {
      const label = cursor.accept(/(?:forward|backward)(?=\s*:)/);
      if (label === undefined) {
        withOrigin({ step: this.#step, phase }, () => this.#readNode());
      } else {
        cursor.expect(":", '":"');
        phase = label === "forward" ? "forward" : "backward";
      }
    }
    const outputs = withOrigin({ step: this.#step, phase }, () =>
      cursor.list("}", () => this.#readOutput()),
    );
    return { name, inputs: [...this.#inputs.values()], outputs };
  }

  #readInput(): void {
    const name = this.#cursor.expect(namePattern, "the name of an input");
    this.#cursor.expect(":", '":"');
    const { dtype, shape } = this.#readType();
    if (this.#inputs.has(name)) this.#cursor.fail(`input ${name} is declared twice`);
    this.#inputs.set(name, this.#make("input", [], { name, dtype, shape }, name));
  }

  #readNode(): void {
    const cursor = this.#cursor;
    const number = cursor.expect(/%\d+/, 'a node such as "%0 = …", or "return"');
    const naming = this.#readNaming();
    cursor.expect("=", '"="');
    const op = cursor.expect(namePattern, "the name of an operation");
    cursor.expect("(", '"("');
    const operands = cursor.list(")", () => this.#readOperand());
    const attrs: Attrs =
      cursor.accept("{") === undefined
        ? {}
        : Object.fromEntries(cursor.list("}", () => this.#readEntry()));
    cursor.expect(":", '":" and a type');
    const type = this.#readType();
    if (this.#nodes.has(number)) cursor.fail(`${number} is defined twice`);
    const region =
      cursor.accept(/body(?=\s*\()/) === undefined
        ? undefined
        : new GraphReader(cursor, this.#registry).readBody();
    const node = this.#make(op, operands, attrs, naming, region);
    if (!sameType(node.type, type)) {
      cursor.fail(`${number} is said to be ${formatType(type)} and is ${formatType(node.type)}`);
    }
    this.#nodes.set(number, node);
  }

  #readNaming(): Naming {
    if (this.#cursor.accept(":") === undefined) return {};
    const derived = this.#cursor.accept("~") !== undefined;
    const name = this.#cursor.expect(namePattern, "a name");
    return derived ? { name, derivedName: true } : { name };
  }

  #readOutput(): Output {
    const name = this.#cursor.expect(namePattern, "the name of an output");
    this.#cursor.expect("=", '"="');
    return { name, node: this.#readOperand() };
  }

  #readOperand(): Node {
    const cursor = this.#cursor;
    const number = cursor.accept(/%\d+/);
    if (number !== undefined)
      return this.#nodes.get(number) ?? cursor.fail(`${number} is used before it is defined`);
    const literal = cursor.accept("-inf") ?? cursor.accept(numberPattern);
    if (literal !== undefined) return this.#makeConstant(literal);
    const name = cursor.expect(namePattern, "an operand");
    const input = this.#inputs.get(name);
    if (input !== undefined) return input;
    if (name === "inf" || name === "nan") return this.#makeConstant(name);
    if (name !== "size") return cursor.fail(`there is no input ${name}`);
    cursor.expect("(", '"("');
    const dim = this.#toDim(cursor.untilClosing());
    return this.#make("size", [], { dim });
  }

  #makeConstant(literal: string): Node {
    const suffix = this.#cursor.accept(/:(?:f32|f64|i32|bool)/);
    const value = specialLiterals.has(literal) ? literal : Number(literal);
    return this.#make("constant", [], {
      value,
      dtype: suffix?.slice(1) ?? "f64",
    });
  }

  /** @throws CompileError FG190, whatever the operation finds wrong with its operands. */
  #make(
    opName: string,
    inputs: readonly Node[],
    attrs: Attrs,
    naming: Naming | string = {},
    region?: Region,
  ): Node {
    const op = this.#registry.get(opName) ?? this.#cursor.fail(`there is no operation ${opName}`);
    if ((op.lowering.kind === "loop") !== (region !== undefined))
      this.#cursor.fail(region === undefined ? "a loop needs a body" : `${opName} takes no body`);
    try {
      return makeNode(region === undefined ? op : { ...op, region }, inputs, attrs, naming);
    } catch (error) {
      return this.#cursor.fail(error instanceof Error ? error.message : String(error));
    }
  }

  #readType(): TensorType {
    const dtype = this.#cursor.expect(dtypePattern, "f32, f64, i32 or bool");
    const shape =
      this.#cursor.accept("[") === undefined ? [] : this.#cursor.list("]", () => this.#readDim());
    return { dtype: dtype as DType, shape };
  }

  #readDim(): Dim {
    return this.#toDim(this.#cursor.expect(/[^,\]{}]+/, "a size"));
  }

  #toDim(text: string): Dim {
    const dim = text.length > longestDim ? undefined : parseDim(text);
    return dim ?? this.#cursor.fail(`${text.slice(0, 40)} is not a size`);
  }

  #readEntry(): [string, Attr] {
    const key = this.#cursor.expect(namePattern, "the name of an attribute");
    this.#cursor.expect(":", '":"');
    return [key, this.#readAttr(0)];
  }

  #readAttr(depth: number): Attr {
    const cursor = this.#cursor;
    if (depth > deepestAttr) cursor.fail("lists are nested too deeply");
    if (cursor.accept("[") !== undefined) return cursor.list("]", () => this.#readAttr(depth + 1));
    const quoted = cursor.accept(/"(?:[^"\\\n]|\\.)*"/);
    if (quoted !== undefined) return this.#unquote(quoted);
    const text = cursor.expect(/[^,\]}\n]+/, "an attribute").trim();
    if (text === "null") return null;
    if (text === "true" || text === "false") return text === "true";
    const number = new RegExp(`^${numberPattern.source}$`);
    if (number.test(text)) return Number(text);
    const dim = text.length > longestDim ? undefined : parseDim(text);
    return dim ?? cursor.fail(`${text.slice(0, 40)} is not an attribute`);
  }

  #unquote(quoted: string): string {
    try {
      return String(JSON.parse(quoted));
    } catch {
      return this.#cursor.fail(`${quoted} is not a text`);
    }
  }
}
