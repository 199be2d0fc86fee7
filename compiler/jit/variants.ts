import { CompileError, type Diagnostic } from "../diagnostic.js";
import type { TensorType } from "../ir/type.js";
import type { CompileOptions } from "../pipeline.js";
import { compileFor, type Compiled, type JitProgram } from "./program.js";
import { dtypeOf, isWhole, type GivenTensor } from "./tensors.js";

type Types = Readonly<Record<string, TensorType>>;

/** Compiled forms of one function, for each choice of types of its untyped parameters. */
export class Variants {
  readonly #program: JitProgram;
  readonly #options: CompileOptions;
  readonly #compiled = new Map<string, Compiled>();

  constructor(program: JitProgram, options: CompileOptions) {
    this.#program = program;
    this.#options = options;
  }

  /** The form without inputs: parameters without a type are f64 scalars. @throws CompileError */
  plain(): Compiled {
    return this.#cached("", () => compileFor(this.#program, this.#options, {}));
  }

  /** @throws CompileError */
  matching(inputs: ReadonlyMap<string, GivenTensor>): Compiled {
    if (this.#program.untyped.length === 0) return this.plain();
    const types = Object.fromEntries(
      Array.from(inputs, ([name, given]) => [name, inferType(given)]),
    );
    return this.#cached(JSON.stringify(types), () => this.#compileWithIndices(types, inputs));
  }

  #cached(key: string, make: () => Compiled): Compiled {
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#compiled.set(key, made);
    return made;
  }

  /**
   * Lists of whole numbers may be indices: where the compiler asks for
   * integers, what it points at is tried as i32, then each such list alone.
   */
  #compileWithIndices(types: Types, inputs: ReadonlyMap<string, GivenTensor>): Compiled {
    const compileAs = (asked: Types) => compileFor(this.#program, this.#options, asked);
    try {
      return compileAs(types);
    } catch (error) {
      const faults = integerFaults(error);
      if (faults.length === 0) throw error;
      const whole = Array.from(inputs.keys()).filter((name) => {
        const given = inputs.get(name);
        return given && types[name]?.dtype === "f64" && isWhole(given);
      });
      const pointedAt = whole.filter((name) => this.#mentions(faults, name));
      const attempts = [pointedAt, ...whole.map((name) => [name])];
      for (const names of attempts.filter(({ length }) => length > 0)) {
        const made = attempt(() => compileAs(withIntegers(types, names)));
        if (made !== undefined) return made;
      }
      throw error;
    }
  }

  #mentions(faults: readonly Diagnostic[], name: string): boolean {
    const { text } = this.#program.file;
    return faults.some(({ span }) => {
      const words: readonly string[] = text.slice(span?.start, span?.end).match(/[\w$]+/g) ?? [];
      return words.includes(name);
    });
  }
}

function inferType(given: GivenTensor): TensorType {
  return {
    dtype: dtypeOf(given),
    shape: given.shape ?? [given.data.length],
  };
}

/** Complaints that something must be an integer, where there are no others. */
function integerFaults(error: unknown): readonly Diagnostic[] {
  if (!(error instanceof CompileError)) return [];
  const errors = error.diagnostics.filter((d) => d.severity === "error");
  return errors.every((d) => d.code === "FG307") ? errors : [];
}

function withIntegers(types: Types, names: readonly string[]): Types {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => [
      name,
      names.includes(name) ? { ...type, dtype: "i32" } : type,
    ]),
  );
}

/** Undefined where the program does not compile. */
function attempt(make: () => Compiled): Compiled | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof CompileError) return undefined;
    throw error;
  }
}
