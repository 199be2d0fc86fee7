import { parseDim } from "./dim.js";
import { nodesOf, type Graph } from "./graph.js";
import type { Attr, Attrs, Node } from "./node.js";
import { regionGraph } from "./region.js";
import { formatType } from "./type.js";

/**
 * A graph as text, which {@link ./parse.ts} reads back:
 *
 * ```
 * graph loss(x: f32[N, 784], params.W1: f32[784, 128]) {
 *   %0:h = gemm(x, params.W1) {transposeA: false, transposeB: false} : f32[N, 128]
 *   %1 = mul(%0, 0.5) : f32[N, 128]
 * backward:
 *   %2:~dh = neg(%1) : f32[N, 128]
 *   return value = %2
 * }
 * ```
 *
 * After the number comes the author's name, with `~` one that the compiler
 * made up. Constants and sizes without a name stand where they are used: `1`,
 * `-0`, `inf`, `nan`, with their dtype unless f64 (`3:i32`), and `size(2*N)`.
 * Source lines are not kept. A loop is followed by its body, which numbers
 * its own nodes:
 *
 * ```
 *   %1 = loop(0:i32, 9:i32, 1, x) {…} : bool
 *     body(i: i32, s: f64, x: f64[N]) {
 *       %0 = at(x, i) {inBounds: true} : f64
 *       %1 = mul(s, %0) : f64
 *       return next0 = %1
 *     }
 * ```
 */
export function printGraph(graph: Graph): string {
  return `${blockLines("graph", graph, "").join("\n")}\n`;
}

/** A graph, or the body of a loop, as lines. */
function blockLines(keyword: string, graph: Graph, indent: string): readonly string[] {
  const inputs = new Set(graph.inputs);
  const inputNames = new Set(graph.inputs.map(nameOfInput));
  const nodes = nodesOf(graph).filter(
    (node) => !inputs.has(node) && inlineText(node, inputNames) === undefined,
  );
  const numbers = new Map(nodes.map((node, i) => [node, i]));
  const reference = (node: Node): string =>
    inputs.has(node)
      ? nameOfInput(node)
      : (inlineText(node, inputNames) ?? `%${numbers.get(node)}`);

  const lines: string[] = [];
  let phase = "forward";
  for (const node of nodes) {
    if (node.origin.phase !== phase) {
      phase = node.origin.phase;
      lines.push(`${indent}${phase}:`);
    }
    lines.push(`${indent}  ${reference(node)}${formatNode(node, reference)}`);
    const { region } = node.op;
    if (region !== undefined)
      lines.push(...blockLines("body", regionGraph(region), `${indent}    `));
  }
  const parameters = graph.inputs.map((node) => `${nameOfInput(node)}: ${formatType(node.type)}`);
  const outputs = graph.outputs.map(({ name, node }) => `${name} = ${reference(node)}`);
  const name = keyword === "body" ? "" : ` ${graph.name}`;
  return [
    `${indent}${keyword}${name}(${parameters.join(", ")}) {`,
    ...lines,
    `${indent}  return ${outputs.join(", ")}`.trimEnd(),
    `${indent}}`,
  ];
}

function formatNode(node: Node, reference: (node: Node) => string): string {
  const mark = node.derivedName === true ? "~" : "";
  const name = node.name === undefined ? "" : `:${mark}${node.name}`;
  const operands = node.inputs.map(reference).join(", ");
  const attrs = formatAttrs(node.attrs);
  return `${name} = ${node.op.name}(${operands})${attrs} : ${formatType(node.type)}`;
}

function nameOfInput(node: Node): string {
  return String(node.attrs["name"]);
}

/** A leaf as it is written where it is used; undefined for what has a line of its own. */
function inlineText(node: Node, inputNames: ReadonlySet<string>): string | undefined {
  if (node.name !== undefined) return undefined;
  if (node.op.name === "size") return `size(${String(node.attrs["dim"])})`;
  if (node.op.name !== "constant") return undefined;
  const { dtype, value } = node.attrs;
  const text = dtype === "f64" ? String(value) : `${String(value)}:${String(dtype)}`;
  return inputNames.has(text) ? undefined : text;
}

function formatAttrs(attrs: Attrs): string {
  const entries = Object.entries(attrs).map(([name, value]) => `${name}: ${formatAttr(value)}`);
  return entries.length === 0 ? "" : ` {${entries.join(", ")}}`;
}

function formatAttr(attr: Attr): string {
  if (Array.isArray(attr)) return `[${attr.map(formatAttr).join(", ")}]`;
  const bare = typeof attr === "string" && parseDim(attr) === attr && !isKeyword(attr);
  return bare ? attr : JSON.stringify(attr);
}

function isKeyword(text: string): boolean {
  return text === "null" || text === "true" || text === "false";
}
