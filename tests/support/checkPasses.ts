import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import type { Graph } from "../../compiler/ir/graph.js";
import { isFloat } from "../../compiler/ir/type.js";
import { pass as cse } from "../../compiler/passes/cse.js";
import { gradientGraph } from "../../compiler/passes/differentiate.js";
import { expandAll, expandUngrouped } from "../../compiler/passes/expand.js";
import { pass as fold } from "../../compiler/passes/fold.js";
import { pass as foldTranspose } from "../../compiler/passes/foldTranspose.js";
import { forwardPasses, runPasses } from "../../compiler/passes/index.js";
import { pass as nameValues } from "../../compiler/passes/nameValues.js";
import type { Pass } from "../../compiler/passes/pass.js";
import { pass as powers } from "../../compiler/passes/powers.js";
import { pass as simplify } from "../../compiler/passes/simplify.js";
import { pass as stabilise } from "../../compiler/passes/stabilise.js";
import { Fault } from "./checkProgram.js";
import type { Program } from "./randomProgram.js";
import { bits, distance } from "./values.js";

/** Passes that change no bit; but which zero a sum of zeros gives is left open. */
const exact: readonly Pass[] = [
  fold,
  cse,
  simplify,
  expandUngrouped,
  expandAll,
  foldTranspose,
  nameValues,
];
const close: readonly Pass[] = [stabilise, powers];

/** Every pass, on the program and on its gradient, keeps what a graph computes. @throws Fault */
export function checkPasses({ graph, environments }: Program): void {
  const [environment] = environments;
  if (environment === undefined) return;
  const forward = runPasses(graph, forwardPasses);
  const total = { ...forward, outputs: forward.outputs.slice(0, 1) };
  const joint = gradientGraph(total, {
    wrt: graph.inputs.filter(({ type }) => isFloat(type.dtype)),
    cotangent: isScalar(total) ? "one" : "inputs",
  });
  const ones = joint.inputs.slice(graph.inputs.length).map((node) => {
    const name = String(node.attrs["name"]);
    const output = evaluateGraph(total, environment.values, environment.sizes);
    const value = Object.values(output)[0];
    if (value === undefined) throw new Fault("there is no result");
    return [name, { ...value, data: value.data.map((_, i) => 1 + i / 8) }] as const;
  });
  const values = { ...environment.values, ...Object.fromEntries(ones) };
  for (const each of [graph, joint]) {
    const was = evaluateGraph(each, values, environment.sizes);
    for (const pass of [...exact, ...close]) {
      const is = evaluateGraph(
        runPasses(each, [pass], { verify: true }),
        values,
        environment.sizes,
      );
      const same = exact.includes(pass)
        ? bits(is, { zeroSign: false }) === bits(was, { zeroSign: false })
        : distance(was, is) <= 1e-9;
      if (!same)
        throw new Fault(
          `pass ${pass.name} changes the result`,
          `${bits(is)}\ninstead of ${bits(was)}`,
        );
    }
  }
}

function isScalar({ outputs }: Graph): boolean {
  return outputs.every(({ node }) => node.type.shape.length === 0 && isFloat(node.type.dtype));
}
