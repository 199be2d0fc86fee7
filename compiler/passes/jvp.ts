import type { Graph, Output } from "../ir/graph.js";
import { reachable } from "../ir/graph.js";
import { makeNode, renamed, withOrigin, type Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import { cast, where, whereOp } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { constantValue, input, inputOp, zero } from "../ops/leaf.js";
import { isLoopRecord, loopOf, loopValueIndex } from "../ops/loop.js";
import { broadcastTo } from "../ops/shape.js";
import { runBetween } from "./between.js";
import { activeNodes } from "./active.js";
import { fit, notDifferentiable, pathOf, vjp } from "./differentiate.js";
import { expandUngrouped, isUngrouped } from "./expand.js";
import { tangentLoop, type LoopTangents } from "./loopTangent.js";
import { everywhere } from "./mask.js";

/**
 * Forward mode, graph to graph: how the outputs change as `wrt` moves along
 * `tangents`, null where they do not. No operation has a rule for it. The
 * chain rule of reverse mode takes a cotangent u linearly to Jᵀu, so for every
 * operation J·v is the gradient of ⟨Jᵀu, v⟩ with respect to u.
 */
export function jvp(
  outputs: readonly Node[],
  wrt: readonly Node[],
  tangents: readonly (Node | null)[],
): readonly (Node | null)[] {
  const nodes = reachable(outputs);
  const active = activeNodes(nodes, wrt);
  const moved = new Map<Node, Node>();
  wrt.forEach((node, i) => {
    const tangent = tangents[i];
    if (tangent !== null && tangent !== undefined) moved.set(node, tangent);
  });
  const loops = new Map<Node, LoopTangents>();
  for (const node of nodes) {
    if (!active.has(node) || wrt.includes(node)) continue;
    const tangent = withOrigin(node.origin, () => {
      const { kind } = node.op.lowering;
      if (kind === "loopValue") return tangentOfLoopValue(node, loops);
      if (kind !== "loop") return tangentOf(node, moved);
      loops.set(
        node,
        tangentLoop(node, (operand) => moved.get(operand), jvp),
      );
      return null;
    });
    if (tangent !== null && constantValue(tangent) !== 0) moved.set(node, named(tangent, node));
  }
  return outputs.map((node) => moved.get(node) ?? null);
}

function tangentOfLoopValue(node: Node, loops: ReadonlyMap<Node, LoopTangents>): Node | null {
  const tangents = loops.get(loopOf(node));
  const index = loopValueIndex(node);
  return (isLoopRecord(node) ? tangents?.record(index) : tangents?.result(index)) ?? null;
}

/** The tangent of a value under the name `v` + name. */
function named(tangent: Node, { name, derivedName }: Node): Node {
  if (name === undefined || tangent.name !== undefined || tangent.inputs.length === 0)
    return tangent;
  return renamed(tangent, { name: `v${name}`, derivedName });
}

function tangentOf(node: Node, moved: ReadonlyMap<Node, Node>): Node | null {
  if (!node.inputs.some((x) => moved.has(x))) return null;
  if (node.op === whereOp) return tangentOfWhere(node, moved);
  if (node.op.vjp === undefined) throw notDifferentiable(node);
  const { dtype, shape } = node.type;
  // A name of its own keeps it apart from every other value; no result depends on it.
  const u = makeNode(inputOp, [], { name: "cotangent", dtype, shape: [...shape] });
  const pulled = node.op.vjp({
    inputs: node.inputs,
    out: node,
    dOut: u,
    attrs: node.attrs,
    needed: node.inputs.map((x) => moved.has(x)),
    mask: null,
  });
  const pairs = pulled.flatMap((value, i) => {
    const x = nth(node.inputs, i);
    const tangent = moved.get(x);
    if (value === null || tangent === undefined || constantValue(value) === 0) return [];
    const fitted = fit(value, x.type.shape, node, everywhere);
    return [{ tangent, value: x.type.shape.length === 0 ? fitted : cast(fitted, x.type.dtype) }];
  });
  return transposed(u, pairs);
}

/** The gradient with respect to u of Σ ⟨value, tangent⟩, where the values are linear in u. */
function transposed(
  u: Node,
  pairs: readonly { readonly value: Node; readonly tangent: Node }[],
): Node | null {
  const values = pairs.map(({ value }) => value);
  const hasFormulas = reachable(values, u.id).some(isUngrouped);
  const linear = hasFormulas ? runBetween([u], values, [expandUngrouped]) : values;
  const { origin } = u;
  const [gradient = null] = vjp(
    linear,
    pairs.map(({ tangent }) => tangent),
    [u],
    { origin: () => origin, since: u.id },
  );
  return gradient === null ? null : broadcastTo(gradient, u.type.shape);
}

/** The tangent of the side that is chosen: what the other one is does not matter. */
function tangentOfWhere(node: Node, moved: ReadonlyMap<Node, Node>): Node {
  const [condition, a, b] = [0, 1, 2].map((i) => nth(node.inputs, i));
  const side = (x: Node | undefined) => (x === undefined ? undefined : moved.get(x)) ?? zero();
  const { dtype, shape } = node.type;
  const chosen = where(nth(node.inputs, 0), side(a), side(b));
  if (condition === undefined) return chosen;
  return broadcastTo(shape.length === 0 ? chosen : cast(chosen, dtype), shape);
}

/** The graph of a function together with its Jacobian-vector product. */
export interface TangentGraph {
  readonly graph: Graph;
  /** The inputs added for the tangents of `wrt`, named `v` + the input's path. */
  readonly tangents: readonly Node[];
}

/**
 * The graph that computes, beside the outputs, how each float one of them
 * changes as `wrt` moves: outputs named `v` + the output's name.
 */
export function jvpGraph(graph: Graph, wrt: readonly Node[]): TangentGraph {
  const tangents = wrt.map((node) => tangentFor(node));
  const floats = graph.outputs.filter(({ node }) => isFloat(node.type.dtype));
  const moved = jvp(
    floats.map(({ node }) => node),
    wrt,
    tangents,
  );
  const outputs = floats.map(({ name, node }, i): Output => {
    const tangent = withOrigin(node.origin, () => broadcastTo(moved[i] ?? zero(), node.type.shape));
    return { name: `v${name}`, node: tangent };
  });
  return {
    graph: {
      name: graph.name,
      inputs: [...graph.inputs, ...tangents],
      outputs: [...graph.outputs, ...outputs],
    },
    tangents,
  };
}

/** An input for the direction in which another moves. */
function tangentFor(node: Node): Node {
  return withOrigin(node.origin, () => ({
    ...input(`v${pathOf(node)}`, node.type),
    name: `v${node.name ?? "x"}`,
  }));
}
