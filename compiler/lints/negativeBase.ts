import { constantValue } from "../ops/leaf.js";
import { everything } from "./interval.js";
import type { Lint } from "./lint.js";

/** Where a base is known to be negative and the exponent not known to be whole. */
export const negativeBase: Lint = {
  ops: new Set(["pow"]),
  check: ({ node, written, range, quote }) => {
    const [base, exponent] = node.inputs;
    const known = exponent && constantValue(exponent);
    const { high } = base === undefined ? everything : range(base);
    const whole =
      exponent?.type.dtype === "i32" || (known !== undefined && Number.isInteger(known));
    if (high > 0 || whole) return null;
    const shown = quote(written.inputs[0]);
    const value = base && constantValue(base);
    return {
      code: "FG416",
      message: `the base \`${shown}\` is never positive, and a power of a negative number is NaN unless the exponent is whole`,
      hint: `write ${value === undefined ? `abs(${shown})` : -value} for the base, or a whole number for the exponent`,
    };
  },
};
