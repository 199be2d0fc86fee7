import { CompileError } from "../../compiler/diagnostic.js";
import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import type { Graph } from "../../compiler/ir/graph.js";
import { compile } from "../../compiler/pipeline.js";
import { checkProgram, Fault } from "./checkProgram.js";
import type { Program } from "./randomProgram.js";
import { distance } from "./values.js";
import { writeMath } from "./writeMath.js";

/**
 * A program written as a math string means what its graph means, and is then
 * checked in turn. Programs that cannot be written are passed over.
 *
 * @throws Fault
 */
export function checkMath({ graph, environments }: Program): void {
  const text = writeMath(graph);
  if (text === null) return;
  const read = readBack(text);
  for (const { values, sizes } of environments) {
    const [was, is] = [graph, read].map((each) => evaluateGraph(each, values, sizes));
    if (was === undefined || is === undefined) continue;
    if (!(distance(was, is) <= 1e-12)) throw new Fault("a math string means something else", text);
  }
  checkProgram({ graph: read, environments });
}

function readBack(text: string): Graph {
  try {
    const [compiled] = compile({ math: text }).functions;
    if (compiled === undefined) throw new Fault("a math string has no function", text);
    return compiled.stages.graph;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const codes = error.diagnostics.map(({ code }) => code);
    throw new Fault(
      `a math string is refused with ${codes.join(", ")}`,
      `${error.message}\n${text}`,
    );
  }
}
