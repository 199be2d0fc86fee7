import type { CompiledFunction } from "../backends/typescript/module.js";
import { DiagnosticSink } from "../diagnostic.js";
import { printGraph } from "../ir/print.js";
import { compile, type CompileOptions } from "../pipeline.js";
import { parseProgram } from "../syntax/program.js";
import type { Io } from "./io.js";
import { report } from "./problems.js";
import type { Program } from "./project.js";
import { programText } from "./programText.js";
import type { Stage } from "./stages.js";
import { syntaxText } from "./syntaxText.js";

/** `flatgrad inspect`: prints the program at one stage of its compilation. */
export function inspect(program: Program, stage: Stage, options: CompileOptions, io: Io): number {
  if (stage === "syntax") return inspectSyntax(program, options, io);
  const { code, functions, diagnostics } = compile(program.source, options);
  report(io, diagnostics, program.files);
  const text = stage === "code" ? code : functions.map((one) => stageText(one, stage)).join("\n");
  io.out(text.endsWith("\n") ? text : `${text}\n`);
  return 0;
}

function inspectSyntax({ source, files }: Program, { functions }: CompileOptions, io: Io): number {
  const entry = "math" in source ? "expression" : source.entry;
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  const sink = new DiagnosticSink();
  const file = { path: entry, text: files[entry] ?? "" };
  const module = parseProgram(sources, file, sink).get(entry);
  sink.throwIfErrors();
  const chosen = module?.functions.filter(
    ({ name }) => functions === undefined || functions.includes(name),
  );
  io.out(`${syntaxText({ ...module, functions: chosen })}\n`);
  return 0;
}

function stageText(
  { stages: graphs, programs }: CompiledFunction,
  stage: Exclude<Stage, "syntax" | "code">,
): string {
  switch (stage) {
    case "graph":
    case "gradient":
    case "optimised":
      return printGraph(graphs[stage]);
    case "program":
      return [
        "// the function",
        programText(programs.forward),
        "",
        "// with its gradient",
        programText(programs.gradient),
        "",
      ].join("\n");
  }
}
