import type { Node } from "../ir/node.js";
import { endsAt, everything } from "./interval.js";
import type { Lint } from "./lint.js";
import { ancestor } from "./patterns.js";

/** Where the argument of a logarithm is known to start at the pole, and to reach it. */
export const logarithm: Lint = {
  ops: new Set(["log", "log1p", "log2", "log10"]),
  check: ({ node, written, range, quote }) => {
    const [x] = node.inputs;
    const pole = node.op.name === "log1p" ? -1 : 0;
    if (!endsAt(x === undefined ? everything : range(x), pole)) return null;
    const argument = quote(written.inputs[0]);
    const name = written.op.name;
    if (x !== undefined && ancestor(x, isSoftmax) !== undefined) {
      return {
        code: "FG411",
        message: `\`${argument}\` comes from a softmax and rounds to 0 for unlikely classes: its logarithm is then −∞ and the gradient infinite or NaN`,
        hint: "take the logarithm first: use logSoftmax(scores), or softmaxCrossEntropy(scores, labels) for the mean loss",
      };
    }
    const opposite = written.op.name === "log1p" || written.inputs[0]?.op.name === "sub";
    const edge = written.op.name === "log1p" ? -1 : 0;
    return {
      code: "FG410",
      message: `\`${argument}\` can be ${edge === 0 ? "0" : "−1"}, where the logarithm is −∞ and its slope infinite`,
      hint: opposite
        ? `keep it away from there: write ${name}(maximum(${argument}, ${edge === 0 ? "1e-7" : "-1 + 1e-7"}))`
        : `keep it away from there: write ${name}(${argument} + 1e-7)`,
    };
  },
};

function isSoftmax(node: Node): boolean {
  return node.op.name === "softmax";
}
