import type { DiagnosticCode, DiagnosticDetails, DiagnosticSink, Span } from "../../diagnostic.js";
import { MAX_DEPTH, reportTooDeep } from "../depth.js";
import type { ts } from "./api.js";

/** What the conversion of one file carries along. */
export class Context {
  readonly file: ts.SourceFile;
  readonly #path: string;
  readonly #sink: DiagnosticSink;
  #depth = 0;
  #tooDeep = false;

  constructor(file: ts.SourceFile, path: string, sink: DiagnosticSink) {
    this.file = file;
    this.#path = path;
    this.#sink = sink;
  }

  span(node: ts.Node): Span {
    const start = node.getStart(this.file);
    return { file: this.#path, start, end: Math.max(start, node.end) };
  }

  /** Reports that something is outside the accepted language. `found` names it in the author's words. */
  refuse(
    code: DiagnosticCode,
    node: ts.Node,
    found: string,
    details: DiagnosticDetails = {},
  ): void {
    const message = `${found} is not accepted`;
    this.#sink.error(code, message, this.span(node), details);
  }

  error(
    code: DiagnosticCode,
    node: ts.Node,
    message: string,
    details: DiagnosticDetails = {},
  ): void {
    this.#sink.error(code, message, this.span(node), details);
  }

  /** Converts one level further down; gives `otherwise` below the deepest level, which is reported once. */
  nested<T>(node: ts.Node, convert: () => T, otherwise: T): T {
    if (this.#depth >= MAX_DEPTH) {
      // Siblings at the same depth would all say the same.
      if (!this.#tooDeep) reportTooDeep(this.#sink, this.span(node));
      this.#tooDeep = true;
      return otherwise;
    }
    this.#depth += 1;
    const converted = convert();
    this.#depth -= 1;
    return converted;
  }
}
