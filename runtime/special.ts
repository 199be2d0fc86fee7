/** Scalar special functions, in f64, that JavaScript's `Math` lacks. */
export { erf, erfc } from "./erf.js";
export { digamma, lgamma, trigamma } from "./gamma.js";
export { logSigmoid, sigmoid, softplus } from "./logistic.js";
export { sinc } from "./sinc.js";
