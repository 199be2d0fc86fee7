import { ts } from "./api.js";
import type { Context } from "./context.js";
import type { Import } from "../tree.js";

const NAMED = '`import { name } from "./file.js"`';

/** Converts an import: a name each, or `*` for a namespace. */
export function convertImport(context: Context, node: ts.ImportDeclaration): readonly Import[] {
  const specifier = node.moduleSpecifier;
  const clause = node.importClause;
  if (!ts.isStringLiteral(specifier)) return [];
  const from = specifier.text;
  if (clause === undefined) {
    context.refuse("FG111", node, "an import for its side effects", {
      accepted: NAMED,
      hint: "leave it out: a model only computes",
    });
    return [];
  }
  if (clause.name !== undefined) {
    const name = clause.name.text;
    context.refuse("FG111", node, "a default import", {
      accepted: NAMED,
      hint: `write \`import { ${name} } from "${from}"\`, and export it by that name`,
    });
  }
  const bindings = clause.namedBindings;
  if (bindings === undefined) return [];
  if (ts.isNamespaceImport(bindings)) {
    const span = context.span(bindings);
    return [{ local: bindings.name.text, imported: "*", from, span }];
  }
  return bindings.elements.map((element) => {
    const imported = (element.propertyName ?? element.name).text;
    const span = context.span(element);
    return { local: element.name.text, imported, from, span };
  });
}

/**
 * The names that `export { f, g }` or `export default f` exports; exports of
 * types name nothing a model computes.
 */
export function exportedNames(
  context: Context,
  node: ts.ExportDeclaration | ts.ExportAssignment,
): readonly string[] {
  if (ts.isExportAssignment(node)) return assignedExport(context, node);
  if (node.isTypeOnly) return [];
  const { exportClause, moduleSpecifier } = node;
  if (
    moduleSpecifier !== undefined ||
    exportClause === undefined ||
    !ts.isNamedExports(exportClause)
  ) {
    context.refuse("FG111", node, "an export from another file", {
      accepted: "exports of what this file declares",
      hint: "build that file too",
    });
    return [];
  }
  return exportClause.elements.flatMap((element) => {
    if (element.isTypeOnly) return [];
    if (element.propertyName === undefined) return [element.name.text];
    context.refuse("FG111", element, "an export under another name", {
      accepted: "`export { name }`",
      hint: "give the function the name it should be known by",
    });
    return [];
  });
}

function assignedExport(context: Context, node: ts.ExportAssignment): readonly string[] {
  if (node.isExportEquals !== true && ts.isIdentifier(node.expression)) {
    return [node.expression.text];
  }
  context.refuse("FG111", node, "an export of anything but a name", {
    accepted: "`export function name(…) { … }`",
    hint: "declare it by a name, and export that",
  });
  return [];
}
