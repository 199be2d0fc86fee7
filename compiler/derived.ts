import type { DerivedFunction } from "./backends/typescript/module.js";
import type { DiagnosticSink } from "./diagnostic.js";
import type { ModelFunction } from "./elaborate/function.js";
import type { Graph, Output } from "./ir/graph.js";
import { withOrigin, type Node } from "./ir/node.js";
import { leavesOf, mapLeaves, type Structure } from "./ir/structure.js";
import { one, zero } from "./ops/leaf.js";
import { gradientGraph, pathOf } from "./passes/differentiate.js";
import { forwardPasses, runPasses } from "./passes/index.js";
import { jvp, jvpGraph } from "./passes/jvp.js";
import type { Program } from "./schedule/program.js";

/** What can be built beside a function. The gradient always is. */
export const EMITTED = ["grad", "jvp", "hvp", "hessian"] as const;
export type Emitted = (typeof EMITTED)[number];

/** What a function is built with, asked for by option or by a tag: `@jvp`, `@hvp`, `@hessian`. */
export function emittedBy(
  { tags }: ModelFunction,
  asked: readonly Emitted[] | undefined,
): readonly Emitted[] {
  const tagged = new Set(tags.map(({ name }) => name));
  return EMITTED.filter((kind) => asked?.includes(kind) === true || tagged.has(kind));
}

/** The parameters a function is to be differentiated by, of its tag `@gradient W1 b1`. */
export function wrtOfTag({ tags }: ModelFunction): readonly string[] | undefined {
  const names = tags
    .filter(({ name }) => name === "gradient")
    .flatMap(({ text }) => text.split(/[\s,]+/))
    .filter((name) => name !== "");
  return names.length === 0 ? undefined : names;
}

/** Where a function stands when more is derived from it. */
export interface Derivation {
  readonly model: ModelFunction;
  /** The graph of the function after the forward passes. */
  readonly forward: Graph;
  readonly wrt: readonly Node[];
  readonly sink: DiagnosticSink;
  readonly schedule: (graph: Graph) => Program;
}

/** The functions asked for beside the gradient. */
export function deriveFunctions(
  derivation: Derivation,
  kinds: readonly Emitted[],
): readonly DerivedFunction[] {
  const { model } = derivation;
  return kinds.flatMap((kind) => {
    if (kind === "grad") return [];
    if (kind === "jvp") return [deriveJvp(derivation)];
    const { outputs } = derivation.forward;
    const isScalar =
      outputs.length === 1 && outputs.every(({ node }) => node.type.shape.length === 0);
    if (!isScalar) {
      derivation.sink.error(
        "FG403",
        `the result of \`${model.name}\` is not one number: it has no ${kind === "hvp" ? "Hessian" : kind}`,
        model.span,
        {
          accepted: "a function whose result is one number",
          hint: "jvp takes results of any shape",
        },
      );
      return [];
    }
    return kind === "hvp" ? [deriveHvp(derivation)] : deriveHessian(derivation);
  });
}

function deriveJvp({ model, forward, wrt, schedule }: Derivation): DerivedFunction {
  const { graph, tangents } = jvpGraph(forward, wrt);
  const names = new Set(graph.outputs.map(({ name }) => name));
  const tangent = pruned(
    mapLeaves(model.result, (leaf) => `v${leaf}`),
    (leaf) => names.has(leaf),
  );
  return {
    model: derivedModel(model, "Jvp", [
      { name: "value", value: model.result },
      ...(tangent === null ? [] : [{ name: "tangent", value: tangent }]),
    ]),
    doc: [`\`${model.name}\` and how it changes as its parameters move along the tangents.`],
    program: schedule(graph),
    directions: tangents,
  };
}

/** The gradient alone, ready to be differentiated again. */
function slopesOf({ forward, wrt }: Derivation): Graph {
  return runPasses(gradientGraph(forward, { wrt, cotangent: "one" }), forwardPasses);
}

function deriveHvp(derivation: Derivation): DerivedFunction {
  const { model, wrt, schedule } = derivation;
  const gradient = slopesOf(derivation);
  const { graph, tangents } = jvpGraph(gradient, wrt);
  const outputs = graph.outputs.flatMap(({ name, node }): readonly Output[] => {
    if (name.startsWith("vd")) return [{ name: `h${name.slice(2)}`, node }];
    return model.graph.outputs.some((own) => own.name === name) ? [{ name, node }] : [];
  });
  const own = new Set(wrt);
  const products = model.parameters.flatMap(({ name, structure }) => {
    const kept = pruned(structure, (node) => own.has(node));
    return kept === null
      ? []
      : [{ name: `h${name}`, value: mapLeaves(kept, (node) => `h${pathOf(node)}`) }];
  });
  return {
    model: derivedModel(model, "Hvp", [{ name: "value", value: model.result }, ...products]),
    doc: [`\`${model.name}\` and the product of its Hessian with the tangents.`],
    program: schedule({ ...graph, outputs }),
    directions: tangents,
  };
}

function deriveHessian(derivation: Derivation): readonly DerivedFunction[] {
  const { model, wrt, schedule, sink } = derivation;
  const tensor = wrt.find((node) => node.type.shape.length > 0);
  if (tensor !== undefined) {
    sink.error(
      "FG422",
      `the Hessian of \`${model.name}\` by the tensor \`${pathOf(tensor)}\` is not built`,
      model.span,
      { accepted: "parameters that are numbers", hint: "ask for products with it: hvp" },
    );
    return [];
  }
  const gradient = slopesOf(derivation);
  const slopes = gradient.outputs.slice(model.graph.outputs.length).map(({ node }) => node);
  const columns = wrt.map((_, i) =>
    jvp(
      slopes,
      wrt,
      wrt.map((_node, j) => (i === j ? one() : null)),
    ),
  );
  const entry = (i: number, j: number) => `h${i}.${j}`;
  const outputs = columns.flatMap((column, j) =>
    column.map((node, i): Output => {
      const { origin } = slopes[i] ?? zero();
      return { name: entry(i, j), node: node ?? withOrigin(origin, zero) };
    }),
  );
  const hessian: Structure<string> = {
    kind: "tuple",
    elements: wrt.map((_, i) => ({
      kind: "tuple",
      elements: wrt.map((_node, j) => ({ kind: "leaf", value: entry(i, j) })),
    })),
  };
  const kept = gradient.outputs.slice(0, model.graph.outputs.length);
  return [
    {
      model: derivedModel(model, "Hessian", [
        { name: "value", value: model.result },
        { name: "hessian", value: hessian },
      ]),
      doc: [
        `\`${model.name}\` and its second derivatives, by ${wrt.map(pathOf).join(", ")} in both directions.`,
      ],
      program: schedule({ ...gradient, outputs: [...kept, ...outputs] }),
      directions: [],
    },
  ];
}

function derivedModel(
  model: ModelFunction,
  suffix: string,
  fields: readonly { readonly name: string; readonly value: Structure<string> }[],
): ModelFunction {
  return { ...model, name: `${model.name}${suffix}`, result: { kind: "object", fields } };
}

/** The structure without the leaves that are not kept; null where none is. */
function pruned<Leaf>(
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
