import { CallInputs } from "./jit/call.js";
import type { JitInput, JitOutput } from "./jit/values.js";
import { readJitProgram } from "./jit/program.js";
import { Variants } from "./jit/variants.js";
import type { SourceFile } from "./diagnostic.js";
import type { Source } from "./pipeline.js";

export { CompileError } from "./diagnostic.js";
export type { JitInput, JitOutput } from "./jit/values.js";

export interface JitSource {
  /** A TypeScript model. It imports nothing but `"flatgrad"`. */
  readonly source: string;
  /** Its name in errors; `model.ts` by default. */
  readonly file?: string | undefined;
  /** The exported function meant, if there are several. */
  readonly function?: string | undefined;
}

export interface JitOptions {
  /** 0 or false: one stage for each operation, for reading. 2 or true, the default: fused. */
  readonly optimize?: 0 | 2 | boolean | undefined;
  /** Parameters to differentiate; by default those declared `Param`, else all floats. */
  readonly wrt?: readonly string[] | undefined;
  /** "f64": every f32 becomes f64. */
  readonly precision?: "f64" | undefined;
}

export type JitInputs = Readonly<Record<string, JitInput>>;

export interface JitGradient {
  /** What `value` returns. */
  readonly value: JitOutput;
  /** By parameter; a bundle keeps its structure, without the parts that are not differentiated. */
  readonly grads: Readonly<Record<string, JitOutput>>;
}

/** A function compiled and evaluated on the spot. */
export interface Jit {
  /**
   * The generated JavaScript of the last call. Before the first call of a math
   * string without types, that for scalars.
   *
   * @throws CompileError if that does not compile
   */
  readonly code: string;
  value(inputs: JitInputs): JitOutput;
  /** @throws CompileError FG403 if the result is not a single number */
  grad(inputs: JitInputs): JitGradient;
  /** The gradient of Σ ⟨result, cotangent⟩; the cotangent is built like the result. */
  vjp(inputs: JitInputs, cotangent: JitInput): JitGradient;
}

/**
 * Compiles a function and evaluates the generated code at once, for notebooks
 * and tests. It needs `new Function`, so a page with a Content-Security-Policy
 * builds its code beforehand with `flatgrad build` or `compile`.
 *
 * `source` is a math string, of which the last function is meant, or a
 * TypeScript model.
 *
 * Inputs go by parameter name, bundles nested as the author wrote them. A
 * tensor is a nested array, a flat or typed array in row-major order, or
 * `{ shape, data }`. Named sizes follow from the inputs. Parameters of math
 * strings without a type take it from their input: a number is an f64 scalar, a
 * nested array, flat array or `{ shape, data }` an f64 tensor, a Float32Array
 * or Int32Array a vector of its type; numbers that must be integers and are
 * whole become i32. Each such choice of types is compiled once.
 *
 * A gradient has the form of its input. A tensor in the value is a nested array
 * if any input is one or if all are numbers, else `{ shape, data }` if any
 * input is, else a typed array. All arrays are fresh copies.
 *
 * @throws CompileError with code frames in its message
 * @throws TypeError if an input is missing, unknown or of another kind
 * @throws RangeError if inputs do not fit their types or each other
 */
export function jit(source: string | JitSource, options: JitOptions = {}): Jit {
  const { wrt, precision, optimize = 2 } = options;
  const [program, file] = programOf(source);
  const main = readJitProgram(
    program,
    file,
    typeof source === "string" ? undefined : source.function,
  );
  const level = optimize === 0 || optimize === false ? 0 : 2;
  const variants = new Variants(main, { wrt, precision, level });
  let last = main.untyped.length === 0 ? variants.plain() : undefined;
  const prepare = (inputs: JitInputs) => {
    const call = new CallInputs(main, variants, inputs);
    last = call.compiled;
    return call;
  };
  return {
    get code() {
      return (last ?? variants.plain()).code;
    },
    value: (inputs) => prepare(inputs).value(),
    grad: (inputs) => prepare(inputs).grad(),
    vjp: (inputs, cotangent) => prepare(inputs).vjp(cotangent),
  };
}

function programOf(source: string | JitSource): [Source, SourceFile] {
  if (typeof source === "string") return [{ math: source }, { path: "expression", text: source }];
  const { file = "model", source: text } = source;
  const path = /\.[cm]?[jt]sx?$/.test(file) ? file : `${file}.ts`;
  return [
    { entry: path, files: { [path]: text } },
    { path, text },
  ];
}
