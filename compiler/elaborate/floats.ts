import type { Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import { constant, size } from "../ops/leaf.js";
import { numberValue, type Value } from "./values.js";

/** Whether anything in the value can be differentiated by. */
export function hasFloat(value: Value): boolean {
  switch (value.kind) {
    case "node":
      return isFloat(value.node.type.dtype);
    case "number":
    case "dim":
      return true;
    case "tuple":
      return value.elements.some(hasFloat);
    case "object":
      return [...value.fields.values()].some(hasFloat);
    default:
      return false;
  }
}

/** The same structure with other floats; whatever else is in it stays. */
export function mapFloats(value: Value, map: (leaf: Node) => Value): Value {
  return mapLeaves(value, (leaf) => {
    if (leaf.kind === "number") return map(constant(leaf.value));
    if (leaf.kind === "dim") return map(size(leaf.dim));
    return leaf.kind === "node" && isFloat(leaf.node.type.dtype) ? map(leaf.node) : leaf;
  });
}

/** The same structure with other nodes; whatever is known at build time stays. */
export function mapNodes(value: Value, map: (node: Node) => Value): Value {
  return mapLeaves(value, (leaf) => (leaf.kind === "node" ? map(leaf.node) : leaf));
}

function mapLeaves(value: Value, map: (leaf: Value) => Value): Value {
  if (value.kind === "tuple")
    return { kind: "tuple", elements: value.elements.map((one) => mapLeaves(one, map)) };
  if (value.kind !== "object") return map(value);
  const fields = [...value.fields].map(([name, field]) => [name, mapLeaves(field, map)] as const);
  return { kind: "object", fields: new Map(fields) };
}

/** All floats in the value, in order. */
export function floatLeaves(value: Value): readonly Node[] {
  const leaves: Node[] = [];
  mapFloats(value, (leaf) => {
    leaves.push(leaf);
    return numberValue(0);
  });
  return leaves;
}
