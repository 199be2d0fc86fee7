import { ts } from "./api.js";
import type { FunctionDeclaration } from "../tree.js";

export type Documentation = Pick<FunctionDeclaration, "doc" | "tags">;

/** The documentation comment right before a node, and its tags. */
export function documentationOf(file: ts.SourceFile, node: ts.Node): Documentation {
  const comments = ts.getLeadingCommentRanges(file.text, node.pos) ?? [];
  const texts = comments.map(({ pos, end }) => file.text.slice(pos, end));
  const comment = texts.findLast((text) => /^\/\*\*[^/]/.test(text));
  return comment === undefined ? { tags: [] } : parseComment(comment);
}

function parseComment(comment: string): Documentation {
  const lines = comment
    .slice(3, -2)
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd());
  const text: string[] = [];
  const tags: { name: string; lines: string[] }[] = [];
  for (const line of lines) {
    const [, name, rest] = /^\s*@([\w-]+)\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) tags.push({ name, lines: [rest ?? ""] });
    else (tags.at(-1)?.lines ?? text).push(line);
  }
  const doc = text.join("\n").trim();
  return {
    doc: doc === "" ? undefined : doc,
    tags: tags.map((tag) => ({
      name: tag.name,
      text: tag.lines.join("\n").trim(),
    })),
  };
}
