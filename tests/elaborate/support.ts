import { DiagnosticSink } from "../../compiler/diagnostic.js";
import { elaborate, type ElaborateOptions } from "../../compiler/elaborate/elaborate.js";
import type { ModelFunction } from "../../compiler/elaborate/function.js";
import { renderDiagnostic } from "../../compiler/frame.js";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { nodesOf } from "../../compiler/ir/graph.js";
import type { Value } from "../../compiler/ir/op.js";
import { printGraph } from "../../compiler/ir/print.js";
import { parseMath } from "../../compiler/syntax/math.js";
import { parseTypeScript } from "../../compiler/syntax/typescript.js";

export interface Elaborated {
  readonly functions: readonly ModelFunction[];
  /** Every diagnostic as it is shown. */
  readonly frames: readonly string[];
  readonly codes: readonly string[];
}

/** Elaborates files, the first of which is the entry; `.math` files are math strings. */
export function elaborateFiles(
  files: Readonly<Record<string, string>>,
  options: ElaborateOptions = {},
): Elaborated {
  const sink = new DiagnosticSink();
  const sources = new Map(Object.entries(files));
  const modules = new Map(
    [...sources].map(([path, text]) => {
      const parse = path.endsWith(".math") ? parseMath : parseTypeScript;
      return [path, parse({ path, text }, sink)];
    }),
  );
  const [entry = ""] = sources.keys();
  const functions = elaborate(modules, entry, sink, { sources, ...options });
  const { diagnostics } = sink;
  return {
    functions,
    frames: diagnostics.map((one) => renderDiagnostic(one, sources)),
    codes: diagnostics.map(({ code }) => code),
  };
}

export function math(text: string, options?: ElaborateOptions): Elaborated {
  return elaborateFiles({ "model.math": text }, options);
}

export function typescript(text: string, options?: ElaborateOptions): Elaborated {
  return elaborateFiles({ "model.ts": text }, options);
}

/** The last function of a program without errors. */
export function only({ functions, frames }: Elaborated): ModelFunction {
  const last = functions.at(-1);
  if (last === undefined) throw new Error(frames.join("\n"));
  return last;
}

/** The graph as text, without its frame. */
export function body(elaborated: Elaborated): string[] {
  const lines = printGraph(only(elaborated).graph).trim().split("\n");
  return lines.slice(1, -2).map((line) => line.trim());
}

/** The quoted source line of each node, operands first. */
export function quoted(elaborated: Elaborated): string[] {
  return nodesOf(only(elaborated).graph).map(({ origin }) => origin.step.line.text);
}

type Input = number | readonly number[] | readonly (readonly number[])[];

/** The outputs of the last function; inputs by name, nested as their shape. */
export function run(
  elaborated: Elaborated,
  inputs: Readonly<Record<string, Input>>,
  sizes: Readonly<Record<string, number>> = {},
): Record<string, Input> {
  const { graph } = only(elaborated);
  const values = graph.inputs.map((node): [string, Value] => {
    const name = String(node.attrs["name"]);
    const given = inputs[name] ?? 0;
    const { dtype } = node.type;
    return [name, { dtype, shape: shapeOf(given), data: flatten(given) }];
  });
  const outputs = evaluateGraph(graph, Object.fromEntries(values), sizes);
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, nest(value)]));
}

function shapeOf(input: Input): number[] {
  if (typeof input === "number") return [];
  const [first = 0] = input;
  return [input.length, ...shapeOf(first)];
}

function flatten(input: Input): number[] {
  return typeof input === "number" ? [input] : input.flatMap(flatten);
}

function nest({ shape, data }: Value): Input {
  const [rows, columns] = shape;
  if (rows === undefined) return data[0] ?? NaN;
  if (columns === undefined) return data;
  return Array.from({ length: rows }, (_, i) => data.slice(i * columns, (i + 1) * columns));
}
