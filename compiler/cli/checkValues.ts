import type { CompiledFunction } from "../backends/typescript/module.js";
import { dimProduct, evaluateDim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import type { Callable, Leaf, Leaves, Sizes } from "../jit/callable.js";
import type { Random } from "../../runtime/index.js";

export function toArray(leaf: Leaf | undefined): Float64Array {
  return typeof leaf === "object" ? Float64Array.from(leaf) : Float64Array.of(Number(leaf));
}

/** Random numbers like a value. */
export function drawLike({ type }: Node, sizes: Sizes, generator: Random): Leaf {
  if (type.shape.length === 0) return generator.normal();
  const count = evaluateDim(dimProduct(type.shape), sizes);
  return generator.fillNormal(new Float64Array(count));
}

/** Random weights for each float leaf of the result; 1 for a scalar result. */
export function drawCotangents(
  { stages }: CompiledFunction,
  sizes: Sizes,
  generator: Random,
): Leaves {
  const floats = stages.graph.outputs.filter(({ node }) => isFloat(node.type.dtype));
  const isScalar = stages.graph.outputs.length === 1 && floats[0]?.node.type.shape.length === 0;
  return new Map(
    floats.map(({ name, node }): [string, Leaf] => {
      return [name, isScalar ? 1 : drawLike(node, sizes, generator)];
    }),
  );
}

/** Σ ⟨result, cotangent⟩; undefined where an index is out of range. */
export function valueAt(
  callable: Callable,
  inputs: Leaves,
  sizes: Sizes,
  cotangents: Leaves,
): number | undefined {
  try {
    const value = callable.value(inputs, sizes);
    let total = 0;
    for (const [name, cotangent] of cotangents) {
      const weights = toArray(cotangent);
      toArray(value.get(name)).forEach((x, i) => (total += x * (weights[i] ?? NaN)));
    }
    return total;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
