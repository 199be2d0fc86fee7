import { div, mul } from "../../ops/arithmetic.js";
import { sqrt } from "../../ops/elementwise.js";
import { constant, constantValue } from "../../ops/leaf.js";
import { broadcastTo } from "../../ops/shape.js";
import type { Node } from "../../ir/node.js";
import { inexact, rule2, type Rule } from "../rule.js";

function powerRule(name: string, exponent: number, rewrite: (x: Node, node: Node) => Node): Rule {
  return rule2(name, "pow", (x, b, node) =>
    constantValue(b) === exponent ? rewrite(x, node) : null,
  );
}

/** What holds of powers whatever else is done with them. */
export const trivialPowerRules: readonly Rule[] = [
  powerRule("x¹ = x", 1, (x) => x),
  powerRule("x⁰ = 1", 0, (_x, node) => broadcastTo(constant(1, node.type.dtype), node.type.shape)),
];

/**
 * Whole powers as products. Only after differentiation: the chain rule of a
 * power, 2 x dy, is shorter than that of a product of equal factors.
 */
export const powerRules: readonly Rule[] = [
  powerRule("x² = x · x", 2, (x) => mul(x, x)),
  powerRule("x⁻¹ = 1 / x", -1, (x) => div(constant(1), x)),
  // Rounded two or three times instead of once: within 2 units in the last place.
  inexact(powerRule("x³ = x · x · x", 3, (x) => mul(mul(x, x), x))),
  inexact(
    powerRule("x⁴ = (x · x) · (x · x)", 4, (x) => {
      const square = mul(x, x);
      return mul(square, square);
    }),
  ),
];

/** Not bits: (−0)^½ is 0 and (−∞)^½ is ∞, where sqrt gives −0 and NaN. */
export const rootRules: readonly Rule[] = [
  inexact(powerRule("x^½ = √x, but for −0 and −∞", 0.5, (x) => sqrt(x))),
];
