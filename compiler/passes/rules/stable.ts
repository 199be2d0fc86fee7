import type { Node } from "../../ir/node.js";
import { isFloat, sameShape, type Shape } from "../../ir/type.js";
import { mul, neg, sub } from "../../ops/arithmetic.js";
import { reducedShape } from "../../ops/axes.js";
import { numbersAttr } from "../../ops/define.js";
import { abs, expm1, log, log1p, logSigmoid, sigmoid, softplus } from "../../ops/elementwise.js";
import { constant, constantValue, dimOf, isConstant } from "../../ops/leaf.js";
import { logSoftmax, logSumExp, softmax } from "../../ops/losses.js";
import { reshape } from "../../ops/shape.js";
import { match1, match2, rule1, rule2, type Rule } from "../rule.js";

/** The other summand of `1 + x`. */
function onePlus(node: Node): Node | null {
  const operands = match2(node, "add");
  if (operands === null) return null;
  const [a, b] = operands;
  return isConstant(a, 1) ? b : isConstant(b, 1) ? a : null;
}

/** x of `1 − x`. */
function oneMinus(node: Node): Node | null {
  const operands = match2(node, "sub");
  return operands && isConstant(operands[0], 1) ? operands[1] : null;
}

/** x of `1 + exp(x)`. */
function onePlusExp(node: Node): Node | null {
  return match1(onePlus(node) ?? undefined, "exp");
}

/** The divisor of `1 / x`. */
function reciprocal(node: Node): Node | null {
  const quotient = match2(node, "div");
  if (quotient) return isConstant(quotient[0], 1) ? quotient[1] : null;
  const power = match2(node, "pow");
  return power && isConstant(power[1], -1) ? power[0] : null;
}

/** −x, in the shortest form. */
function opposite(x: Node): Node {
  const positive = match1(x, "neg");
  if (positive) return positive;
  const product = match2(x, "mul") ?? [];
  for (const [factor, other] of [product, product.toReversed()]) {
    const c = factor && constantValue(factor);
    if (c !== undefined && other !== undefined) return mul(constant(-c), other);
  }
  return neg(x);
}

interface SumOfExp {
  readonly x: Node;
  readonly axes: readonly number[];
  readonly node: Node;
}

/** `sum(exp(x), axes)`, where x can carry a gradient. */
function sumOfExp(node: Node): SumOfExp | null {
  const x = match1(match1(node, "sum") ?? undefined, "exp");
  return x && isFloat(x.type.dtype) ? { x, axes: numbersAttr(node.attrs, "axes"), node } : null;
}

/** A value before it was repeated or got axes of size 1, if it then broadcasts as `shape` does. */
function unspread(node: Node, shape: Shape): Node | null {
  const narrow = match1(node, "broadcastTo") ?? node;
  const missing = shape.length - narrow.type.shape.length;
  const aligned = [...Array<number>(Math.max(0, missing)).fill(1), ...narrow.type.shape];
  if (!sameShape(aligned, shape)) return null;
  return match1(narrow, "reshape") ?? narrow;
}

/** exp(x) / Σ exp(x) over one axis, however the sum was brought to the shape of x. */
function handwrittenSoftmax(numerator: Node, divisor: Node): Node | null {
  const x = match1(numerator, "exp");
  if (x === null || !isFloat(x.type.dtype)) return null;
  for (const axis of x.type.shape.keys()) {
    const kept = reducedShape(x.type.shape, [axis], true);
    const total = unspread(divisor, kept);
    const sum = total && sumOfExp(total);
    const matches =
      sum !== null &&
      sum.node.inputs[0] === numerator &&
      sum.axes.length === 1 &&
      sum.axes[0] === axis;
    if (matches) return softmax(x, axis);
  }
  return null;
}

/** Whether a divisor is certainly positive: a positive constant, or a size. */
function isCount(node: Node): boolean {
  const value = constantValue(node);
  return value === undefined ? dimOf(node) !== undefined : value > 0;
}

function logSumExpOf(sum: SumOfExp): Node {
  return logSumExp(sum.x, sum.axes, sum.node.attrs["keepDims"] === true);
}

const stable = (rules: readonly Rule[]): readonly Rule[] =>
  rules.map((rule) => ({ ...rule, exact: false }));

/**
 * Formulas that lose digits or overflow, and what they were meant to be. The
 * values agree where the formula works at all. Rules compose: log(1 + exp(x))
 * is log1p(exp(x)), and that is softplus(x).
 */
export const stableRules: readonly Rule[] = stable([
  rule1("log1p(exp(x)) = softplus(x)", "log1p", (y) => {
    const x = match1(y, "exp");
    return x && softplus(x);
  }),
  rule1("−softplus(−x) = logSigmoid(x)", "neg", (y) => {
    const x = match1(match1(y, "softplus") ?? undefined, "neg");
    return x && logSigmoid(x);
  }),
  {
    name: "1 / (1 + exp(−x)) = sigmoid(x)",
    exact: false,
    rewrite: (node) => {
      const x = onePlusExp(reciprocal(node) ?? node);
      return x && reciprocal(node) ? sigmoid(opposite(x)) : null;
    },
  },
  rule2("exp(x) / (1 + exp(x)) = sigmoid(x)", "div", (a, b) => {
    const x = match1(a, "exp");
    return x && onePlus(b) === a ? sigmoid(x) : null;
  }),
  rule1("log(sigmoid(x)) = logSigmoid(x)", "log", (y) => {
    const x = match1(y, "sigmoid");
    return x && logSigmoid(x);
  }),
  rule1("log1p(−sigmoid(x)) = logSigmoid(−x)", "log1p", (y) => {
    const x = match1(match1(y, "neg") ?? undefined, "sigmoid");
    return x && logSigmoid(opposite(x));
  }),
  rule1("log(softmax(x)) = logSoftmax(x)", "log", (y) => {
    const x = match1(y, "softmax");
    return x && logSoftmax(x, Number(y.attrs["axis"]));
  }),
  // Also where the sum is reshaped, which logSumExp then is.
  rule1("log(Σ exp(x)) = logSumExp(x)", "log", (y, node) => {
    const sum = sumOfExp(match1(y, "reshape") ?? y);
    return sum && reshape(logSumExpOf(sum), node.type.shape);
  }),
  rule1("log(Σ exp(x) / n) = logSumExp(x) − log(n)", "log", (y) => {
    const [total, n] = match2(y, "div") ?? [];
    const sum = total && sumOfExp(total);
    return sum && n && isCount(n) ? sub(logSumExpOf(sum), log(n)) : null;
  }),
  rule2("exp(x) / Σ exp(x) = softmax(x)", "div", handwrittenSoftmax),

  rule1("log(1 + x) = log1p(x)", "log", (y) => {
    const x = onePlus(y);
    return x && log1p(x);
  }),
  rule1("log(1 − x) = log1p(−x)", "log", (y) => {
    const x = oneMinus(y);
    return x && log1p(opposite(x));
  }),
  rule2("exp(x) − 1 = expm1(x)", "sub", (a, b) => {
    const x = match1(a, "exp");
    return x && isConstant(b, 1) ? expm1(x) : null;
  }),
  {
    name: "−1 + exp(x) = expm1(x)",
    exact: false,
    rewrite: (node) => {
      const [a, b] = match2(node, "add") ?? [];
      const minusOne = [a, b].find((x) => x && isConstant(x, -1));
      const x = match1(minusOne === a ? b : a, "exp");
      return minusOne && x ? expm1(x) : null;
    },
  },
  rule1("√(x · x) = |x|", "sqrt", (y) => {
    const [a, b] = match2(y, "mul") ?? [];
    return a && a === b ? abs(a) : null;
  }),
  rule1("√(x²) = |x|", "sqrt", (y) => {
    const [x, exponent] = match2(y, "pow") ?? [];
    return x && exponent && isConstant(exponent, 2) ? abs(x) : null;
  }),
]);
