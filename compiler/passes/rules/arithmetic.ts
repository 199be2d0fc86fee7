import type { Node } from "../../ir/node.js";
import { add, div, mul, neg, sub } from "../../ops/arithmetic.js";
import { constant, constantValue, isConstant } from "../../ops/leaf.js";
import { commutativeRule, inexact, match1, match2, rule1, rule2, type Rule } from "../rule.js";

const one = (node: Node) => isConstant(node, 1);

/** A constant with its sign changed, under its own dtype. */
function negated(node: Node): Node | null {
  const value = constantValue(node);
  return value === undefined ? null : constant(-value, node.type.dtype);
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(Math.abs(value)));
}

/** Whether a factor has an inverse, and neither is near the ends of what f32 can hold. */
function isOrdinary(c: number): boolean {
  return Math.abs(c) >= 2 ** -100 && Math.abs(c) <= 2 ** 100;
}

/** c · (d · x) as (c · d) · x, for constants that fit. */
function mergeFactors(fits: (c: number, d: number) => boolean) {
  return (scale: Node, product: Node): Node | null => {
    const c = constantValue(scale);
    const operands = match2(product, "mul");
    if (c === undefined || operands === null) return null;
    for (const [factor, x] of [operands, operands.toReversed()]) {
      const d = factor && constantValue(factor);
      if (d !== undefined && x !== undefined && fits(c, d)) return mul(constant(c * d), x);
    }
    return null;
  };
}

/**
 * Identities of + − · ÷. Missing since they are wrong: x · 0 = 0 (NaN, ∞),
 * x − x = 0 (NaN, ∞), x / x = 1 (0, NaN, ∞).
 */
export const arithmeticRules: readonly Rule[] = [
  commutativeRule("1 · x = x", "mul", (a, x) => (one(a) ? x : null)),
  rule2("x / 1 = x", "div", (x, b) => (one(b) ? x : null)),
  commutativeRule("−0 + x = x", "add", (a, x) => (isConstant(a, -0) ? x : null)),
  rule2("x − 0 = x", "sub", (x, b) => (isConstant(b, 0) ? x : null)),

  rule1("−(−x) = x", "neg", (y) => match1(y, "neg")),
  commutativeRule("−1 · x = −x", "mul", (a, x) => (isConstant(a, -1) ? neg(x) : null)),
  rule2("x / −1 = −x", "div", (x, b) => (isConstant(b, -1) ? neg(x) : null)),
  commutativeRule("x + (−y) = x − y", "add", (x, b) => {
    const y = match1(b, "neg");
    return y && sub(x, y);
  }),
  rule2("x − (−y) = x + y", "sub", (x, b) => {
    const y = match1(b, "neg");
    return y && add(x, y);
  }),
  rule2("(−x) · (−y) = x · y", "mul", (a, b) => {
    const [x, y] = [match1(a, "neg"), match1(b, "neg")];
    return x && y && mul(x, y);
  }),
  rule2("(−x) / (−y) = x / y", "div", (a, b) => {
    const [x, y] = [match1(a, "neg"), match1(b, "neg")];
    return x && y && div(x, y);
  }),
  commutativeRule("(−x) · c = x · (−c)", "mul", (a, c) => {
    const [x, minusC] = [match1(a, "neg"), negated(c)];
    return x && minusC && mul(x, minusC);
  }),

  // Powers of two from 1 up only scale the exponent, and overflow together.
  commutativeRule(
    "2ᵐ · (2ⁿ · x) = 2ᵐ⁺ⁿ · x",
    "mul",
    mergeFactors((c, d) => [c, d].every((v) => isPowerOfTwo(v) && Math.abs(v) >= 1)),
  ),

  inexact(
    commutativeRule("0 + x = x, but for x = −0", "add", (a, x) => (isConstant(a, 0) ? x : null)),
  ),
  inexact(rule2("0 − x = −x, but for x = 0", "sub", (a, x) => (isConstant(a, 0) ? neg(x) : null))),
  inexact(
    rule1("−(a − b) = b − a, but for a = b", "neg", (x) => {
      const operands = match2(x, "sub");
      return operands && sub(operands[1], operands[0]);
    }),
  ),
  inexact(
    commutativeRule(
      "c · (d · x) = (c · d) · x",
      "mul",
      mergeFactors((c, d) => [c, d, c * d].every(isOrdinary)),
    ),
  ),
  inexact(
    rule2("x / c = x · (1 / c)", "div", (x, b) => {
      const c = constantValue(b);
      return c === undefined || !isOrdinary(c) ? null : mul(x, constant(1 / c));
    }),
  ),
  inexact(rule1("log(exp(x)) = x", "log", (y) => match1(y, "exp"))),
  inexact(rule1("exp(log(x)) = x, for x ≥ 0", "exp", (y) => match1(y, "log"))),
];
