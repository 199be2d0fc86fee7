import { lineAndColumn } from "../frame.js";
import type { Dim } from "../ir/dim.js";
import { sizesOf } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { formatType } from "../ir/type.js";
import { costText, dimText, memoryRows, storedBytes } from "../memoryReport.js";
import { bytesOf, type MemoryRow } from "../memoryRow.js";
import { compile, type BuiltFunction, type CompileOptions } from "../pipeline.js";
import type { Io } from "./io.js";
import { report, toolError } from "./problems.js";
import type { Program } from "./project.js";
import { table } from "./table.js";

const headings = ["value", "type", "bytes", "line", "decision", "computing it again", "read by"];

/** `flatgrad explain-memory`: what the backward pass reads of the forward pass, and why it is kept. */
export function explainMemory(program: Program, options: CompileOptions, io: Io): number {
  const { functions, diagnostics } = compile(program.source, options);
  report(io, diagnostics, program.files);
  if (functions.length === 0) throw toolError("FG503", "there is no function to explain");
  const { sizes = {} } = options;
  const known = new Set(functions.flatMap(({ memory }) => sizesOf(memory.lowered)));
  const unknown = Object.keys(sizes).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw toolError("FG502", `there is no size \`${unknown}\``, {
      accepted: known.size === 0 ? "none: all sizes are numbers" : [...known].toSorted().join(", "),
    });
  const texts = functions.map((built) => explained(built, program, sizes, io));
  io.out(`${texts.join("\n\n")}\n`);
  return 0;
}

function explained(
  { model, memory }: BuiltFunction,
  { files }: Program,
  sizes: NonNullable<CompileOptions["sizes"]>,
  io: Io,
): string {
  const rows = memoryRows(memory, model.graph.outputs.length);
  const title = io.outColor.bold(`${model.name}: what its gradient reads of its forward pass`);
  if (rows.length === 0) return `${title}\nnothing but the inputs and single numbers`;
  const cells = rows.flatMap((row) => rowCells(row, files, sizes));
  const total = `stored: ${dimText(storedBytes(rows), sizes)} bytes`;
  const plain = plainTrips([...cells.flat(), total]);
  const most =
    memory.recomputed.size === 0
      ? ""
      : `; with what is computed again at most ${memory.bytes} at once`;
  const lines = cells.map((line) => line.map(plain));
  return [title, table(headings, lines, io.outColor), `${plain(total)}${most}`].join("\n");
}

/** A line for each operation that reads the value; the first says what the value is. */
function rowCells(
  row: MemoryRow,
  files: Program["files"],
  sizes: NonNullable<CompileOptions["sizes"]>,
): readonly (readonly string[])[] {
  const type = { ...row.type, shape: row.type.shape.map((dim) => knownDim(dim, sizes)) };
  const own = [
    row.label,
    formatType(type),
    dimText(bytesOf(row.type), sizes),
    lineOf(row.node, files),
    row.decision,
    costText(row, sizes),
  ];
  const blank = own.map(() => "");
  const readings = row.readings.map(({ text, node }) => {
    const line = lineOf(node, files);
    return line === "" ? text : `${text} (line ${line})`;
  });
  return [[...own, readings[0] ?? ""], ...readings.slice(1).map((text) => [...blank, text])];
}

function knownDim(dim: Dim, sizes: NonNullable<CompileOptions["sizes"]>): Dim {
  const text = dimText(dim, sizes);
  return /^\d+$/.test(text) ? Number(text) : dim;
}

/** The line of a node; of another file than the only one, with its path. */
function lineOf({ origin }: Node, files: Program["files"]): string {
  const span = origin.step.span ?? origin.step.line.span;
  const text = span === undefined ? undefined : files[span.file];
  if (span === undefined || text === undefined) return "";
  const { line } = lineAndColumn(text, span.start);
  return Object.keys(files).length > 1 ? `${span.file}:${line}` : String(line);
}

/** Numbers of iterations that are known only while running, numbered in the order in which they are met. */
function plainTrips(texts: readonly string[]): (text: string) => string {
  const names = [...new Set(texts.flatMap((text) => text.match(/trips\$\d+/g) ?? []))];
  return (text) =>
    text.replaceAll(/trips\$\d+/g, (name) => {
      const k = names.indexOf(name);
      return k === 0 ? "trips" : `trips${k + 1}`;
    });
}
