import type { Assembler } from "./backends/wasm/assemble.js";
import { CallInputs } from "./jit/call.js";
import type { JitInput, JitOutput } from "./jit/values.js";
import { readJitProgram } from "./jit/program.js";
import { Variants } from "./jit/variants.js";
import type { SourceFile } from "./diagnostic.js";
import type { Emitted } from "./emitted.js";
import type { CompileOptions, Source } from "./pipeline.js";

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
  /**
   * When optimising: also rewrite where results are rounded differently, as
   * chains of matrix products in the cheapest order.
   */
  readonly inexact?: boolean | undefined;
  /** Runs functions of tensors in WebAssembly: `await loadAssembler()` of `flatgrad/assembler`. */
  readonly assembler?: Assembler | undefined;
}

export type JitInputs = Readonly<Record<string, JitInput>>;

export interface JitGradient {
  /** What `value` returns. */
  readonly value: JitOutput;
  /** By parameter; a bundle keeps its structure, without the parts that are not differentiated. */
  readonly grads: Readonly<Record<string, JitOutput>>;
}

/** The value, and how it changes. */
export interface JitTangent {
  readonly value: JitOutput;
  /** Built like the value, of its floats. */
  readonly tangent: JitOutput;
}

/** The value, and the product of the Hessian with the tangents. */
export interface JitProducts {
  readonly value: JitOutput;
  /** By parameter, like the tangents. */
  readonly products: Readonly<Record<string, JitOutput>>;
}

export interface JitJacobian {
  readonly value: JitOutput;
  /** Built like the value; in place of each float in it the derivatives by parameter. */
  readonly jacobian: JitOutput;
}

export interface JitHessian {
  readonly value: JitOutput;
  /** Rows and columns of blocks, one for each pair of parameters; sparse, the one matrix. */
  readonly hessian: JitOutput;
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
  /** How the value changes as the parameters move along tangents, given by parameter. */
  jvp(inputs: JitInputs, tangents: JitInputs): JitTangent;
  /** @throws CompileError FG403 if the result is not a single number */
  hvp(inputs: JitInputs, tangents: JitInputs): JitProducts;
  /** The axes of the result, then those of the parameter. */
  jacobian(inputs: JitInputs): JitJacobian;
  /** @throws CompileError FG403 if the result is not a single number */
  hessian(inputs: JitInputs): JitHessian;
  /** In coordinate form: `data`, `row` and `col`. @throws CompileError FG426 if the structure is not known */
  sparseJacobian(inputs: JitInputs): JitJacobian;
  /** In coordinate form, by one parameter. @throws CompileError FG403, FG425 or FG426 */
  sparseHessian(inputs: JitInputs): JitHessian;
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
  const { wrt, precision, inexact, assembler, optimize = 2 } = options;
  const [program, file] = programOf(source);
  const main = readJitProgram(
    program,
    file,
    typeof source === "string" ? undefined : source.function,
  );
  const level = optimize === 0 || optimize === false ? 0 : 2;
  const shared: CompileOptions = { wrt, precision, inexact, assembler, level };
  const kinds = new Map<Emitted, Variants>();
  const variantsOf = (kind: Emitted) => {
    const made = kinds.get(kind) ?? new Variants(main, { ...shared, emit: [kind] });
    kinds.set(kind, made);
    return made;
  };
  let last = main.untyped.length === 0 ? variantsOf("grad").plain() : undefined;
  const prepare = (inputs: JitInputs, kind: Emitted = "grad") => {
    const call = new CallInputs(main, variantsOf(kind), inputs);
    last = call.compiled;
    return call;
  };
  const matrix = (inputs: JitInputs, kind: Emitted) => prepare(inputs, kind).derived();
  return {
    get code() {
      return (last ?? variantsOf("grad").plain()).code;
    },
    value: (inputs) => prepare(inputs).value(),
    grad: (inputs) => prepare(inputs).grad(),
    vjp: (inputs, cotangent) => prepare(inputs).vjp(cotangent),
    jvp: (inputs, tangents) => {
      const { value = NaN, tangent = 0 } = prepare(inputs, "jvp").derived(tangents);
      return { value, tangent };
    },
    hvp: (inputs, tangents) => {
      const { value = NaN, ...products } = prepare(inputs, "hvp").derived(tangents);
      const named = Object.entries(products).map(([name, product]) => [name.slice(1), product]);
      return { value, products: Object.fromEntries(named) as JitProducts["products"] };
    },
    jacobian: (inputs) => jacobianIn(matrix(inputs, "jacobian")),
    hessian: (inputs) => hessianIn(matrix(inputs, "hessian")),
    sparseJacobian: (inputs) => jacobianIn(matrix(inputs, "sparseJacobian")),
    sparseHessian: (inputs) => hessianIn(matrix(inputs, "sparseHessian")),
  };
}

type Fields = Readonly<Record<string, JitOutput>>;

const jacobianIn = ({ value = NaN, jacobian = NaN }: Fields): JitJacobian => ({ value, jacobian });
const hessianIn = ({ value = NaN, hessian = NaN }: Fields): JitHessian => ({ value, hessian });

function programOf(source: string | JitSource): [Source, SourceFile] {
  if (typeof source === "string") return [{ math: source }, { path: "expression", text: source }];
  const { file = "model", source: text } = source;
  const path = /\.[cm]?[jt]sx?$/.test(file) ? file : `${file}.ts`;
  return [
    { entry: path, files: { [path]: text } },
    { path, text },
  ];
}
