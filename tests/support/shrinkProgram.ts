import { cloneNode, nodesOf, rewriteGraph, type Graph } from "../../compiler/ir/graph.js";
import { makeNode, type Node } from "../../compiler/ir/node.js";
import { parseGraph } from "../../compiler/ir/parse.js";
import { printGraph } from "../../compiler/ir/print.js";
import { isFloat, sameType } from "../../compiler/ir/type.js";
import { registry } from "../../compiler/ops/index.js";
import { input } from "../../compiler/ops/leaf.js";
import { checkProgram, Fault } from "./checkProgram.js";
import { inLines } from "./programText.js";
import type { Program } from "./randomProgram.js";
import { across, Sampler, slopeOf, stencil, type Environment } from "./sampler.js";

type Check = (program: Program) => void;

/** The kind of fault a program shows, if any. */
export function faultOf(program: Program, check: Check = checkProgram): Fault | null {
  try {
    check(program);
    return null;
  } catch (error) {
    if (error instanceof Fault) return error;
    return new Fault(`crashes with ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The smallest program found that shows the same kind of fault. */
export function shrinkProgram(program: Program, check: Check = checkProgram): Program {
  const kind = faultOf(program, check)?.kind;
  let current = program;
  for (let smaller: Program | undefined = current; smaller !== undefined;) {
    current = smaller;
    smaller = undefined;
    for (const candidate of smallerPrograms(current)) {
      if (faultOf(candidate, check)?.kind !== kind) continue;
      smaller = candidate;
      break;
    }
  }
  return current;
}

/** Programs with less in them, the much smaller ones first. */
function* smallerPrograms(program: Program): Generator<Program> {
  const { graph, environments } = program;
  if (environments.length > 1)
    for (const environment of environments) yield { graph, environments: [environment] };
  if (graph.outputs.length > 1)
    for (const output of graph.outputs)
      yield pruned({ ...program, graph: { ...graph, outputs: [output] } });
  for (const output of graph.outputs)
    yield pruned({
      ...program,
      graph: { ...graph, outputs: graph.outputs.filter((other) => other !== output) },
    });
  yield* withoutNodes(program);
  const used = new Set(nodesOf(graph));
  if (graph.inputs.some((node) => !used.has(node))) yield pruned(program);
  yield* withoutNames(program);
  yield* withoutSizes(program);
}

function* withoutNodes(program: Program): Generator<Program> {
  const { graph } = program;
  const inner = nodesOf(graph).filter(({ op }) => op.name !== "input" && op.name !== "constant");
  for (const node of inner) {
    const value = asInput(program, node);
    if (value !== null) yield pruned(value);
  }
  // A choice may guard against a pole, and stays or becomes an input.
  for (const node of inner.filter(({ op }) => op.name !== "where")) {
    for (const x of node.inputs) {
      if (!sameType(x.type, node.type)) continue;
      yield pruned({ ...program, graph: replaced(graph, node, (image) => image(x)) });
    }
  }
}

function replaced(graph: Graph, target: Node, by: (image: (node: Node) => Node) => Node): Graph {
  const images = new Map<Node, Node>(graph.inputs.map((node) => [node, node]));
  return rewriteGraph(graph, (node, inputs) => {
    const made = node === target ? by((x) => images.get(x) ?? x) : cloneNode(node, inputs);
    images.set(node, made);
    return made;
  });
}

function isFinite({ environments }: Program, node: Node): boolean {
  return environments.every((one) =>
    new Sampler(one).valueOf(node).data.every((x) => Number.isFinite(x)),
  );
}

/** The program that is given a value instead of computing it. */
function asInput({ graph, environments }: Program, node: Node): Program | null {
  const name = `t${graph.inputs.length}`;
  if (graph.inputs.some((other) => other.attrs["name"] === name)) return null;
  // A NaN that is computed may be dead; one that is given never is.
  if (!isFinite({ graph, environments }, node)) return null;
  const fresh = input(name, node.type);
  const extended = environments.map((environment): Environment => {
    const sampler = new Sampler(environment, stencil);
    const value = sampler.valueOf(node);
    const samples = sampler.samplesOf(node);
    const data = value.data.map((_, i) => slopeOf(across(samples, i)));
    const moves = isFloat(node.type.dtype) ? { [name]: { ...value, data } } : {};
    return {
      sizes: environment.sizes,
      values: { ...environment.values, [name]: value },
      direction: { ...environment.direction, ...moves },
    };
  });
  const widened = { ...graph, inputs: [...graph.inputs, fresh] };
  return { graph: replaced(widened, node, () => fresh), environments: extended };
}

/** Without inputs nobody reads; one always stays. */
function pruned({ graph, environments }: Program): Program {
  const used = new Set(nodesOf(graph));
  const kept = graph.inputs.filter((node) => used.has(node));
  const inputs = kept.some(({ type }) => isFloat(type.dtype))
    ? kept
    : graph.inputs.filter((node) => used.has(node) || isFloat(node.type.dtype));
  const names = new Set(inputs.map((node) => String(node.attrs["name"])));
  const only = <T>(values: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
  return {
    graph: { ...graph, inputs },
    environments: environments.map(({ sizes, values, direction }) => ({
      sizes,
      values: only(values),
      direction: only(direction),
    })),
  };
}

function* withoutNames({ graph, environments }: Program): Generator<Program> {
  const named = nodesOf(graph).some((node) => node.name !== undefined && node.op.name !== "input");
  if (!named) return;
  const bare = rewriteGraph(graph, (node, inputs) => makeNode(node.op, inputs, node.attrs));
  yield { graph: bare, environments };
}

/** With numbers in place of named sizes, and a line of its own for each operation. */
function* withoutSizes({ graph, environments }: Program): Generator<Program> {
  const [environment] = environments;
  const text = printGraph(graph);
  if (environments.length > 1 || environment === undefined) return;
  const given = Object.entries(environment.sizes).reduce(
    (written, [name, value]) => written.replaceAll(new RegExp(`\\b${name}\\b`, "g"), String(value)),
    text,
  );
  if (given === text) return;
  try {
    yield { graph: inLines(parseGraph(given, registry)), environments };
  } catch {
    // A size that is no longer one: sums and products of numbers are not written as such.
  }
}
