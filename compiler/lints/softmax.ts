import type { Node } from "../ir/node.js";
import type { Lint } from "./lint.js";
import { unshaped } from "./patterns.js";

/** exp(x) / Σ exp(x) that `stabilise` has not made a softmax, and from which no maximum is taken off. */
export const softmax: Lint = {
  ops: new Set(["div"]),
  check: ({ node, quote, written }) => {
    const [numerator, divisor] = node.inputs;
    const sum = divisor && unshaped(divisor);
    const terms = sum?.op.name === "sum" ? sum.inputs[0] : undefined;
    if (numerator === undefined || terms === undefined) return null;
    const exponential = exponentialIn(terms);
    if (exponential === undefined || exponentialIn(numerator) !== exponential) return null;
    const [x] = exponential.inputs;
    if (x === undefined || isShifted(x)) return null;
    return {
      code: "FG411",
      message: `\`${quote(written)}\` is a softmax by hand: exp overflows for scores above ${x.type.dtype === "f32" ? "88" : "709"}, and ∞ / ∞ is NaN`,
      hint: `write softmax(${quote(x)}), or take the largest score off first: exp(${quote(x)} - max(${quote(x)}))`,
    };
  },
};

/** The exponential in a product, as in softmax with weights or a mask. */
function exponentialIn(node: Node): Node | undefined {
  const value = unshaped(node);
  if (value.op.name === "exp") return value;
  if (value.op.name !== "mul") return undefined;
  return value.inputs.map(exponentialIn).find((found) => found !== undefined);
}

function isShifted({ op, inputs: [, taken] }: Node): boolean {
  return (
    op.name === "sub" &&
    taken !== undefined &&
    ["max", "logSumExp"].includes(unshaped(taken).op.name)
  );
}
