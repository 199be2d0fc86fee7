import { nodesOf, rewriteGraph, usersOf, type Graph } from "../ir/graph.js";
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
  run: (graph, { body = false } = {}) => {
    let count = Math.max(0, ...nodesOf(graph).map(numberOf));
    const sides = new Set([...sidesOf(graph), ...(body ? turnsOf(graph) : [])]);
    const versions = new Versions(graph.inputs.map((node) => node.name ?? ""));
    return rewriteGraph(graph, (node, inputs, keep) => {
      if (constantValue(node) !== undefined) return keep();
      const { name, derivedName } = node;
      if (name === undefined) {
        const made = nameFrom(node, inputs) ?? `t${++count}`;
        return makeNode(node.op, inputs, node.attrs, { name: made, derivedName: true });
      }
      if (derivedName === true || node.origin.phase === "backward") return keep();
      // What a branch assigns to a variable is the variable, after the branch.
      if (sides.has(node))
        return makeNode(node.op, inputs, node.attrs, { name, derivedName: true });
      const version = versions.next(name);
      return version === name ? keep() : makeNode(node.op, inputs, node.attrs, version);
    });
  },
};

/** Tells apart the values a variable takes in turn: `z`, `z_`, `z_2`; so that their gradients are told apart as well. */
class Versions {
  readonly #taken: Set<string>;

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
  }

  next(name: string): string {
    let version = name;
    for (let k = 1; this.#taken.has(version); k++) version = k === 1 ? `${name}_` : `${name}_${k}`;
    this.#taken.add(version);
    return version;
  }
}

/** The sides of choices on one condition that have the name of the choice, and no other use. */
function sidesOf(graph: Graph): ReadonlySet<Node> {
  const nodes = nodesOf(graph);
  const choices = nodes.filter(
    ({ op, inputs }) => op.name === "where" && inputs[0]?.type.shape.length === 0,
  );
  if (choices.length === 0) return new Set();
  const users = usersOf(nodes);
  const isSide = (node: Node, choice: Node) =>
    node.name !== undefined && node.name === choice.name && users.get(node)?.length === 1;
  return new Set(
    choices.flatMap((choice) => choice.inputs.slice(1).filter((side) => isSide(side, choice))),
  );
}

/** What a variable is at the end of a turn of a loop, which is the variable in the next turn. */
function turnsOf({ inputs, outputs }: Graph): readonly Node[] {
  const names = new Set(inputs.map(({ name }) => name));
  return outputs.flatMap(({ node }) => (names.has(node.name) ? [node] : []));
}

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
  const { op } = node;
  const [first, second] = inputs.map(
    (input, i) => shortName(input) ?? (i === 1 ? digit(input) : undefined),
  );
  if (first === undefined || node.origin.phase === "backward") return undefined;
  // What only looks at a value goes by that value's name.
  if (op.lowering.kind === "reshape" || op.name === "broadcastTo") return first;
  if (op.name === "transpose") return short(`${first}T`);
  if (op.internal === true && op.name !== "gemm") return undefined;
  const isSquare =
    (op.name === "mul" && inputs[0] === inputs[1]) || (op.name === "pow" && second === "2");
  if (isSquare) return short(`${first}Squared`);
  if (inputs.length === 1) return short(op.name + capitalised(first));
  const infix = infixNames[op.name];
  if (inputs.length !== 2 || infix === undefined || second === undefined) return undefined;
  return short(`${first}${infix}${capitalised(second)}`);
}

function short(name: string): string | undefined {
  return name.length <= longest ? name : undefined;
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
