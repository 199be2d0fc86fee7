import type { ModelFunction } from "../../elaborate/function.js";
import type { Node } from "../../ir/node.js";
import type { Structure } from "../../ir/structure.js";
import { formatShape, type DType } from "../../ir/type.js";
import { printWidth } from "./width.js";
import type { Buffer, Program, Scalar } from "../../schedule/program.js";

/** Bundles of parameters and results as types and as paths. */

export const arrayTypes: Readonly<Record<DType, string>> = {
  f32: "Float32Array",
  f64: "Float64Array",
  i32: "Int32Array",
  bool: "Uint8Array",
};

/** A named part of an object: a parameter, a gradient. */
export interface Member<Leaf> {
  readonly name: string;
  readonly structure: Structure<Leaf>;
}

/** The type of a leaf: an array, a number or a truth value. */
export function leafType(node: Node): string {
  if (node.type.shape.length > 0) return arrayTypes[node.type.dtype];
  return node.type.dtype === "bool" ? "boolean" : "number";
}

/** The type on one line: `{ W1: Float32Array; b1: Float32Array }`. */
export function typeText<Leaf>(structure: Structure<Leaf>, type: (leaf: Leaf) => string): string {
  switch (structure.kind) {
    case "leaf":
      return type(structure.value);
    case "object":
      return `{ ${structure.fields.map((field) => `${field.name}: ${typeText(field.value, type)}`).join("; ")} }`;
    case "tuple":
      return `[${structure.elements.map((element) => typeText(element, type)).join(", ")}]`;
  }
}

/** A member of an interface, nested objects a field a line; tensors under their shape. */
export function memberLines<Leaf>(
  { name, structure }: Member<Leaf>,
  type: (leaf: Leaf) => string,
  shape: (leaf: Leaf) => string | null,
  depth = 1,
): readonly string[] {
  const indent = "  ".repeat(depth);
  if (structure.kind === "object") {
    const fields = structure.fields.flatMap((field) =>
      memberLines({ name: field.name, structure: field.value }, type, shape, depth + 1),
    );
    return [`${indent}${name}: {`, ...fields, `${indent}};`];
  }
  const comment = structure.kind === "leaf" ? shape(structure.value) : null;
  return [
    ...(comment === null ? [] : [`${indent}/** ${comment} */`]),
    `${indent}${name}: ${typeText(structure, type)};`,
  ];
}

/** `[N, 784]` for a tensor, null for a scalar. */
export function shapeComment(node: Node): string | null {
  return node.type.shape.length === 0 ? null : formatShape(node.type.shape);
}

/** The parts of the gradient: the parameters that are differentiated, each leaf by the name of its output. */
export function gradientMembers(
  model: ModelFunction,
  wrt: ReadonlySet<Node>,
): readonly Member<string>[] {
  return model.parameters
    .filter(({ structure }) => hasAny(structure, wrt))
    .map(({ name, structure }) => ({ name: `d${name}`, structure: pruned(structure, wrt) }));
}

function hasAny(structure: Structure<Node>, wrt: ReadonlySet<Node>): boolean {
  if (structure.kind === "leaf") return wrt.has(structure.value);
  if (structure.kind === "object")
    return structure.fields.some((field) => hasAny(field.value, wrt));
  return structure.elements.some((element) => hasAny(element, wrt));
}

function pruned(structure: Structure<Node>, wrt: ReadonlySet<Node>): Structure<string> {
  switch (structure.kind) {
    case "leaf":
      return { kind: "leaf", value: `d${String(structure.value.attrs["name"])}` };
    case "object":
      return {
        kind: "object",
        fields: structure.fields
          .filter((field) => hasAny(field.value, wrt))
          .map((field) => ({ name: field.name, value: pruned(field.value, wrt) })),
      };
    case "tuple":
      return {
        kind: "tuple",
        elements: structure.elements
          .filter((element) => hasAny(element, wrt))
          .map((element) => pruned(element, wrt)),
      };
  }
}

/** All leaves with the code that reaches them: `inputs.params.W1`, `cotangent[0]`. */
export function leafPaths<Leaf>(
  structure: Structure<Leaf>,
  path: string,
): readonly { readonly leaf: Leaf; readonly path: string }[] {
  switch (structure.kind) {
    case "leaf":
      return [{ leaf: structure.value, path }];
    case "object":
      return structure.fields.flatMap((field) => leafPaths(field.value, `${path}.${field.name}`));
    case "tuple":
      return structure.elements.flatMap((element, i) => leafPaths(element, `${path}[${i}]`));
  }
}

/** The structure as an object literal. */
export function literalText<Leaf>(
  structure: Structure<Leaf>,
  text: (leaf: Leaf) => string,
): string {
  switch (structure.kind) {
    case "leaf":
      return text(structure.value);
    case "object":
      return `{ ${structure.fields.map((field) => property(field.name, literalText(field.value, text))).join(", ")} }`;
    case "tuple":
      return `[${structure.elements.map((element) => literalText(element, text)).join(", ")}]`;
  }
}

/** A field of an object literal, nested objects broken where they do not fit the line. */
export function fieldLines<Leaf>(
  { name, structure }: Member<Leaf>,
  text: (leaf: Leaf) => string,
  indent: string,
): readonly string[] {
  const flat = `${indent}${property(name, literalText(structure, text))},`;
  if (flat.length <= printWidth || structure.kind !== "object") return [flat];
  const fields = structure.fields.flatMap((field) =>
    fieldLines({ name: field.name, structure: field.value }, text, `${indent}  `),
  );
  return [`${indent}${name}: {`, ...fields, `${indent}},`];
}

/** `a: a` is `a`. */
export function property(name: string, text: string): string {
  return name === text ? name : `${name}: ${text}`;
}

export function outputNode(program: Program, name: string): Node {
  return outputNamed(program, name).node;
}

export function outputValue(program: Program, name: string): Buffer | Scalar {
  return outputNamed(program, name).value;
}

function outputNamed(program: Program, name: string) {
  const output = program.outputs.find((candidate) => candidate.name === name);
  if (output === undefined) throw new Error(`no result ${name}`);
  return output;
}
