import type { Node } from "../ir/node.js";
import { constantValue } from "../ops/leaf.js";

/** Operations whose results are elements of their first operand, or their products with truth values. */
const HANDS_ON = new Set(
  "alias broadcastTo cast max min mul reshape slice sum take takeAlong takeDiagonal transpose".split(
    " ",
  ),
);

/** The nearest value among a value and what it hands on, for which this holds. */
export function ancestor(node: Node, holds: (node: Node) => boolean): Node | undefined {
  const seen = new Set<Node>([node]);
  const pending = [node];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    if (holds(next)) return next;
    if (!HANDS_ON.has(next.op.name)) continue;
    const operands = next.op.name === "mul" ? next.inputs : next.inputs.slice(0, 1);
    for (const operand of operands) {
      if (seen.has(operand)) continue;
      seen.add(operand);
      pending.push(operand);
    }
  }
  return undefined;
}

/** Through changes of shape, to the value itself. */
export function unshaped(node: Node): Node {
  const [x] = node.inputs;
  return x !== undefined && ["alias", "broadcastTo", "reshape"].includes(node.op.name)
    ? unshaped(x)
    : node;
}

/** x of `x * x`, `x ** 2` or square(x). */
export function squared(node: Node): Node | undefined {
  const [a, b] = node.inputs;
  if (node.op.name === "mul" && a === b) return a;
  if (node.op.name === "square") return a;
  const square = node.op.name === "pow" && b !== undefined && constantValue(b) === 2;
  return square ? a : undefined;
}
