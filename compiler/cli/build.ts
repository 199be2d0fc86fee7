import { relative, resolve } from "node:path";
import { compile, languageOf, type CompileOptions } from "../pipeline.js";
import type { Io } from "./io.js";
import { checkDistinct, currentText, findModels, outputPath, writeGenerated } from "./outputs.js";
import { report, reportError, toolError } from "./problems.js";
import { readProgram, type Program } from "./project.js";
import { watchModels } from "./watch.js";

export interface BuildOptions {
  readonly compile: CompileOptions;
  readonly outDir: string | undefined;
  readonly check: boolean;
  readonly watch: boolean;
}

/** `flatgrad build`: 0 if all files were built, or with `check` are up to date, else 1. */
export async function build(
  patterns: readonly string[],
  options: BuildOptions,
  io: Io,
): Promise<number> {
  const models = await findModels(patterns, io.cwd);
  const { target } = options.compile;
  const outDir = options.outDir === undefined ? undefined : resolve(io.cwd, options.outDir);
  const outputs = new Map(
    models.map((model) => [model, outputPath(model, languageOf(target), outDir)]),
  );
  checkDistinct(outputs, io.cwd);
  const run = (model: string) => buildOne(model, outputs.get(model) ?? "", options, io);
  const results = models.map(run);
  if (options.watch) {
    await watchModels(new Map(results.map((one) => [one.model, one])), run, io);
    return 0;
  }
  return results.every(({ ok }) => ok) ? 0 : 1;
}

export interface Built {
  readonly model: string;
  readonly ok: boolean;
  /** The files it was made from. */
  readonly paths: readonly string[];
}

function buildOne(model: string, output: string, options: BuildOptions, io: Io): Built {
  let program: Program | undefined;
  try {
    program = readProgram(model, io.cwd);
    const code = generate(program, options.compile, io);
    const shown = relative(io.cwd, output);
    const ok = options.check
      ? isCurrent(output, code, shown, io)
      : write(output, code, shown, relative(io.cwd, model), io);
    return { model, ok, paths: program.paths };
  } catch (error) {
    reportError(io, error, program?.files);
    return { model, ok: false, paths: program?.paths ?? [model] };
  }
}

/** The generated module; warnings are printed. @throws CompileError */
export function generate({ source, files }: Program, options: CompileOptions, io: Io): string {
  const { code, functions, diagnostics } = compile(source, options);
  report(io, diagnostics, files);
  if (functions.length > 0) return code;
  const name = "math" in source ? "the text" : source.entry;
  throw toolError("FG503", `${name} exports no function`, {
    accepted: "at least one `export function`",
  });
}

function isCurrent(output: string, code: string, shown: string, io: Io): boolean {
  const current = currentText(output);
  if (current === code) return true;
  const state = current === undefined ? "is missing" : "is out of date";
  report(io, [
    {
      code: "FG505",
      severity: "error",
      message: `${shown} ${state}`,
      hint: "run `flatgrad build` with the same options, without --check",
    },
  ]);
  return false;
}

function write(output: string, code: string, shown: string, model: string, io: Io): boolean {
  const isNew = currentText(output) !== code;
  if (isNew) writeGenerated(output, code, shown);
  const state = isNew ? "" : io.outColor.dim(" (unchanged)");
  io.out(`${model} → ${io.outColor.bold(shown)}${state}\n`);
  return true;
}
