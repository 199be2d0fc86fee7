import type { DiagnosticSink, SourceFile } from "../diagnostic.js";
import { withinStack } from "./depth.js";
import type {
  ConstantDeclaration,
  FunctionDeclaration,
  Import,
  Module,
  TypeAlias,
} from "./tree.js";
import { kindSet, ts } from "./typescript/api.js";
import { Context } from "./typescript/context.js";
import {
  convertFunction,
  convertInterface,
  convertTopVariables,
  convertTypeAlias,
} from "./typescript/declarations.js";
import { convertImport, exportedNames } from "./typescript/modules.js";
import { readTypeScript } from "./typescript/read.js";
import { refuseStatement } from "./typescript/unsupported.js";

/**
 * Parses a model file. Never throws: all problems go to `sink`, and whatever
 * has one is missing from the result or stands for something that it is not.
 * Use the module only if the sink has no errors.
 */
export function parseTypeScript(source: SourceFile, sink: DiagnosticSink): Module {
  const file = readTypeScript(source, sink);
  const reader = new ModuleReader();
  if (file !== undefined) {
    const read = () => reader.read(new Context(file, source.path, sink));
    withinStack(sink, source.path, read, undefined);
  }
  return reader.module(source.path);
}

class ModuleReader {
  readonly #imports: Import[] = [];
  readonly #types: TypeAlias[] = [];
  readonly #constants: ConstantDeclaration[] = [];
  readonly #functions: FunctionDeclaration[] = [];
  /** Names exported apart from their declarations. */
  readonly #exported = new Set<string>();

  read(context: Context): void {
    for (const node of context.file.statements) this.#statement(context, node);
  }

  module(path: string): Module {
    const withExports = <T extends { name: string; exported: boolean }>(
      declarations: readonly T[],
    ): readonly T[] =>
      declarations.map((one) => (this.#exported.has(one.name) ? { ...one, exported: true } : one));
    return {
      path,
      language: "typescript",
      imports: this.#imports,
      types: this.#types,
      constants: withExports(this.#constants),
      functions: withExports(this.#functions),
    };
  }

  #statement(context: Context, node: ts.Statement): void {
    if (isAmbient(node)) return refuseAmbient(context, node);
    if (ts.isImportDeclaration(node)) {
      this.#imports.push(...convertImport(context, node));
    } else if (ts.isTypeAliasDeclaration(node)) {
      this.#types.push(convertTypeAlias(context, node));
    } else if (ts.isInterfaceDeclaration(node)) {
      this.#types.push(convertInterface(context, node));
    } else if (ts.isFunctionDeclaration(node)) {
      const converted = convertFunction(context, node);
      if (converted !== undefined) this.#functions.push(converted);
    } else if (ts.isVariableStatement(node)) {
      const converted = convertTopVariables(context, node);
      this.#constants.push(...converted.constants);
      this.#functions.push(...converted.functions);
    } else if (ts.isExportDeclaration(node) || ts.isExportAssignment(node)) {
      for (const name of exportedNames(context, node)) this.#exported.add(name);
    } else if (!isInert(node)) {
      refuseTopStatement(context, node);
    }
  }
}

function isAmbient(node: ts.Statement): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  const modifiers = node.modifiers ?? [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);
}

function refuseAmbient(context: Context, node: ts.Statement): void {
  context.refuse("FG107", node, "a `declare` statement", {
    accepted: "declarations with a value or a body",
    hint: "import what you use, or pass it as a parameter",
  });
}

/** `"use strict"` and `;` do nothing. */
function isInert(node: ts.Statement): boolean {
  return (
    ts.isEmptyStatement(node) ||
    (ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression))
  );
}

function refuseTopStatement(context: Context, node: ts.Statement): void {
  if (DECLARATIONS.has(node.kind)) return refuseStatement(context, node);
  context.refuse("FG107", node, "a statement at the top of a file", {
    accepted: "imports, types, `const` and functions",
    hint: "move it into a function, or keep it out of the model file",
  });
}

/** Declarations that have a name of their own in the errors. */
const DECLARATIONS = kindSet(() => [
  ts.SyntaxKind.ClassDeclaration,
  ts.SyntaxKind.EnumDeclaration,
  ts.SyntaxKind.ModuleDeclaration,
  ts.SyntaxKind.ImportEqualsDeclaration,
]);
