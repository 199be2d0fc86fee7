import type {
  DiagnosticCode,
  DiagnosticDetails,
  DiagnosticSink,
  SourceFile,
  Span,
} from "../diagnostic.js";
import { reportTooDeep } from "./depth.js";
import { tokenize, type Token } from "./mathLexer.js";

/** Ends the parsing of one statement; the parser goes on with the next. Never leaves the parser. */
export class Abandoned extends Error {}

/** The tokens of a math string and a place in them. */
export class Cursor {
  readonly #file: string;
  readonly #sink: DiagnosticSink;
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(source: SourceFile, sink: DiagnosticSink) {
    this.#file = source.path;
    this.#sink = sink;
    this.#tokens = tokenize(source, sink);
  }

  /** The token `ahead` places on; the `end` token beyond the last. */
  peek(ahead = 0): Token {
    const token = this.#tokens[this.#index + ahead] ?? this.#tokens.at(-1);
    return token ?? { kind: "end", text: "", start: 0, end: 0 };
  }

  next(): Token {
    const token = this.peek();
    this.#index += 1;
    return token;
  }

  /** Whether the token `ahead` places on is this operator or bracket. */
  isAt(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "operator" && token.text === text;
  }

  /** Whether the next token is this word. */
  isWord(text: string): boolean {
    const token = this.peek();
    return token.kind === "name" && token.text === text;
  }

  /** Steps over this operator or bracket if it comes next. */
  accept(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.#index += 1;
    return true;
  }

  expect(text: string, where: string): void {
    if (!this.accept(text)) this.unexpected(`\`${text}\` ${where}`);
  }

  /** Expects the bracket that closes `open`. */
  close(text: string, open: Token): void {
    if (this.accept(text)) return;
    const { kind } = this.peek();
    if (kind === "end" || kind === "separator") {
      this.fail("FG102", `\`${open.text}\` is never closed`, this.span(open.start, open.end), {
        hint: `add the missing \`${text}\``,
      });
    }
    this.unexpected(`\`${text}\` or \`,\``, {
      notes: [
        {
          message: `\`${open.text}\` was opened here`,
          span: this.span(open.start, open.end),
        },
      ],
    });
  }

  /** Refuses the next token, saying what would have been accepted in its place. */
  unexpected(accepted: string, details: DiagnosticDetails = {}): never {
    const token = this.peek();
    if (token.kind === "error") throw new Abandoned();
    const span = this.span(token.start, token.end);
    this.fail("FG101", `unexpected ${describe(token)}`, span, {
      accepted,
      ...details,
    });
  }

  fail(code: DiagnosticCode, message: string, span: Span, details: DiagnosticDetails = {}): never {
    this.#sink.error(code, message, span, details);
    throw new Abandoned();
  }

  refuseDepth(span: Span): never {
    reportTooDeep(this.#sink, span);
    throw new Abandoned();
  }

  /** From an offset to another, by default to the end of the last token taken. */
  span(start: number, end = this.#lastEnd()): Span {
    return { file: this.#file, start, end: Math.max(start, end) };
  }

  #lastEnd(): number {
    return this.#tokens[this.#index - 1]?.end ?? 0;
  }
}

function describe(token: Token): string {
  switch (token.kind) {
    case "end":
      return "end of the text";
    case "separator":
      return token.text === ";" ? "`;`" : "end of the line";
    case "number":
      return `number \`${token.text}\``;
    case "string":
      return "string";
    case "name":
      return `name \`${token.text}\``;
    default:
      return `\`${token.text}\``;
  }
}
