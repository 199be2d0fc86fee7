import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { ts } from "../../compiler/syntax/typescript/api.js";
import { stripTypes } from "./stripTypes.js";

/**
 * Writes the table from which standalone modules take the functions of the
 * runtime: every declaration of the runtime that code may need, with the names
 * of those it needs, as TypeScript and as JavaScript.
 */

const folder = fileURLToPath(new URL("../../runtime/", import.meta.url));

/** Parts of the runtime for training loops, which generated code never calls. */
const forTraining = new Set([
  "batches",
  "checkGradient",
  "gradientNames",
  "initialisers",
  "numericalSlope",
  "optimiser",
  "optimisers",
  "random",
  "schedules",
]);

interface Declaration {
  /** Unique in the table; not always the name in its file. */
  readonly name: string;
  readonly file: ts.SourceFile;
  readonly node: ts.Statement;
  readonly identifier: ts.Identifier;
}

/** The functions of the runtime that generated code may call. */
export function callableNames(): readonly string[] {
  const { checker, files } = runtimeProgram();
  const index = files.find((file) => stem(file) === "index");
  const symbol = index && checker.getSymbolAtLocation(index);
  if (symbol === undefined) throw new Error("the runtime has no index");
  return checker
    .getExportsOfModule(symbol)
    .map((exported) => resolved(checker, exported))
    .flatMap((exported) => exported.declarations ?? [])
    .filter(ts.isFunctionDeclaration)
    .filter((node) => !forTraining.has(stem(node.getSourceFile())))
    .map((node) => node.name?.text ?? "")
    .toSorted();
}

/** The text of compiler/backends/typescript/runtimeSources.ts. */
export async function runtimeTable(): Promise<string> {
  const { checker, files } = runtimeProgram();
  const declarations = declarationsOf(checker, files);
  const entries = await Promise.all(
    [...declarations.values()]
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((declaration) => entry(declaration, declarations, checker)),
  );
  return format(`${head}{${entries.join("")}};`, {
    ...(await resolveConfig(folder)),
    parser: "typescript",
  });
}

const head = `/**
 * The runtime's declarations as text, for modules that import nothing.
 *
 * Do not edit: tests/backends/runtimeSources.test.ts writes this file from
 * runtime/ (\`npm run embed\`).
 */
export interface RuntimeSource {
  /** Declarations of this table that the text mentions. */
  readonly needs: readonly string[];
  readonly ts: string;
  /** Empty for a type. */
  readonly js: string;
}

export const runtimeSources: Readonly<Record<string, RuntimeSource>> = `;

async function entry(
  declaration: Declaration,
  declarations: ReadonlyMap<ts.Symbol, Declaration>,
  checker: ts.TypeChecker,
): Promise<string> {
  const { code, needs } = textOf(declaration, declarations, checker);
  const typed = await format(code, { parser: "typescript" });
  const plain = await format(stripTypes(code), { parser: "acorn" });
  const list = [...needs].toSorted().map((name) => JSON.stringify(name));
  return `${declaration.name}: {
    needs: [${list.join(", ")}],
    ts: ${template(typed)},
    js: ${template(plain)},
  },\n`;
}

function template(code: string): string {
  return `\`${code.trim().replace(/[\\`]|\$\{/g, "\\$&")}\``;
}

function runtimeProgram() {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .toSorted();
  const files = names.map((name) =>
    ts.createSourceFile(
      `/${name}`,
      readFileSync(folder + name, "utf8"),
      ts.ScriptTarget.ES2023,
      true,
    ),
  );
  const program = ts.createProgram({
    rootNames: names.map((name) => `/${name}`),
    options: {
      noLib: true,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    },
    host: hostOf(files),
  });
  return { checker: program.getTypeChecker(), files };
}

function hostOf(files: readonly ts.SourceFile[]): ts.CompilerHost {
  const find = (path: string) => files.find((file) => file.fileName === path);
  return {
    getSourceFile: find,
    fileExists: (path) => find(path) !== undefined,
    readFile: (path) => find(path)?.text,
    getDefaultLibFileName: () => "lib.d.ts",
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    writeFile: () => undefined,
  };
}

/** All declarations at the top of the files code may need, by symbol. */
function declarationsOf(
  checker: ts.TypeChecker,
  files: readonly ts.SourceFile[],
): ReadonlyMap<ts.Symbol, Declaration> {
  const found = new Map<ts.Symbol, Declaration>();
  const names = new Set<string>();
  for (const file of files) {
    if (forTraining.has(stem(file))) continue;
    for (const node of file.statements) {
      const identifier = declaredName(node);
      if (identifier === undefined) continue;
      const symbol = checker.getSymbolAtLocation(identifier);
      if (symbol === undefined) throw new Error(`no symbol ${identifier.text}`);
      const name = uniqueName(identifier.text, file, names);
      names.add(name);
      found.set(symbol, { name, file, node, identifier });
    }
  }
  return found;
}

/** Imports and re-exports declare nothing of their own. */
function declaredName(node: ts.Statement): ts.Identifier | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return undefined;
  if (ts.isVariableStatement(node)) {
    const [declaration, ...others] = node.declarationList.declarations;
    if (declaration !== undefined && others.length === 0 && ts.isIdentifier(declaration.name))
      return declaration.name;
  }
  if (
    (ts.isFunctionDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node)) &&
    node.name !== undefined
  )
    return node.name;
  throw new Error(`cannot embed: ${node.getText()}`);
}

/** Files may use the same name for a helper: the second is named after its file too. */
function uniqueName(name: string, file: ts.SourceFile, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  const own = stem(file);
  const longer = name + own.charAt(0).toUpperCase() + own.slice(1);
  if (taken.has(longer)) throw new Error(`cannot rename ${name} of ${own}`);
  return longer;
}

/** The declaration with its comment, not exported, and every name as the table has it. */
function textOf(
  { node, file, name }: Declaration,
  declarations: ReadonlyMap<ts.Symbol, Declaration>,
  checker: ts.TypeChecker,
): { readonly code: string; readonly needs: ReadonlySet<string> } {
  const needs = new Set<string>();
  const edits: Edit[] = [...exportModifier(node)];
  const others: string[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child)) {
      const target = referred(child, checker);
      const used = target && declarations.get(target);
      if (used === undefined) {
        if (target !== undefined && isImported(child, checker))
          throw new Error(`${name} needs ${child.text}, which is for training`);
        if (!isProperty(child)) others.push(child.text);
      } else {
        if (ts.isShorthandPropertyAssignment(child.parent))
          throw new Error(`write ${child.text}: ${child.text} in ${name}`);
        if (used.name !== name) needs.add(used.name);
        edits.push({
          start: child.getStart(),
          end: child.end,
          text: used.name,
        });
      }
    }
    ts.forEachChild(child, visit);
  };
  visit(node);
  // Names are exchanged by their text when they are taken in the module.
  const clash = others.find((other) => other === name || needs.has(other));
  if (clash !== undefined) throw new Error(`${stem(file)}: ${name} uses ${clash} in two meanings`);
  return {
    code: edited(file.text, commentStart(node, file), node.end, edits),
    needs,
  };
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function edited(text: string, start: number, end: number, edits: readonly Edit[]): string {
  let result = "";
  let from = start;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return result + text.slice(from, end);
}

function exportModifier(node: ts.Statement): readonly Edit[] {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : [];
  return (modifiers ?? [])
    .filter(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    .map((modifier) => ({
      start: modifier.getStart(),
      end: modifier.end + 1,
      text: "",
    }));
}

/** Where the comment right above a declaration begins; one set off by a blank line is the file's. */
function commentStart(node: ts.Statement, file: ts.SourceFile): number {
  const comments = ts.getLeadingCommentRanges(file.text, node.pos) ?? [];
  let start = node.getStart();
  for (const comment of comments.toReversed()) {
    if (/\n\s*\n/.test(file.text.slice(comment.end, start))) break;
    start = comment.pos;
  }
  return start;
}

function referred(identifier: ts.Identifier, checker: ts.TypeChecker): ts.Symbol | undefined {
  const symbol = ts.isShorthandPropertyAssignment(identifier.parent)
    ? checker.getShorthandAssignmentValueSymbol(identifier.parent)
    : checker.getSymbolAtLocation(identifier);
  return symbol && resolved(checker, symbol);
}

function isImported(identifier: ts.Identifier, checker: ts.TypeChecker): boolean {
  const symbol = checker.getSymbolAtLocation(identifier);
  return symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
}

function resolved(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** `name` in `object.name`. */
function isProperty(identifier: ts.Identifier): boolean {
  const { parent } = identifier;
  return ts.isPropertyAccessExpression(parent) && parent.name === identifier;
}

function stem(file: ts.SourceFile): string {
  return file.fileName.replace(/^\//, "").replace(/\.ts$/, "");
}
