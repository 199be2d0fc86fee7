import type { DerivedFunction } from "./backends/typescript/module.js";
import type { DiagnosticSink } from "./diagnostic.js";
import type { ModelFunction } from "./elaborate/function.js";
import type { Graph, Output } from "./ir/graph.js";
import type { Node } from "./ir/node.js";
import { leavesOf, type Structure } from "./ir/structure.js";
import { gradientGraph } from "./passes/differentiate.js";
import { forwardPasses, runPasses } from "./passes/index.js";
import type { Program } from "./schedule/program.js";

/** Where a function stands when more is derived from it. */
export interface Derivation {
  readonly model: ModelFunction;
  /** The graph of the function after the forward passes. */
  readonly forward: Graph;
  readonly wrt: readonly Node[];
  readonly sink: DiagnosticSink;
  readonly schedule: (graph: Graph) => Program;
}

/** The gradient alone, ready to be differentiated again: after the outputs of the function, those of the gradient. */
export function slopesOf({ forward, wrt }: Derivation): Graph {
  return runPasses(gradientGraph(forward, { wrt, cotangent: "one" }), forwardPasses);
}

export type DerivedField = {
  readonly name: string;
  readonly value: Structure<string>;
};

/** The function under a name of its own, returning these fields after its value. */
export function derivedModel(
  model: ModelFunction,
  suffix: string,
  fields: readonly DerivedField[],
): ModelFunction {
  const value = { name: "value", value: model.result };
  return {
    ...model,
    name: `${model.name}${suffix}`,
    result: { kind: "object", fields: [value, ...fields] },
  };
}

/** What a function with one more field, a matrix, consists of. */
export interface MatrixParts {
  readonly suffix: string;
  readonly field: DerivedField;
  readonly doc: readonly string[];
  /** The graph the matrices belong to; its first outputs are those of the function. */
  readonly graph: Graph;
  readonly outputs: readonly Output[];
}

/** A function that takes the parameters alone. */
export function matrixFunction(
  { model, schedule }: Derivation,
  { suffix, field, doc, graph, outputs }: MatrixParts,
): DerivedFunction {
  const own = graph.outputs.slice(0, model.graph.outputs.length);
  return {
    model: derivedModel(model, suffix, [field]),
    doc,
    program: schedule({ ...graph, outputs: [...own, ...outputs] }),
    directions: [],
  };
}

/** The structure without the leaves that are not kept; null where none is. */
export function pruned<Leaf>(
  structure: Structure<Leaf>,
  keeps: (leaf: Leaf) => boolean,
): Structure<Leaf> | null {
  if (!leavesOf(structure).some(keeps)) return null;
  switch (structure.kind) {
    case "leaf":
      return structure;
    case "object":
      return {
        kind: "object",
        fields: structure.fields.flatMap(({ name, value }) => {
          const kept = pruned(value, keeps);
          return kept === null ? [] : [{ name, value: kept }];
        }),
      };
    case "tuple":
      return {
        kind: "tuple",
        elements: structure.elements.flatMap((element) => pruned(element, keeps) ?? []),
      };
  }
}
