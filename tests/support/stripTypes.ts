import { ts } from "../../compiler/syntax/typescript/api.js";

/** TypeScript without its types, all else as written: blank lines and comments too. */
export function stripTypes(code: string): string {
  const file = ts.createSourceFile("module.ts", code, ts.ScriptTarget.ES2023, true);
  const cuts: (readonly [start: number, end: number])[] = [];
  const visit = (node: ts.Node): void => {
    const cut = typeRange(node);
    if (cut !== undefined) cuts.push(cut);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return withoutRanges(code, cuts);
}

function typeRange(node: ts.Node): readonly [start: number, end: number] | undefined {
  // A declaration goes together with its comment.
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
    return [node.pos, node.end];
  if (ts.isNonNullExpression(node) || ts.isAsExpression(node))
    return [node.expression.end, node.end];
  if (ts.isSatisfiesExpression(node)) return [node.expression.end, node.end];
  if (ts.isVariableDeclaration(node) || ts.isParameter(node)) {
    const name = node.type === undefined ? undefined : node.name;
    return name && [name.end, node.type?.end ?? name.end];
  }
  if (ts.isFunctionLike(node) && node.type !== undefined) {
    const close = node.getSourceFile().text.lastIndexOf(")", node.type.pos);
    return [close + 1, node.type.end];
  }
  return undefined;
}

function withoutRanges(
  code: string,
  ranges: readonly (readonly [start: number, end: number])[],
): string {
  let result = "";
  let from = 0;
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    // What lies inside an earlier range is gone already.
    if (end <= from) continue;
    result += code.slice(from, Math.max(from, start));
    from = end;
  }
  return result + code.slice(from);
}
