import { CompileError, DiagnosticSink, type Diagnostic, type SourceFile } from "../diagnostic.js";
import { renderDiagnostic } from "../frame.js";
import type { TensorType } from "../ir/type.js";
import { evaluateModule } from "../evaluateModule.js";
import { compile, type CompileOptions, type Source } from "../pipeline.js";
import { parseProgram } from "../syntax/program.js";
import type { FunctionDeclaration } from "../syntax/tree.js";
import { makeCallable, type Callable } from "./callable.js";
import { makeDerivedCallables, type DerivedCallable } from "./derived.js";

/** One function of a program, ready to be compiled for types of its parameters. */
export interface JitProgram {
  readonly source: Source;
  readonly file: SourceFile;
  readonly name: string;
  /** Parameters without a type, which follow from the inputs. */
  readonly untyped: readonly string[];
}

export interface Compiled {
  readonly code: string;
  readonly callable: Callable;
  /** What was asked for beside the gradient. */
  readonly derived: readonly DerivedCallable[];
}

/** Finds the function. @throws CompileError with code frames in its message */
export function readJitProgram(
  source: Source,
  file: SourceFile,
  asked: string | undefined,
): JitProgram {
  const sink = new DiagnosticSink();
  const modules = parseProgram([file], file, sink);
  return rendered(file, () => {
    sink.throwIfErrors();
    const module = modules.get(file.path);
    const isMath = module?.language === "math";
    const functions = (module?.functions ?? []).filter(({ exported }) => exported || isMath);
    const main = chosen(functions, isMath, file, asked);
    return { source, file, name: main.name, untyped: untypedOf(main) };
  });
}

/** The last definition of a math string; of a file, the only function it exports. */
function chosen(
  functions: readonly FunctionDeclaration[],
  isMath: boolean,
  file: SourceFile,
  asked: string | undefined,
): FunctionDeclaration {
  const found =
    asked === undefined ? functions.at(-1) : functions.find(({ name }) => name === asked);
  const names = functions.map(({ name }) => name).join(", ");
  if (found !== undefined && (isMath || asked !== undefined)) return found;
  if (found !== undefined && functions.length === 1) return found;
  const sink = new DiagnosticSink();
  if (functions.length === 0) sink.error("FG503", `${file.path} exports no function`);
  else if (asked === undefined)
    sink.error("FG217", `${file.path} exports several functions`, undefined, {
      accepted: names,
      hint: 'name one: `jit({ source, function: "…" })`',
    });
  else
    sink.error("FG217", `${file.path} has no function \`${asked.slice(0, 40)}\``, undefined, {
      accepted: names,
    });
  throw new CompileError(sink.diagnostics);
}

function untypedOf({ parameters }: FunctionDeclaration): readonly string[] {
  return parameters.flatMap(({ pattern, type }) =>
    pattern.kind === "name" && type === undefined ? [pattern.name] : [],
  );
}

/** @throws CompileError with code frames in its message */
export function compileFor(
  { source, file, name }: JitProgram,
  options: CompileOptions,
  types: Readonly<Record<string, TensorType>>,
): Compiled {
  return rendered(file, () => {
    const { code, functions } = compile(source, {
      ...options,
      target: options.assembler === undefined ? "js" : "wasm-js",
      functions: [name],
      parameterTypes: types,
    });
    const [compiled] = functions;
    if (compiled === undefined) throw new Error(`${name} was not compiled`);
    const module = evaluateModule(code);
    const derived = makeDerivedCallables(compiled, module);
    return { code, callable: makeCallable(compiled, module), derived };
  });
}

function rendered<T>(file: SourceFile, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    throw withFrames(file, error.diagnostics);
  }
}

/** An error of the compiler whose message shows where it is. */
export function withFrames(file: SourceFile, diagnostics: readonly Diagnostic[]): CompileError {
  const files = new Map([[file.path, file.text]]);
  const frames = diagnostics.map((one) => renderDiagnostic(one, files));
  return new CompileError(diagnostics, frames.join("\n\n"));
}
