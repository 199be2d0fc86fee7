import type { Span } from "../diagnostic.js";
import { makeNode, type Node } from "../ir/node.js";
import { leavesOf, type Structure } from "../ir/structure.js";
import type { TensorType } from "../ir/type.js";
import { inputOp } from "../ops/leaf.js";
import type { Module, Parameter } from "../syntax/tree.js";
import type { Context } from "./context.js";
import { lineOf } from "./lines.js";
import { readType, type ParameterType } from "./types.js";
import { nodeValue, type Value } from "./values.js";

/** A parameter of the elaborated function: its inputs, and which of them are declared `Param`. */
export interface DeclaredParameter {
  readonly name: string;
  readonly structure: Structure<Node>;
  readonly declared: readonly Node[];
  readonly syntax: Parameter;
}

/** The type a parameter is declared with; for one without, `fallback` or an f64 scalar. */
export function declaredType(
  context: Context,
  parameter: Parameter,
  module: Module,
  fallback?: TensorType,
): ParameterType | undefined {
  if (parameter.type !== undefined)
    return readType({ context, module, open: new Set() }, parameter.type);
  const { dtype, shape } = fallback ?? { dtype: "f64", shape: [] };
  const { span } = parameter;
  const wide = context.precision === "f64" && dtype === "f32";
  return {
    kind: "tensor",
    dtype: wide ? "f64" : dtype,
    shape,
    differentiate: false,
    generic: true,
    open: false,
    span,
  };
}

/** Makes the inputs of a parameter; undefined where its type gives no shape, which is reported. */
export function makeInputs(
  context: Context,
  name: string,
  syntax: Parameter,
  type: ParameterType,
  module: Module,
): DeclaredParameter | undefined {
  if (refuseOpen(context, type)) return undefined;
  const declared: Node[] = [];
  const source = context.program.sources.get(syntax.span.file);
  context.line = lineOf(source, syntax.span, module.language);
  const structure = build(context, type, [name], declared, syntax.span);
  return { name, structure, declared, syntax };
}

function build(
  context: Context,
  type: ParameterType,
  path: readonly string[],
  declared: Node[],
  span: Span,
): Structure<Node> {
  switch (type.kind) {
    case "tensor": {
      const { dtype, shape } = type;
      const attrs = { name: path.join("."), dtype, shape: [...shape] };
      const node = context.build(span, () => makeNode(inputOp, [], attrs, leafName(path)));
      context.inputSpans.set(node, path.length > 1 ? type.span : span);
      if (type.differentiate) declared.push(node);
      return { kind: "leaf", value: node };
    }
    case "object":
      return {
        kind: "object",
        fields: type.fields.map(({ name, type: field }) => ({
          name,
          value: build(context, field, [...path, name], declared, span),
        })),
      };
    case "tuple":
      return {
        kind: "tuple",
        elements: type.elements.map((element, i) =>
          build(context, element, [...path, `${i}`], declared, span),
        ),
      };
  }
}

/** Refuses a type with a tensor of unknown shape in it. */
function refuseOpen(context: Context, type: ParameterType): boolean {
  if (type.kind !== "tensor") {
    const parts =
      type.kind === "tuple" ? type.elements : type.fields.map(({ type: field }) => field);
    return parts.map((part) => refuseOpen(context, part)).includes(true);
  }
  if (!type.open) return false;
  context.error("FG212", "this type gives no shape", type.span, {
    accepted:
      "a size for each axis, a number or a name; types without a shape only in functions that this one calls",
    hint: 'write `Tensor<["N", 3]>` or `Labels<"N">`',
  });
  return true;
}

/** The last name of a path, with the positions after it: `params.W.0` is `W0`. */
export function leafName(path: readonly string[]): string {
  const last = path.findLastIndex((part) => !/^\d+$/.test(part));
  return path.slice(Math.max(last, 0)).join("");
}

/** A parameter's inputs as the value its name has in the body. */
export function structureValue(structure: Structure<Node>): Value {
  switch (structure.kind) {
    case "leaf":
      return nodeValue(structure.value);
    case "object": {
      const fields = structure.fields.map(({ name, value }): [string, Value] => [
        name,
        structureValue(value),
      ]);
      return { kind: "object", fields: new Map(fields) };
    }
    case "tuple":
      return {
        kind: "tuple",
        elements: structure.elements.map(structureValue),
      };
  }
}

/** The names of the sizes in the types of inputs. */
export function inputsOf(parameters: readonly DeclaredParameter[]): readonly Node[] {
  return parameters.flatMap(({ structure }) => leavesOf(structure));
}
