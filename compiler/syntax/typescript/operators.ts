import { KindMap, ts } from "./api.js";
import type { BinaryOperator, UnaryOperator } from "../tree.js";

/** Both forms of equality mean the same between numbers. */
export const BINARY = new KindMap<BinaryOperator>(() => [
  [ts.SyntaxKind.PlusToken, "+"],
  [ts.SyntaxKind.MinusToken, "-"],
  [ts.SyntaxKind.AsteriskToken, "*"],
  [ts.SyntaxKind.SlashToken, "/"],
  [ts.SyntaxKind.PercentToken, "%"],
  [ts.SyntaxKind.AsteriskAsteriskToken, "**"],
  [ts.SyntaxKind.LessThanToken, "<"],
  [ts.SyntaxKind.LessThanEqualsToken, "<="],
  [ts.SyntaxKind.GreaterThanToken, ">"],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">="],
  [ts.SyntaxKind.EqualsEqualsToken, "=="],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "=="],
  [ts.SyntaxKind.ExclamationEqualsToken, "!="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "!="],
  [ts.SyntaxKind.AmpersandAmpersandToken, "&&"],
  [ts.SyntaxKind.BarBarToken, "||"],
]);

/** Assignments, with the operator they apply first. */
export const ASSIGNMENT = new KindMap<BinaryOperator | undefined>(() => [
  [ts.SyntaxKind.EqualsToken, undefined],
  [ts.SyntaxKind.PlusEqualsToken, "+"],
  [ts.SyntaxKind.MinusEqualsToken, "-"],
  [ts.SyntaxKind.AsteriskEqualsToken, "*"],
  [ts.SyntaxKind.SlashEqualsToken, "/"],
  [ts.SyntaxKind.PercentEqualsToken, "%"],
  [ts.SyntaxKind.AsteriskAsteriskEqualsToken, "**"],
  [ts.SyntaxKind.AmpersandAmpersandEqualsToken, "&&"],
  [ts.SyntaxKind.BarBarEqualsToken, "||"],
]);

export const UNARY = new KindMap<UnaryOperator>(() => [
  [ts.SyntaxKind.MinusToken, "-"],
  [ts.SyntaxKind.PlusToken, "+"],
  [ts.SyntaxKind.ExclamationToken, "!"],
]);

/** `x++` and `x--` add to or subtract from `x`. */
export const STEP = new KindMap<BinaryOperator>(() => [
  [ts.SyntaxKind.PlusPlusToken, "+"],
  [ts.SyntaxKind.MinusMinusToken, "-"],
]);

/** What to write instead of operators the language does not have. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["??", "every value of a model is there; leave out the `??`"],
  ["??=", "every value of a model is there; assign with `=`"],
  [",", "write two statements, or for an element of a matrix `x[i][j]`"],
  ["&", "write `&&` for a logical and"],
  ["|", "write `||` for a logical or"],
  ["^", "write `**` for a power"],
  ["~", "write `!` for a logical not"],
  ["<<", "write `* 2 ** n`"],
  [">>", "write `Math.floor(x / 2 ** n)`"],
]);

export function hintForOperator(operator: string): string | undefined {
  return INSTEAD.get(operator);
}
