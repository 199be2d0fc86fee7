import { nodesOf, sizesOf, type Graph } from "../ir/graph.js";
import { withOrigin, type Node } from "../ir/node.js";
import { alias } from "../ops/accumulate.js";
import { constantValue } from "../ops/leaf.js";
import { planArena } from "./arena.js";
import { behindReshapes, isInline } from "./element.js";
import { emitStatements } from "./emit.js";
import { placeUnits } from "./place.js";
import type {
  Buffer,
  Local,
  Program,
  ProgramOutput,
  Scalar,
} from "./program.js";
import { chooseHomes, type Homes } from "./storage.js";
import { hoistDefinitions } from "./tidy.js";
import { storedInline, unitsOf } from "./unit.js";

export interface ScheduleOptions {
  /** 0: one stage for each operation of the author, every value kept. 2: fused loops, memory reused. */
  readonly level: 0 | 2;
}

/** From a graph, all operations expanded, to statements over buffers. */
export function schedule(given: Graph, { level }: ScheduleOptions): Program {
  const graph = withOwnOutputs(given);
  const nodes = nodesOf(graph);
  const outputs = graph.outputs.map((output) => output.node);
  const stored = storedInline(
    nodes,
    outputs.filter((node) => node.type.shape.length > 0),
  );
  const units = unitsOf(nodes, stored);
  const roots = new Set(
    outputs.map((node) => (stored.has(node) ? node : behindReshapes(node))),
  );
  const placement = placeUnits(units, roots, level === 0 ? "step" : "all");
  const homes = chooseHomes(placement, roots);
  const inputs = new Map(graph.inputs.map((node) => [node, inputPlace(node)]));
  const results = graph.outputs.map(({ name, node }): ProgramOutput => ({
    name,
    node,
    value: resultPlace(node, homes, inputs),
  }));
  const locals = results.flatMap(({ value }) =>
    value.kind === "local" ? [value] : [],
  );
  const body = hoistDefinitions(
    emitStatements(placement, homes, inputs),
    locals,
  );
  const { buffers, arena } = planArena(body, level > 0);
  const operations = nodes.filter(
    (node) => node.op.lowering.kind !== "leaf",
  ).length;
  return {
    name: graph.name,
    sizes: sizesOf(graph),
    inputs: graph.inputs,
    inputPlaces: [...inputs.values()],
    outputs: results,
    body,
    buffers,
    arena,
    operations,
  };
}

/**
 * A tensor result must have memory of its own: a result that is an input, a
 * constant, or the same memory as another result, is copied.
 */
function withOwnOutputs(graph: Graph): Graph {
  const claimed = new Set<Node>();
  const outputs = graph.outputs.map(({ name, node }) => {
    if (node.type.shape.length === 0) return { name, node };
    const root = behindReshapes(node);
    if (isInline(root) || (root.op.name !== "input" && !claimed.has(root))) {
      claimed.add(root);
      if (!isInline(root)) return { name, node };
    }
    return { name, node: withOrigin(node.origin, () => copyOf(node, name)) };
  });
  return { ...graph, outputs };
}

function copyOf(node: Node, name: string): Node {
  return alias(node, { name: node.name ?? name });
}

function inputPlace(node: Node): Buffer | Local {
  const { dtype, shape } = node.type;
  return shape.length === 0
    ? { kind: "local", node, dtype }
    : { kind: "buffer", node, dtype, shape, role: "input" };
}

function resultPlace(
  node: Node,
  homes: Homes,
  inputs: ReadonlyMap<Node, Buffer | Local>,
): Buffer | Scalar {
  const value = constantValue(node);
  if (value !== undefined)
    return { kind: "literal", value, dtype: node.type.dtype };
  const root = homes.has(node) ? node : behindReshapes(node);
  const home = homes.get(root);
  const place =
    node.type.shape.length === 0
      ? (home?.local ?? inputs.get(root))
      : home?.buffer;
  if (place === undefined || place === null)
    throw new Error(`result ${node.op.name} has no place`);
  return place;
}
