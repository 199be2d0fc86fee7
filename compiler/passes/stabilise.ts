import { applyRules } from "./applyRules.js";
import type { Pass } from "./pass.js";
import { scalarWidthRule } from "./rules/broadcast.js";
import { stableRules } from "./rules/stable.js";

/**
 * Stable forms, on the forward graph: the gradient of sigmoid is finite where
 * that of 1 / (1 + exp(−x)) is ∞ · 0. Not exact, and always on: the digits
 * that change are those the formula had wrong.
 */
export const pass: Pass = {
  name: "stabilise",
  run: (graph) => applyRules(graph, [...stableRules, scalarWidthRule]),
};
