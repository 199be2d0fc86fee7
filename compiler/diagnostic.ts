/** Where something stands: offsets into the text of one source file. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** A source file handed to the compiler; `path` is relative to the project. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export type Severity = "error" | "warning";

/** A second place that explains the first: "the other shape comes from here". */
export interface Note {
  readonly message: string;
  readonly span?: Span | undefined;
}

/** One problem in the user's program. The code names an entry of the catalogue. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** What was found, in one sentence without a full stop at the end. */
  readonly message: string;
  readonly span?: Span | undefined;
  /** What would have been accepted here. */
  readonly accepted?: string | undefined;
  /** A way out, as a suggested rewrite where there is one. */
  readonly hint?: string | undefined;
  readonly notes?: readonly Note[] | undefined;
}

/** `FG` and three digits: 1xx syntax, 2xx names and language, 3xx shapes and types, 4xx derivatives, 5xx use of the tool. */
export type DiagnosticCode = `FG${number}`;

/**
 * The one class the compiler throws. It carries every diagnostic of the
 * compilation, errors and warnings, in source order.
 */
export class CompileError extends Error {
  override readonly name = "CompileError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[], rendered?: string) {
    super(rendered ?? diagnostics.map((d) => `${d.code}: ${d.message}`).join("\n"));
    this.diagnostics = diagnostics;
  }
}

/** What {@link DiagnosticSink.error} takes besides code, message and span. */
export interface DiagnosticDetails {
  readonly accepted?: string | undefined;
  readonly hint?: string | undefined;
  readonly notes?: readonly Note[] | undefined;
}

/** Collects diagnostics so that all problems of a file are reported at once. */
export class DiagnosticSink {
  readonly #diagnostics: Diagnostic[] = [];
  readonly #seen = new Set<string>();

  error(code: DiagnosticCode, message: string, span?: Span, details: DiagnosticDetails = {}): void {
    this.add({ code, severity: "error", message, span, ...details });
  }

  warning(
    code: DiagnosticCode,
    message: string,
    span?: Span,
    details: DiagnosticDetails = {},
  ): void {
    this.add({ code, severity: "warning", message, span, ...details });
  }

  /** Adds a diagnostic unless the same one was reported already (a function inlined twice fails twice). */
  add(diagnostic: Diagnostic): void {
    const { code, message, span } = diagnostic;
    const key = `${code} ${span?.file}:${span?.start}:${span?.end} ${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#diagnostics.push(diagnostic);
  }

  get hasErrors(): boolean {
    return this.#diagnostics.some((d) => d.severity === "error");
  }

  /** All diagnostics, by file and position. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics.toSorted(bySourceOrder);
  }

  throwIfErrors(): void {
    if (this.hasErrors) throw new CompileError(this.diagnostics);
  }
}

function bySourceOrder(a: Diagnostic, b: Diagnostic): number {
  const fileA = a.span?.file ?? "";
  const fileB = b.span?.file ?? "";
  if (fileA !== fileB) return fileA < fileB ? -1 : 1;
  return (a.span?.start ?? 0) - (b.span?.start ?? 0);
}
