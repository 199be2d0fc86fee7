import type { Cursor } from "./mathCursor.js";
import { ExpressionParser } from "./mathExpression.js";
import type { Expression, Parameter, TypeSyntax } from "./tree.js";

/** Parses `(x, y: i32[N], s: [3], t)`, the parameters in the header of a definition. */
export function parseParameters(cursor: Cursor): readonly Parameter[] {
  const open = cursor.next();
  const parameters: Parameter[] = [];
  while (!cursor.isAt(")")) {
    parameters.push(parseParameter(cursor));
    if (!cursor.accept(",")) break;
  }
  cursor.close(")", open);
  return parameters;
}

function parseParameter(cursor: Cursor): Parameter {
  const name = cursor.peek();
  if (name.kind !== "name") cursor.unexpected("the name of a parameter");
  cursor.next();
  const span = cursor.span(name.start);
  const type = cursor.accept(":") ? parseType(cursor) : undefined;
  if (cursor.isAt("=")) {
    cursor.fail("FG108", "a parameter has a default value", span, {
      accepted: "parameters without a default",
      hint: "leave it out and pass the value in every call",
    });
  }
  const pattern = { kind: "name" as const, name: name.text, span };
  return { pattern, type, span: cursor.span(name.start) };
}

/** `f64`, `f64[N, 3]` or `[3]`. */
function parseType(cursor: Cursor): TypeSyntax {
  const first = cursor.peek();
  if (first.kind !== "name" && !cursor.isAt("[")) {
    cursor.unexpected("a type such as `f64`, `f64[N, 3]` or `[3]`");
  }
  const element = first.kind === "name" ? cursor.next().text : undefined;
  const open = cursor.peek();
  if (element !== undefined && !cursor.accept("[")) {
    const span = cursor.span(first.start);
    return { kind: "name", name: element, arguments: [], span };
  }
  if (element === undefined) cursor.next();
  const shape = parseShape(cursor);
  cursor.close("]", open);
  return { kind: "array", element, shape, span: cursor.span(first.start) };
}

function parseShape(cursor: Cursor): readonly Expression[] {
  // The names of sizes are no values that the body reads.
  const sizes = new ExpressionParser(cursor, () => undefined);
  const shape: Expression[] = [];
  while (!cursor.isAt("]")) {
    shape.push(sizes.parse());
    if (!cursor.accept(",")) break;
  }
  return shape;
}
