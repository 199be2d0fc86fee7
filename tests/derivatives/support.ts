import { evaluateDim } from "../../compiler/ir/dim.js";
import type { Call } from "../ops/calls.js";

/** The call with numbers in place of named sizes. */
export function withoutNames(call: Call): Call {
  const inputs = Object.entries(call.inputs).map(([name, input]) => [
    name,
    { ...input, shape: input.shape.map((dim) => evaluateDim(dim, call.sizes)) },
  ]);
  const expression = call.expression.replaceAll(/"([A-Z])"/g, (_text, name: string) =>
    String(call.sizes[name]),
  );
  return { ...call, expression, inputs: Object.fromEntries(inputs) as Call["inputs"] };
}
