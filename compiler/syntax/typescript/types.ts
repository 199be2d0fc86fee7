import { KindMap, ts } from "./api.js";
import type { Context } from "./context.js";
import { refuseType } from "./unsupported.js";
import type { TypeField, TypeSyntax } from "../tree.js";

const KEYWORDS = new KindMap<string>(() => [
  [ts.SyntaxKind.NumberKeyword, "number"],
  [ts.SyntaxKind.BooleanKeyword, "boolean"],
  [ts.SyntaxKind.StringKeyword, "string"],
]);

/** Converts a type. What is refused becomes `number`, the error being reported. */
export function convertType(context: Context, node: ts.TypeNode): TypeSyntax {
  const span = context.span(node);
  const refused: TypeSyntax = {
    kind: "name",
    name: "number",
    arguments: [],
    span,
  };
  return context.nested(
    node,
    () => {
      const converted = convertKnown(context, node);
      if (converted === undefined) refuseType(context, node);
      return converted ?? refused;
    },
    refused,
  );
}

function convertKnown(context: Context, node: ts.TypeNode): TypeSyntax | undefined {
  const span = context.span(node);
  const keyword = KEYWORDS.get(node.kind);
  if (keyword !== undefined) {
    return { kind: "name", name: keyword, arguments: [], span };
  }
  if (ts.isTypeReferenceNode(node)) {
    const name = entityName(node.typeName);
    const given = node.typeArguments ?? [];
    const converted = given.map((one) => convertType(context, one));
    return { kind: "name", name, arguments: converted, span };
  }
  if (ts.isParenthesizedTypeNode(node)) return convertType(context, node.type);
  if (ts.isLiteralTypeNode(node)) return convertLiteral(context, node);
  if (ts.isTupleTypeNode(node)) {
    const elements = node.elements.map((one) => convertElement(context, one));
    return { kind: "tuple", elements, span };
  }
  if (ts.isTypeLiteralNode(node)) {
    return { kind: "object", fields: convertFields(context, node), span };
  }
  if (ts.isTypeQueryNode(node) && ts.isIdentifier(node.exprName)) {
    return { kind: "typeof", name: node.exprName.text, span };
  }
  if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword) {
    return convertType(context, node.type);
  }
  return undefined;
}

function entityName(start: ts.EntityName): string {
  const parts: string[] = [];
  let node = start;
  while (ts.isQualifiedName(node)) {
    parts.unshift(node.right.text);
    node = node.left;
  }
  return [node.text, ...parts].join(".");
}

function convertLiteral(context: Context, { literal }: ts.LiteralTypeNode): TypeSyntax | undefined {
  const span = context.span(literal);
  if (ts.isStringLiteral(literal)) {
    return { kind: "literal", value: literal.text, span };
  }
  if (ts.isNumericLiteral(literal)) {
    return { kind: "literal", value: Number(literal.text), span };
  }
  if (
    ts.isPrefixUnaryExpression(literal) &&
    literal.operator === ts.SyntaxKind.MinusToken &&
    ts.isNumericLiteral(literal.operand)
  ) {
    return { kind: "literal", value: -Number(literal.operand.text), span };
  }
  return undefined;
}

/** An element of a tuple type, whose name, where it has one, is for the reader. */
function convertElement(context: Context, node: ts.TypeNode | ts.NamedTupleMember): TypeSyntax {
  if (!ts.isNamedTupleMember(node)) return convertType(context, node);
  if (node.questionToken !== undefined || node.dotDotDotToken !== undefined) {
    context.refuse("FG110", node, "an optional or rest element", {
      accepted: "tuple types with a fixed number of elements",
    });
  }
  return convertType(context, node.type);
}

/** The fields of an interface or an object type. */
export function convertFields(
  context: Context,
  node: ts.TypeLiteralNode | ts.InterfaceDeclaration,
): readonly TypeField[] {
  return node.members.flatMap((member) => {
    if (!ts.isPropertySignature(member)) {
      refuseType(context, member);
      return [];
    }
    const field = convertField(context, member);
    return field === undefined ? [] : [field];
  });
}

function convertField(context: Context, member: ts.PropertySignature): TypeField | undefined {
  const { name, type, questionToken } = member;
  if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) {
    refuseType(context, name);
    return undefined;
  }
  if (questionToken !== undefined) {
    context.refuse("FG110", member, "an optional field", {
      accepted: "fields that are always there",
      hint: "leave out the `?`",
    });
  }
  if (type === undefined) {
    context.error("FG110", member, `the field \`${name.text}\` has no type`, {
      accepted: "a type for each field",
      hint: `write \`${name.text}: number\`, or what it is`,
    });
    return undefined;
  }
  const span = context.span(member);
  return { name: name.text, type: convertType(context, type), span };
}
