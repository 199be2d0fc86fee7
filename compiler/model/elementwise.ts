import * as special from "../../runtime/special.js";
import { onScalars } from "./calls.js";
import type { Same } from "./shapes.js";

/** A function of each element: a tensor keeps its shape, a number gives a number. Runs on numbers as it stands. */
export type Elementwise = <A extends number>(x: A) => Same<A>;

function elementwise(name: string, compute: (x: number) => number): Elementwise {
  return onScalars(name, compute) as Elementwise;
}

// Exponentials and logarithms

/** e to the power x. */
export const exp = elementwise("exp", Math.exp);
/** exp(x) − 1, exact for small x. */
export const expm1 = elementwise("expm1", Math.expm1);
/** 2 to the power x. */
export const exp2 = elementwise("exp2", (x) => 2 ** x);
/** Natural logarithm. */
export const log = elementwise("log", Math.log);
/** log(1 + x), exact for small x. */
export const log1p = elementwise("log1p", Math.log1p);
/** Logarithm to base 2. */
export const log2 = elementwise("log2", Math.log2);
/** Logarithm to base 10. */
export const log10 = elementwise("log10", Math.log10);

// Powers

/** Square root. */
export const sqrt = elementwise("sqrt", Math.sqrt);
/** 1 / sqrt(x). */
export const rsqrt = elementwise("rsqrt", (x) => 1 / Math.sqrt(x));
/** Cube root. */
export const cbrt = elementwise("cbrt", Math.cbrt);
/** x · x. */
export const square = elementwise("square", (x) => x * x);
/** 1 / x. */
export const reciprocal = elementwise("reciprocal", (x) => 1 / x);

// Trigonometry, in radians

/** Sine. */
export const sin = elementwise("sin", Math.sin);
/** Cosine. */
export const cos = elementwise("cos", Math.cos);
/** Tangent. */
export const tan = elementwise("tan", Math.tan);
/** Inverse sine. */
export const asin = elementwise("asin", Math.asin);
/** Inverse cosine. */
export const acos = elementwise("acos", Math.acos);
/** Inverse tangent. */
export const atan = elementwise("atan", Math.atan);
/** Hyperbolic sine. */
export const sinh = elementwise("sinh", Math.sinh);
/** Hyperbolic cosine. */
export const cosh = elementwise("cosh", Math.cosh);
/** Hyperbolic tangent. */
export const tanh = elementwise("tanh", Math.tanh);
/** Inverse hyperbolic sine. */
export const asinh = elementwise("asinh", Math.asinh);
/** Inverse hyperbolic cosine. */
export const acosh = elementwise("acosh", Math.acosh);
/** Inverse hyperbolic tangent. */
export const atanh = elementwise("atanh", Math.atanh);
/** sin(πx) / (πx), 1 at 0. */
export const sinc = elementwise("sinc", special.sinc);

// Signs and rounding: the gradient is 0 at kinks and steps

/** Distance from zero. */
export const abs = elementwise("abs", Math.abs);
/** −1, 0 or 1. */
export const sign = elementwise("sign", Math.sign);
/** −x. */
export const neg = elementwise("neg", (x) => -x);
/** The largest whole number not above x. */
export const floor = elementwise("floor", Math.floor);
/** The smallest whole number not below x. */
export const ceil = elementwise("ceil", Math.ceil);
/** x without its fraction. */
export const trunc = elementwise("trunc", Math.trunc);
/** The nearest whole number; halves go to the even one, as in NumPy. */
export const round = elementwise("round", roundHalfToEven);

// Special functions

/** Error function. */
export const erf = elementwise("erf", special.erf);
/** 1 − erf(x), exact for large x. */
export const erfc = elementwise("erfc", special.erfc);
/** Logarithm of the absolute value of the gamma function. */
export const lgamma = elementwise("lgamma", special.lgamma);
/** Derivative of lgamma. */
export const digamma = elementwise("digamma", special.digamma);

// Activations

/** Logistic function 1 / (1 + exp(−x)). */
export const sigmoid = elementwise("sigmoid", special.sigmoid);
/** log(sigmoid(x)), finite for all finite x. */
export const logSigmoid = elementwise("logSigmoid", special.logSigmoid);
/** log(1 + exp(x)), finite for all finite x. */
export const softplus = elementwise("softplus", special.softplus);
/** x / (1 + |x|). */
export const softsign = elementwise("softsign", (x) => x / (1 + Math.abs(x)));
/** max(x, 0); its gradient at 0 is 0. */
export const relu = elementwise("relu", (x) => Math.max(x, 0));
/** x clipped to [0, 6]. */
export const relu6 = elementwise("relu6", (x) => clamp(x, 0, 6));
/** Scaled elu that keeps mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu = elementwise("selu", (x) => seluScale * expLinear(x, seluAlpha));
/** x · sigmoid(x), also called swish. */
export const silu = elementwise("silu", (x) => x * special.sigmoid(x));
/** x · tanh(softplus(x)). */
export const mish = elementwise("mish", (x) => x * Math.tanh(special.softplus(x)));
/** x clipped to [−1, 1]. */
export const hardTanh = elementwise("hardTanh", (x) => clamp(x, -1, 1));
/** x / 6 + 1/2 clipped to [0, 1]. */
export const hardSigmoid = elementwise("hardSigmoid", hardGate);
/** x · hardSigmoid(x). */
export const hardSwish = elementwise("hardSwish", (x) => x * hardGate(x));

/** x where positive, else `negativeSlope` · x (0.01 unless given). */
export const leakyRelu = onScalars("leakyRelu", (x, negativeSlope = 0.01) =>
  x > 0 ? x : negativeSlope * x,
) as <A extends number>(x: A, negativeSlope?: number) => Same<A>;

/** x where positive, else `alpha` · (exp(x) − 1) (1 unless given). */
export const elu = onScalars("elu", expLinear) as <A extends number>(
  x: A,
  alpha?: number,
) => Same<A>;

/**
 * x · Φ(x), with Φ the distribution function of the normal distribution;
 * exact, or by the tanh formula (Hendrycks and Gimpel 2016).
 */
export const gelu: <A extends number>(
  x: A,
  options?: { readonly approximate?: "none" | "tanh" },
) => Same<A> = (x, options) => geluBy[options?.approximate ?? "none"](x);

const geluBy = {
  none: elementwise("gelu", (x) => 0.5 * x * special.erfc(-x / Math.SQRT2)),
  tanh: elementwise(
    "gelu",
    (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  ),
};

/** The value itself, and no gradient. */
export const stopGradient = elementwise("stopGradient", (x) => x);

const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

function expLinear(x: number, alpha = 1): number {
  return x > 0 ? x : alpha * Math.expm1(x);
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

function hardGate(x: number): number {
  return clamp(x / 6 + 0.5, 0, 1);
}

function roundHalfToEven(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}
