import { nodesOf, type Graph, type Output } from "../../compiler/ir/graph.js";
import { makeNode, withOrigin, type Node, type Step as Line } from "../../compiler/ir/node.js";
import { isFloat, type DType, type Shape } from "../../compiler/ir/type.js";
import * as arithmetic from "../../compiler/ops/arithmetic.js";
import { constant, input } from "../../compiler/ops/leaf.js";
import { mean } from "../../compiler/ops/reduce.js";
import { Draw } from "./draw.js";
import { ProgramBuilder } from "./programBuilder.js";
import { deadBranch } from "./programDeadBranches.js";
import { steps } from "./programSteps.js";
import type { Environment } from "./sampler.js";

/** A graph and points at which it is run; at the first it is smooth along the direction. */
export interface Program {
  readonly graph: Graph;
  readonly environments: readonly Environment[];
}

export interface ProgramOptions {
  /** How many operations are tried. */
  readonly operations?: readonly [least: number, most: number];
  /** Choices with a dead side only, between other operations. */
  readonly deadBranches?: boolean;
  /** One scalar result, whose gradient is taken. */
  readonly scalar?: boolean;
  /** f32 for tensor inputs, here and there. */
  readonly single?: boolean;
}

/** A random program; the same for the same seed. */
export function randomProgram(seed: number, options: ProgramOptions = {}): Program {
  const draw = new Draw(seed);
  const { single = draw.chance(0.2), scalar = draw.chance(0.5) } = options;
  const builder = new ProgramBuilder(draw, [
    { N: draw.pick([1, 2, 2, 3, 4]), M: draw.pick([1, 2, 3]) },
    { N: draw.pick([0, 1, 2, 3]), M: draw.pick([1, 2, 3]) },
  ]);
  addInputs(builder);
  const [least, most] = options.operations ?? (draw.chance(0.05) ? longest : draw.pick(lengths));
  const wanted = draw.between(least, most);
  for (let made = 0, tries = 0; made < wanted && tries < 4 * wanted; tries++) {
    const wild = options.deadBranches === true && draw.chance(0.5);
    const step = wild ? deadBranch : draw.pick(steps);
    if (step(builder) !== null) made++;
  }
  // Every named size is that of some input, be it of an unused one.
  if (builder.pool.some(({ type }) => type.shape.some((dim) => typeof dim === "string")))
    builder.addInput({ dtype: "f64", shape: ["N", "M"] });
  const outputs = scalar ? [{ name: "value", node: total(builder) }] : results(builder);
  return {
    graph: written({ name: "f", inputs: builder.inputs, outputs }, draw, single),
    environments: builder.environments,
  };
}

/** Mostly short programs: they run fast, and their faults are easy to find. */
const lengths: readonly (readonly [least: number, most: number])[] = [
  [5, 8],
  [5, 8],
  [5, 12],
  [8, 20],
];
const longest = [25, 60] as const;

const shapes: readonly Shape[] = [
  [],
  [],
  [3],
  [2],
  ["N"],
  ["N", 3],
  [3, 2],
  [2, 3],
  ["N", "M"],
  ["M"],
  [1, 3],
  ["N", 1],
  [2, 1, 3],
  ["N", 2, 2],
  [2, 2, 1, 3],
  [1],
  [4],
];

function addInputs(builder: ProgramBuilder): void {
  const { draw } = builder;
  builder.addInput({ dtype: "f64", shape: draw.pick(shapes) });
  for (let i = draw.below(4); i > 0; i--)
    builder.addInput({ dtype: "f64", shape: draw.pick(shapes) });
  if (draw.chance(0.3)) builder.addInput({ dtype: "bool", shape: draw.pick(shapes) });
  if (draw.chance(0.2)) builder.addInput({ dtype: "i32", shape: draw.pick(shapes) }, 3);
}

/** Values nobody reads. */
function ends({ pool, inputs }: ProgramBuilder): readonly Node[] {
  const read = new Set(
    nodesOf({ name: "f", inputs, outputs: named(pool) }).flatMap((x) => x.inputs),
  );
  const unread = pool.filter((node) => !read.has(node) && !inputs.includes(node));
  return unread.length > 0 ? unread : [pool[pool.length - 1] ?? constant(0)];
}

function total(builder: ProgramBuilder): Node {
  const weighted = ends(builder).map((node, i) => {
    const single = node.type.shape.length === 0 ? node : mean(node);
    return i === 0 ? single : arithmetic.mul(constant(builder.draw.number()), single);
  });
  return weighted.reduce((p, q) => arithmetic.add(p, q));
}

/** Several results, some of which are one value, an input, or read by others. */
function results(builder: ProgramBuilder): readonly Output[] {
  const { draw, pool, inputs, conditions, integers } = builder;
  const nodes = draw.shuffled(ends(builder)).slice(0, 3);
  if (draw.chance(0.2)) nodes.push(draw.pick(pool));
  if (draw.chance(0.1)) nodes.push(draw.pick(inputs));
  if (draw.chance(0.1)) nodes.push(draw.pick(nodes));
  if (draw.chance(0.05)) nodes.push(constant(draw.number()));
  if (draw.chance(0.1) && conditions.length > 0) nodes.push(draw.pick(conditions));
  if (draw.chance(0.1) && integers.length > 0) nodes.push(draw.pick(integers));
  return nodes.length === 1 ? [{ name: "value", node: draw.pick(nodes) }] : named(nodes);
}

function named(nodes: readonly Node[]): readonly Output[] {
  return nodes.map((node, i) => ({ name: `y${i}`, node }));
}

/** The graph as a front end would make it: inputs first, lines of one or more operations, some with a name. */
function written(graph: Graph, draw: Draw, single: boolean): Graph {
  const narrow = new Set(graph.inputs.filter(() => single && draw.chance(0.7)));
  const dtypeOf = (node: Node): DType =>
    isFloat(node.type.dtype) && narrow.has(node) ? "f32" : node.type.dtype;
  const image = new Map<Node, Node>(
    graph.inputs.map((node) => {
      const name = String(node.attrs["name"]);
      return [node, input(name, { ...node.type, dtype: dtypeOf(node) })];
    }),
  );
  let line: Line = { line: { text: "" } };
  for (const [i, node] of nodesOf(graph).entries()) {
    if (image.has(node)) continue;
    if (i === 0 || draw.chance(0.6)) line = { line: { text: `v${i} = ${node.op.name}(…)` } };
    const name = draw.chance(0.4) && node.op.name !== "constant" ? `v${i}` : undefined;
    const inputs = node.inputs.map((x) => image.get(x) ?? x);
    const make = () => makeNode(node.op, inputs, node.attrs, { name });
    image.set(node, withOrigin({ step: line, phase: "forward" }, make));
  }
  return {
    name: graph.name,
    inputs: graph.inputs.map((node) => image.get(node) ?? node),
    outputs: graph.outputs.map(({ name, node }) => ({ name, node: image.get(node) ?? node })),
  };
}
