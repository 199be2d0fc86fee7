import type { Span } from "../diagnostic.js";
import type { Line } from "../ir/node.js";

const MAX_LENGTH = 100;

// A string is matched first, so that `//` inside one is left alone.
const COMMENT =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\//g;
const MATH_COMMENT = /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?:\/\/|#)[^\n\r\u2028\u2029]*/g;

/** A statement as generated code quotes it: white space folded, without keyword, comments and semicolon. */
export function lineOf(
  source: string | undefined,
  span: Span,
  language: "typescript" | "math",
): Line {
  const written = source?.slice(span.start, span.end) ?? "";
  const comment = language === "math" ? MATH_COMMENT : COMMENT;
  const text = written
    .replace(comment, (_all, string?: string) => string ?? " ")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^(?:const|let|return) /, "")
    .replace(/ ?;$/, "");
  return { text: clip(text), span };
}

function clip(text: string): string {
  const characters = Array.from(text);
  return characters.length <= MAX_LENGTH
    ? text
    : `${characters.slice(0, MAX_LENGTH - 1).join("")}…`;
}
