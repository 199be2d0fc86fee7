import { dimAdd, type Dim } from "../../compiler/ir/dim.js";
import { nodesOf, type Graph } from "../../compiler/ir/graph.js";
import type { Attr, Node } from "../../compiler/ir/node.js";
import { formatType } from "../../compiler/ir/type.js";
import { constantValue } from "../../compiler/ops/leaf.js";

/** A graph of one result as a math string; null if it has operations that cannot be written. */
export function writeMath(graph: Graph): string | null {
  const [output] = graph.outputs;
  if (output === undefined || graph.outputs.length > 1) return null;
  const names = new Map<Node, string>();
  const lines: string[] = [];
  for (const node of nodesOf(graph)) {
    if (node.op.name === "input") {
      names.set(node, String(node.attrs["name"]));
      continue;
    }
    const text = writeNode(
      node,
      node.inputs.map((x) => names.get(x) ?? ""),
    );
    if (text === null) return null;
    const isShort = constantValue(node) !== undefined;
    names.set(node, isShort ? text : `v${lines.length}`);
    if (!isShort) lines.push(`  v${lines.length} = ${text}`);
  }
  const parameters = graph.inputs.map(
    (node) => `${String(node.attrs["name"])}: ${formatType(node.type)}`,
  );
  return `f(${parameters.join(", ")}) = {\n${[...lines, `  ${names.get(output.node)}`].join("\n")}\n}\n`;
}

const infix: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  pow: "^",
  matmul: "@",
  less: "<",
  lessEqual: "<=",
  greater: ">",
  greaterEqual: ">=",
  equal: "==",
  notEqual: "!=",
  logicalAnd: "&&",
  logicalOr: "||",
};

function writeNode(node: Node, operands: readonly string[]): string | null {
  const { op, attrs, inputs } = node;
  const value = constantValue(node);
  const [a = "", b = ""] = operands;
  if (value !== undefined) {
    const isPlain = Number.isFinite(value) && !/e/.test(String(value));
    if (!isPlain || node.type.dtype !== "f64") return null;
    return value < 0 || Object.is(value, -0) ? `(-${Math.abs(value)})` : String(value);
  }
  if (op.name === "neg") return `-${a}`;
  if (op.name === "logicalNot") return `!${a}`;
  if (op.name === "slice") return writeSlice(node, a);
  if (op.name === "gemm") {
    const flipped = (i: 0 | 1, text: string) => flip(inputs[i], text);
    const left = attrs["transposeA"] === true ? flipped(0, a) : a;
    const right = attrs["transposeB"] === true ? flipped(1, b) : b;
    return `${left} @ ${right}`;
  }
  const operator = infix[op.name];
  if (operator !== undefined) return `${a} ${operator} ${b}`;
  return op.internal === true ? null : writeCall(node, operands);
}

function flip(x: Node | undefined, text: string): string {
  const rank = x?.type.shape.length ?? 0;
  const axes = Array.from({ length: rank }, (_, i) => i).toSpliced(-2, 2, rank - 1, rank - 2);
  return `transpose(${text}, axes=[${axes.join(", ")}])`;
}

function writeCall({ op, attrs }: Node, operands: readonly string[]): string | null {
  const listed = op.parameters.some(({ kind }) => kind.kind === "operands");
  const texts = listed ? [`[${operands.join(", ")}]`] : [...operands];
  for (const { name, kind } of op.parameters) {
    if (kind.kind === "rest") return null;
    if (kind.kind === "operand" || kind.kind === "operands") continue;
    const attr = name in attrs ? attrs[name] : kind.kind === "axes" ? attrs["axes"] : undefined;
    if (attr === undefined || attr === null) continue;
    texts.push(`${name}=${writeAttr(attr, kind.kind === "string" || kind.kind === "choice")}`);
  }
  return `${op.name}(${texts.join(", ")})`;
}

function writeAttr(attr: Attr, isText: boolean): string {
  if (Array.isArray(attr)) return `[${attr.map((item) => writeAttr(item, isText)).join(", ")}]`;
  return isText ? JSON.stringify(attr) : String(attr);
}

/** `x[1:3, ::2]`, for the walks that random programs take. */
function writeSlice({ attrs, inputs, type }: Node, x: string): string | null {
  const dims = inputs[0]?.type.shape ?? [];
  const starts = attrs["start"] as readonly Dim[];
  const steps = attrs["step"] as readonly number[];
  const parts = dims.map((dim, axis) => {
    const [start = 0, step = 1, length = 0] = [starts[axis], steps[axis], type.shape[axis]];
    if (step !== 1) return `::${step}`;
    const stop = dimAdd(start, length);
    return start === 0 && length === dim ? ":" : `${start}:${stop}`;
  });
  return `${x}[${parts.join(", ")}]`;
}
