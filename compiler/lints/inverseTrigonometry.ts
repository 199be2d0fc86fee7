import { endsAt, everything } from "./interval.js";
import type { Lint } from "./lint.js";

/** Where acos, asin or atanh is known to reach 1 or −1, or acosh 1. */
export const inverseTrigonometry: Lint = {
  ops: new Set(["acos", "asin", "atanh", "acosh"]),
  check: ({ node, written, range, quote }) => {
    const [x] = node.inputs;
    const argument = x === undefined ? everything : range(x);
    const ends = node.op.name === "acosh" ? [1] : [-1, 1];
    if (!ends.some((end) => endsAt(argument, end))) return null;
    const name = node.op.name;
    const [operand] = written.inputs;
    const shown = quote(operand);
    const inside = quote(operand?.op.name === "clip" ? operand.inputs[0] : operand);
    return {
      code: "FG415",
      message: `\`${shown}\` can be ${name === "acosh" ? "1" : "1 or −1"}, where the slope of ${name} is infinite`,
      hint:
        name === "acosh"
          ? `write acosh(maximum(${shown}, 1 + 1e-7))`
          : `stay inside: write ${name}(clip(${inside}, -1 + 1e-7, 1 - 1e-7))`,
    };
  },
};
