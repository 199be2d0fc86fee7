import { Command, CommanderError } from "commander";
import { CompileError } from "../diagnostic.js";
import { version } from "../version.js";
import type { Io } from "./io.js";
import { compileOptions, options, type CommandOptions } from "./options.js";
import { report, reportError } from "./problems.js";
import type { Program } from "./project.js";

const examples = `
Examples:
  flatgrad build models/loss.ts             writes models/loss.grad.ts
  flatgrad build "models/*.ts" --watch      and again whenever a model changes
  flatgrad build models/*.ts --check        for CI: fails if an output is stale
  flatgrad grad "(x + y) * z"               prints the function and its gradient
  flatgrad check models/loss.ts             compares gradients with differences
  flatgrad inspect models/loss.ts --stage optimised
  flatgrad explain-memory models/loss.ts --size N=64
  flatgrad ops softmax
  flatgrad explain FG203

Exit codes: 0 done, 1 the program or a check failed, 2 wrong usage.`;

/**
 * Runs one command line, without the names of node and script.
 *
 * @returns the exit code: 0 ok, 1 the program or a check failed, 2 wrong usage
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let complaint = "";
  let code = 0;
  const command = new CommandLine(io, (result) => (code = result)).build(
    (text) => (complaint += text),
  );
  try {
    await command.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      const text =
        error.code === "commander.invalidArgument"
          ? complaint.replace(/^error:/, "error FG502:")
          : complaint;
      io.err(io.errColor.red(text));
      io.err("`flatgrad --help` shows all commands.\n");
      return 2;
    }
    reportError(io, error);
    return isUsage(error) ? 2 : 1;
  }
}

function isUsage(error: unknown): boolean {
  return error instanceof CompileError && error.diagnostics.every(({ code }) => code === "FG502");
}

/** The commands, each a thin call of its file, which is loaded when the command runs. */
class CommandLine {
  readonly #io: Io;
  readonly #finish: (code: number) => void;

  constructor(io: Io, finish: (code: number) => void) {
    this.#io = io;
    this.#finish = finish;
  }

  build(complain: (text: string) => void): Command {
    const program = new Command("flatgrad")
      .description("A gradient compiler: you write a function, it writes the backward pass.")
      .version(version)
      .exitOverride()
      .configureOutput({
        writeOut: this.#io.out,
        writeErr: this.#io.err,
        outputError: complain,
      })
      .addHelpText("after", examples);
    this.#addBuild(program);
    this.#addGrad(program);
    this.#addInspect(program);
    this.#addCheck(program);
    this.#addExplainMemory(program);
    this.#addReference(program);
    return program;
  }

  #addBuild(program: Command): void {
    program
      .command("build")
      .description("write name.grad.ts beside each name.ts")
      .argument("<files...>", "model files, or patterns such as models/*.ts")
      .option("--out-dir <folder>", "write into this folder instead")
      .addOption(options.optimize())
      .addOption(options.wrt())
      .addOption(options.emit())
      .addOption(options.target())
      .addOption(options.standalone())
      .addOption(options.relaxedSimd())
      .addOption(options.inexact())
      .addOption(options.memoryBudget())
      .addOption(options.size())
      .option("--check", "write nothing; fail if an output is missing or stale")
      .option("--watch", "build again on every change")
      .action(async (files: readonly string[], given: CommandOptions) => {
        const settings = {
          compile: await compileOptions(given),
          outDir: given.outDir,
          check: given.check === true,
          watch: given.watch === true,
        };
        const { build } = await import("./build.js");
        this.#finish(await build(files, settings, this.#io));
      });
  }

  #addGrad(program: Command): void {
    program
      .command("grad")
      .description("print the gradient of a math string")
      .argument("<math>", "a math string, or - for the standard input")
      .addOption(options.optimize())
      .addOption(options.wrt())
      .addOption(options.emit())
      .addOption(options.target())
      .addOption(options.standalone())
      .addOption(options.inexact())
      .addOption(options.memoryBudget())
      .addOption(options.size())
      .action(async (math: string, given: CommandOptions) => {
        const text = math === "-" ? await this.#io.readInput() : math;
        const settings = await compileOptions(given);
        const [{ generate }, { mathProgram }] = await Promise.all([
          import("./build.js"),
          import("./project.js"),
        ]);
        this.#onProgram(mathProgram(text), (one) => {
          this.#io.out(generate(one, settings, this.#io));
          return 0;
        });
      });
  }

  #addInspect(program: Command): void {
    program
      .command("inspect")
      .description("print a program at one stage of its compilation")
      .argument("<program>", "a model file, a math string, or -")
      .addOption(options.stage())
      .addOption(options.function())
      .addOption(options.optimize())
      .addOption(options.wrt())
      .addOption(options.target())
      .addOption(options.standalone())
      .addOption(options.inexact())
      .addOption(options.size())
      .action(async (argument: string, given: CommandOptions) => {
        const read = await this.#read(argument);
        const settings = await compileOptions(given);
        const { inspect } = await import("./inspect.js");
        this.#onProgram(read, (one) => inspect(one, given.stage ?? "graph", settings, this.#io));
      });
  }

  #addCheck(program: Command): void {
    program
      .command("check")
      .description("compare gradients with numerical ones at random points")
      .argument("<program>", "a model file, a math string, or -")
      .addOption(options.function())
      .addOption(options.optimize())
      .addOption(options.wrt())
      .addOption(options.emit())
      .addOption(options.inexact())
      .addOption(options.points())
      .addOption(options.seed())
      .action(async (argument: string, given: CommandOptions) => {
        const { points = 3, seed = 0 } = given;
        const read = await this.#read(argument);
        const compile = await compileOptions(given);
        const { check } = await import("./check.js");
        this.#onProgram(read, (one) => check(one, { compile, points, seed }, this.#io));
      });
  }

  #addExplainMemory(program: Command): void {
    program
      .command("explain-memory")
      .description("show what the backward pass reads of the forward pass, and what that costs")
      .argument("<program>", "a model file, a math string, or -")
      .addOption(options.function())
      .addOption(options.wrt())
      .addOption(options.inexact())
      .addOption(options.memoryBudget())
      .addOption(options.size())
      .action(async (argument: string, given: CommandOptions) => {
        const read = await this.#read(argument);
        const chosen = await compileOptions(given);
        const { explainMemory } = await import("./explainMemory.js");
        this.#onProgram(read, (one) => explainMemory(one, chosen, this.#io));
      });
  }

  #addReference(program: Command): void {
    program
      .command("ops")
      .description("list the operations, or show one")
      .argument("[name]")
      .action(async (name?: string) => {
        const { printOps } = await import("./reference.js");
        this.#finish(printOps(name, this.#io));
      });
    program
      .command("conventions")
      .description("what derivatives are at kinks, ties and poles")
      .action(async () => {
        const { printConventions } = await import("./reference.js");
        this.#finish(printConventions(this.#io));
      });
    program
      .command("explain")
      .description("explain a diagnostic, such as FG203")
      .argument("<code>")
      .action(async (code: string) => {
        const { printExplanation } = await import("./reference.js");
        this.#finish(printExplanation(code, this.#io));
      });
  }

  async #read(argument: string): Promise<Program> {
    const { readArgument } = await import("./project.js");
    return readArgument(argument, this.#io.cwd, this.#io.readInput);
  }

  /** Runs a command on a program, whose errors are shown with their code frames. */
  #onProgram(program: Program, command: (program: Program) => number): void {
    try {
      this.#finish(command(program));
    } catch (error) {
      if (isUsage(error)) throw error;
      if (error instanceof CompileError) report(this.#io, error.diagnostics, program.files);
      else reportError(this.#io, error);
      this.#finish(1);
    }
  }
}
