import type { CompiledFunction } from "../backends/typescript/module.js";
import { capitalised } from "../backends/typescript/names.js";
import type { EvaluatedModule } from "../evaluateModule.js";
import type { Node } from "../ir/node.js";
import { leavesOf, type Structure } from "../ir/structure.js";
import { pathOf } from "../passes/differentiate.js";

export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A leaf of a parameter or result as generated code knows it; tensors are flat. */
export type Leaf = number | boolean | TypedArray;
export type Leaves = ReadonlyMap<string, Leaf>;
export type Sizes = Readonly<Record<string, number>>;

export interface ValueAndGradients {
  /** By the result's names: `value`, or `loss` and `scores`. */
  readonly value: Leaves;
  /** By the path of the input: `x`, `params.W1`. */
  readonly gradients: Leaves;
}

/**
 * A function of an evaluated module behind one interface, be it of numbers or
 * of tensors: leaves by name in, leaves by name out. Work objects are made once
 * for each choice of sizes; arrays that come out are overwritten by the next
 * call with the same sizes.
 */
export interface Callable {
  readonly compiled: CompiledFunction;
  /** False where the gradient needs a cotangent for each float result. */
  readonly isScalar: boolean;
  value(inputs: Leaves, sizes: Sizes): Leaves;
  /** `cotangents` by the result's names, of its float leaves; none for a scalar result. */
  gradient(inputs: Leaves, sizes: Sizes, cotangents?: Leaves): ValueAndGradients;
}

export function makeCallable(compiled: CompiledFunction, module: EvaluatedModule): Callable {
  const { model, programs } = compiled;
  const isScalar = programs.cotangents.length === 0;
  const member = (name: string) => {
    const found = module.get(name);
    if (found === undefined) throw new Error(`the module has no ${name}`);
    return found;
  };
  const forward = member(model.name);
  const gradient = member(`${model.name}${isScalar ? "Grad" : "Vjp"}`);
  const createWork = module.get(`create${capitalised(model.name)}Work`);
  const call = createWork === undefined ? callScalars : callTensors(createWork);

  const readResult = (result: unknown): Leaves => {
    const leaves = new Map<string, Leaf>();
    collect(model.result, result, (name) => name, leaves);
    return leaves;
  };
  return {
    compiled,
    isScalar,
    value: (inputs, sizes) => readResult(call(forward, compiled, inputs, sizes, undefined)),
    gradient: (inputs, sizes, cotangents = new Map()) => {
      const given = isScalar ? undefined : cotangents;
      const result = call(gradient, compiled, inputs, sizes, given) as Record<string, unknown>;
      const gradients = new Map<string, Leaf>();
      for (const { name, structure } of model.parameters) {
        const kept = differentiated(structure, programs.wrt);
        if (kept !== undefined) collect(kept, result[`d${name}`], pathOf, gradients);
      }
      return { value: readResult(result["value"]), gradients };
    },
  };
}

type Call = (
  callee: (...values: readonly unknown[]) => unknown,
  compiled: CompiledFunction,
  inputs: Leaves,
  sizes: Sizes,
  cotangents: Leaves | undefined,
) => unknown;

/** `f(x, y)`, `fGrad(x, y)`, `fVjp(x, y, dvalue)`. */
const callScalars: Call = (callee, { model, programs }, inputs, _sizes, given) =>
  callee(
    ...model.parameters.map(({ structure }) =>
      assemble(structure, (node) => inputs.get(pathOf(node))),
    ),
    ...(given === undefined
      ? []
      : programs.cotangents.map((node) => given.get(pathOf(node).slice(1)))),
  );

/** `f(inputs, work)`, `fGrad(inputs, work)`, `fVjp(inputs, cotangent, work)`. */
function callTensors(createWork: (sizes: Sizes) => unknown): Call {
  const works = new Map<string, unknown>();
  return (callee, { model }, inputs, sizes, given) => {
    const key = JSON.stringify(sizes);
    if (!works.has(key)) works.set(key, createWork(sizes));
    const bundle = Object.fromEntries(
      model.parameters.map(({ name, structure }) => [
        name,
        assemble(structure, (node) => inputs.get(pathOf(node))),
      ]),
    );
    const cotangent =
      given === undefined ? [] : [assemble(model.result, (name) => given.get(name))];
    return callee(bundle, ...cotangent, works.get(key));
  };
}

/** A structure as the plain object or list generated code takes. */
export function assemble<From>(structure: Structure<From>, leaf: (from: From) => unknown): unknown {
  switch (structure.kind) {
    case "leaf":
      return leaf(structure.value);
    case "tuple":
      return structure.elements.map((element) => assemble(element, leaf));
    case "object":
      return Object.fromEntries(
        structure.fields.map(({ name, value }) => [name, assemble(value, leaf)]),
      );
  }
}

/** The leaves of a plain object or list, by the names the structure gives them. */
export function collect<From>(
  structure: Structure<From>,
  value: unknown,
  nameOf: (from: From) => string,
  into: Map<string, Leaf>,
): void {
  if (structure.kind === "leaf") {
    into.set(nameOf(structure.value), value as Leaf);
    return;
  }
  const parts = value as Readonly<Record<string, unknown>>;
  if (structure.kind === "tuple")
    structure.elements.forEach((element, i) => collect(element, parts[i], nameOf, into));
  else structure.fields.forEach((field) => collect(field.value, parts[field.name], nameOf, into));
}

/** What of a parameter a gradient holds; undefined if nothing. */
export function differentiated(
  structure: Structure<Node>,
  wrt: ReadonlySet<Node>,
): Structure<Node> | undefined {
  if (!leavesOf(structure).some((node) => wrt.has(node))) return undefined;
  switch (structure.kind) {
    case "leaf":
      return structure;
    case "tuple":
      return {
        kind: "tuple",
        elements: structure.elements.flatMap((element) => differentiated(element, wrt) ?? []),
      };
    case "object":
      return {
        kind: "object",
        fields: structure.fields.flatMap(({ name, value }) => {
          const kept = differentiated(value, wrt);
          return kept === undefined ? [] : [{ name, value: kept }];
        }),
      };
  }
}
