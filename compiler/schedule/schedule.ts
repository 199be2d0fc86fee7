import { nodesInside, sizesOf, type Graph } from "../ir/graph.js";
import { withOrigin, type Node } from "../ir/node.js";
import { alias } from "../ops/accumulate.js";
import { constantValue } from "../ops/leaf.js";
import { planArena } from "./arena.js";
import { carryElements } from "./carry.js";
import { collapseLoops } from "./collapse.js";
import { behindReshapes, isFloatCast, isInline } from "./element.js";
import { withFills } from "./fills.js";
import { joinPhases } from "./joinPhases.js";
import { inLineOrder } from "./lineOrder.js";
import { isPosition } from "./position.js";
import type { Buffer, Local, Program, ProgramOutput, Scalar, Statement } from "./program.js";
import { readOnce } from "./readOnce.js";
import { repeatStatements } from "./repeat.js";
import { scheduleScope } from "./scope.js";
import type { Homes } from "./storage.js";
import { inlineAmong } from "./storedInline.js";
import { hoistDefinitions } from "./tidy.js";

export interface ScheduleOptions {
  /** 0: one stage for each operation of the author, every value kept. 2: fused loops, memory reused. */
  readonly level: 0 | 2;
  /** Whether loops are worked out several rounds at a time: then each is best left as simple as it is. */
  readonly vectors?: boolean;
}

/** From a graph, all operations expanded, to statements over buffers. */
export function schedule(original: Graph, { level, vectors = false }: ScheduleOptions): Program {
  const { graph, copies } = withOwnOutputs(original);
  const outputs = graph.outputs.map((output) => output.node);
  const tensors = outputs.filter((node) => node.type.shape.length > 0);
  const given = new Map(graph.inputs.map((node) => [node, inputPlace(node)]));
  const fusion = level === 0 ? "step" : "all";
  const copied = new Set([...inlineAmong(tensors), ...copies]);
  const { statements, homes } = scheduleScope({
    roots: outputs,
    given,
    carried: new Map(),
    records: [],
    tapes: new Map(),
    results: new Set(tensors.map((node) => (copied.has(node) ? node : behindReshapes(node)))),
    copies: [...copied],
    fusion,
    repeat: (unit, around) => repeatStatements(unit, around, fusion),
  });
  const results = graph.outputs.map(({ name, node }): ProgramOutput => ({
    name,
    node,
    value: resultPlace(node, homes, given),
  }));
  const locals = results.flatMap(({ value }) => (value.kind === "local" ? [value] : []));
  const ordered = inLineOrder(hoistDefinitions(statements, locals));
  const collapsed = collapseLoops(withFills(ordered, locals));
  const body = level === 0 ? collapsed : tightened(collapsed, locals, vectors);
  const { buffers, arena } = planArena(body, level > 0);
  const operations = nodesInside(graph).filter((node) => node.op.lowering.kind !== "leaf").length;
  return {
    name: graph.name,
    sizes: sizesOf(graph),
    inputs: graph.inputs,
    inputPlaces: [...given.values()],
    outputs: results,
    body,
    buffers,
    arena,
    operations,
  };
}

/** Loops with fewer trips through memory. */
function tightened(
  statements: readonly Statement[],
  results: readonly Local[],
  vectors: boolean,
): readonly Statement[] {
  const joined = vectors ? statements : joinPhases(statements);
  return readOnce(carryElements(joined, results));
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
  return !isFloatCast(node) && !isPosition(node);
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
