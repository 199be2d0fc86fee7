import type { DiagnosticSink, SourceFile, Span } from "../diagnostic.js";
import { Abandoned, Cursor } from "./mathCursor.js";
import { ExpressionParser, WORDS } from "./mathExpression.js";
import type { BinaryOperator, Expression, Pattern, Statement } from "./tree.js";

/** Names with a value of their own: free, yet no parameters. */
const CONSTANTS: ReadonlySet<string> = new Set(["pi", "inf"]);

const ASSIGNMENTS: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ["+=", "+"],
  ["-=", "-"],
  ["*=", "*"],
  ["/=", "/"],
  ["%=", "%"],
  ["@=", "@"],
  ["^=", "**"],
  ["**=", "**"],
]);

/**
 * Parses the statements of math strings, keeping account of the names of one
 * function at a time. A statement with a problem is reported and left out.
 */
export class StatementParser {
  readonly cursor: Cursor;
  readonly expressions: ExpressionParser;
  /** How many statements and definitions were given up. */
  failures = 0;
  readonly #sink: DiagnosticSink;
  /** Parameters and names assigned so far. */
  #known = new Set<string>();
  /** Names read before any assignment. */
  #free = new Map<string, Span>();

  constructor(source: SourceFile, sink: DiagnosticSink) {
    this.#sink = sink;
    this.cursor = new Cursor(source, sink);
    this.expressions = new ExpressionParser(this.cursor, (name, span) =>
      this.#noteRead(name, span),
    );
  }

  /** Starts a function whose parameters are these. */
  enterFunction(parameters: Iterable<string>): void {
    this.#known = new Set(parameters);
    this.#free = new Map();
  }

  /** The names that the function has read before any assignment, and where first. */
  get free(): ReadonlyMap<string, Span> {
    return this.#free;
  }

  /** `name(` … `) =`, whatever stands between the parentheses. */
  isDefinition(): boolean {
    if (this.cursor.peek().kind !== "name" || !this.cursor.isAt("(", 1)) {
      return false;
    }
    let open = 0;
    for (let ahead = 1; ; ahead += 1) {
      const { kind, text } = this.cursor.peek(ahead);
      if (kind === "end" || kind === "separator") return false;
      if (kind !== "operator") continue;
      if (text === "(") open += 1;
      if (text === ")") open -= 1;
      if (open === 0) return this.cursor.isAt("=", ahead + 1);
    }
  }

  /** Statements up to a `}` or the end. */
  statements(): Statement[] {
    const statements: Statement[] = [];
    this.skipSeparators();
    while (this.cursor.peek().kind !== "end" && !this.cursor.isAt("}")) {
      this.attempt(() => statements.push(this.#statement()));
      this.skipSeparators();
    }
    return statements;
  }

  #statement(): Statement {
    if (this.isDefinition()) this.#refuseLateDefinition();
    const names = this.#assignedNames();
    if (names.length > 0) return this.#assignment(names);
    const { start } = this.cursor.peek();
    const value = this.expressions.parseTuple();
    if (this.cursor.isAt("=") || this.#compound() !== undefined) {
      return this.#elementAssignment(value);
    }
    this.endStatement();
    return { kind: "expression", value, span: this.cursor.span(start) };
  }

  #refuseLateDefinition(): never {
    const { start, end } = this.cursor.peek();
    const span = this.cursor.span(start, end);
    this.cursor.fail("FG115", "this definition comes after statements", span, {
      accepted: "all definitions first, then the statements that use them",
      hint: "move it to the top, or give the statements a header: `g(x) = { …; … }`",
    });
  }

  /** The names before the `=` of `a = …` or `a, b = …`, or before `+=` and the like. */
  #assignedNames(): readonly string[] {
    const names: string[] = [];
    for (let ahead = 0; ; ahead += 2) {
      const token = this.cursor.peek(ahead);
      if (token.kind !== "name" || WORDS.has(token.text)) return [];
      names.push(token.text);
      if (this.cursor.isAt("=", ahead + 1)) return names;
      if (ahead === 0 && this.#compound(1) !== undefined) return names;
      if (!this.cursor.isAt(",", ahead + 1)) return [];
    }
  }

  #compound(ahead = 0): BinaryOperator | undefined {
    const { kind, text } = this.cursor.peek(ahead);
    return kind === "operator" ? ASSIGNMENTS.get(text) : undefined;
  }

  #assignment(names: readonly string[]): Statement {
    const { start } = this.cursor.peek();
    const targets = names.map(() => this.#targetName());
    const targetSpan = this.cursor.span(start);
    const [only] = targets;
    if (only === undefined || targets.length > 1) {
      return this.#destructuring(targets, targetSpan);
    }
    const operator = this.#compound();
    if (operator !== undefined) this.#noteRead(only.name, only.span);
    this.cursor.next();
    const value = this.expressions.parseTuple();
    this.endStatement();
    const span = this.cursor.span(start);
    if (this.#isKnown(only.name)) {
      const base = { kind: "assign" as const, target: only, value, span };
      return operator === undefined ? base : { ...base, operator };
    }
    if (operator !== undefined) {
      return { kind: "assign", target: only, operator, value, span };
    }
    this.#known.add(only.name);
    return { kind: "declare", mutable: true, pattern: only, value, span };
  }

  #targetName(): Extract<Pattern, { kind: "name" }> {
    const token = this.cursor.next();
    const span = this.cursor.span(token.start);
    this.cursor.accept(",");
    return { kind: "name", name: token.text, span };
  }

  #destructuring(elements: readonly Pattern[], span: Span): Statement {
    this.cursor.next();
    const value = this.expressions.parseTuple();
    this.endStatement();
    for (const element of elements) {
      if (element.kind !== "name") continue;
      if (this.#isKnown(element.name)) {
        const message = `\`${element.name}\` has a value already`;
        this.cursor.fail("FG116", message, element.span, {
          accepted: "new names only, where several are assigned at once",
          hint: `assign to new names first, then \`${element.name} = …\``,
        });
      }
      this.#known.add(element.name);
    }
    return {
      kind: "declare",
      mutable: true,
      pattern: { kind: "tuple", elements, span },
      value,
      span: this.cursor.span(span.start),
    };
  }

  #elementAssignment(target: Expression): Statement {
    if (target.kind !== "index" && target.kind !== "member") {
      const message = "this cannot be assigned to";
      this.cursor.fail("FG116", message, target.span, {
        accepted: "a name, or an element such as `x[0]`",
        hint: "write `==` to compare",
      });
    }
    const operator = this.#compound();
    this.cursor.next();
    const value = this.expressions.parseTuple();
    this.endStatement();
    const span = this.cursor.span(target.span.start);
    return { kind: "assign", target, operator, value, span };
  }

  /** Makes the last statement the result: its value, or that of the names it assigns. */
  withResult(statements: readonly Statement[], start: number): Statement[] {
    const last = statements.at(-1);
    const result = last === undefined ? undefined : resultOf(last);
    if (last === undefined || result === undefined) {
      this.reportNoResult(last?.span ?? this.cursor.span(start));
      return [...statements];
    }
    const before = last.kind === "expression" ? -1 : statements.length;
    const { span } = result;
    const returned: Statement = { kind: "return", value: result, span };
    return [...statements.slice(0, before), returned];
  }

  reportNoResult(span: Span): void {
    this.#sink.error("FG117", "there is no result here", span, {
      accepted: "one expression, or statements of which the last has a value",
      hint: "end with the value to compute, as in `a = x^2; a + 1`",
    });
  }

  #noteRead(name: string, span: Span): void {
    if (!this.#isKnown(name) && !CONSTANTS.has(name)) {
      this.#free.set(name, span);
    }
  }

  #isKnown(name: string): boolean {
    return this.#known.has(name) || this.#free.has(name);
  }

  endStatement(): void {
    const { kind } = this.cursor.peek();
    if (kind === "separator" || kind === "end" || this.cursor.isAt("}")) {
      return;
    }
    this.cursor.unexpected("an operator or the end of the statement", {
      hint: this.#hintAfterValue(),
    });
  }

  #hintAfterValue(): string | undefined {
    const { kind, text } = this.cursor.peek();
    if (text === "if" || text === "else") {
      return "write a choice as `condition ? a : b`, or for tensors `where(condition, a, b)`";
    }
    if (kind === "name" || kind === "number") return "for a product write `*`";
    return text === "=" ? "write `==` to compare" : undefined;
  }

  skipSeparators(): void {
    while (this.cursor.peek().kind === "separator") this.cursor.next();
  }

  /** Runs a parser; if it gives up, goes on after the statement it was in. */
  attempt(parse: () => void): void {
    this.expressions.reset();
    try {
      parse();
    } catch (failure) {
      if (!(failure instanceof Abandoned)) throw failure;
      this.failures += 1;
      this.#skipStatement();
    }
  }

  #skipStatement(): void {
    let braces = 0;
    for (;;) {
      const { kind, text } = this.cursor.peek();
      if (kind === "end") return;
      if (braces === 0 && (kind === "separator" || text === "}")) return;
      if (kind === "operator" && text === "{") braces += 1;
      if (kind === "operator" && text === "}") braces -= 1;
      this.cursor.next();
    }
  }
}

function resultOf(last: Statement): Expression | undefined {
  if (last.kind === "expression") return last.value;
  if (last.kind === "assign") {
    return last.target.kind === "name" ? last.target : undefined;
  }
  return last.kind === "declare" ? valueOf(last.pattern) : undefined;
}

function valueOf(pattern: Pattern): Expression | undefined {
  if (pattern.kind === "name") return pattern;
  if (pattern.kind === "object") return undefined;
  const elements = pattern.elements.flatMap((element) =>
    element?.kind === "name" ? [element] : [],
  );
  return { kind: "array", elements, span: pattern.span };
}
