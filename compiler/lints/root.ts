import type { Node } from "../ir/node.js";
import { constantValue } from "../ops/leaf.js";
import { endsAt, everything } from "./interval.js";
import type { Lint } from "./lint.js";
import { squared, unshaped } from "./patterns.js";

/** Where a root, or a power with an exponent between 0 and 1, is known to reach 0. */
export const root: Lint = {
  ops: new Set(["sqrt", "pow"]),
  check: ({ node, written, range, quote }) => {
    const [x, exponent] = node.inputs;
    const power = node.op.name === "sqrt" ? 0.5 : exponent && constantValue(exponent);
    if (power === undefined || power <= 0 || power >= 1) return null;
    if (!endsAt(x === undefined ? everything : range(x), 0)) return null;
    const argument = quote(written.inputs[0]);
    const kept =
      written.op.name === "sqrt"
        ? `sqrt(${argument} + 1e-12)`
        : `pow(${argument} + 1e-12, ${power})`;
    return {
      code: "FG412",
      message: `\`${argument}\` can be 0, where the slope of its root is infinite and the gradient infinite or NaN`,
      hint: rewrite(x, power, quote) ?? `write ${kept}`,
    };
  },
};

/** The operation that is the root of squares, with gradient 0 at 0. */
function rewrite(
  x: Node | undefined,
  power: number,
  quote: (node: Node) => string,
): string | undefined {
  if (x === undefined || power !== 0.5) return undefined;
  const sum = unshaped(x);
  const [a, b] = sum.inputs;
  const p = a && squared(a);
  if (sum.op.name === "sum" && p) {
    const along = sum.type.shape.length > 0 ? " over the same axis" : "";
    return `write norm(${quote(p)})${along}, whose gradient at 0 is 0`;
  }
  const q = b && squared(b);
  if (sum.op.name === "add" && p && q)
    return `write hypot(${quote(p)}, ${quote(q)}), whose gradient at 0 is 0`;
  return undefined;
}
