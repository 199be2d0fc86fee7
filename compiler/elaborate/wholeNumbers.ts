import type { Node } from "../ir/node.js";
import { dimOf } from "../ops/leaf.js";
import type { Context } from "./context.js";

const ROUNDING = new Set(["floor", "ceil", "trunc", "round", "sign"]);
const WHOLE_OF_WHOLE = new Set([
  "add",
  "sub",
  "mul",
  "neg",
  "abs",
  "minimum",
  "maximum",
  "remainder",
]);

/** Whether a scalar is known to be a whole number, so that it can be a position, whatever its dtype. */
export function isWhole(context: Context, node: Node): boolean {
  const { op, inputs, type } = node;
  if (type.shape.length > 0 || type.dtype === "bool") return false;
  if (type.dtype === "i32" || context.whole.has(node) || dimOf(node) !== undefined) return true;
  if (ROUNDING.has(op.name)) return true;
  if (op.name === "where") return inputs.slice(1).every((arm) => isWhole(context, arm));
  return WHOLE_OF_WHOLE.has(op.name) && inputs.every((input) => isWhole(context, input));
}

/**
 * Whether an i32 grows by no more than a bounded step, given the values that
 * go from iteration to iteration: numbers of JavaScript do not overflow, so
 * whatever grows faster is kept as a float.
 */
export function isSteady(node: Node, carried: ReadonlySet<Node>): boolean {
  return growthOf(node, carried, new Map()) <= 1;
}

/** How many carried values are added up in it; 2 for anything that may grow faster. */
function growthOf(node: Node, carried: ReadonlySet<Node>, known: Map<Node, number>): number {
  const found = known.get(node);
  if (found !== undefined) return found;
  const growths = () => node.inputs.map((input) => growthOf(input, carried, known));
  const growth = carried.has(node) ? 1 : combined(node.op.name, growths());
  known.set(node, growth);
  return growth;
}

function combined(op: string, growths: readonly number[]): number {
  switch (op) {
    case "add":
    case "sub":
      return growths.reduce((p, q) => p + q, 0);
    case "neg":
    case "minimum":
    case "maximum":
      return Math.max(0, ...growths);
    case "where":
      return Math.max(0, ...growths.slice(1));
    case "remainder":
      return growths[1] ?? 0;
    case "at":
      return 0;
    default:
      return growths.some((growth) => growth > 0) ? 2 : 0;
  }
}
