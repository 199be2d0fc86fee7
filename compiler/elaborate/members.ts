import type { Span } from "../diagnostic.js";
import { dimProduct } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { transpose } from "../ops/shape.js";
import type { Expression } from "../syntax/tree.js";
import { read } from "./arrays.js";
import type { Context, Placed } from "./context.js";
import { mathMember } from "./mathFunctions.js";
import { operationNamed, operationNames } from "./modules.js";
import { globalValue } from "./names.js";
import { buildChecked } from "./apply.js";
import { hintForMethod } from "./foreign.js";
import { didYouMean } from "./suggest.js";
import {
  describe,
  dimValue,
  makerNamed,
  numberValue,
  POISON,
  transformNamed,
  type Value,
} from "./values.js";

const TENSOR_PROPERTIES = ["shape", "length", "T", "ndim", "rank", "size"];

/** `object.property`, the object evaluated. */
export function readMember(
  context: Context,
  given: Placed,
  { property, propertySpan, span }: Extract<Expression, { kind: "member" }>,
): Value {
  const object = given.value.kind === "array" ? read(context, given) : given;
  const { value } = object;
  switch (value.kind) {
    case "poison":
      return POISON;
    case "object":
      return readField(context, value.fields, property, propertySpan);
    case "tuple":
      if (property === "length") return numberValue(value.elements.length);
      break;
    case "node":
      return tensorProperty(context, object, value.node, property, {
        property: propertySpan,
        whole: span,
      });
    case "namespace":
      return namespaceMember(context, value.of, property, propertySpan);
    default:
      break;
  }
  return context.error(
    "FG216",
    `${describe(value)} has no property \`${property.slice(0, 40)}\``,
    propertySpan,
    {
      accepted: value.kind === "tuple" ? "length, and elements by index" : undefined,
    },
  );
}

/** A field of an object by its name. */
export function readField(
  context: Context,
  fields: ReadonlyMap<string, Value>,
  name: string,
  span: Span,
): Value {
  const found = fields.get(name);
  if (found !== undefined) return found;
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  return context.error("FG216", `there is no field \`${shown}\` here`, span, {
    accepted: [...fields.keys()].join(", "),
    hint: didYouMean(name, fields.keys()),
  });
}

function tensorProperty(
  context: Context,
  object: Placed,
  node: Node,
  property: string,
  spans: { readonly property: Span; readonly whole: Span },
): Value {
  const { shape } = node.type;
  switch (property) {
    case "shape":
      return { kind: "tuple", elements: shape.map(dimValue) };
    case "ndim":
    case "rank":
      return numberValue(shape.length);
    case "size":
      return dimValue(dimProduct(shape));
    case "length": {
      const [first] = shape;
      if (first !== undefined) return dimValue(first);
      return context.error("FG216", "a scalar has no length", spans.property);
    }
    case "T": {
      if (shape.length < 2) return object.value;
      return buildChecked(context, [object], spans.whole, () => transpose(node));
    }
    default:
      return unknownProperty(context, property, spans.property);
  }
}

function unknownProperty(context: Context, property: string, span: Span): Value {
  const shown = property.slice(0, 40);
  return context.error("FG216", `a tensor has no property \`${shown}\``, span, {
    accepted: TENSOR_PROPERTIES.join(", "),
    hint:
      operationNamed(property) === undefined
        ? (hintForMethod(property) ?? didYouMean(property, TENSOR_PROPERTIES))
        : `it is a function: write ${property}(x)`,
  });
}

function namespaceMember(
  context: Context,
  namespace: Extract<Value, { kind: "namespace" }>["of"],
  property: string,
  span: Span,
): Value {
  if (namespace === "Math") return mathMember(context, property, span);
  if (namespace === "flatgrad") {
    const op = operationNamed(property);
    if (op !== undefined) return { kind: "operation", op };
    const transform = transformNamed(property);
    if (transform !== undefined) return { kind: "transform", name: transform };
    const maker = makerNamed(property);
    if (maker !== undefined) return { kind: "maker", name: maker };
    return context.error(
      "FG201",
      `"flatgrad" has no operation \`${property.slice(0, 40)}\``,
      span,
      { hint: didYouMean(property, operationNames()) },
    );
  }
  const global = context.program.value(namespace, property);
  const exported =
    (global?.kind === "function" || global?.kind === "constant") && global.declaration.exported;
  if (global !== undefined && exported) return globalValue(context, global, property, span);
  return context.error(
    "FG211",
    `${namespace.path} does not export \`${property.slice(0, 40)}\``,
    span,
    { hint: didYouMean(property, context.program.names(namespace)) },
  );
}
