import type { FloatArray } from "../floatArray.js";

/** An array of the parameters, and the names that lead to it. */
export interface ParameterLeaf {
  readonly path: readonly string[];
  readonly array: FloatArray;
}

/**
 * Replaces the arrays of a tree of parameters.
 *
 * @throws TypeError if there is anything else than float arrays in it
 */
export function mapParameters(
  tree: object,
  map: (leaf: ParameterLeaf) => FloatArray,
  path: readonly string[] = [],
): object {
  const entries = Object.entries(tree).map(([name, child]): readonly [string, unknown] => {
    const inner = [...path, name];
    if (isFloatArray(child)) return [name, map({ path: inner, array: child })];
    if (isTree(child)) return [name, mapParameters(child, map, inner)];
    throw new TypeError(
      `parameter ${inner.join(".")} is ${kindOf(child)}, expected a Float32Array or Float64Array`,
    );
  });
  return Array.isArray(tree) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

/** Gives a tree the names of its gradients: `{ W1 }` becomes `{ dW1 }`. */
export function asGradients(tree: object): object {
  return Object.fromEntries(Object.entries(tree).map(([name, child]) => [`d${name}`, child]));
}

/**
 * The array at the end of a path in a gradient. Allocates nothing.
 *
 * @throws TypeError "lossGrad gives no dW1"
 * @throws RangeError "dW1 has 10 elements, its parameter has 20"
 */
export function arrayAt(
  result: object,
  path: readonly string[],
  like: FloatArray,
  source: string,
): FloatArray {
  let node: unknown = result;
  for (let i = 0; i < path.length; i++) {
    node = isTree(node) ? (node as Readonly<Record<string, unknown>>)[path[i]!] : undefined;
  }
  if (!isFloatArray(node)) throw new TypeError(`${source} gives no ${path.join(".")}`);
  if (node.length !== like.length) {
    throw new RangeError(
      `${path.join(".")} has ${node.length} elements, its parameter has ${like.length}`,
    );
  }
  return node;
}

function isFloatArray(value: unknown): value is FloatArray {
  return value instanceof Float32Array || value instanceof Float64Array;
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}

function kindOf(value: unknown): string {
  return typeof value === "object" && value !== null
    ? `of ${value.constructor.name}`
    : typeof value;
}
