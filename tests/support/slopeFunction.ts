import { isFloat } from "../../compiler/ir/type.js";
import { accumulate } from "../../compiler/ops/accumulate.js";
import { cast, mul } from "../../compiler/ops/arithmetic.js";
import { input } from "../../compiler/ops/leaf.js";
import { sum } from "../../compiler/ops/reduce.js";
import { gradientGraph } from "../../compiler/passes/differentiate.js";
import { forwardPasses, runPasses } from "../../compiler/passes/index.js";
import type { CompileOptions } from "../../compiler/pipeline.js";
import { runGraph, type Runnable } from "./runModule.js";

/**
 * Σ ⟨gradient, v⟩ as a function of its own, whose gradient is a product with
 * the second derivative. For each input x, there is one more input `vdx`; and
 * `dvalue` is the cotangent.
 */
export function slopeFunction(run: Runnable, options: CompileOptions = {}): Runnable {
  const [compiled] = run.compiled.functions;
  if (compiled === undefined) throw new Error("there is no function");
  const forward = runPasses(compiled.model.graph, forwardPasses);
  const wrt = forward.inputs.filter((node) => isFloat(node.type.dtype));
  const gradient = gradientGraph(forward, { wrt, cotangent: "inputs" });
  const slopes = gradient.outputs.slice(forward.outputs.length);
  const directions = slopes.map(({ name, node }) => input(`v${name}`, node.type));
  const terms = slopes.map(({ node }, i) => {
    const direction = directions[i];
    if (direction === undefined) throw new Error("there is no direction");
    return cast(sum(mul(node, direction)), "f64");
  });
  return runGraph(
    {
      name: "f",
      inputs: [...gradient.inputs, ...directions],
      outputs: [{ name: "value", node: accumulate(terms) }],
    },
    options,
  );
}
