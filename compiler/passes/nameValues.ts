import { cloneNode, rewriteGraph } from "../ir/graph.js";
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
    let count = 0;
    return rewriteGraph(graph, (node, inputs) => {
      const keepsOwn = node.name !== undefined && node.derivedName !== true;
      if (keepsOwn || constantValue(node) !== undefined)
        return cloneNode(node, inputs);
      // The gradient of an unnamed value goes by that value's name.
      const known = node.origin.phase === "backward" ? node.name : undefined;
      const name = known ?? nameFrom(node, inputs) ?? `t${++count}`;
      return makeNode(node.op, inputs, node.attrs, { name, derivedName: true });
    });
  },
};

const longest = 14;

const infixNames: Readonly<Record<string, string>> = {
  add: "Plus",
  sub: "Minus",
  mul: "Times",
  div: "Over",
  gemm: "",
  matmul: "",
};

function nameFrom(node: Node, inputs: readonly Node[]): string | undefined {
  if (
    node.origin.phase === "backward" ||
    (node.op.internal === true && node.op.name !== "gemm")
  )
    return undefined;
  const names = inputs.map(shortName);
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

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
