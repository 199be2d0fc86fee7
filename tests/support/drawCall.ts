import { evaluateDim } from "../../compiler/ir/dim.js";
import type { Op, Value } from "../../compiler/ir/op.js";
import { isFloat, type TensorType } from "../../compiler/ir/type.js";
import type { Random } from "../../runtime/random.js";
import type { Call } from "../ops/calls.js";
import type { Sizes, Values } from "./values.js";

/** The types of the inputs of a call: f64, and i32 for indices. */
export function typesOf({ inputs }: Call): Readonly<Record<string, TensorType>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, below }]) => [
      name,
      { shape, dtype: below === undefined ? ("f64" as const) : ("i32" as const) },
    ]),
  );
}

/** Numbers for the inputs of a call, where the operation is smooth. */
export function drawInputs(source: Random, op: Op, call: Call): Values {
  const types = typesOf(call);
  const drawn = Object.entries(call.inputs).map(([name, given], position): [string, Value] => {
    const [low, high] = given.domain ?? op.domain?.[position] ?? [-2, 2];
    const { dtype } = types[name] ?? { dtype: "f64" };
    const shape = given.shape.map((dim) => evaluateDim(dim, call.sizes));
    const n = shape.at(-1) ?? 1;
    const data = Array.from({ length: shape.reduce((p, q) => p * q, 1) }, (_, i) => {
      if (given.below !== undefined) return source.integer(given.below);
      const onDiagonal = Math.floor(i / n) % (shape.at(-2) ?? 1) === i % n;
      return low + (high - low) * source.uniform() + (onDiagonal ? (given.dominant ?? 0) : 0);
    });
    return [name, { dtype, shape, data }];
  });
  return Object.fromEntries(drawn);
}

/** A value of normal numbers. */
export function normals(source: Random, type: TensorType, sizes: Sizes): Value {
  const shape = type.shape.map((dim) => evaluateDim(dim, sizes));
  const length = shape.reduce((p, q) => p * q, 1);
  if (!isFloat(type.dtype)) throw new Error(`${type.dtype} has no direction`);
  return { dtype: type.dtype, shape, data: Array.from({ length }, () => source.normal()) };
}

/** ⟨a, b⟩, and the sum of the sizes of its terms, which bounds its rounding. */
export function inner(pairs: readonly (readonly [Value | undefined, Value | undefined])[]): {
  readonly value: number;
  readonly scale: number;
} {
  let [value, scale] = [0, 1];
  for (const [a, b] of pairs) {
    if (a?.data.length !== b?.data.length) throw new Error("the shapes differ");
    a?.data.forEach((x, i) => {
      const term = x * (b?.data[i] ?? NaN);
      value += term;
      scale += Math.abs(term);
    });
  }
  return { value, scale };
}
