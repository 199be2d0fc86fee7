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
  switch (value.kind) {
    case "node":
      return isFloat(value.node.type.dtype) ? map(value.node) : value;
    case "number":
      return map(constant(value.value));
    case "dim":
      return map(size(value.dim));
    case "tuple":
      return { kind: "tuple", elements: value.elements.map((one) => mapFloats(one, map)) };
    case "object": {
      const fields = [...value.fields].map(([name, field]): [string, Value] => [
        name,
        mapFloats(field, map),
      ]);
      return { kind: "object", fields: new Map(fields) };
    }
    default:
      return value;
  }
}

/** The same structure with other nodes; whatever is known at build time stays. */
export function mapNodes(value: Value, map: (node: Node) => Value): Value {
  switch (value.kind) {
    case "node":
      return map(value.node);
    case "tuple":
      return { kind: "tuple", elements: value.elements.map((one) => mapNodes(one, map)) };
    case "object": {
      const fields = [...value.fields].map(([name, field]): [string, Value] => [
        name,
        mapNodes(field, map),
      ]);
      return { kind: "object", fields: new Map(fields) };
    }
    default:
      return value;
  }
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
