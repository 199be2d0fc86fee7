import { DiagnosticSink } from "../../compiler/diagnostic.js";
import { evaluateModule } from "../../compiler/evaluateModule.js";
import { evaluateDim } from "../../compiler/ir/dim.js";
import type { Graph } from "../../compiler/ir/graph.js";
import { isFloat, type DType, type TensorType } from "../../compiler/ir/type.js";
import {
  compile,
  compileModels,
  type CompileOptions,
  type CompileResult,
} from "../../compiler/pipeline.js";
import type { Sizes } from "./values.js";

/** A function of one result compiled to JavaScript and evaluated, called with plain numbers. */
export interface Runnable {
  readonly compiled: CompileResult;
  readonly result: TensorType;
  value(inputs: Inputs, sizes?: Sizes): readonly number[];
  /** The value and the gradient of ⟨cotangent, value⟩ by name; the cotangent of a scalar is 1. */
  gradient(inputs: Inputs, cotangent?: readonly number[], sizes?: Sizes): Gradient;
}

export type Inputs = Readonly<Record<string, readonly number[]>>;

export interface Gradient {
  readonly value: readonly number[];
  readonly slopes: Readonly<Record<string, readonly number[]>>;
}

/** Compiles a math string; for tests, which so judge what users run. */
export function runMath(math: string, options: CompileOptions = {}): Runnable {
  return runCompiled(compile({ math }, { verify: true, target: "js", ...options }));
}

/** Compiles a graph whose only output is `value`, as if a front end had made it. */
export function runGraph(graph: Graph, options: CompileOptions = {}): Runnable {
  const model = {
    name: graph.name,
    tags: [],
    span: { file: "graph", start: 0, end: 0 },
    graph,
    parameters: graph.inputs.map((node) => ({
      name: String(node.attrs["name"]),
      structure: { kind: "leaf" as const, value: node },
    })),
    result: { kind: "leaf" as const, value: "value" },
    wrt: graph.inputs.filter((node) => isFloat(node.type.dtype)),
  };
  return runCompiled(
    compileModels([model], { path: "graph", text: "" }, new DiagnosticSink(), {
      verify: true,
      target: "js",
      ...options,
    }),
  );
}

function runCompiled(compiled: CompileResult): Runnable {
  const [first] = compiled.functions;
  const output = first?.model.graph.outputs[0]?.node;
  if (first === undefined || output === undefined) throw new Error("there is no result");
  const module = evaluateModule(compiled.code);
  const create = [...module].find(([name]) => name.startsWith("create"))?.[1];
  const { name } = first.model;
  const hasCotangent = first.programs.cotangents.length > 0;
  const types = first.model.graph.inputs.map(
    (node) => [String(node.attrs["name"]), node.type] as const,
  );
  const invoke = (callee: string, inputs: Inputs, cotangent: readonly unknown[], sizes: Sizes) => {
    const call = module.get(callee);
    if (call === undefined) throw new Error(`the module has no function ${callee}`);
    const given = types.map(
      ([key, type]) => [key, convert(key, type, inputs[key], sizes)] as const,
    );
    return create === undefined
      ? call(...given.map(([, value]) => value), ...cotangent)
      : call(Object.fromEntries(given), ...cotangent, create(sizes));
  };
  return {
    compiled,
    result: output.type,
    value: (inputs, sizes = {}) => numbers(invoke(name, inputs, [], sizes)),
    gradient: (inputs, cotangent, sizes = {}) => {
      const extra = hasCotangent ? [convert("cotangent", output.type, cotangent, sizes)] : [];
      const callee = `${name}${hasCotangent ? "Vjp" : "Grad"}`;
      const result = invoke(callee, inputs, extra, sizes) as Record<string, unknown>;
      const slopes = Object.entries(result).filter(([key]) => key !== "value");
      return {
        value: numbers(result["value"]),
        slopes: Object.fromEntries(slopes.map(([key, slope]) => [key.slice(1), numbers(slope)])),
      };
    },
  };
}

const arrays = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>;

function convert(
  name: string,
  { dtype, shape }: TensorType,
  data: readonly number[] | undefined,
  sizes: Sizes,
): unknown {
  const count = shape.reduce<number>((p, q) => p * evaluateDim(q, sizes), 1);
  if (data?.length !== count)
    throw new Error(`${name} has ${data?.length} numbers instead of ${count}`);
  return shape.length === 0 ? data[0] : arrays[dtype].from(data);
}

/** A result as plain numbers. */
function numbers(value: unknown): readonly number[] {
  if (typeof value === "number" || typeof value === "boolean") return [Number(value)];
  return Array.from(value as ArrayLike<number>, Number);
}
