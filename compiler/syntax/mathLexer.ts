import type { DiagnosticSink, SourceFile, Span } from "../diagnostic.js";

export type TokenKind =
  | "number"
  | "name"
  | "string"
  /** An operator or a bracket; `text` says which. */
  | "operator"
  /** The end of a statement: `;` or a line break outside brackets. */
  | "separator"
  /** Something unreadable that has been reported already. */
  | "error"
  | "end";

export interface Token {
  readonly kind: TokenKind;
  /** As written, except that a string's quotes and escapes are resolved. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const BLANK = /[^\S\n\r\u2028\u2029]+|(?:#|\/\/)[^\n\r\u2028\u2029]*/y;
const LINE_BREAK = /[\n\r\u2028\u2029]/y;
const NUMBER = /(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const NUMBER_TAIL = /[\p{ID_Continue}.]+/uy;
const NAME = /[\p{ID_Start}_]\p{ID_Continue}*/uy;
const STRING = /"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'/y;
const OPERATOR = /\.\.\.|\*\*=|\*\*|==|!=|<=|>=|&&|\|\||[-+*/%@^]=|[-+*/%^@<>=!?:,.()[\]{}]/y;
const UNKNOWN = /[^\s\p{ID_Continue}"'#;\-+*/%^@<>=!?:,.()[\]{}]+|[\s\S]/uy;

/** What to write instead of signs that mathematics has and this language has not. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["×", "write `*` for a product"],
  ["·", "write `*` for a product, `@` for a matrix product"],
  ["−", "write the ASCII minus `-`"],
  ["–", "write the ASCII minus `-`"],
  ["÷", "write `/` for a division"],
  ["²", "write `^2`"],
  ["³", "write `^3`"],
  ["√", "write `sqrt(x)`"],
  ["∑", "write `sum(x)`"],
  ["≤", "write `<=`"],
  ["≥", "write `>=`"],
  ["≠", "write `!=`"],
  ["|", "write `abs(x)` for a modulus, `||` for a logical or"],
  ["&", "write `&&` for a logical and"],
  ["'", "write `x.T` for a transpose; a string needs its closing `'`"],
  ['"', 'close the string with `"`'],
]);

/** Splits a math string into tokens, the last of which is `end`. Reports what it cannot read. */
export function tokenize(source: SourceFile, sink: DiagnosticSink): readonly Token[] {
  return new Lexer(source, sink).run();
}

class Lexer {
  readonly #source: SourceFile;
  readonly #sink: DiagnosticSink;
  readonly #tokens: Token[] = [];
  /** Open brackets: a line break ends a statement only outside `(` and `[`. */
  readonly #brackets: string[] = [];
  #position = 0;

  constructor(source: SourceFile, sink: DiagnosticSink) {
    this.#source = source;
    this.#sink = sink;
  }

  run(): readonly Token[] {
    while (this.#position < this.#source.text.length) this.#next();
    this.#push("end", "", this.#position);
    return this.#tokens;
  }

  #next(): void {
    const start = this.#position;
    if (this.#match(BLANK) !== undefined) return;
    if (this.#match(LINE_BREAK) !== undefined) return this.#lineBreak(start);
    if (this.#source.text[start] === ";") return this.#semicolon(start);
    const number = this.#match(NUMBER);
    if (number !== undefined) return this.#number(number, start);
    const name = this.#match(NAME);
    if (name !== undefined) return this.#push("name", name, start);
    const string = this.#match(STRING);
    if (string !== undefined) {
      return this.#push("string", unescape(string), start);
    }
    const operator = this.#match(OPERATOR);
    if (operator !== undefined) return this.#operator(operator, start);
    this.#unknown(start);
  }

  #lineBreak(start: number): void {
    const open = this.#brackets.at(-1);
    const previous = this.#tokens.at(-1);
    if (open === "(" || open === "[") return;
    if (previous !== undefined && continues(previous)) return;
    this.#push("separator", "\n", start);
  }

  #semicolon(start: number): void {
    this.#position = start + 1;
    // A bracket left open ends with its statement, so that only it is reported.
    while (this.#brackets.length > 0 && this.#brackets.at(-1) !== "{") {
      this.#brackets.pop();
    }
    this.#push("separator", ";", start);
  }

  #number(text: string, start: number): void {
    const tail = this.#match(NUMBER_TAIL);
    if (tail !== undefined) {
      const hint = /^\p{ID_Start}/u.test(tail)
        ? `for a product write \`${text} * ${tail}\``
        : undefined;
      const span = this.#span(start);
      const message = `\`${text}${tail}\` is not a number`;
      this.#sink.error("FG103", message, span, {
        accepted: "decimal numbers such as `2`, `.5` and `1e-3`",
        hint,
      });
      return this.#push("error", text, start);
    }
    const value = text.replaceAll("_", "");
    if (!Number.isFinite(Number(value))) {
      const message = `\`${text}\` is larger than any f64`;
      this.#sink.error("FG103", message, this.#span(start), {
        accepted: "numbers up to about 1.8e308",
        hint: "write `inf` for infinity",
      });
      return this.#push("error", text, start);
    }
    this.#push("number", value, start);
  }

  #operator(text: string, start: number): void {
    if (text === "(" || text === "[" || text === "{") {
      this.#brackets.push(text);
    } else if (text === ")" || text === "]" || text === "}") {
      this.#brackets.pop();
    }
    this.#push("operator", text, start);
  }

  #unknown(start: number): void {
    const text = this.#match(UNKNOWN) ?? "";
    const quote = text === '"' || text === "'";
    if (quote) this.#skipLine();
    const message = quote
      ? "this string is not closed on its line"
      : `\`${text}\` has no meaning in a math string`;
    const code = quote ? "FG102" : "FG114";
    this.#sink.error(code, message, this.#span(start), {
      accepted: quote ? undefined : "names, numbers, operators and brackets",
      hint: INSTEAD.get(text) ?? INSTEAD.get(text[0] ?? ""),
    });
    this.#push("error", text, start);
  }

  #skipLine(): void {
    while (
      this.#position < this.#source.text.length &&
      !/[\n\r;]/.test(this.#source.text[this.#position] ?? "")
    ) {
      this.#position += 1;
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#source.text)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }

  #push(kind: TokenKind, text: string, start: number): void {
    this.#tokens.push({ kind, text, start, end: this.#position });
  }

  #span(start: number): Span {
    return { file: this.#source.path, start, end: this.#position };
  }
}

/** Whether a statement goes on after a line that ends in this token. */
function continues(token: Token): boolean {
  if (token.kind === "name") return /^(?:and|or|not)$/.test(token.text);
  return token.kind === "operator" && !/^(?:[)\]}]|\.\.\.)$/.test(token.text);
}

function unescape(literal: string): string {
  return literal
    .slice(1, -1)
    .replace(/\\(.)/gsu, (_all, char: string) =>
      char === "n" ? "\n" : char === "t" ? "\t" : char,
    );
}
