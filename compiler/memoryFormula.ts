import type { Node } from "./ir/node.js";
import { constantValue } from "./ops/leaf.js";

/** How operations are written in a table: the sign between the operands, and how tightly it binds. */
const infix: Readonly<Record<string, readonly [sign: string, binds: number]>> = {
  less: ["<", 1],
  greater: [">", 1],
  lessEqual: ["<=", 1],
  greaterEqual: [">=", 1],
  equal: ["==", 1],
  notEqual: ["!=", 1],
  add: ["+", 2],
  accumulate: ["+", 2],
  sub: ["-", 2],
  mul: ["*", 3],
  div: ["/", 3],
  gemm: ["·", 3],
  matmul: ["·", 3],
  pow: ["**", 5],
};
const tightest = 9;
const widest = 48;

/** True for names that say nothing: none, or a number such as `t7`. */
export function isNameless({ name }: Node): boolean {
  return name === undefined || /^d*t\d+(_\d*)?$/.test(name);
}

/** What nodes are called in formulas, where that is not their name. */
export type Labels = ReadonlyMap<Node, string>;

/** The name of a value, or the formula of one that has none. */
export function labelOf(node: Node, labels: Labels = new Map()): string {
  return isNameless(node) ? formulaOf(node, labels) : (node.name ?? "");
}

/** What a value is made of, down to values with names, as far as it fits in a cell. */
export function formulaOf(node: Node, labels: Labels = new Map()): string {
  for (let depth = 6; depth > 1; depth--) {
    const text = new Formula(labels, depth).of(node);
    if (text.length <= widest) return text;
  }
  return new Formula(labels, 1).of(node);
}

class Formula {
  readonly #labels: Labels;
  readonly #depth: number;

  constructor(labels: Labels, depth: number) {
    this.#labels = labels;
    this.#depth = depth;
  }

  of(node: Node): string {
    return this.#operation(node, 0, this.#depth);
  }

  #operand(node: Node, binds: number, depth: number): string {
    const label = this.#labels.get(node);
    if (label !== undefined) return isSimple(label) ? label : `(${label})`;
    const value = constantValue(node);
    if (value !== undefined) return String(value);
    if (node.inputs.length === 0) return leafText(node);
    if (!isNameless(node)) return node.name ?? "";
    return depth > 0 ? this.#operation(node, binds, depth) : "…";
  }

  #operation(node: Node, binds: number, depth: number): string {
    const { op, inputs } = node;
    const [x] = inputs;
    if (x === undefined) return this.#operand(node, binds, depth);
    if (op.lowering.kind === "reshape" || ["cast", "broadcastTo"].includes(op.name))
      return this.#operand(x, binds, depth);
    const all = (list: readonly Node[]) => list.map((one) => this.#operand(one, 0, depth - 1));
    const first = () => this.#operand(x, tightest, depth - 1);
    if (op.name === "transpose") return `${first()}ᵀ`;
    if (op.name === "neg") return `-${first()}`;
    if (op.lowering.kind === "at") return `${first()}[${all(inputs.slice(1)).join(", ")}]`;
    const signed = Object.hasOwn(infix, op.name) ? infix[op.name] : undefined;
    if (signed === undefined) return `${op.name}(${all(inputs).join(", ")})`;
    const [sign, own] = signed;
    const parts = inputs.map(
      (each, i) => this.#operand(each, i === 0 ? own : own + 1, depth - 1) + transposed(node, i),
    );
    const text = parts.join(` ${sign} `);
    return own < binds ? `(${text})` : text;
  }
}

function leafText(node: Node): string {
  if (node.op.name === "size") return String(node.attrs["dim"]);
  if (node.op.lowering.kind === "iota") return "index";
  return node.name ?? String(node.attrs["name"]);
}

/** True for a name, and for a call. */
function isSimple(label: string): boolean {
  return /^[\w$.]+(\([^()]*\))?$/.test(label);
}

/** A product may read an operand transposed. */
function transposed({ attrs }: Node, i: number): string {
  return attrs[i === 0 ? "transposeA" : "transposeB"] === true ? "ᵀ" : "";
}
