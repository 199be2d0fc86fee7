import type { DiagnosticSink } from "./diagnostic.js";
import type { ModelFunction } from "./elaborate/function.js";
import { didYouMean } from "./elaborate/suggest.js";
import type { Node } from "./ir/node.js";
import { leavesOf } from "./ir/structure.js";
import { formatType, isFloat } from "./ir/type.js";
import { pathOf } from "./passes/differentiate.js";

/** The inputs to differentiate: those asked for by name (`W1`, `params`, `params.W1`), else the model's own choice. */
export function chooseInputs(
  model: ModelFunction,
  asked: readonly string[] | undefined,
  sink: DiagnosticSink,
): readonly Node[] {
  const inputs = model.parameters.flatMap(({ structure }) => leavesOf(structure));
  const floats = inputs.filter((node) => isFloat(node.type.dtype));
  const chosen =
    asked === undefined
      ? model.wrt
      : asked.flatMap((name) => named(name, inputs, floats, model, sink));
  if (chosen.length === 0 && !sink.hasErrors) {
    sink.error("FG401", `\`${model.name}\` has nothing to differentiate`, model.span, {
      accepted:
        "at least one parameter of floats: number, Tensor<…> or Param<…>; in a math string `x` or `x: [3]`",
      hint:
        inputs.length === 0
          ? undefined
          : `declare ${inputs.length === 1 ? "the parameter" : "one of them"} as floats if gradients by it are meant`,
    });
  }
  return [...new Set(chosen)];
}

function named(
  name: string,
  inputs: readonly Node[],
  floats: readonly Node[],
  model: ModelFunction,
  sink: DiagnosticSink,
): readonly Node[] {
  const under = (node: Node) => pathOf(node) === name || pathOf(node).startsWith(`${name}.`);
  const found = inputs.filter(under);
  const accepted = floats.map(pathOf).join(", ");
  const shown = name.slice(0, 40);
  if (found.length === 0) {
    sink.error(
      "FG401",
      `\`${model.name}\` has no parameter \`${shown}\` to differentiate`,
      model.span,
      { accepted, hint: didYouMean(name, floats.map(pathOf)) },
    );
  }
  const chosen = found.filter((node) => isFloat(node.type.dtype));
  const [first] = found;
  if (first !== undefined && chosen.length === 0) {
    sink.error(
      "FG402",
      `\`${shown}\` of \`${model.name}\` is ${formatType(first.type)}: there is no gradient by it`,
      model.span,
      { accepted: `parameters of floats: ${accepted}` },
    );
  }
  return chosen;
}
