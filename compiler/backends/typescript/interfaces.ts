import type { ModelFunction } from "../../elaborate/function.js";
import type { Node } from "../../ir/node.js";
import { mapLeaves } from "../../ir/structure.js";
import { docComment } from "./layout.js";
import {
  gradientMembers,
  leafPaths,
  leafType,
  memberLines,
  shapeComment,
  typeText,
  type Member,
} from "./structures.js";

/** The interfaces of what a function of tensors reads and returns. */

/** The parameters. */
export function inputsInterface(type: string, { name, parameters }: ModelFunction): string[] {
  return [
    ...docComment([`What \`${name}\` reads. Tensors are flat, row-major.`]),
    `export interface ${type} {`,
    ...parameters.flatMap((parameter) => memberLines(parameter, leafType, shapeComment)),
    "}",
    "",
  ];
}

/** The type of a result of several parts. */
export function valueInterface(
  name: string,
  { name: functionName, result }: ModelFunction,
  type: (leaf: string) => string,
  shape: (leaf: string) => string | null,
): string[] {
  if (result.kind === "leaf") return [];
  const doc = docComment([
    `What \`${functionName}\` returns; the next call overwrites the arrays.`,
  ]);
  if (result.kind === "tuple")
    return [...doc, `export type ${name} = ${typeText(result, type)};`, ""];
  const fields = result.fields.flatMap((field) =>
    memberLines({ name: field.name, structure: field.value }, type, shape),
  );
  return [...doc, `export interface ${name} {`, ...fields, "}", ""];
}

const nameOf = (node: Node): string => String(node.attrs["name"]);

/** The parameters that move, in the author's structure: each leaf an input for a tangent. */
function tangentMembers(model: ModelFunction, directions: readonly Node[]): Member<Node>[] {
  const nodes = new Map(directions.map((node) => [nameOf(node).slice(1), node]));
  const wrt = new Set(model.graph.inputs.filter((node) => nodes.has(nameOf(node))));
  return gradientMembers(model, wrt).map(({ name, structure }) => ({
    name: name.slice(1),
    structure: mapLeaves(structure, (leaf) => {
      const node = nodes.get(leaf.slice(1));
      if (node === undefined) throw new Error(`no tangent of ${leaf.slice(1)}`);
      return node;
    }),
  }));
}

/** The directions in which parameters move; none where nothing does. */
export function tangentsInterface(
  type: string,
  model: ModelFunction,
  directions: readonly Node[],
): string[] {
  if (directions.length === 0) return [];
  return [
    ...docComment([`The direction in which the parameters of \`${model.name}\` move.`]),
    `export interface ${type} {`,
    ...tangentMembers(model, directions).flatMap((member) =>
      memberLines(member, leafType, shapeComment),
    ),
    "}",
    "",
  ];
}

/** Where each tangent is found in the argument `tangents`. */
export function tangentPaths(
  model: ModelFunction,
  directions: readonly Node[],
): readonly { readonly node: Node; readonly path: string }[] {
  return tangentMembers(model, directions)
    .flatMap(({ name, structure }) => leafPaths(structure, `tangents.${name}`))
    .map(({ leaf, path }) => ({ node: leaf, path }));
}
