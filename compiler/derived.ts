import type { DerivedFunction } from "./backends/typescript/module.js";
import { derivedModel, pruned, slopesOf, type Derivation } from "./derivation.js";
import {
  deriveHessian,
  deriveJacobian,
  deriveSparseHessian,
  deriveSparseJacobian,
} from "./derivedMatrices.js";
import type { ModelFunction } from "./elaborate/function.js";
import { EMITTED, type Emitted } from "./emitted.js";
import type { Output } from "./ir/graph.js";
import { mapLeaves } from "./ir/structure.js";
import { pathOf } from "./passes/differentiate.js";
import { jvpGraph } from "./passes/jvp.js";

/** What a function is built with, asked for by option or by a tag of the same name: `@jvp`, `@sparseHessian`. */
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

/** How each kind is made. */
const derivations: Readonly<
  Record<Emitted, (derivation: Derivation) => readonly DerivedFunction[]>
> = {
  grad: () => [],
  jvp: deriveJvp,
  hvp: deriveHvp,
  jacobian: deriveJacobian,
  hessian: deriveHessian,
  sparseJacobian: deriveSparseJacobian,
  sparseHessian: deriveSparseHessian,
};

/** Kinds that only a function of one number has. */
const ofNumbers: ReadonlySet<Emitted> = new Set(["hvp", "hessian", "sparseHessian"]);

/** The functions asked for beside the gradient. */
export function deriveFunctions(
  derivation: Derivation,
  kinds: readonly Emitted[],
): readonly DerivedFunction[] {
  const { outputs } = derivation.forward;
  const isNumber =
    outputs.length === 1 && outputs.every(({ node }) => node.type.shape.length === 0);
  return kinds.flatMap((kind) => {
    if (isNumber || !ofNumbers.has(kind)) return derivations[kind](derivation);
    const { model, sink } = derivation;
    sink.error(
      "FG403",
      `the result of \`${model.name}\` is not one number: it has no Hessian`,
      model.span,
      {
        accepted: "a function whose result is one number",
        hint: "jvp and jacobian take results of any shape",
      },
    );
    return [];
  });
}

function deriveJvp({ model, forward, wrt, schedule }: Derivation): readonly DerivedFunction[] {
  const { graph, tangents } = jvpGraph(forward, wrt);
  const names = new Set(graph.outputs.map(({ name }) => name));
  const tangent = pruned(
    mapLeaves(model.result, (leaf) => `v${leaf}`),
    (leaf) => names.has(leaf),
  );
  return [
    {
      model: derivedModel(
        model,
        "Jvp",
        tangent === null ? [] : [{ name: "tangent", value: tangent }],
      ),
      doc: [`\`${model.name}\` and how it changes as its parameters move along the tangents.`],
      program: schedule(graph),
      directions: tangents,
    },
  ];
}

function deriveHvp(derivation: Derivation): readonly DerivedFunction[] {
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
  return [
    {
      model: derivedModel(model, "Hvp", products),
      doc: [`\`${model.name}\` and the product of its Hessian with the tangents.`],
      program: schedule({ ...graph, outputs }),
      directions: tangents,
    },
  ];
}
