import { cloneNode, nodesOf, rewriteGraph } from "../ir/graph.js";
import { makeNode, type Node } from "../ir/node.js";
import { constantValue } from "../ops/leaf.js";
import type { Pass } from "./pass.js";

/**
 * Gives every value that the author did not name a short name made of its
 * operation and operands (`sigmoidY`, `xPlusY`, `xW1`), else `t` and a number.
 * It runs before differentiation too, so that the gradient of an unnamed value
 * has a name to go by.
 */
export const pass: Pass = {
  name: "nameValues",
  run: (graph) => {
    let count = Math.max(0, ...nodesOf(graph).map(numberOf));
    return rewriteGraph(graph, (node, inputs) => {
      if (node.name !== undefined || constantValue(node) !== undefined)
        return cloneNode(node, inputs);
      const name = nameFrom(node, inputs) ?? `t${++count}`;
      return makeNode(node.op, inputs, node.attrs, { name, derivedName: true });
    });
  },
};

/** The number in a name of the form `t7` or `dt7`, which later names must not repeat. */
function numberOf(node: Node): number {
  return Number(/^d*t(\d+)$/.exec(node.name ?? "")?.[1] ?? 0);
}

const longest = 14;

const infixNames: Readonly<Record<string, string>> = {
  add: "Plus",
  sub: "Minus",
  mul: "Times",
  div: "Over",
  less: "Below",
  greater: "Above",
  lessEqual: "UpTo",
  greaterEqual: "From",
  equal: "Is",
  notEqual: "Not",
  gemm: "",
  matmul: "",
};

function nameFrom(node: Node, inputs: readonly Node[]): string | undefined {
  if (node.origin.phase === "backward" || (node.op.internal === true && node.op.name !== "gemm"))
    return undefined;
  const names = inputs.map((input, i) => shortName(input) ?? (i === 1 ? digit(input) : undefined));
  if (names.length === 0 || names.includes(undefined)) return undefined;
  const [first, second] = names;
  const joined =
    names.length === 1
      ? node.op.name + capitalised(first ?? "")
      : names.length === 2 && node.op.name in infixNames
        ? `${first}${infixNames[node.op.name]}${capitalised(second ?? "")}`
        : undefined;
  return joined !== undefined && joined.length <= longest ? joined : undefined;
}

function shortName(node: Node): string | undefined {
  return constantValue(node) === undefined && !/^t\d+$/.test(node.name ?? "t1")
    ? node.name
    : undefined;
}

/** A constant of one digit, as part of a name: `xAbove0`. */
function digit(node: Node): string | undefined {
  const value = constantValue(node);
  return value !== undefined &&
    Number.isInteger(value) &&
    value >= 0 &&
    value <= 9 &&
    !Object.is(value, -0)
    ? String(value)
    : undefined;
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
