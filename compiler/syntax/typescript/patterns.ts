import { ts } from "./api.js";
import type { Context } from "./context.js";
import { convertType } from "./types.js";
import { refuseExpression } from "./unsupported.js";
import type { Parameter, Pattern } from "../tree.js";

/** Converts what stands on the left of a declaration: a name, `{ a, b: c }` or `[a, , b]`. */
export function convertPattern(context: Context, node: ts.BindingName): Pattern {
  const span = context.span(node);
  const refused: Pattern = { kind: "tuple", elements: [], span };
  if (ts.isIdentifier(node)) return { kind: "name", name: node.text, span };
  return context.nested(
    node,
    () =>
      ts.isObjectBindingPattern(node) ? convertObject(context, node) : convertTuple(context, node),
    refused,
  );
}

function convertObject(context: Context, node: ts.ObjectBindingPattern): Pattern {
  const fields = node.elements.flatMap((element) => {
    refuseExtras(context, element);
    const key = element.propertyName ?? element.name;
    if (!ts.isIdentifier(key) && !ts.isStringLiteral(key)) {
      refuseExpression(context, key);
      return [];
    }
    const pattern = convertPattern(context, element.name);
    return [{ key: key.text, pattern, span: context.span(element) }];
  });
  return { kind: "object", fields, span: context.span(node) };
}

function convertTuple(context: Context, node: ts.ArrayBindingPattern): Pattern {
  const elements = node.elements.map((element) => {
    if (ts.isOmittedExpression(element)) return null;
    refuseExtras(context, element);
    return convertPattern(context, element.name);
  });
  return { kind: "tuple", elements, span: context.span(node) };
}

function refuseExtras(context: Context, element: ts.BindingElement): void {
  if (element.dotDotDotToken !== undefined) {
    context.refuse("FG112", element, "a rest element `...` in a pattern", {
      accepted: "names, one for each field or element",
      hint: "name each element you need",
    });
  }
  if (element.initializer !== undefined) {
    context.refuse("FG112", element, "a default value in a pattern", {
      accepted: "names without defaults",
      hint: "leave out the default: every field of a model is always there",
    });
  }
}

/** Converts parameters. `typed` demands a type for each, as at the top of a file. */
export function convertParameters(
  context: Context,
  nodes: readonly ts.ParameterDeclaration[],
  typed: boolean,
): readonly Parameter[] {
  return nodes.map((node) => {
    refuseParameterExtras(context, node);
    if (typed && node.type === undefined) refuseUntyped(context, node);
    const pattern = convertPattern(context, node.name);
    const span = context.span(node);
    if (node.type === undefined) return { pattern, span };
    return { pattern, type: convertType(context, node.type), span };
  });
}

function refuseParameterExtras(context: Context, node: ts.ParameterDeclaration): void {
  if (ts.isIdentifier(node.name) && node.name.text === "this") {
    context.refuse("FG108", node, "a `this` parameter", {
      accepted: "named parameters",
      hint: "give the object a name",
    });
  }
  if (node.dotDotDotToken !== undefined) {
    context.refuse("FG108", node, "a rest parameter", {
      accepted: "a fixed number of parameters",
      hint: "pass a tensor, or a tuple type such as `xs: [number, number]`",
    });
  }
  if (node.questionToken !== undefined) {
    context.refuse("FG108", node, "an optional parameter", {
      accepted: "parameters that are always passed",
      hint: "leave out the `?`",
    });
  }
  if (node.initializer !== undefined) {
    context.refuse("FG108", node, "a default parameter value", {
      accepted: "parameters without a default",
      hint: "leave it out and pass the value in every call",
    });
  }
  if (node.modifiers !== undefined) {
    context.refuse("FG108", node, "a modifier or decorator on a parameter");
  }
}

function refuseUntyped(context: Context, node: ts.ParameterDeclaration): void {
  const isName = ts.isIdentifier(node.name);
  const what = isName ? `the parameter \`${node.name.text}\`` : "this parameter";
  context.error("FG108", node, `${what} has no type`, {
    accepted: "a type for each parameter",
    hint: isName
      ? `write \`${node.name.text}: number\`, or for a tensor \`${node.name.text}: Tensor<["N"]>\``
      : "write the type after the pattern: `{ W, b }: Layer`",
  });
}
