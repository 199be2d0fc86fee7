import type { Span } from "../diagnostic.js";
import { dimAdd, dimAtLeast, dimDivide, dimMul, dimSub, type Dim } from "../ir/dim.js";
import type { BinaryOperator, UnaryOperator } from "../syntax/tree.js";
import { applyOperation, operation, termCount } from "./apply.js";
import { withoutNegativeZero } from "./attributes.js";
import { read } from "./arrays.js";
import type { Context, Placed } from "./context.js";
import { booleanValue, describe, dimValue, POISON, type Value } from "./values.js";

const OPERATION = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "remainder",
  "**": "pow",
  "@": "matmul",
  "<": "less",
  "<=": "lessEqual",
  ">": "greater",
  ">=": "greaterEqual",
  "==": "equal",
  "!=": "notEqual",
  "&&": "logicalAnd",
  "||": "logicalOr",
} as const satisfies Record<BinaryOperator, string>;

const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "**"]);

/** `left operator right`, both evaluated. */
export function applyBinary(
  context: Context,
  operator: BinaryOperator,
  first: Placed,
  second: Placed,
  span: Span,
): Value {
  const [left, right] = [read(context, first), read(context, second)];
  if (left.value.kind === "poison" || right.value.kind === "poison") return POISON;
  if (operator === "&&" || operator === "||") {
    const valid = [left, right].map((one) => checkTruth(context, one));
    if (valid.includes(false)) return POISON;
  }
  const known =
    onStrings(operator, left.value, right.value) ?? onSizes(operator, left.value, right.value);
  if (known !== undefined) return known;
  if (ARITHMETIC.has(operator) && isTruth(left.value) && isTruth(right.value)) {
    return context.error("FG215", `\`${operator}\` has no meaning for two truth values`, span, {
      accepted: "numbers and tensors",
      hint: "write where(condition, 1, 0) for a number",
    });
  }
  const op = operation(OPERATION[operator]);
  return applyOperation(context, op, [left, right], {}, span, `\`${operator}\``);
}

export function applyUnary(
  context: Context,
  operator: UnaryOperator,
  given: Placed,
  span: Span,
): Value {
  const operand = read(context, given);
  const { value } = operand;
  if (value.kind === "poison") return POISON;
  if (operator === "!") {
    if (!checkTruth(context, operand)) return POISON;
    return applyOperation(context, operation("logicalNot"), [operand], {}, span);
  }
  if (isTruth(value)) {
    return context.error("FG215", `\`${operator}\` has no meaning for a truth value`, span, {
      accepted: "numbers and tensors",
      hint: "write where(condition, 1, 0) for a number",
    });
  }
  if (operator === "+" && (value.kind === "number" || value.kind === "node")) return value;
  if (value.kind === "dim") return dimValue(dimMul(value.dim, -1));
  return applyOperation(context, operation("neg"), [operand], {}, span);
}

export function isTruth(value: Value): boolean {
  return value.kind === "boolean" || (value.kind === "node" && value.node.type.dtype === "bool");
}

function checkTruth(context: Context, { value, span }: Placed): boolean {
  if (value.kind === "poison") return false;
  if (isTruth(value)) return true;
  context.error("FG215", `${describe(value)} is not a truth value`, span, {
    accepted: "a comparison, or another boolean",
    hint: "write a comparison such as `x != 0`",
  });
  return false;
}

function onStrings(operator: BinaryOperator, left: Value, right: Value): Value | undefined {
  if (left.kind !== "string" || right.kind !== "string") return undefined;
  if (operator === "==") return booleanValue(left.value === right.value);
  if (operator === "!=") return booleanValue(left.value !== right.value);
  return undefined;
}

/** Arithmetic and comparisons that have a known result for every value of the named sizes. */
function onSizes(operator: BinaryOperator, left: Value, right: Value): Value | undefined {
  if (left.kind !== "dim" && right.kind !== "dim") return undefined;
  const [a, b] = [asDim(left), asDim(right)];
  if (a === undefined || b === undefined) return undefined;
  const result = sizeArithmetic(operator, a, b);
  if (result !== undefined) return dimValue(result);
  const holds = compareSizes(operator, a, b);
  return holds === undefined ? undefined : booleanValue(holds);
}

function asDim(value: Value): Dim | undefined {
  if (value.kind === "dim") return value.dim;
  const whole = value.kind === "number" && Number.isSafeInteger(value.value);
  return whole ? withoutNegativeZero(value.value) : undefined;
}

/** The size, unless it is not one or its polynomial grows beyond use: then it is computed at run time. */
function sizeArithmetic(operator: BinaryOperator, a: Dim, b: Dim): Dim | undefined {
  const terms = termCount(String(a)) * termCount(String(b));
  if (terms > 50) return undefined;
  const result = sizeResult(operator, a, b);
  // Larger coefficients would be rounded, and are no sizes.
  return result === undefined || /\d{16}|e\+|Infinity|NaN/.test(String(result))
    ? undefined
    : result;
}

function sizeResult(operator: BinaryOperator, a: Dim, b: Dim): Dim | undefined {
  switch (operator) {
    case "+":
      return dimAdd(a, b);
    case "-":
      return dimSub(a, b);
    case "*":
      return dimMul(a, b);
    case "/":
      return dimDivide(a, b);
    case "**":
      return b === 2 ? dimMul(a, a) : undefined;
    default:
      return undefined;
  }
}

function compareSizes(operator: BinaryOperator, a: Dim, b: Dim): boolean | undefined {
  const atLeast = (p: Dim, q: Dim, by: number) => dimAtLeast(dimSub(p, q), by);
  const decide = (yes: boolean, no: boolean) => (yes ? true : no ? false : undefined);
  const different = atLeast(a, b, 1) || atLeast(b, a, 1);
  switch (operator) {
    case "==":
      return decide(a === b, different);
    case "!=":
      return decide(different, a === b);
    case "<":
      return decide(atLeast(b, a, 1), atLeast(a, b, 0));
    case "<=":
      return decide(atLeast(b, a, 0), atLeast(a, b, 1));
    case ">":
      return decide(atLeast(a, b, 1), atLeast(b, a, 0));
    case ">=":
      return decide(atLeast(a, b, 0), atLeast(b, a, 1));
    default:
      return undefined;
  }
}
