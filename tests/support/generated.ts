import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { evaluateDim } from "../../compiler/ir/dim.js";
import type { Graph } from "../../compiler/ir/graph.js";
import type { Node } from "../../compiler/ir/node.js";
import type { Value } from "../../compiler/ir/op.js";
import { leavesOf, mapLeaves, type Structure } from "../../compiler/ir/structure.js";
import { isFloat } from "../../compiler/ir/type.js";
import { compile, type CompileOptions } from "../../compiler/pipeline.js";
import type { CompiledFunction } from "../../compiler/backends/typescript/module.js";
import { random } from "../../runtime/index.js";
import type { CorpusModel } from "./corpus.js";
import { runCode, type Exports } from "./runCode.js";
import type { Values } from "./values.js";

/** Numbers by the name of an output: `value`, `value.norm`, `dx`, `dparams.W`. */
export type Results = Readonly<Record<string, readonly number[]>>;

/** A compiled program of the corpus, ready to call. */
export interface Generated {
  readonly code: string;
  readonly exports: Exports;
  readonly functions: readonly CompiledFunction[];
}

export function generate(model: CorpusModel, options: CompileOptions = {}): Generated {
  const { code, functions } = compile(model.source, { wrt: model.wrt, ...options });
  return { code, functions, exports: runCode(code) };
}

/** Values for all inputs, and for the cotangents of a result that is no number: the same at every call. */
export function valuesFor(model: CorpusModel, { stages }: CompiledFunction): Values {
  const numbers = random(7);
  const entries = stages.gradient.inputs.map((node) => {
    const shape = node.type.shape.map((dim) => evaluateDim(dim, model.sizes ?? {}));
    const length = shape.reduce((p, q) => p * q, 1);
    const data = Array.from({ length }, () => draw(node, model, numbers));
    return [nameOf(node), { dtype: node.type.dtype, shape, data }] as const;
  });
  return Object.fromEntries(entries);
}

/** Away from 0, where many functions have a kink; with few digits, so that f32 holds them. */
function draw(node: Node, model: CorpusModel, numbers: ReturnType<typeof random>): number {
  if (node.type.dtype === "bool") return numbers.integer(2);
  if (!isFloat(node.type.dtype)) return numbers.integer(model.indexLimit ?? 3);
  const size = (16 + numbers.integer(400)) / 256;
  return numbers.uniform() < 0.5 ? -size : size;
}

function nameOf(node: Node): string {
  return String(node.attrs["name"]);
}

/** What the reference evaluator makes of a graph. */
export function evaluated(graph: Graph, values: Values, model: CorpusModel): Results {
  const results = evaluateGraph(graph, values, model.sizes ?? {});
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, [...data]]));
}

/** One generated function pair with its inputs, as a program that embeds it would call it. */
export class Caller {
  readonly #generated: Generated;
  readonly #compiled: CompiledFunction;
  readonly #sizes: Readonly<Record<string, number>>;
  /** The memory of tensor functions; undefined for functions of numbers. */
  readonly work: object | undefined;

  constructor(generated: Generated, compiled: CompiledFunction, model: CorpusModel) {
    this.#generated = generated;
    this.#compiled = compiled;
    this.#sizes = model.sizes ?? {};
    const { name } = compiled.model;
    const create = `create${name.charAt(0).toUpperCase()}${name.slice(1)}Work`;
    this.work =
      create in generated.exports ? (this.#call(create, [this.#sizes]) as object) : undefined;
  }

  /** What the forward function returns. */
  forward(values: Values): Results {
    const { name, result } = this.#compiled.model;
    const returned = this.#call(name, this.forwardArguments(values));
    return collect(result, returned);
  }

  /** What the gradient function returns. */
  gradient(values: Values): Results {
    const { result, parameters } = this.#compiled.model;
    const returned = this.#call(this.gradientName, this.gradientArguments(values)) as Exports;
    const gradients = parameters
      .filter(({ name }) => `d${name}` in returned)
      .map(({ name, structure }) => {
        const names = mapLeaves(structure, (node) => `d${nameOf(node)}`);
        return collect(names, returned[`d${name}`]);
      });
    return Object.assign(collect(result, returned["value"]), ...gradients) as Results;
  }

  get gradientName(): string {
    const { model, programs } = this.#compiled;
    return `${model.name}${programs.cotangents.length === 0 ? "Grad" : "Vjp"}`;
  }

  forwardArguments(values: Values): readonly unknown[] {
    const inputs = this.#inputs(values);
    return this.work === undefined ? Object.values(inputs) : [inputs, this.work];
  }

  gradientArguments(values: Values): readonly unknown[] {
    const { model, programs } = this.#compiled;
    const cotangents = programs.cotangents.map((node) => argument(node, values));
    const inputs = this.#inputs(values);
    if (this.work === undefined) return [...Object.values(inputs), ...cotangents];
    if (cotangents.length === 0) return [inputs, this.work];
    const byName = new Map(programs.cotangents.map((node, i) => [nameOf(node), cotangents[i]]));
    const cotangent = build(model.result, (output) => byName.get(`d${output}`));
    return [inputs, cotangent, this.work];
  }

  #inputs(values: Values): Readonly<Record<string, unknown>> {
    const { parameters } = this.#compiled.model;
    return Object.fromEntries(
      parameters.map(({ name, structure }) => [
        name,
        build(structure, (node) => argument(node, values)),
      ]),
    );
  }

  #call(name: string, given: readonly unknown[]): unknown {
    const callee = this.#generated.exports[name];
    if (typeof callee !== "function") throw new Error(`there is no function ${name}`);
    return callee(...given) as unknown;
  }
}

const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, bool: Uint8Array };

function argument(node: Node, values: Values): unknown {
  const value: Value | undefined = values[nameOf(node)];
  if (value === undefined) throw new Error(`no value for ${nameOf(node)}`);
  if (node.type.shape.length > 0) return arrays[node.type.dtype].from(value.data);
  return node.type.dtype === "bool" ? value.data[0] !== 0 : value.data[0];
}

function build<Leaf>(structure: Structure<Leaf>, value: (leaf: Leaf) => unknown): unknown {
  if (structure.kind === "leaf") return value(structure.value);
  if (structure.kind === "tuple") return structure.elements.map((element) => build(element, value));
  return Object.fromEntries(
    structure.fields.map((field) => [field.name, build(field.value, value)]),
  );
}

/** Numbers at the leaves of what was returned; leaves that are not there are not collected. */
function collect(
  structure: Structure<string>,
  returned: unknown,
): Record<string, readonly number[]> {
  if (returned === undefined) return {};
  if (structure.kind === "leaf") return { [structure.value]: numbersOf(returned) };
  const parts = returned as Readonly<Record<string, unknown>>;
  const children =
    structure.kind === "object"
      ? structure.fields.map((field) => collect(field.value, parts[field.name]))
      : structure.elements.map((element, i) => collect(element, parts[i]));
  return Object.assign({}, ...children) as Record<string, readonly number[]>;
}

function numbersOf(returned: unknown): readonly number[] {
  if (typeof returned === "number" || typeof returned === "boolean") return [Number(returned)];
  return Array.from(returned as ArrayLike<number>, Number);
}

/** Names of the float leaves of a result. */
export function floatOutputs({ model, stages }: CompiledFunction): readonly string[] {
  const floats = stages.graph.outputs.filter(({ node }) => isFloat(node.type.dtype));
  return leavesOf(model.result).filter((name) => floats.some((output) => output.name === name));
}

/** The largest difference of two sets of results, relative where they exceed 1; NaN equals NaN only. */
export function difference(a: Results, b: Results): number {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  let largest = 0;
  for (const name of names) {
    const [p, q] = [a[name], b[name]];
    if (p === undefined || q === undefined || p.length !== q.length) return Infinity;
    p.forEach((x, i) => {
      const y = q[i] ?? NaN;
      const far = Object.is(x, y) || x === y ? 0 : Math.abs(x - y) / Math.max(1, Math.abs(y));
      largest = Math.max(largest, Number.isNaN(far) ? Infinity : far);
    });
  }
  return largest;
}
