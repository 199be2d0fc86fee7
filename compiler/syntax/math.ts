import type { DiagnosticSink, SourceFile, Span } from "../diagnostic.js";
import { findTooDeep, reportTooDeep, withinStack } from "./depth.js";
import { Abandoned, type Cursor } from "./mathCursor.js";
import { parseParameters } from "./mathParameters.js";
import { StatementParser } from "./mathStatements.js";
import type { FunctionDeclaration, Module, Parameter, Statement } from "./tree.js";

/** The function that statements without a header make. */
const UNNAMED = "f";

/**
 * Parses a math string: function definitions `f(x, y) = …`, or bare statements,
 * which make a function named `f` of their free names. These parameters are in
 * alphabetical order, numbers in names by value (`w0, w2, w10, x`), and every
 * one an f64 scalar. `pi` and `inf` are constants, `e` is a name like any other.
 *
 * Never throws: all problems go to `sink`, and a statement or function that has
 * one is left out of the result.
 */
export function parseMath(source: SourceFile, sink: DiagnosticSink): Module {
  const parse = () => new MathParser(source, sink).run();
  const functions = withinStack(sink, source.path, parse, []);
  const kept = functions.filter((one) => {
    const deep = findTooDeep(one);
    if (deep !== undefined) reportTooDeep(sink, deep);
    return deep === undefined;
  });
  return {
    path: source.path,
    language: "math",
    imports: [],
    types: [],
    constants: [],
    functions: kept,
  };
}

class MathParser {
  readonly #sink: DiagnosticSink;
  readonly #parser: StatementParser;
  readonly #cursor: Cursor;

  constructor(source: SourceFile, sink: DiagnosticSink) {
    this.#sink = sink;
    this.#parser = new StatementParser(source, sink);
    this.#cursor = this.#parser.cursor;
  }

  run(): FunctionDeclaration[] {
    const definitions: FunctionDeclaration[] = [];
    this.#parser.skipSeparators();
    while (this.#parser.isDefinition()) {
      this.#parser.attempt(() => definitions.push(this.#definition()));
      this.#parser.skipSeparators();
    }
    if (this.#cursor.peek().kind === "end") {
      if (definitions.length === 0 && this.#parser.failures === 0) {
        this.#parser.reportNoResult(this.#cursor.span(0));
      }
      return definitions;
    }
    const unnamed = this.#unnamedFunction(definitions);
    return unnamed === undefined ? definitions : [...definitions, unnamed];
  }

  #definition(): FunctionDeclaration {
    const name = this.#cursor.next();
    const nameSpan = this.#cursor.span(name.start);
    const parameters = parseParameters(this.#cursor);
    this.#parser.enterFunction(namesOf(parameters));
    this.#cursor.next();
    const body = this.#cursor.isAt("{") ? this.#block() : this.#plainBody();
    const span = this.#cursor.span(name.start);
    return declaration(name.text, parameters, body, span, nameSpan);
  }

  #block(): Statement[] {
    const open = this.#cursor.next();
    const failuresBefore = this.#parser.failures;
    const body = this.#parser.statements();
    this.#cursor.close("}", open);
    this.#parser.endStatement();
    if (this.#parser.failures > failuresBefore) throw new Abandoned();
    return this.#parser.withResult(body, open.start);
  }

  #plainBody(): Statement[] {
    const result = this.#parser.expressions.parseTuple();
    if (this.#cursor.isAt("=")) {
      this.#cursor.unexpected("one expression after the header", {
        hint: "put several statements in braces: `f(x) = { a = x^2; a + 1 }`",
      });
    }
    this.#parser.endStatement();
    return [{ kind: "return", value: result, span: result.span }];
  }

  #unnamedFunction(definitions: readonly FunctionDeclaration[]): FunctionDeclaration | undefined {
    const { start } = this.#cursor.peek();
    const failuresBefore = this.#parser.failures;
    this.#parser.enterFunction([]);
    const statements = this.#parser.statements();
    while (this.#cursor.peek().kind !== "end") {
      this.#parser.attempt(() => this.#cursor.unexpected("a statement"));
      this.#cursor.next();
      statements.push(...this.#parser.statements());
    }
    if (this.#parser.failures > failuresBefore) return undefined;
    const span = this.#cursor.span(start, statements.at(-1)?.span.end);
    const taken = definitions.find((one) => one.name === UNNAMED);
    if (taken !== undefined) {
      this.#refuseSecondUnnamed(span, taken);
      return undefined;
    }
    const parameters = this.#freeParameters();
    const body = this.#parser.withResult(statements, start);
    return declaration(UNNAMED, parameters, body, span, span);
  }

  #refuseSecondUnnamed(span: Span, taken: FunctionDeclaration): void {
    const message = `these statements would make a second function \`${UNNAMED}\``;
    this.#sink.error("FG115", message, span, {
      accepted: `statements outside a function only where no \`${UNNAMED}\` is defined`,
      hint: "give them a header of their own: `g(x) = …`",
      notes: [{ message: `\`${UNNAMED}\` is defined here`, span: taken.nameSpan }],
    });
  }

  #freeParameters(): Parameter[] {
    const free = [...this.#parser.free];
    return free
      .toSorted(([a], [b]) => compareNaturally(a, b))
      .map(([name, span]) => ({ pattern: { kind: "name", name, span }, span }));
  }
}

function namesOf(parameters: readonly Parameter[]): string[] {
  return parameters.flatMap(({ pattern }) => (pattern.kind === "name" ? [pattern.name] : []));
}

/** By code unit, but runs of digits by their value: w2 before w10. */
function compareNaturally(a: string, b: string): number {
  const partsA = a.split(/(\d+)/);
  const partsB = b.split(/(\d+)/);
  for (const [index, partA] of partsA.entries()) {
    const partB = partsB[index] ?? "";
    if (partA === partB) continue;
    const difference = Number(partA) - Number(partB);
    if (index % 2 === 1 && difference !== 0) return difference;
    return partA < partB ? -1 : 1;
  }
  return partsA.length - partsB.length;
}

function declaration(
  name: string,
  parameters: readonly Parameter[],
  body: readonly Statement[],
  span: Span,
  nameSpan: Span,
): FunctionDeclaration {
  return { name, parameters, body, exported: true, tags: [], span, nameSpan };
}
