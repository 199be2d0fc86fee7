/** A case where a derivative is a matter of choice, and what flatgrad chooses. */
export interface Convention {
  readonly case: string;
  readonly ours: string;
  readonly why: string;
}

/** The one table of conventions. Operations name the rows their gradients rely on; tests check each row. */
export const conventions = {
  relu: {
    case: "relu at 0, relu6, hardTanh and hardSigmoid at their kinks",
    ours: "slope 0",
    why: "as PyTorch",
  },
  abs: { case: "abs at 0", ours: "slope 0", why: "as PyTorch" },
  step: {
    case: "sign, floor, ceil, round, trunc",
    ours: "slope 0 everywhere",
    why: "as PyTorch",
  },
  maximum: {
    case: "maximum, minimum, max, min at a tie",
    ours: "shared equally",
    why: "as JAX",
  },
  maxPool: { case: "maxPool at a tie", ours: "the first wins", why: "as all" },
  sort: {
    case: "sort, topK, argmax, argmin at a tie",
    ours: "the first stays first, and so does its gradient",
    why: "as NumPy's stable sort",
  },
  clip: {
    case: "clip at a bound",
    ours: "slope 1",
    why: "the bound is inside the interval",
  },
  where: {
    case: "where, if, ternary",
    ours: "only the branch taken contributes",
    why: "0 · NaN must not reach a gradient",
  },
  sqrt: {
    case: "sqrt at 0",
    ours: "infinite slope, and a warning at build time where it can be seen",
    why: "honest",
  },
  norm: {
    case: "norm, hypot at 0; std of a constant row",
    ours: "slope 0",
    why: "a subgradient",
  },
  pow: {
    case: "x ** 0, and 0 ** 0",
    ours: "slope 0",
    why: "no NaN from 0 · ∞; a negative base with a constant exponent is fine",
  },
  xlogy: {
    case: "xlogy(0, 0)",
    ours: "slopes 0, 0",
    why: "the limit that entropy needs",
  },
  atan2: {
    case: "atan2(0, 0)",
    ours: "slopes 0, 0",
    why: "no direction is better than another",
  },
  prod: {
    case: "prod with zeros",
    ours: "exact: the product of the others",
    why: "y / x would be NaN",
  },
  det: {
    case: "det of a singular matrix",
    ours: "exact: the matrix of cofactors",
    why: "y · a⁻ᵀ would be NaN",
  },
  stable: {
    case: "sigmoid, softplus, logSigmoid far out, also written by hand",
    ours: "slopes 0 and 1, not NaN",
    why: "log(1 + exp(x)) overflows before its value does",
  },
  shifted: {
    case: "softmax, logSumExp of large elements, or of −inf",
    ours: "finite; an element of −inf has slope 0",
    why: "shifted by the largest element",
  },
  refused: {
    case: "max of an empty axis, an index known to be out of range, the gradient of or by an integer",
    ours: "an error at build time",
    why: "there is no such number",
  },
  index: {
    case: "an index out of range at run time",
    ours: "RangeError",
    why: "a silent zero hides the mistake",
  },
  unused: {
    case: "an input the result does not depend on",
    ours: "slope 0, and a warning",
    why: "true, and often a mistake",
  },
  dead: {
    case: "NaN in a value that no chosen branch reads",
    ours: "does not reach the gradient",
    why: "0 · NaN is NaN",
  },
} as const satisfies Record<string, Convention>;

export type ConventionKey = keyof typeof conventions;

export function isConvention(key: string): key is ConventionKey {
  return Object.hasOwn(conventions, key);
}
