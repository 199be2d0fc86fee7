import type { SourceFile } from "../diagnostic.js";
import type { Node } from "../ir/node.js";
import { constantValue } from "../ops/leaf.js";

const MAX_LENGTH = 60;

/** A value as the author wrote it: its name, or its expression in the file; `x` if that is elsewhere. */
export function quoted(node: Node, { path, text }: SourceFile): string {
  if (node.op.name === "input") return String(node.attrs["name"]);
  if (node.name !== undefined && node.derivedName !== true) return node.name;
  const value = constantValue(node);
  if (value !== undefined) return String(value);
  const { span } = node.origin.step;
  if (span?.file !== path || span.end <= span.start) return "x";
  const expression = text.slice(span.start, span.end).replace(/\s+/g, " ");
  const bare = isEnclosed(expression) ? expression.slice(1, -1).trim() : expression;
  return bare.length > MAX_LENGTH ? `${bare.slice(0, MAX_LENGTH - 1)}…` : bare;
}

/** The text as an operand of `*` and `/`. */
export function bracketed(text: string): string {
  const callee = /^[\w$.]+/.exec(text)?.[0] ?? "";
  const rest = text.slice(callee.length);
  return callee !== "" && (rest === "" || isEnclosed(rest)) ? text : `(${text})`;
}

/** Whether the first bracket closes at the end. */
function isEnclosed(text: string): boolean {
  if (!text.startsWith("(")) return false;
  let depth = 0;
  for (const [i, char] of Array.from(text).entries()) {
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
    if (depth === 0) return i === text.length - 1;
  }
  return false;
}
