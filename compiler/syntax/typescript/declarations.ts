import { ts } from "./api.js";
import type { Context } from "./context.js";
import { documentationOf } from "./documentation.js";
import { convertExpression } from "./expressions.js";
import { convertBody, refuseFunctionExtras } from "./functions.js";
import { convertParameters } from "./patterns.js";
import { declaresWith } from "./statements.js";
import { convertFields, convertType } from "./types.js";
import type { ConstantDeclaration, FunctionDeclaration, TypeAlias, TypeSyntax } from "../tree.js";

/** Converts `function name(…) { … }`; undefined where it was refused as a whole. */
export function convertFunction(
  context: Context,
  node: ts.FunctionDeclaration,
): FunctionDeclaration | undefined {
  if (node.name === undefined) {
    context.refuse("FG109", node, "a function without a name", {
      accepted: "`export function name(…) { … }`",
      hint: "give it a name",
    });
    return undefined;
  }
  if (node.body === undefined) {
    context.refuse("FG109", node, "a function without a body", {
      accepted: "`export function name(…) { … }`",
      hint: "write one signature with its body; a model has no overloads",
    });
    return undefined;
  }
  return assemble(context, node, node, node.name, node.body);
}

/** Converts `const name = (…) => …`, which declares a function like any other. */
function convertFunctionConstant(
  context: Context,
  statement: ts.VariableStatement,
  name: ts.Identifier,
  node: ts.ArrowFunction | ts.FunctionExpression,
): FunctionDeclaration {
  return assemble(context, statement, node, name, node.body);
}

function assemble(
  context: Context,
  statement: ts.FunctionDeclaration | ts.VariableStatement,
  node: ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression,
  name: ts.Identifier,
  body: ts.ConciseBody,
): FunctionDeclaration {
  refuseFunctionExtras(context, node);
  return {
    name: name.text,
    parameters: convertParameters(context, node.parameters, true),
    body: convertBody(context, body),
    exported: isExported(statement),
    ...documentationOf(context.file, statement),
    returnType: convertReturnType(context, node.type),
    span: context.span(statement),
    nameSpan: context.span(name),
  };
}

function isExported(node: ts.FunctionDeclaration | ts.VariableStatement): boolean {
  const modifiers = node.modifiers ?? [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

export interface ConvertedVariables {
  readonly constants: readonly ConstantDeclaration[];
  readonly functions: readonly FunctionDeclaration[];
}

/** Converts the `const` declarations at the top of a file. */
export function convertTopVariables(
  context: Context,
  statement: ts.VariableStatement,
): ConvertedVariables {
  const constants: ConstantDeclaration[] = [];
  const functions: FunctionDeclaration[] = [];
  if (declaresWith(context, statement.declarationList) === "let") {
    refuseTopLet(context, statement);
  }
  for (const node of statement.declarationList.declarations) {
    const { name, initializer } = node;
    if (initializer === undefined) {
      context.error("FG112", node, "this declaration has no value", {
        accepted: "`const NAME = value`",
        hint: "give it a value, or keep it out of the model file",
      });
      continue;
    }
    if (!ts.isIdentifier(name)) {
      context.refuse("FG112", node, "destructuring at the top of a file", {
        accepted: "`const NAME = value`",
        hint: "write a `const` for each name",
      });
      continue;
    }
    if (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)) {
      functions.push(convertFunctionConstant(context, statement, name, initializer));
      continue;
    }
    const value = convertExpression(context, initializer);
    const exported = isExported(statement);
    const span = context.span(node);
    constants.push({ name: name.text, value, exported, span });
  }
  return { constants, functions };
}

function refuseTopLet(context: Context, statement: ts.VariableStatement): void {
  if ((statement.declarationList.flags & ts.NodeFlags.Let) === 0) return;
  context.refuse("FG112", statement, "`let` at the top of a file", {
    accepted: "`const NAME = value`",
    hint: "write `const`, or pass the changing value as a parameter",
  });
}

/** Converts `type Name = …`. */
export function convertTypeAlias(context: Context, node: ts.TypeAliasDeclaration): TypeAlias {
  refuseTypeParameters(context, node);
  return {
    name: node.name.text,
    type: convertType(context, node.type),
    span: context.span(node),
  };
}

/** Converts `interface Name { … }`, which is a name for an object type. */
export function convertInterface(context: Context, node: ts.InterfaceDeclaration): TypeAlias {
  refuseTypeParameters(context, node);
  const [heritage] = node.heritageClauses ?? [];
  if (heritage !== undefined) {
    context.refuse("FG110", heritage, "`extends` on an interface", {
      accepted: "interfaces with fields of their own",
      hint: "write out the fields it should have",
    });
  }
  const span = context.span(node);
  const fields = convertFields(context, node);
  return { name: node.name.text, type: { kind: "object", fields, span }, span };
}

function refuseTypeParameters(
  context: Context,
  node: ts.TypeAliasDeclaration | ts.InterfaceDeclaration,
): void {
  const [first] = node.typeParameters ?? [];
  if (first === undefined) return;
  context.refuse("FG110", first, "a type parameter", {
    accepted: "types without parameters",
    hint: "write a type for each use",
  });
}

/** A function that returns nothing may say so. */
function convertReturnType(
  context: Context,
  node: ts.TypeNode | undefined,
): TypeSyntax | undefined {
  return node === undefined || node.kind === ts.SyntaxKind.VoidKeyword
    ? undefined
    : convertType(context, node);
}
