/** Small pieces of text in the formatter's style: what fits a line stays on it. */
import { printWidth } from "./width.js";

/** `name(a, b): Result {`, broken as the formatter breaks it. */
export function signature(
  head: string,
  parameters: readonly string[],
  tail: string,
): readonly string[] {
  const flat = `${head}(${parameters.join(", ")})${tail}`;
  if (flat.length <= printWidth) return [flat];
  return [`${head}(`, ...parameters.map((parameter) => `  ${parameter},`), `)${tail}`];
}

/** `const { a, b } = source;`, or nothing if there are no names. */
export function destructure(names: readonly string[], source: string): readonly string[] {
  return names.length === 0
    ? []
    : braced("const ", names, ` = ${source};`).map((line) => `  ${line}`);
}

/** `head{ a, b }tail` on one line if it fits two columns in, else an item a line. */
export function braced(head: string, items: readonly string[], tail: string): readonly string[] {
  const flat = `${head}{ ${items.join(", ")} }${tail}`;
  if (flat.length + 2 <= printWidth) return [flat];
  return [`${head}{`, ...items.map((item) => `  ${item},`), `}${tail}`];
}

/** An import, an item a line where it is long. */
export function importLine(names: readonly string[], from: string): readonly string[] {
  if (names.length === 0) return [];
  const flat = `import { ${names.join(", ")} } from "${from}";`;
  if (flat.length <= printWidth) return [flat];
  return ["import {", ...names.map((name) => `  ${name},`), `} from "${from}";`];
}

/** A documentation comment of one or more lines. */
export function docComment(lines: readonly string[]): readonly string[] {
  const safe = lines.map((line) => line.replaceAll("*/", "*\\/"));
  if (safe.length === 1) return [`/** ${safe[0]} */`];
  return ["/**", ...safe.map((line) => (line === "" ? " *" : ` * ${line}`)), " */"];
}

/** An object literal, an item a line: the formatter keeps it so. */
export function objectLines(
  open: string,
  items: readonly string[],
  close: string,
): readonly string[] {
  const indent = `${/^ */.exec(open)?.[0] ?? ""}  `;
  return [open, ...items.map((item) => `${indent}${item},`), close];
}

/** A call as a statement, an argument a line where it is long. */
export function callLines(
  callee: string,
  parts: readonly string[],
  indent: string,
): readonly string[] {
  const flat = `${indent}${callee}(${parts.join(", ")});`;
  if (flat.length <= 80) return [flat];
  return [`${indent}${callee}(`, ...parts.map((part) => `${indent}  ${part},`), `${indent});`];
}
