import type { Span } from "../diagnostic.js";
import { MAX_DEPTH } from "./depth.js";
import type { Cursor } from "./mathCursor.js";
import type { Token } from "./mathLexer.js";
import type { BinaryOperator, Expression, Field, IndexItem, UnaryOperator } from "./tree.js";

/** How tightly an operator binds; a higher level binds tighter. */
const LEVEL = { or: 1, and: 2, compare: 4, sum: 5, product: 6, power: 7 };

interface Infix {
  readonly operator: BinaryOperator;
  readonly level: number;
}

const INFIX: ReadonlyMap<string, Infix> = new Map<string, Infix>([
  ["||", { operator: "||", level: LEVEL.or }],
  ["or", { operator: "||", level: LEVEL.or }],
  ["&&", { operator: "&&", level: LEVEL.and }],
  ["and", { operator: "&&", level: LEVEL.and }],
  ["==", { operator: "==", level: LEVEL.compare }],
  ["!=", { operator: "!=", level: LEVEL.compare }],
  ["<", { operator: "<", level: LEVEL.compare }],
  ["<=", { operator: "<=", level: LEVEL.compare }],
  [">", { operator: ">", level: LEVEL.compare }],
  [">=", { operator: ">=", level: LEVEL.compare }],
  ["+", { operator: "+", level: LEVEL.sum }],
  ["-", { operator: "-", level: LEVEL.sum }],
  ["*", { operator: "*", level: LEVEL.product }],
  ["/", { operator: "/", level: LEVEL.product }],
  ["%", { operator: "%", level: LEVEL.product }],
  ["@", { operator: "@", level: LEVEL.product }],
  ["**", { operator: "**", level: LEVEL.power }],
  ["^", { operator: "**", level: LEVEL.power }],
]);

/** `not` binds looser than comparisons, `!` and the signs tighter than products. */
const PREFIX: ReadonlyMap<
  string,
  { readonly operator: UnaryOperator; readonly operandLevel: number }
> = new Map([
  ["-", { operator: "-", operandLevel: LEVEL.power }],
  ["+", { operator: "+", operandLevel: LEVEL.power }],
  ["!", { operator: "!", operandLevel: LEVEL.power }],
  ["not", { operator: "!", operandLevel: LEVEL.compare }],
]);

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
]);

/** Words of the language, which can name nothing. */
export const WORDS: ReadonlySet<string> = new Set([
  ...BOOLEANS.keys(),
  "and",
  "or",
  "not",
  "None",
  "newaxis",
]);

/**
 * A Pratt parser for the expressions of math strings. Throws `Abandoned`, the
 * problem being reported, when it cannot go on.
 */
export class ExpressionParser {
  readonly #cursor: Cursor;
  readonly #read: (name: string, span: Span) => void;
  #depth = 0;

  /** `read` hears of every name used as a value, in order. */
  constructor(cursor: Cursor, read: (name: string, span: Span) => void) {
    this.#cursor = cursor;
    this.#read = read;
  }

  /** Parses a whole expression, ternaries included. */
  parse(): Expression {
    const condition = this.#binary(LEVEL.or);
    if (!this.#cursor.accept("?")) return condition;
    this.#enter();
    const then = this.parse();
    this.#cursor.expect(":", "of the conditional `a ? b : c`");
    const otherwise = this.parse();
    this.#depth -= 1;
    const span = this.#spanFrom(condition);
    return { kind: "conditional", condition, then, otherwise, span };
  }

  /** `e, e, …`: one expression, or with commas an array of them. */
  parseTuple(): Expression {
    const first = this.parse();
    if (!this.#cursor.isAt(",")) return first;
    const elements = [first];
    while (this.#cursor.accept(",") && !this.#isStatementEnd()) {
      elements.push(this.parse());
    }
    return { kind: "array", elements, span: this.#spanFrom(first) };
  }

  /** Called where a statement starts: whatever was abandoned before is over. */
  reset(): void {
    this.#depth = 0;
  }

  #binary(lowest: number): Expression {
    this.#enter();
    let left = this.#prefix();
    for (;;) {
      const infix = this.#infix();
      if (infix === undefined || infix.level < lowest) break;
      this.#cursor.next();
      const { operator, level } = infix;
      // Power is right-associative: 2^3^2 = 2^(3^2).
      const right = this.#binary(level === LEVEL.power ? level : level + 1);
      const span = this.#spanFrom(left);
      left = { kind: "binary", operator, left, right, span };
      if (level === LEVEL.compare) this.#refuseChain();
    }
    this.#depth -= 1;
    return left;
  }

  #infix(): Infix | undefined {
    const { kind, text } = this.#cursor.peek();
    if (kind !== "operator" && kind !== "name") return undefined;
    return INFIX.get(text);
  }

  #refuseChain(): void {
    if (this.#infix()?.level !== LEVEL.compare) return;
    this.#cursor.unexpected("one comparison, or several joined by `&&`", {
      hint: "write `a < b && b < c` for `a < b < c`",
    });
  }

  #prefix(): Expression {
    const { kind, text, start } = this.#cursor.peek();
    const prefix = kind === "operator" || kind === "name" ? PREFIX.get(text) : undefined;
    if (prefix === undefined) return this.#postfix(this.#primary());
    this.#cursor.next();
    const operand = this.#binary(prefix.operandLevel);
    const span = this.#cursor.span(start);
    return { kind: "unary", operator: prefix.operator, operand, span };
  }

  #postfix(start: Expression): Expression {
    let object = start;
    for (;;) {
      if (this.#cursor.isAt("(")) object = this.#call(object);
      else if (this.#cursor.isAt("[")) object = this.#index(object);
      else if (this.#cursor.isAt(".")) object = this.#member(object);
      else return object;
    }
  }

  #primary(): Expression {
    const token = this.#cursor.peek();
    const span = this.#cursor.span(token.start, token.end);
    switch (token.kind) {
      case "number":
        this.#cursor.next();
        return { kind: "number", value: Number(token.text), span };
      case "string":
        this.#cursor.next();
        return { kind: "string", value: token.text, span };
      case "name":
        return this.#name(token, span);
      case "operator":
        if (token.text === "(") return this.#parenthesised(token);
        if (token.text === "[") return this.#list(token);
        return this.#noValue();
      default:
        return this.#noValue();
    }
  }

  #name(token: Token, span: Span): Expression {
    const value = BOOLEANS.get(token.text);
    if (value === undefined && WORDS.has(token.text)) return this.#noValue();
    this.#cursor.next();
    if (value !== undefined) return { kind: "boolean", value, span };
    // A called name is a function, not a value the caller has to bring.
    if (!this.#cursor.isAt("(")) this.#read(token.text, span);
    return { kind: "name", name: token.text, span };
  }

  #noValue(): never {
    const hint = this.#cursor.isAt("{")
      ? "braces belong around the statements of a function: `f(x) = { a = x^2; a + 1 }`"
      : this.#cursor.isAt("=")
        ? "write `==` to compare"
        : undefined;
    this.#cursor.unexpected("a number, a name, `(`, `[` or a sign", { hint });
  }

  #parenthesised(open: Token): Expression {
    this.#cursor.next();
    const inner = this.parse();
    this.#cursor.close(")", open);
    return { ...inner, span: this.#cursor.span(open.start) };
  }

  #list(open: Token): Expression {
    this.#cursor.next();
    const elements: Expression[] = [];
    while (!this.#cursor.isAt("]")) {
      elements.push(this.parse());
      if (!this.#cursor.accept(",")) break;
    }
    this.#cursor.close("]", open);
    return { kind: "array", elements, span: this.#cursor.span(open.start) };
  }

  #call(callee: Expression): Expression {
    const open = this.#cursor.next();
    const positional: Expression[] = [];
    const options: Field[] = [];
    while (!this.#cursor.isAt(")")) {
      if (this.#cursor.peek().kind === "name" && this.#cursor.isAt("=", 1)) {
        options.push(this.#option());
      } else {
        this.#refuseLatePositional(options);
        positional.push(this.parse());
      }
      if (!this.#cursor.accept(",")) break;
    }
    this.#cursor.close(")", open);
    const span = this.#spanFrom(callee);
    return { kind: "call", callee, arguments: positional, options, span };
  }

  #refuseLatePositional(options: readonly Field[]): void {
    const last = options.at(-1);
    if (last === undefined) return;
    this.#cursor.unexpected("options only, after the first option", {
      hint: `move the option \`${last.key}\` to the end of the call`,
    });
  }

  #option(): Field {
    const key = this.#cursor.next();
    this.#cursor.next();
    const value = this.parse();
    return { key: key.text, value, span: this.#cursor.span(key.start) };
  }

  #member(object: Expression): Expression {
    this.#cursor.next();
    const name = this.#cursor.peek();
    if (name.kind !== "name") {
      this.#cursor.unexpected("a property name, as in `x.T`");
    }
    this.#cursor.next();
    return {
      kind: "member",
      object,
      property: name.text,
      propertySpan: this.#cursor.span(name.start),
      span: this.#spanFrom(object),
    };
  }

  #index(object: Expression): Expression {
    const open = this.#cursor.next();
    const items: IndexItem[] = [];
    do {
      if (items.length > 0 && this.#cursor.isAt("]")) break;
      items.push(this.#indexItem());
    } while (this.#cursor.accept(","));
    this.#cursor.close("]", open);
    return { kind: "index", object, items, span: this.#spanFrom(object) };
  }

  #indexItem(): IndexItem {
    const { start } = this.#cursor.peek();
    if (this.#cursor.accept("...")) {
      return { kind: "ellipsis", span: this.#cursor.span(start) };
    }
    if (this.#cursor.isWord("None") || this.#cursor.isWord("newaxis")) {
      this.#cursor.next();
      return { kind: "newAxis", span: this.#cursor.span(start) };
    }
    const first = this.#cursor.isAt(":") ? undefined : this.parse();
    if (first !== undefined && !this.#cursor.isAt(":")) {
      return { kind: "at", index: first, span: first.span };
    }
    this.#cursor.next();
    const stop = this.#sliceBound();
    const step = this.#cursor.accept(":") ? this.#sliceBound() : undefined;
    const span = this.#cursor.span(start);
    return { kind: "slice", start: first, stop, step, span };
  }

  #sliceBound(): Expression | undefined {
    const absent = [":", ",", "]"].some((text) => this.#cursor.isAt(text));
    return absent ? undefined : this.parse();
  }

  #isStatementEnd(): boolean {
    const { kind } = this.#cursor.peek();
    return kind === "separator" || kind === "end" || this.#cursor.isAt("}");
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth <= MAX_DEPTH) return;
    const { start, end } = this.#cursor.peek();
    this.#cursor.refuseDepth(this.#cursor.span(start, end));
  }

  #spanFrom(first: Expression): Span {
    return this.#cursor.span(first.span.start);
  }
}
