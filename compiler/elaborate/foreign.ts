/** Names that newcomers bring along from other libraries and from JavaScript, and what to write instead. */

const LIBRARIES = new Set(
  "np numpy jnp jax lax tf torch F nn nj math mathjs scipy ops functional dfdx".split(" "),
);

const GLOBALS: ReadonlyMap<string, string> = new Map([
  ["console", "a model cannot print: look at values in the file that calls the generated code"],
  ["undefined", "every value of a model is a number or a tensor"],
  ["process", "a model sees its parameters only: pass the value as one of them"],
  ["document", "a model sees its parameters only: pass the value as one of them"],
  ["window", "a model sees its parameters only: pass the value as one of them"],
  ["Date", "a model gives the same result for the same parameters: pass the time as one of them"],
  ["Number", "numbers need no conversion here"],
  ["parseFloat", "numbers need no conversion here"],
  ["parseInt", "for a whole number write Math.trunc(x)"],
  ["isNaN", "write `x != x`, which holds for NaN only"],
  ["Array", "write a list, `[a, b]`, or operations such as zeros, arange and stack"],
  ["Float32Array", "write a list, `[a, b]`, or operations such as zeros, arange and stack"],
  ["Float64Array", "write a list, `[a, b]`, or operations such as zeros, arange and stack"],
]);

/** What to write instead of a name that other programs know; `operation` tells whether we have one of a name. */
export function hintForName(name: string): string | undefined {
  if (LIBRARIES.has(name)) {
    return `operations have no prefix: write exp(x), not ${name}.exp(x), and import them from "flatgrad"`;
  }
  return GLOBALS.get(name);
}

const METHODS: ReadonlyMap<string, string> = new Map([
  ["map", "operators and functions work on every element: write `2 * x` or exp(x)"],
  ["forEach", "operators and functions work on every element: write `2 * x` or exp(x)"],
  ["filter", "to choose elements write where(condition, x, 0)"],
  ["reduce", "to combine elements write sum(x), prod(x), max(x) or min(x)"],
  ["every", "write all(condition)"],
  ["some", "write any(condition)"],
  ["push", "tensors do not grow: write concat([x, y]) or stack([x, y])"],
  ["add", "write `x + y`"],
  ["sub", "write `x - y`"],
  ["mul", "write `x * y`"],
  ["div", "write `x / y`"],
  ["pow", "write `x ** 2`"],
  ["dot", "write matmul(x, y)"],
  ["mm", "write matmul(x, y)"],
  ["matMul", "write matmul(x, y)"],
  ["t", "write x.T"],
  ["item", "a tensor of one element becomes a number by sum(x)"],
  ["view", "write reshape(x, [2, 3])"],
  ["permute", "write transpose(x, [1, 0])"],
  ["detach", "write stopGradient(x)"],
  ["backward", "the compiler writes the gradient: the function only returns the loss"],
  ["grad", "the compiler writes the gradient: the function only returns the loss"],
  ["toFixed", "a model cannot format text: do so in the file that calls the generated code"],
  ["toString", "a model cannot format text: do so in the file that calls the generated code"],
]);

/** What to write instead of a method of a tensor. */
export function hintForMethod(name: string): string | undefined {
  return METHODS.get(name);
}

const OPTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["dim", ["axis"]],
  ["dims", ["axis", "axes", "shape"]],
  ["axis", ["axes"]],
  ["axes", ["axis"]],
  ["keepdim", ["keepDims"]],
  ["correction", ["ddof"]],
  ["unbiased", ["ddof"]],
  ["size", ["shape"]],
  ["alpha", ["negativeSlope"]],
  ["min", ["low"]],
  ["max", ["high"]],
]);

/** The option here that other libraries call `name`. */
export function optionFor(name: string, options: readonly string[]): string | undefined {
  return OPTIONS.get(name)?.find((option) => options.includes(option));
}

const DTYPES: ReadonlyMap<string, string> = new Map([
  ["float32", "f32"],
  ["float", "f32"],
  ["single", "f32"],
  ["float64", "f64"],
  ["double", "f64"],
  ["number", "f64"],
  ["int", "i32"],
  ["int32", "i32"],
  ["int64", "i32"],
  ["i64", "i32"],
  ["boolean", "bool"],
]);

/** The dtype here that other libraries call `name`. */
export function dtypeFor(name: string): string | undefined {
  return DTYPES.get(name);
}
