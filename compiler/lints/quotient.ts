import type { Node } from "../ir/node.js";
import { constantValue } from "../ops/leaf.js";
import { endsAt, everything } from "./interval.js";
import type { Lint, Site } from "./lint.js";
import { bracketed } from "./wording.js";

/** Where a divisor is known to start or end at 0, and to reach it. */
export const quotient: Lint = {
  ops: new Set(["div", "reciprocal", "rsqrt", "pow"]),
  check: (site) => {
    const { node, range, written, quote } = site;
    const divisor = divisorOf(node);
    if (!endsAt(divisor === undefined ? everything : range(divisor), 0)) return null;
    const shown = quote(divisorOf(written) ?? divisor);
    return {
      code: "FG414",
      message: `the divisor \`${shown}\` can be 0, where the quotient and its gradient are infinite or NaN`,
      hint: rewrite(site, shown, divisor),
    };
  },
};

function divisorOf({ op, inputs: [a, b] }: Node): Node | undefined {
  if (op.name === "div") return b;
  if (op.name !== "pow") return a;
  const exponent = b && constantValue(b);
  return exponent !== undefined && exponent < 0 ? a : undefined;
}

function rewrite({ written, quote }: Site, shown: string, divisor: Node | undefined): string {
  if (written.op.name !== "div") return `keep it away from 0: write ${shown} + 1e-12 in its place`;
  const dividend = bracketed(quote(written.inputs[0]));
  if (divisor !== undefined && isCount(divisor)) return `write ${dividend} / maximum(${shown}, 1)`;
  return `write ${dividend} / (${sum(shown)} + 1e-12)`;
}

/** The text as an operand of `+`. */
function sum(text: string): string {
  return /[?:<>=&|]/.test(text) ? bracketed(text) : text;
}

/** A sum of truth values, or of choices between 0 and 1. */
function isCount({ op, inputs: [x] }: Node): boolean {
  if (x === undefined || op.name !== "sum") return false;
  const terms = x.op.name === "cast" ? x.inputs[0] : x;
  if (terms?.type.dtype === "bool") return true;
  const arms = terms?.op.name === "where" ? terms.inputs.slice(1).map(constantValue) : [];
  return arms.length === 2 && arms.every((arm) => arm === 0 || arm === 1);
}
