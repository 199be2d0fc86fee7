import type { Lint } from "./lint.js";
import { squared } from "./patterns.js";

/** √(x²), which the passes make |x|: looked for in what the author wrote. */
export const rootOfSquare: Lint = {
  ops: new Set(["sqrt"]),
  check: ({ written, quote }) => {
    const [argument] = written.inputs;
    const x = argument && squared(argument);
    if (x === undefined) return null;
    return {
      code: "FG413",
      message:
        "the root of a square is the absolute value: as written, its gradient at 0 would be ∞ · 0 = NaN",
      hint: `write abs(${quote(x)}), which is what is compiled`,
    };
  },
};
