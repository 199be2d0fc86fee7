import type { CompiledFunction, DerivedFunction } from "../backends/typescript/module.js";
import { capitalised } from "../backends/typescript/names.js";
import type { EvaluatedModule } from "../evaluateModule.js";
import type { Node } from "../ir/node.js";
import { pathOf } from "../passes/differentiate.js";
import {
  assemble,
  collect,
  differentiated,
  type Leaf,
  type Leaves,
  type Sizes,
} from "./callable.js";

/** A function derived from another, of an evaluated module: leaves by name in, leaves by name out. */
export interface DerivedCallable {
  readonly derived: DerivedFunction;
  /** `tangents` by the path of the parameter that moves; none where nothing does. */
  call(inputs: Leaves, sizes: Sizes, tangents?: Leaves): Leaves;
  /** The result of this name, for its type. */
  nodeOf(name: string): Node;
}

export function makeDerivedCallables(
  compiled: CompiledFunction,
  module: EvaluatedModule,
): readonly DerivedCallable[] {
  return compiled.derived.map((derived) => makeDerivedCallable(compiled, derived, module));
}

function makeDerivedCallable(
  compiled: CompiledFunction,
  derived: DerivedFunction,
  module: EvaluatedModule,
): DerivedCallable {
  const { model, program } = derived;
  const callee = module.get(model.name);
  if (callee === undefined) throw new Error(`the module has no ${model.name}`);
  const createWork = module.get(`create${capitalised(model.name)}Work`);
  const works = new Map<string, unknown>();
  const workFor = (sizes: Sizes) => {
    const key = JSON.stringify(sizes);
    if (!works.has(key)) works.set(key, createWork?.(sizes));
    return works.get(key);
  };
  const nodes = new Map(program.outputs.map(({ name, node }) => [name, node]));
  return {
    derived,
    call: (inputs, sizes, tangents = new Map()) => {
      const parameters = argumentsOf(compiled, inputs);
      const moving = movingOf(compiled, tangents);
      const result =
        createWork === undefined
          ? callee(...Object.values(parameters), ...derived.directions.map(directionIn(tangents)))
          : callee(parameters, ...(derived.directions.length > 0 ? [moving] : []), workFor(sizes));
      const leaves = new Map<string, Leaf>();
      collect(model.result, result, (name) => name, leaves);
      return leaves;
    },
    nodeOf: (name) => {
      const node = nodes.get(name);
      if (node === undefined) throw new Error(`${model.name} has no result ${name}`);
      return node;
    },
  };
}

/** The tangent for an input that stands for one, which is named `v` + path. */
const directionIn =
  (tangents: Leaves) =>
  (direction: Node): Leaf | undefined =>
    tangents.get(pathOf(direction).slice(1));

function argumentsOf({ model }: CompiledFunction, inputs: Leaves): Record<string, unknown> {
  return Object.fromEntries(
    model.parameters.map(({ name, structure }) => [
      name,
      assemble(structure, (node) => inputs.get(pathOf(node))),
    ]),
  );
}

function movingOf(
  { model, programs }: CompiledFunction,
  tangents: Leaves,
): Record<string, unknown> {
  return Object.fromEntries(
    model.parameters.flatMap(({ name, structure }) => {
      const kept = differentiated(structure, programs.wrt);
      return kept === undefined
        ? []
        : [[name, assemble(kept, (node) => tangents.get(pathOf(node)))]];
    }),
  );
}
