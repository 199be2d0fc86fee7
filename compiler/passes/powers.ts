import { applyRules } from "./applyRules.js";
import type { Pass } from "./pass.js";
import { powerRules } from "./rules/powers.js";

/**
 * Constant whole powers up to 4 as multiplications, after differentiation.
 * The inexact ones too: `pow` with such an exponent is documented to mean them.
 */
export const pass: Pass = {
  name: "powers",
  run: (graph) => applyRules(graph, powerRules),
};
