/** Scalar special functions, in f64, that JavaScript's `Math` lacks. */
export { erf, erfc } from "./erf.js";
export { digamma, lgamma, trigamma } from "./gamma.js";
export { logSigmoid, sigmoid, softplus } from "./logistic.js";
export { polygamma } from "./polygamma.js";
export { roundHalfToEven } from "./round.js";
export { sinc, sincDerivative } from "./sinc.js";
export { xlogy } from "./xlogy.js";
