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
export function destructure(
  names: readonly string[],
  source: string,
  keyword: "const" | "let" = "const",
): readonly string[] {
  if (names.length === 0) return [];
  const left = `  ${keyword} { ${names.join(", ")} } =`;
  const flat = `${left} ${source};`;
  if (flat.length <= printWidth) return [flat];
  // The formatter breaks after `=` only where no name is changed.
  const plain = names.length <= 2 || !names.some((name) => name.includes(":"));
  if (plain && left.length <= printWidth) return [left, `    ${source};`];
  return [`  ${keyword} {`, ...names.map((name) => `    ${name},`), `  } = ${source};`];
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

/** A call as a statement, an argument a line where it is long. */
export function callLines(
  callee: string,
  parts: readonly string[],
  indent: string,
): readonly string[] {
  const flat = `${indent}${callee}(${parts.join(", ")});`;
  if (flat.length <= printWidth) return [flat];
  return [`${indent}${callee}(`, ...parts.map((part) => `${indent}  ${part},`), `${indent});`];
}
