import type { DiagnosticSink, SourceFile, Span } from "../../diagnostic.js";
import { MAX_DEPTH, reportTooDeep } from "../depth.js";
import { KindMap, kindSet, ts } from "./api.js";

/**
 * Where TypeScript's parser meets one of these it tries several readings in
 * turn, and nested ones cost it time exponential in their number. None is
 * accepted in a model, so more than a few are refused before it sees them.
 */
const BACKTRACKING = new KindMap<string>(() => [
  [ts.SyntaxKind.AsyncKeyword, "an `async` function"],
  [ts.SyntaxKind.AtToken, "a decorator"],
]);
const MAX_BACKTRACKING = 4;

/** So does a `<` that begins an expression or a type, as in `<T>x` and `<T>() => x`. */
const LEADING_ANGLE = "`<…>` before a value";

/** The same holds of other `<`, which may open type arguments, as long as no `>` closes it. */
const MAX_OPEN_ANGLES = 10;

/** Tokens that can end a value, so that a `<` after them compares it or gives it type arguments. */
const VALUE_ENDS = kindSet(() => [
  ts.SyntaxKind.Identifier,
  ts.SyntaxKind.NumericLiteral,
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.CloseParenToken,
  ts.SyntaxKind.CloseBracketToken,
  ts.SyntaxKind.CloseBraceToken,
  ts.SyntaxKind.ThisKeyword,
  ts.SyntaxKind.TrueKeyword,
  ts.SyntaxKind.FalseKeyword,
]);

/** The parser also reads the first half of `<<` as a `<`. */
const ANGLES = kindSet(() => [
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanLessThanToken,
  ts.SyntaxKind.LessThanLessThanEqualsToken,
]);

/** Words that no expression and no type can hold: without semicolons, comparisons end here. */
const STATEMENT_STARTS = kindSet(() => [
  ts.SyntaxKind.ConstKeyword,
  ts.SyntaxKind.VarKeyword,
  ts.SyntaxKind.ReturnKeyword,
  ts.SyntaxKind.IfKeyword,
  ts.SyntaxKind.ElseKeyword,
  ts.SyntaxKind.ForKeyword,
  ts.SyntaxKind.WhileKeyword,
  ts.SyntaxKind.DoKeyword,
  ts.SyntaxKind.BreakKeyword,
  ts.SyntaxKind.ContinueKeyword,
  ts.SyntaxKind.ExportKeyword,
]);

/** Tokens that may stand before or after a value. */
const EITHER_SIDE = kindSet(() => [
  ts.SyntaxKind.ExclamationToken,
  ts.SyntaxKind.PlusPlusToken,
  ts.SyntaxKind.MinusMinusToken,
]);

/**
 * Looks over the tokens of a file for what would overflow the stack of
 * TypeScript's parser, or keep it busy without end. Brackets inside template
 * strings and regular expressions count too; no model has either.
 */
export function isSafeToParse(source: SourceFile, sink: DiagnosticSink): boolean {
  return new Prescan(source, sink).run();
}

class Prescan {
  readonly #path: string;
  readonly #sink: DiagnosticSink;
  readonly #scanner = ts.createScanner(ts.ScriptTarget.Latest, true);
  /** For each open bracket, and the file itself, how many `<` are open right inside. */
  readonly #angles = [0];
  #openAngles = 0;
  #isAfterValue = false;
  #deepest = { depth: 0, start: 0 };
  #mostAngles = { depth: 0, start: 0 };
  readonly #backtracking: { found: string; span: Span }[] = [];

  constructor(source: SourceFile, sink: DiagnosticSink) {
    this.#path = source.path;
    this.#sink = sink;
    this.#scanner.setText(source.text);
  }

  run(): boolean {
    for (;;) {
      const token = this.#scanner.scan();
      if (token === ts.SyntaxKind.EndOfFileToken) break;
      this.#look(token);
      if (!EITHER_SIDE.has(token)) this.#isAfterValue = VALUE_ENDS.has(token);
    }
    return this.#isDepthSafe() && this.#isBacktrackingSafe() && this.#isAngleSafe();
  }

  #look(token: ts.SyntaxKind): void {
    if (STATEMENT_STARTS.has(token)) this.#endStatement();
    const isLeadingAngle = ANGLES.has(token) && !this.#isAfterValue;
    const found = isLeadingAngle ? LEADING_ANGLE : BACKTRACKING.get(token);
    if (found !== undefined) {
      const start = this.#scanner.getTokenStart();
      const span = this.#span(start, this.#scanner.getTokenEnd());
      this.#backtracking.push({ found, span });
    }
    switch (token) {
      case ts.SyntaxKind.OpenParenToken:
      case ts.SyntaxKind.OpenBracketToken:
      case ts.SyntaxKind.OpenBraceToken:
        return this.#open();
      case ts.SyntaxKind.CloseParenToken:
      case ts.SyntaxKind.CloseBracketToken:
      case ts.SyntaxKind.CloseBraceToken:
        return this.#close();
      case ts.SyntaxKind.LessThanToken:
        return this.#changeAngles(1);
      case ts.SyntaxKind.LessThanLessThanToken:
        return this.#changeAngles(2);
      case ts.SyntaxKind.GreaterThanToken:
        return this.#changeAngles(-1);
      case ts.SyntaxKind.SemicolonToken:
        return this.#endStatement();
      default:
        return;
    }
  }

  #open(): void {
    this.#angles.push(0);
    const depth = this.#angles.length - 1;
    const start = this.#scanner.getTokenStart();
    if (depth > this.#deepest.depth) this.#deepest = { depth, start };
  }

  #close(): void {
    const inside = this.#angles.pop() ?? 0;
    this.#openAngles -= inside;
    if (this.#angles.length === 0) this.#angles.push(0);
  }

  /** Forgets the `<` right inside the innermost bracket; those around it stay open. */
  #endStatement(): void {
    this.#changeAngles(-(this.#angles.at(-1) ?? 0));
  }

  #changeAngles(change: number): void {
    const before = this.#angles.pop() ?? 0;
    const after = Math.max(0, before + change);
    this.#angles.push(after);
    this.#openAngles += after - before;
    const start = this.#scanner.getTokenStart();
    if (this.#openAngles > this.#mostAngles.depth) {
      this.#mostAngles = { depth: this.#openAngles, start };
    }
  }

  #isDepthSafe(): boolean {
    const { depth, start } = this.#deepest;
    if (depth <= MAX_DEPTH) return true;
    reportTooDeep(this.#sink, this.#span(start, start + 1), depth);
    return false;
  }

  #isAngleSafe(): boolean {
    const angles = this.#mostAngles;
    if (angles.depth <= MAX_OPEN_ANGLES) return true;
    const span = this.#span(angles.start, angles.start + 1);
    const message = `${angles.depth} \`<\` are open here at once`;
    this.#sink.error("FG104", message, span, {
      accepted: `at most ${MAX_OPEN_ANGLES}`,
      hint: "end statements with `;`, and put comparisons in parentheses",
    });
    return false;
  }

  #isBacktrackingSafe(): boolean {
    if (this.#backtracking.length <= MAX_BACKTRACKING) return true;
    for (const { found, span } of this.#backtracking) {
      this.#sink.error("FG109", `${found} is not accepted`, span, {
        accepted: "plain functions and values",
        hint: found === LEADING_ANGLE ? "write `x as T` for `<T>x`" : undefined,
      });
    }
    return false;
  }

  #span(start: number, end: number): Span {
    return { file: this.#path, start, end };
  }
}
