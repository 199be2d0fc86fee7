import type { DiagnosticSink, SourceFile } from "../../diagnostic.js";
import { reportTooDeep } from "../depth.js";
import { ts } from "./api.js";
import { isSafeToParse } from "./prescan.js";

/**
 * Parses a file into TypeScript's own tree. Problems go to `sink`; without a
 * tree fit for use, the result is undefined.
 */
export function readTypeScript(
  source: SourceFile,
  sink: DiagnosticSink,
): ts.SourceFile | undefined {
  if (!isSafeToParse(source, sink)) return undefined;
  const file = parse(source, sink);
  if (file === undefined) return undefined;
  const { parseDiagnostics } = file as WithParseDiagnostics;
  for (const { start, length, messageText } of parseDiagnostics) {
    const message = ts.flattenDiagnosticMessageText(messageText, "\n");
    sink.error("FG101", withoutFullStop(message), {
      file: source.path,
      start,
      end: start + length,
    });
  }
  return parseDiagnostics.length > 0 ? undefined : file;
}

/** The syntax errors of a file, which TypeScript keeps there without declaring it. */
interface WithParseDiagnostics extends ts.SourceFile {
  readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[];
}

function parse(source: SourceFile, sink: DiagnosticSink): ts.SourceFile | undefined {
  try {
    return createSourceFile(source.text);
  } catch (failure) {
    // A failed parse leaves notes behind that would mislead the next; parsing
    // anything to its end clears them.
    createSourceFile("");
    const span = { file: source.path, start: 0, end: 0 };
    if (failure instanceof RangeError) reportTooDeep(sink, span);
    else sink.error("FG101", "this file cannot be parsed", span);
    return undefined;
  }
}

function createSourceFile(text: string): ts.SourceFile {
  return ts.createSourceFile(
    "model.ts",
    text,
    {
      languageVersion: ts.ScriptTarget.Latest,
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    },
    false,
    ts.ScriptKind.TS,
  );
}

function withoutFullStop(message: string): string {
  return message.replace(/\.$/, "");
}
