import { evaluateModule } from "../../compiler/evaluateModule.js";
import { evaluateDim } from "../../compiler/ir/dim.js";
import type { DType, TensorType } from "../../compiler/ir/type.js";
import { compile, type CompileOptions } from "../../compiler/pipeline.js";

/** A tensor in a test: row-major numbers. */
export interface TestTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A math string compiled to JavaScript and evaluated, called with plain numbers. */
export interface Runnable {
  readonly code: string;
  /** Names and types of the parameters, in order. */
  readonly parameters: readonly { readonly name: string; readonly type: TensorType }[];
  readonly result: TensorType;
  value(inputs: Inputs, sizes?: Sizes): readonly number[];
  /** The value and the gradient of ⟨cotangent, value⟩ by name; the cotangent of a scalar is 1 unless given. */
  gradient(inputs: Inputs, cotangent?: readonly number[], sizes?: Sizes): Gradient;
}

export type Inputs = Readonly<Record<string, readonly number[]>>;
type Sizes = Readonly<Record<string, number>>;

export interface Gradient {
  readonly value: readonly number[];
  readonly slopes: Readonly<Record<string, readonly number[]>>;
}

const arrays = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>;

/** Compiles a math string of one result; for tests, which so judge what users run. */
export function runMath(math: string, options: CompileOptions = {}): Runnable {
  const { code, functions } = compile({ math }, { verify: true, ...options, target: "js" });
  const [compiled] = functions;
  if (compiled === undefined) throw new Error("there is no function");
  const { model, programs } = compiled;
  const module = evaluateModule(code);
  const parameters = model.graph.inputs.map((node) => ({
    name: String(node.attrs["name"]),
    type: node.type,
  }));
  const output = model.graph.outputs[0]?.node;
  if (output === undefined) throw new Error("there is no result");
  const call = (name: string, ...values: readonly unknown[]): unknown => {
    const found = module.get(name);
    if (found === undefined) throw new Error(`the module has no function ${name}`);
    return found(...values);
  };
  const staged = [...module.keys()].some((name) => name.startsWith("create"));
  const create = [...module.keys()].find((name) => name.startsWith("create")) ?? "";
  const convert = ({ dtype, shape }: TensorType, data: readonly number[], sizes: Sizes) => {
    const count = shape.reduce<number>((p, q) => p * evaluateDim(q, sizes), 1);
    if (data.length !== count) throw new Error(`${data.length} numbers instead of ${count}`);
    return shape.length === 0 ? data[0] : arrays[dtype].from(data);
  };
  const invoke = (
    name: string,
    inputs: Inputs,
    sizes: Sizes,
    cotangent: readonly unknown[],
  ): unknown => {
    const given = parameters.map(({ name: key, type }) => {
      const data = inputs[key];
      if (data === undefined) throw new Error(`input ${key} is not given`);
      return [key, convert(type, data, sizes)] as const;
    });
    return staged
      ? call(name, Object.fromEntries(given), ...cotangent, call(create, sizes))
      : call(name, ...given.map(([, value]) => value), ...cotangent);
  };
  const hasCotangent = programs.cotangents.length > 0;
  return {
    code,
    parameters,
    result: output.type,
    value: (inputs, sizes = {}) => numbers(invoke(model.name, inputs, sizes, [])),
    gradient: (inputs, cotangent, sizes = {}) => {
      const result = invoke(
        `${model.name}${hasCotangent ? "Vjp" : "Grad"}`,
        inputs,
        sizes,
        hasCotangent ? [convert(output.type, cotangent ?? [1], sizes)] : [],
      ) as Record<string, unknown>;
      const { value, ...slopes } = result;
      return {
        value: numbers(value),
        slopes: Object.fromEntries(
          Object.entries(slopes).map(([key, slope]) => [key.slice(1), numbers(slope)]),
        ),
      };
    },
  };
}

/** A result as plain numbers. */
function numbers(value: unknown): readonly number[] {
  if (typeof value === "number" || typeof value === "boolean") return [Number(value)];
  return Array.from(value as ArrayLike<number>, Number);
}
