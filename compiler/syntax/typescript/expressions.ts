import { ts } from "./api.js";
import type { Context } from "./context.js";
import { convertArrow } from "./functions.js";
import { ASSIGNMENT, BINARY, hintForOperator, STEP, UNARY } from "./operators.js";
import { refuseExpression } from "./unsupported.js";
import type { Expression, Field } from "../tree.js";

/** Converts an expression. What is refused becomes 0, the error being reported. */
export function convertExpression(context: Context, node: ts.Expression): Expression {
  const span = context.span(node);
  const refused: Expression = { kind: "number", value: 0, span };
  const convert = () => convertKnown(context, node) ?? refused;
  return context.nested(node, convert, refused);
}

/** Undefined where the expression was refused. */
function convertKnown(context: Context, node: ts.Expression): Expression | undefined {
  const simple = convertSimple(context, node);
  if (simple !== undefined) return simple;
  const inner = unwrap(node);
  if (inner !== undefined) return convertExpression(context, inner);
  if (ts.isBinaryExpression(node)) return convertBinary(context, node);
  if (ts.isPrefixUnaryExpression(node)) return convertUnary(context, node);
  if (ts.isPostfixUnaryExpression(node)) return refuseStep(context, node);
  if (ts.isConditionalExpression(node)) return convertChoice(context, node);
  if (ts.isCallExpression(node)) return convertCall(context, node);
  if (ts.isPropertyAccessExpression(node)) return convertMember(context, node);
  if (ts.isElementAccessExpression(node)) return convertIndex(context, node);
  if (ts.isNewExpression(node)) return convertNew(context, node);
  if (ts.isArrowFunction(node)) return convertArrow(context, node);
  if (ts.isArrayLiteralExpression(node)) {
    const elements = node.elements.map((one) => convertExpression(context, one));
    return { kind: "array", elements, span: context.span(node) };
  }
  if (ts.isObjectLiteralExpression(node)) return convertObject(context, node);
  refuseExpression(context, node);
  return undefined;
}

function convertSimple(context: Context, node: ts.Expression): Expression | undefined {
  const span = context.span(node);
  if (ts.isNumericLiteral(node)) {
    return { kind: "number", value: Number(node.text), span };
  }
  if (ts.isStringLiteral(node)) {
    return { kind: "string", value: node.text, span };
  }
  if (ts.isIdentifier(node)) return { kind: "name", name: node.text, span };
  if (node.kind === ts.SyntaxKind.TrueKeyword) {
    return { kind: "boolean", value: true, span };
  }
  if (node.kind === ts.SyntaxKind.FalseKeyword) {
    return { kind: "boolean", value: false, span };
  }
  return undefined;
}

/** What stands inside parentheses, `x!`, `x as T` or `x satisfies T`. */
export function unwrap(node: ts.Expression): ts.Expression | undefined {
  const isWrapper =
    ts.isParenthesizedExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node);
  return isWrapper ? node.expression : undefined;
}

function convertBinary(context: Context, node: ts.BinaryExpression): Expression | undefined {
  const left = convertExpression(context, node.left);
  const right = convertExpression(context, node.right);
  const operator = BINARY.get(node.operatorToken.kind);
  if (operator !== undefined) {
    return { kind: "binary", operator, left, right, span: context.span(node) };
  }
  const written = node.operatorToken.getText(context.file);
  if (ASSIGNMENT.has(node.operatorToken.kind)) {
    context.refuse("FG116", node, "an assignment inside an expression", {
      accepted: "assignments as statements of their own",
      hint: "assign first, then use the name; to compare write `===`",
    });
  } else {
    refuseOperator(context, node, written);
  }
  return undefined;
}

function refuseOperator(context: Context, node: ts.Node, written: string) {
  context.refuse("FG113", node, `the operator \`${written}\``, {
    accepted: "`+ - * / % **`, comparisons, `&& || !` and `condition ? a : b`",
    hint: hintForOperator(written),
  });
}

function convertUnary(context: Context, node: ts.PrefixUnaryExpression): Expression | undefined {
  if (STEP.has(node.operator)) return refuseStep(context, node);
  const operand = convertExpression(context, node.operand);
  const operator = UNARY.get(node.operator);
  if (operator !== undefined) {
    return { kind: "unary", operator, operand, span: context.span(node) };
  }
  refuseOperator(context, node, "~");
  return undefined;
}

function refuseStep(context: Context, node: ts.Node): undefined {
  context.refuse("FG116", node, "`++` or `--` inside an expression", {
    accepted: "`i++` as a statement of its own, or in the head of a `for`",
    hint: "write `i + 1`, and step `i` in the next statement",
  });
}

function convertChoice(context: Context, node: ts.ConditionalExpression): Expression {
  return {
    kind: "conditional",
    condition: convertExpression(context, node.condition),
    then: convertExpression(context, node.whenTrue),
    otherwise: convertExpression(context, node.whenFalse),
    span: context.span(node),
  };
}

function refuseOptional(
  context: Context,
  node: ts.Node & { readonly questionDotToken?: ts.Node | undefined },
): void {
  if (node.questionDotToken === undefined) return;
  context.refuse("FG106", node, "optional chaining `?.`", {
    accepted: "`.`, `[…]` and calls on values that are always there",
    hint: "leave out the `?`",
  });
}

function convertCall(context: Context, node: ts.CallExpression): Expression {
  refuseOptional(context, node);
  return {
    kind: "call",
    callee: convertExpression(context, node.expression),
    arguments: node.arguments.map((one) => convertExpression(context, one)),
    options: [],
    span: context.span(node),
  };
}

function convertMember(context: Context, node: ts.PropertyAccessExpression): Expression {
  refuseOptional(context, node);
  if (ts.isPrivateIdentifier(node.name)) refuseExpression(context, node.name);
  return {
    kind: "member",
    object: convertExpression(context, node.expression),
    property: node.name.text,
    propertySpan: context.span(node.name),
    span: context.span(node),
  };
}

function convertIndex(context: Context, node: ts.ElementAccessExpression): Expression {
  refuseOptional(context, node);
  const object = convertExpression(context, node.expression);
  const index = convertExpression(context, node.argumentExpression);
  const item = { kind: "at" as const, index, span: index.span };
  return { kind: "index", object, items: [item], span: context.span(node) };
}

function convertNew(context: Context, node: ts.NewExpression): Expression | undefined {
  if (!ts.isIdentifier(node.expression)) {
    context.refuse("FG106", node, "`new` with anything but a name", {
      accepted: "`new Float64Array(n)` and the like",
    });
    return undefined;
  }
  const given = node.arguments ?? [];
  return {
    kind: "new",
    constructorName: node.expression.text,
    arguments: given.map((one) => convertExpression(context, one)),
    span: context.span(node),
  };
}

function convertObject(context: Context, node: ts.ObjectLiteralExpression): Expression {
  const fields = node.properties.flatMap((property) => {
    const field = convertField(context, property);
    return field === undefined ? [] : [field];
  });
  return { kind: "object", fields, span: context.span(node) };
}

function convertField(context: Context, node: ts.ObjectLiteralElementLike): Field | undefined {
  const span = context.span(node);
  if (ts.isShorthandPropertyAssignment(node)) {
    const key = node.name.text;
    const value: Expression = { kind: "name", name: key, span };
    return { key, value, span };
  }
  if (!ts.isPropertyAssignment(node)) {
    refuseExpression(context, node);
    return undefined;
  }
  const value = convertExpression(context, node.initializer);
  const { name } = node;
  if (ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNumericLiteral(name)) {
    return { key: name.text, value, span };
  }
  refuseExpression(context, name);
  return undefined;
}
