import type { Scalar, Statement } from "../../schedule/program.js";
import { expressionText, type ExpressionContext } from "./expression.js";

/** What keeps a line on the page. */

/** Columns of a line, as the formatter counts them by default. */
export const printWidth = 80;

/** Names good enough to measure a line before any are handed out. */
const draft: ExpressionContext = {
  typed: true,
  nameOfLocal: (local) => local.node.name ?? "t1",
  nameOfBuffer: (buffer) => buffer.node.name ?? "t1",
  nameOfLoop: () => "i",
  runtime: (name) => name,
};

const longestExpression = 60;

/** True if the statement's expression is short enough to be read at a glance. */
export function fitsLine(statement: Statement): boolean {
  const hasValue =
    statement.kind === "define" || statement.kind === "store" || statement.kind === "update";
  if (!hasValue) return true;
  const { value } = statement;
  const parts = value.kind === "total" ? value.terms.map((term) => term.value) : [value];
  return parts.every((part) => expressionText(part, draft).length <= longestExpression);
}

/** True for a sum, a product and their like, which the formatter breaks after `=`. */
export function isInfix(value: Scalar): boolean {
  if (value.kind === "total") return value.terms.length > 1;
  if (value.kind !== "apply" || value.node.op.lowering.kind !== "scalar") return false;
  return value.node.op.lowering.code.kind === "infix";
}

export type Apply = Extract<Scalar, { kind: "apply" }>;

/** The longest operand of an expression that is itself an operation. */
export function widestOperand(value: Scalar, width: (part: Scalar) => number): Apply | null {
  return operandsOf(value).reduce<Apply | null>((best, part) => {
    if (part.kind !== "apply") return best;
    return best === null || width(part) > width(best) ? part : best;
  }, null);
}

function operandsOf(value: Scalar): readonly Scalar[] {
  if (value.kind === "apply") return value.arguments;
  return value.kind === "total" ? value.terms.map((term) => term.value) : [];
}

/** The expression with one operand in place of another. */
export function replaceOperand(value: Scalar, part: Scalar, by: Scalar): Scalar {
  const swap = (operand: Scalar) => (operand === part ? by : operand);
  if (value.kind === "apply") return { ...value, arguments: value.arguments.map(swap) };
  if (value.kind !== "total") return value;
  return { ...value, terms: value.terms.map((term) => ({ ...term, value: swap(term.value) })) };
}
