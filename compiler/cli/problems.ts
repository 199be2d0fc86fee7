import { CompileError, type Diagnostic, type DiagnosticCode } from "../diagnostic.js";
import { renderDiagnostic } from "../frame.js";
import type { Io } from "./io.js";

/** A problem with the use of the tool, as the error that all commands report. */
export function toolError(
  code: DiagnosticCode,
  message: string,
  details: { readonly accepted?: string; readonly hint?: string } = {},
): CompileError {
  return new CompileError([{ code, severity: "error", message, ...details }]);
}

/** Prints diagnostics with their code frames to the error stream. */
export function report(
  io: Io,
  diagnostics: readonly Diagnostic[],
  files: Readonly<Record<string, string>> = {},
): void {
  const texts = new Map(Object.entries(files));
  const frames = diagnostics.map((each) => renderDiagnostic(each, texts, { color: io.errColor }));
  if (frames.length > 0) io.err(`${frames.join("\n\n")}\n`);
  if (frames.length > 1) io.err(`\n${countText(diagnostics)}\n`);
}

/** `2 errors, 1 warning`. */
function countText(diagnostics: readonly Diagnostic[]): string {
  const counts = (["error", "warning"] as const).map((severity) => {
    const count = diagnostics.filter((each) => each.severity === severity).length;
    return count === 0 ? "" : `${count} ${severity}${count === 1 ? "" : "s"}`;
  });
  return counts.filter((text) => text !== "").join(", ");
}

/** Prints any error; one that is no diagnostic is a bug of ours. */
export function reportError(
  io: Io,
  error: unknown,
  files: Readonly<Record<string, string>> = {},
): void {
  if (error instanceof CompileError) {
    report(io, error.diagnostics, files);
    return;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  report(io, [
    {
      code: "FG599",
      severity: "error",
      message: `error in the compiler: ${message}`,
      hint: "this is a bug in flatgrad; please report it, with the program if you can",
    },
  ]);
  if (io.debug && stack !== undefined) io.err(`${stack}\n`);
}
