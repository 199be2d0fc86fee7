import { DiagnosticSink } from "../../compiler/diagnostic.js";
import type { ModelFunction } from "../../compiler/elaborate/function.js";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import type { Graph } from "../../compiler/ir/graph.js";
import type { Node } from "../../compiler/ir/node.js";
import type { Structure } from "../../compiler/ir/structure.js";
import { isFloat } from "../../compiler/ir/type.js";
import { compileModels, type CompileOptions, type CompileResult } from "../../compiler/pipeline.js";
import { Caller, type Generated } from "./generated.js";
import type { Sizes } from "./values.js";

const entry = { path: "graph", text: "" };

/** A graph compiled as if a front end had made it. @throws CompileError */
export function compileGraph(graph: Graph, options: CompileOptions = {}): CompileResult {
  return compileModels([modelOf(graph)], entry, new DiagnosticSink(), options);
}

function modelOf(graph: Graph): ModelFunction {
  const names = graph.outputs.map(({ name }) => name);
  const leaf = (name: string): Structure<string> => ({ kind: "leaf", value: name });
  return {
    name: graph.name,
    tags: [],
    span: { file: entry.path, start: 0, end: 0 },
    graph,
    parameters: graph.inputs.map((node) => ({
      name: String(node.attrs["name"]),
      structure: { kind: "leaf", value: node } satisfies Structure<Node>,
    })),
    result:
      names.length === 1 && names[0] === "value"
        ? leaf("value")
        : { kind: "object", fields: names.map((name) => ({ name, value: leaf(name) })) },
    wrt: graph.inputs.filter((node) => isFloat(node.type.dtype)),
  };
}

/** What was compiled to JavaScript, ready to be called with these sizes. */
export function callerOf({ code, functions }: CompileResult, sizes: Sizes): Caller {
  const exports = Object.fromEntries(evaluateModule(code));
  const [compiled] = functions;
  if (compiled === undefined) throw new Error("nothing was compiled");
  const generated: Generated = { code, functions, exports };
  return new Caller(generated, compiled, { name: "random", source: { math: "" }, sizes });
}
