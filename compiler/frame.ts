import type { Diagnostic, Note, Span } from "./diagnostic.js";

type Paint = (text: string) => string;

/** How to colour parts of a rendered diagnostic. */
export interface Colors {
  readonly red: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
}

const plain: Paint = (text) => text;
const NO_COLORS: Colors = {
  red: plain,
  yellow: plain,
  cyan: plain,
  dim: plain,
  bold: plain,
};

const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/g;
/** Lines shown before and after the span. */
const CONTEXT = 2;
/** Of a span over more lines than this, only the first and the last are shown. */
const MAX_SPAN_LINES = 5;
/** Columns of source shown; a longer line is clipped around the span. */
const MAX_WIDTH = 100;
/** Columns shown left of the span where the line is clipped. */
const MARGIN = 30;
const ELLIPSIS = "…";
const TAB = "    ";

/** The place of an offset in a text. Line and column count from 1, columns in UTF-16 units. */
export function lineAndColumn(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const lines = splitLines(text);
  const index = lineIndexAt(lines, clamp(offset, 0, text.length));
  const start = lines[index]?.start ?? 0;
  return { line: index + 1, column: clamp(offset, 0, text.length) - start + 1 };
}

/**
 * Renders a diagnostic for a terminal: where and what, the lines around it,
 * what would be accepted, and a way out. `files` holds the texts by path; the
 * frame is left out where the text is missing.
 */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  files: ReadonlyMap<string, string>,
  options: { readonly color?: Colors | undefined } = {},
): string {
  const color = options.color ?? NO_COLORS;
  const { code, severity, message, span, accepted, hint } = diagnostic;
  const paint = severity === "error" ? color.red : color.yellow;
  const place = span === undefined ? "" : `${location(span, files, color)} - `;
  const label = `${paint(severity)} ${color.dim(`${code}:`)}`;
  const blocks = [
    `${place}${label} ${color.bold(printable(message))}`,
    ...frameOf(span, files, paint, color),
    ...(diagnostic.notes ?? []).map((note) => renderNote(note, files, color)),
    ...labelled("accepted", accepted, color),
    ...labelled("hint", hint, color),
  ];
  return blocks.join("\n");
}

function renderNote(note: Note, files: ReadonlyMap<string, string>, color: Colors): string {
  const { message, span } = note;
  const place = span === undefined ? "" : `${location(span, files, color)} - `;
  const header = `${place}${color.cyan("note:")} ${printable(message)}`;
  return [header, ...frameOf(span, files, color.cyan, color, 0)].join("\n");
}

function labelled(label: string, text: string | undefined, color: Colors): string[] {
  return text === undefined ? [] : [`${color.cyan(`${label}:`)} ${printable(text)}`];
}

function location(span: Span, files: ReadonlyMap<string, string>, color: Colors): string {
  const path = color.cyan(printable(span.file));
  const text = files.get(span.file);
  if (text === undefined) return path;
  const { line, column } = lineAndColumn(text, span.start);
  return `${path}:${line}:${column}`;
}

interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function splitLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const match of text.matchAll(LINE_BREAK)) {
    const end = match.index;
    lines.push({ text: text.slice(start, end), start, end });
    start = end + match[0].length;
  }
  lines.push({ text: text.slice(start), start, end: text.length });
  return lines;
}

function lineIndexAt(lines: readonly Line[], offset: number): number {
  return lines.findLastIndex(({ start }) => start <= offset);
}

/** The code frame between two empty lines; nothing where there is no text to show. */
function frameOf(
  span: Span | undefined,
  files: ReadonlyMap<string, string>,
  paint: Paint,
  color: Colors,
  context = CONTEXT,
): string[] {
  const text = span === undefined ? undefined : files.get(span.file);
  if (span === undefined || text === undefined) return [];
  const lines = splitLines(text);
  const start = clamp(span.start, 0, text.length);
  const end = clamp(span.end, start, text.length);
  const first = lineIndexAt(lines, start);
  // A span that ends with a line break does not reach into the next line.
  const last = Math.max(first, lineIndexAt(lines, end > start ? end - 1 : end));
  // The line after the last line break is shown only if the span is there.
  const ending = lines.at(-1)?.text === "" ? 2 : 1;
  const to = Math.max(last, Math.min(lines.length - ending, last + context));
  const gutter = String(to + 1).length;
  const shift = shiftOf(lines, first, last, start);
  const rows: string[] = [];
  for (let index = Math.max(0, first - context); index <= to; index += 1) {
    const line = lines[index];
    if (line === undefined) continue;
    if (isElided(index, first, last)) {
      if (index === first + 1) rows.push(color.dim(`  ${ELLIPSIS}`));
      continue;
    }
    const number = color.dim(`  ${String(index + 1).padStart(gutter)} |`);
    rows.push(`${number} ${clip(display(line.text), shift)}`.trimEnd());
    if (index < first || index > last) continue;
    const mark = underline(line, start, end, shift);
    const blank = color.dim(`  ${" ".repeat(gutter)} |`);
    if (mark !== "") rows.push(`${blank} ${paintMark(mark, paint)}`);
  }
  return ["", ...rows, ""];
}

function isElided(index: number, first: number, last: number): boolean {
  return last - first >= MAX_SPAN_LINES && index > first && index < last;
}

/** How many columns to cut off on the left: none, unless a line of the span is too long. */
function shiftOf(lines: readonly Line[], first: number, last: number, start: number): number {
  const line = lines[first];
  if (line === undefined || first !== last) return 0;
  if (widthOf(display(line.text)) <= MAX_WIDTH) return 0;
  const before = widthOf(display(line.text.slice(0, start - line.start)));
  return before + MARGIN < MAX_WIDTH ? 0 : before - MARGIN;
}

/** The `^~~~` under the part of a line that is in the span; `^` only at its start. */
function underline(line: Line, start: number, end: number, shift: number): string {
  const isFirst = start >= line.start;
  const indent = /^\s*/.exec(line.text)?.[0].length ?? 0;
  const from = isFirst ? start - line.start : indent;
  const to = Math.min(end, line.end) - line.start;
  const before = widthOf(display(line.text.slice(0, from))) - shift;
  const wanted = widthOf(display(line.text.slice(from, Math.max(from, to))));
  if (!isFirst && wanted === 0) return "";
  const width = clamp(wanted, 1, Math.max(1, MAX_WIDTH - before));
  const head = isFirst ? "^" : "~";
  return " ".repeat(Math.max(0, before)) + head + "~".repeat(width - 1);
}

function paintMark(mark: string, paint: Paint): string {
  const trimmed = mark.trimStart();
  return " ".repeat(mark.length - trimmed.length) + paint(trimmed);
}

/** The columns of a line from `shift` on, at most {@link MAX_WIDTH}; ellipses stand for the rest. */
function clip(text: string, shift: number): string {
  let column = 0;
  let clipped = "";
  for (const char of text) {
    const width = widthOfChar(char);
    if (column + width > shift + MAX_WIDTH) break;
    if (column >= shift) clipped += char;
    else if (column + width > shift) clipped += " ";
    column += width;
  }
  const total = widthOf(text);
  if (shift > 0 && total > 0) clipped = ELLIPSIS + clipped.slice(1);
  return total > shift + MAX_WIDTH ? clipped + ELLIPSIS : clipped;
}

/** A line as shown: tabs as spaces, and nothing that could steer the terminal. */
function display(line: string): string {
  return printable(line.replaceAll("\t", TAB));
}

const UNPRINTABLE = /(?!\n)\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/** Control and direction characters would move or hide text; a sign stands for each. */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd");
}

function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += widthOfChar(char);
  return width;
}

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\u200b-\u200d]$/u;
const DOUBLE_WIDTH =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$/u;

/** Columns a character takes in a terminal: East Asian characters and emoji take two. */
function widthOfChar(char: string): number {
  if (char >= " " && char <= "~") return 1;
  if (ZERO_WIDTH.test(char)) return 0;
  return DOUBLE_WIDTH.test(char) ? 2 : 1;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
