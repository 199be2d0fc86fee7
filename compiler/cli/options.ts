import { InvalidArgumentError, Option } from "commander";
import type { Assembler } from "../backends/wasm/assemble.js";
import { EMITTED, type Emitted } from "../emitted.js";
import type { CompileOptions, Target } from "../pipeline.js";
import { toolError } from "./problems.js";
import { stages, type Stage } from "./stages.js";

/** Options as the parser of arguments gives them. */
export interface CommandOptions {
  readonly optimize?: "0" | "2";
  readonly wrt?: readonly string[];
  readonly emit?: readonly Emitted[];
  readonly target?: Target;
  readonly standalone?: boolean;
  readonly relaxedSimd?: boolean;
  readonly inexact?: boolean;
  readonly function?: string;
  readonly outDir?: string;
  readonly check?: boolean;
  readonly watch?: boolean;
  readonly stage?: Stage;
  readonly points?: number;
  readonly seed?: number;
  readonly memoryBudget?: number;
  readonly size?: Readonly<Record<string, number>>;
}

export const options = {
  optimize: () =>
    new Option("-O, --optimize <level>", "0: one stage for each operation, for reading; 2: fused")
      .choices(["0", "2"])
      .default("2"),
  wrt: () =>
    new Option("--wrt <names>", "parameters to differentiate, separated by commas").argParser(
      (text) =>
        text
          .split(",")
          .map((name) => name.trim())
          .filter((name) => name !== ""),
    ),
  emit: () =>
    new Option(
      "--emit <kinds>",
      `what to build, of ${EMITTED.join(", ")}, separated by commas`,
    ).argParser(emittedKinds),
  target: () =>
    new Option(
      "--target <language>",
      "language of the generated code; wasm: TypeScript that runs tensors in WebAssembly",
    )
      .choices(["ts", "js", "wasm", "wasm-js"])
      .default("ts"),
  standalone: () => new Option("--standalone", "write the runtime functions used into the module"),
  relaxedSimd: () =>
    new Option(
      "--relaxed-simd",
      "in WebAssembly, multiply and add at once where the engine can; last bits then depend on it",
    ),
  inexact: () =>
    new Option(
      "--inexact",
      "with -O2, also rewrite where results are rounded differently: matrix products in the cheapest order",
    ),
  function: () => new Option("--function <name>", "only this function of the file"),
  stage: () => new Option("--stage <stage>", "what to print").choices(stages).default("graph"),
  points: () =>
    new Option("--points <n>", "random points for each function")
      .argParser(wholeNumber(1))
      .default(3),
  seed: () =>
    new Option("--seed <n>", "seed of the random points").argParser(wholeNumber(0)).default(0),
  memoryBudget: () =>
    new Option(
      "--memory-budget <bytes>",
      "what the backward pass may hold of the forward pass, such as 65536, 64k or 10M; it computes the rest again",
    ).argParser(bytes),
  size: () =>
    new Option("--size <name=n>", "value of a named size, such as N=64; may be repeated").argParser(
      namedSize,
    ),
};

/** `10M`: 10 · 2²⁰. */
function bytes(text: string): number {
  const [, digits, unit = ""] = /^(\d+)([kKMG]?)$/.exec(text) ?? [];
  const value = Number(digits) * 1024 ** ["", "k", "M", "G"].indexOf(unit.replace("K", "k"));
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("It must be a whole number of bytes, or of k, M or G.");
}

function namedSize(
  text: string,
  earlier: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const [, name, digits] = /^([A-Za-z_$][\w$]*)=(\d+)$/.exec(text) ?? [];
  const value = Number(digits);
  if (name !== undefined && Number.isSafeInteger(value)) return { ...earlier, [name]: value };
  throw new InvalidArgumentError("It must be a name and a whole number, such as N=64.");
}

function emittedKinds(text: string): readonly Emitted[] {
  return text.split(",").map((name) => {
    const kind = EMITTED.find((one) => one === name.trim());
    if (kind === undefined) throw new InvalidArgumentError(`Allowed are ${EMITTED.join(", ")}.`);
    return kind;
  });
}

function wholeNumber(from: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${from}.`);
  };
}

/** The options of a compilation, with an assembler where the target needs one. */
export async function compileOptions(given: CommandOptions): Promise<CompileOptions> {
  if (given.optimize === "0" && given.memoryBudget !== undefined)
    throw toolError(
      "FG502",
      "without optimisation, nothing shares memory that a budget could save",
      {
        accepted: "--memory-budget with -O2",
      },
    );
  const { target } = given;
  const needsAssembler = target === "wasm" || target === "wasm-js";
  return {
    level: given.optimize === "0" ? 0 : 2,
    wrt: given.wrt,
    emit: given.emit,
    target,
    assembler: needsAssembler ? await assembler() : undefined,
    standalone: given.standalone,
    relaxedSimd: given.relaxedSimd,
    inexact: given.inexact,
    functions: given.function === undefined ? undefined : [given.function],
    memoryBudget: given.memoryBudget,
    sizes: given.size,
  };
}

async function assembler(): Promise<Assembler> {
  const { loadAssembler } = await import("../backends/wasm/assemble.js");
  return loadAssembler();
}
