import { isFloat } from "../../compiler/ir/type.js";
import { gradientGraph } from "../../compiler/passes/differentiate.js";
import { forwardPasses, runPasses } from "../../compiler/passes/index.js";
import { checkProgram, Fault } from "./checkProgram.js";
import type { Program } from "./randomProgram.js";
import { across, roughness, Sampler, stencil } from "./sampler.js";

/**
 * Checks the gradient of a program as a program of its own, so that its
 * gradient in turn is that of differences.
 *
 * @throws Fault
 */
export function checkSecondOrder(program: Program): void {
  const gradient = gradientOf(program);
  if (!isFinite(program)) return;
  if (!isFinite(gradient)) throw new Fault("the gradient is not finite");
  // A gradient has a kink where the function bends; there are no differences to compare with.
  if (isSmooth(gradient)) checkProgram(gradient);
}

/** The gradient of a scalar program, its parts as results. */
function gradientOf({ graph, environments }: Program): Program {
  const forward = runPasses(graph, forwardPasses);
  const wrt = graph.inputs.filter(({ type }) => isFloat(type.dtype));
  const joint = gradientGraph(forward, { wrt, cotangent: "one" });
  const parts = joint.outputs.slice(graph.outputs.length);
  const outputs = parts.map(({ node }, i) => ({ name: `g${i}`, node }));
  return { graph: { ...joint, outputs }, environments };
}

/** Random programs are; what is left of one when it is shrunk may not be. */
function isFinite({ graph, environments }: Program): boolean {
  return environments.every((environment) => {
    const sampler = new Sampler(environment);
    return graph.outputs.every(({ node }) => sampler.valueOf(node).data.every(Number.isFinite));
  });
}

function isSmooth({ graph, environments: [environment] }: Program): boolean {
  if (environment === undefined) return false;
  const sampler = new Sampler(environment, stencil);
  return graph.outputs.every(({ node }) => {
    const samples = sampler.samplesOf(node);
    return sampler
      .valueOf(node)
      .data.every((x, i) => roughness(across(samples, i)) < 2e-8 * Math.max(1, Math.abs(x)));
  });
}
