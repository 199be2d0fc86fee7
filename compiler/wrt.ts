import type { DiagnosticSink } from "./diagnostic.js";
import type { ModelFunction } from "./elaborate/function.js";
import type { Node } from "./ir/node.js";
import { leavesOf } from "./ir/structure.js";
import { isFloat } from "./ir/type.js";
import { pathOf } from "./passes/differentiate.js";

/** The inputs to differentiate: those asked for by name (`W1`, `params`, `params.W1`), else the model's own choice. */
export function chooseInputs(
  model: ModelFunction,
  asked: readonly string[] | undefined,
  sink: DiagnosticSink,
): readonly Node[] {
  const inputs = model.parameters.flatMap(({ structure }) =>
    leavesOf(structure),
  );
  const floats = inputs.filter((node) => isFloat(node.type.dtype));
  const chosen =
    asked === undefined
      ? model.wrt
      : asked.flatMap((name) => named(name, inputs, floats, model, sink));
  if (chosen.length === 0 && !sink.hasErrors) {
    sink.error(
      "FG401",
      `\`${model.name}\` has nothing to differentiate`,
      model.span,
      {
        accepted:
          "at least one parameter of floats: number, Tensor<…> or Param<…>",
      },
    );
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
  const under = (node: Node) =>
    pathOf(node) === name || pathOf(node).startsWith(`${name}.`);
  const found = inputs.filter(under);
  if (found.length === 0) {
    sink.error(
      "FG401",
      `\`${model.name}\` has no parameter \`${name.slice(0, 40)}\` to differentiate`,
      model.span,
      {
        accepted: floats.map(pathOf).join(", "),
      },
    );
  }
  const whole = found.filter((node) => !isFloat(node.type.dtype));
  if (found.length > 0 && whole.length === found.length) {
    sink.error(
      "FG402",
      `parameter \`${name.slice(0, 40)}\` of \`${model.name}\` is ${whole[0]?.type.dtype}`,
      model.span,
      {
        accepted: `parameters of floats: ${floats.map(pathOf).join(", ")}`,
      },
    );
  }
  return found.filter((node) => isFloat(node.type.dtype));
}
