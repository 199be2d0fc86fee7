import { header } from "./backends/typescript/header.js";
import type { Assembler } from "./backends/wasm/assemble.js";
import { WasmEngine } from "./backends/wasm/engine.js";
import {
  printModule,
  generatedNames,
  type CompiledFunction,
} from "./backends/typescript/module.js";
import { inlineRuntime } from "./backends/typescript/inlineRuntime.js";
import { deriveFunctions, emittedBy, wrtOfTag } from "./derived.js";
import { CompileError, DiagnosticSink, type Diagnostic, type SourceFile } from "./diagnostic.js";
import { elaborate } from "./elaborate/elaborate.js";
import type { ModelFunction } from "./elaborate/function.js";
import type { Emitted } from "./emitted.js";
import type { Graph } from "./ir/graph.js";
import { isFloat, type TensorType } from "./ir/type.js";
import { lint } from "./lints/index.js";
import { fitMemory, rematerialisePasses, type Fitted } from "./memoryBudget.js";
import { gradientGraph } from "./passes/differentiate.js";
import { forwardPasses, fusingPasses, jointPasses, runPasses } from "./passes/index.js";
import { pass as nameValues } from "./passes/nameValues.js";
import { schedule } from "./schedule/schedule.js";
import { parseProgram } from "./syntax/program.js";
import { chooseInputs } from "./wrt.js";

/** What is compiled: a file of a program, or a math string. */
export type Source =
  | {
      /** Path of the file whose exported functions are compiled, a key of `files`. */
      readonly entry: string;
      /** Texts by path relative to the project; the entry and whatever it imports. */
      readonly files: Readonly<Record<string, string>>;
    }
  | { readonly math: string };

export type Target = "ts" | "js" | "wasm" | "wasm-js";

export interface CompileOptions {
  /** 0: one stage for each operation, for reading. 2, the default: fused, memory planned. */
  readonly level?: 0 | 2 | undefined;
  /** The language of the module; with "wasm", functions of tensors run in WebAssembly. */
  readonly target?: Target | undefined;
  /** Makes WebAssembly; needed for such targets. See `loadAssembler`. */
  readonly assembler?: Assembler | undefined;
  /** Use relaxed multiply-add where the engine has it: the last bits then depend on the machine. */
  readonly relaxedSimd?: boolean | undefined;
  /** Parameters to differentiate; by default those declared `Param`, else all floats. */
  readonly wrt?: readonly string[] | undefined;
  /** What to build beside the function: the gradient always is. */
  readonly emit?: readonly Emitted[] | undefined;
  /** Write the runtime functions used into the module, so that it imports nothing. */
  readonly standalone?: boolean | undefined;
  readonly functions?: readonly string[] | undefined;
  /** "f64": every f32 becomes f64, for gradient checks. */
  readonly precision?: "f64" | undefined;
  /** At level 2: bytes of the forward pass that the backward pass may hold; beyond that it computes values again. */
  readonly memoryBudget?: number | undefined;
  /**
   * At level 2: also rewrite where results are rounded differently, as chains of
   * matrix products in the cheapest order.
   */
  readonly inexact?: boolean | undefined;
  /** Values of named sizes, for the memory budget and the order of matrix products. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  /** Types of parameters written without one. */
  readonly parameterTypes?: Readonly<Record<string, TensorType>> | undefined;
  /** Check the graph after every pass; for tests. */
  readonly verify?: boolean | undefined;
}

export interface BuiltFunction extends CompiledFunction {
  /** What of the forward pass is computed again. */
  readonly memory: Fitted;
}

export interface CompileResult {
  /** The generated module. */
  readonly code: string;
  readonly functions: readonly BuiltFunction[];
  /** Warnings; errors are thrown. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The whole compiler:
 *
 *     source → syntax → graph → graph with gradient → program → code
 *
 * @throws CompileError with every problem of the program
 */
export function compile(source: Source, options: CompileOptions = {}): CompileResult {
  const sink = new DiagnosticSink();
  const { entry, sources } = sourceFiles(source);
  const modules = parseProgram(sources, entry, sink);
  sink.throwIfErrors();
  const models = elaborate(modules, entry.path, sink, {
    ...options,
    sources: new Map(sources.map((file) => [file.path, file.text])),
  });
  sink.throwIfErrors();
  return compileModels(models, entry, sink, options);
}

/**
 * From elaborated functions to code, all that comes after the front ends.
 *
 * @throws CompileError with every problem of the program
 */
export function compileModels(
  models: readonly ModelFunction[],
  entry: SourceFile,
  sink: DiagnosticSink,
  options: CompileOptions,
): CompileResult {
  const functions = models.map((model) => compileFunction(model, entry, sink, options));
  refuseCollisions(functions, sink);
  sink.throwIfErrors();
  const { level = 2, standalone = false } = options;
  const target = languageOf(options.target);
  const code = printModule(functions, {
    level,
    target,
    header: header(entry, functions),
    inlineRuntime: standalone ? (names, taken) => inlineRuntime(names, target, taken) : undefined,
    engine: engineOf(options),
  });
  return { code, functions, diagnostics: sink.diagnostics };
}

/** The language a module is written in. */
export function languageOf(target: Target = "ts"): "ts" | "js" {
  return target === "ts" || target === "wasm" ? "ts" : "js";
}

function engineOf(options: CompileOptions): WasmEngine | undefined {
  const { target, assembler, relaxedSimd = false, level = 2 } = options;
  if (target !== "wasm" && target !== "wasm-js") return undefined;
  if (assembler === undefined)
    throw new TypeError(`the target ${target} needs an assembler: await loadAssembler()`);
  return new WasmEngine(assembler, { relaxed: relaxedSimd, fuses: level === 2 });
}

function compileFunction(
  model: ModelFunction,
  entry: SourceFile,
  sink: DiagnosticSink,
  options: CompileOptions,
): BuiltFunction {
  const wrt = chooseInputs(model, options.wrt ?? wrtOfTag(model), sink);
  const passOptions = {
    verify: options.verify,
    inexact: options.inexact === true && options.level !== 0,
    sizes: options.sizes,
  };
  const forward = runPasses(model.graph, [...forwardPasses, nameValues], passOptions);
  const isScalar =
    forward.outputs.length === 1 &&
    forward.outputs.every(({ node }) => node.type.shape.length === 0 && isFloat(node.type.dtype));
  refuseDiscreteResult(model, forward, sink);
  lint(model.graph, forward, wrt, entry, sink);
  const fusing = (options.level ?? 2) === 0 ? [] : fusingPasses;
  const lowering = [...jointPasses, ...fusing, nameValues];
  const lower = (graph: Graph) => runPasses(graph, lowering, passOptions);
  const results = forward.outputs.length;
  const differentiate = () =>
    withDiagnostics(sink, forward, () =>
      gradientGraph(forward, { wrt, cotangent: isScalar ? "one" : "inputs" }),
    );
  const { name, span } = model;
  const memory = fitMemory({ name, span, results, differentiate, lower, sink }, budgetOf(options));
  const { gradient } = memory;
  const optimised = runPasses(memory.lowered, rematerialisePasses(memory, results), passOptions);
  const vectors = options.target === "wasm" || options.target === "wasm-js";
  const scheduling = { level: options.level ?? 2, vectors };
  const scheduled = (graph: Graph) => schedule(lower(graph), scheduling);
  const kinds = sink.hasErrors ? [] : emittedBy(model, options.emit);
  return {
    model,
    derived: deriveFunctions({ model, forward, wrt, sink, schedule: scheduled }, kinds),
    stages: { graph: model.graph, gradient, optimised },
    memory,
    programs: {
      forward: scheduled(forward),
      gradient: schedule(optimised, scheduling),
      cotangents: gradient.inputs.slice(model.graph.inputs.length),
      wrt: new Set(wrt),
    },
  };
}

/** Without optimisation everything has memory of its own, and computing it again would only add more. */
function budgetOf({ memoryBudget: bytes, sizes = {}, level }: CompileOptions) {
  return bytes === undefined || level === 0 ? undefined : { bytes, sizes };
}

/** What is generated for one function must not have the name of what is generated for another. */
function refuseCollisions(functions: readonly CompiledFunction[], sink: DiagnosticSink): void {
  const owners = new Map<string, ModelFunction>();
  for (const compiled of functions) {
    for (const name of generatedNames(compiled)) {
      const first = owners.get(name);
      if (first === undefined) owners.set(name, compiled.model);
      else
        sink.error(
          "FG208",
          `\`${name}\` would be generated twice, for \`${first.name}\` and for \`${compiled.model.name}\``,
          compiled.model.span,
          {
            accepted: "functions whose generated names differ: f, fGrad, createFWork …",
            hint: `rename \`${compiled.model.name}\``,
          },
        );
    }
  }
}

function refuseDiscreteResult(
  model: ModelFunction,
  { outputs }: Graph,
  sink: DiagnosticSink,
): void {
  if (outputs.some(({ node }) => isFloat(node.type.dtype))) return;
  const dtypes = [...new Set(outputs.map(({ node }) => node.type.dtype))].join(", ");
  sink.error(
    "FG402",
    `the result of \`${model.name}\` is ${dtypes}: it has no gradient`,
    model.span,
    {
      accepted: "a result with at least one float in it",
    },
  );
}

/** Collects the errors of a phase instead of ending the compilation. */
function withDiagnostics(sink: DiagnosticSink, fallback: Graph, run: () => Graph): Graph {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    error.diagnostics.forEach((diagnostic) => sink.add(diagnostic));
    return fallback;
  }
}

const mathPath = "expression";

function sourceFiles(source: Source): {
  readonly entry: SourceFile;
  readonly sources: readonly SourceFile[];
} {
  if ("math" in source) {
    const entry = { path: mathPath, text: source.math };
    return { entry, sources: [entry] };
  }
  const sources = Object.entries(source.files).map(([path, text]) => ({
    path,
    text,
  }));
  return {
    entry: { path: source.entry, text: source.files[source.entry] ?? "" },
    sources,
  };
}
