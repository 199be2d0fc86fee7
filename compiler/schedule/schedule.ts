import { nodesOf, sizesOf, type Graph } from "../ir/graph.js";
import { withOrigin, type Node, type Step } from "../ir/node.js";
import { alias } from "../ops/accumulate.js";
import { constantValue } from "../ops/leaf.js";
import { planArena } from "./arena.js";
import { collapseLoops } from "./collapse.js";
import { behindReshapes, isFloatCast, isInline } from "./element.js";
import { emitStatements } from "./emit.js";
import { placeUnits } from "./place.js";
import type { Buffer, Local, Program, ProgramOutput, Scalar } from "./program.js";
import { chooseHomes, type Homes } from "./storage.js";
import { hoistDefinitions } from "./tidy.js";
import { storedInline } from "./storedInline.js";
import type { Unit } from "./unit.js";
import { unitsOf } from "./unitsOf.js";

export interface ScheduleOptions {
  /** 0: one stage for each operation of the author, every value kept. 2: fused loops, memory reused. */
  readonly level: 0 | 2;
}

/** From a graph, all operations expanded, to statements over buffers. */
export function schedule(given: Graph, { level }: ScheduleOptions): Program {
  const { graph, copies } = withOwnOutputs(given);
  const nodes = nodesOf(graph);
  const outputs = graph.outputs.map((output) => output.node);
  const tensors = outputs.filter((node) => node.type.shape.length > 0);
  const stored = new Set([...storedInline(nodes, tensors), ...copies]);
  const units = inReadingOrder(unitsOf(nodes, stored, outputs), nodes);
  const roots = new Set(outputs.map((node) => (stored.has(node) ? node : behindReshapes(node))));
  const placement = placeUnits(units, roots, level === 0 ? "step" : "all");
  const homes = chooseHomes(placement, roots);
  const inputs = new Map(graph.inputs.map((node) => [node, inputPlace(node)]));
  const results = graph.outputs.map(({ name, node }): ProgramOutput => ({
    name,
    node,
    value: resultPlace(node, homes, inputs),
  }));
  const locals = results.flatMap(({ value }) => (value.kind === "local" ? [value] : []));
  const emitted = emitStatements(placement, homes, inputs);
  const body = collapseLoops(hoistDefinitions(emitted, locals));
  const { buffers, arena } = planArena(body, level > 0);
  const operations = nodes.filter((node) => node.op.lowering.kind !== "leaf").length;
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
 * Forward work as the author wrote it; backward work line by line in the
 * opposite order, whatever the order in which its parts were found.
 */
function inReadingOrder(units: readonly Unit[], nodes: readonly Node[]): readonly Unit[] {
  const order = new Map<Step, number>();
  for (const { origin } of nodes) {
    if (origin.phase === "forward" && !order.has(origin.step)) order.set(origin.step, order.size);
  }
  // Indices the caller gives are checked before anything is computed.
  const isCheck = (unit: Unit) =>
    unit.work.kind === "check" && behindReshapes(unit.work.indices).op.name === "input";
  const checks = units.filter(isCheck);
  const forward = units.filter((unit) => unit.origin.phase === "forward" && !isCheck(unit));
  const backward = units.filter((unit) => unit.origin.phase === "backward" && !isCheck(unit));
  const place = (unit: Unit) => order.get(unit.origin.step) ?? order.size;
  return [...checks, ...forward, ...backward.toSorted((a, b) => place(b) - place(a))];
}

/**
 * A tensor result must have memory of its own: a result that is an input, a
 * constant, or the same memory as another result, is copied.
 */
function withOwnOutputs(graph: Graph): { readonly graph: Graph; readonly copies: readonly Node[] } {
  const claimed = new Set<Node>();
  const copies: Node[] = [];
  const outputs = graph.outputs.map(({ name, node }) => {
    const isTensor = node.type.shape.length > 0;
    const root = behindReshapes(node);
    const hasOwn = isTensor
      ? !isInline(root) && root.op.name !== "input" && !claimed.has(root)
      : isVariable(node);
    claimed.add(root);
    if (hasOwn) return { name, node };
    const copy = withOrigin(node.origin, () => alias(node, { name: labelOf(name) }));
    if (isTensor) copies.push(copy);
    return { name, node: copy };
  });
  return { graph: { ...graph, outputs }, copies };
}

/** The variable for a result: `dparams.W1` is `dW1`. */
function labelOf(output: string): string {
  const [first, ...rest] = output.split(".");
  const last = rest.at(-1);
  return last === undefined ? output : `${first?.startsWith("d") === true ? "d" : ""}${last}`;
}

/** False for scalars that are looked through where they are read. */
function isVariable(node: Node): boolean {
  return !isFloatCast(node) && node.op.name !== "size";
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
  if (value !== undefined) return { kind: "literal", value, dtype: node.type.dtype };
  const root = homes.has(node) ? node : behindReshapes(node);
  const home = homes.get(root);
  const place = node.type.shape.length === 0 ? (home?.local ?? inputs.get(root)) : home?.buffer;
  if (place === undefined || place === null) throw new Error(`result ${node.op.name} has no place`);
  return place;
}
