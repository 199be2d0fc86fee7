import { makeNode, type Node } from "../../ir/node.js";
import { isFloat, sameShape, type Shape } from "../../ir/type.js";
import { cast } from "../../ops/arithmetic.js";
import { broadcastTo, reshape } from "../../ops/shape.js";
import { fitType } from "../fitType.js";
import { match1, rule1, upTo, type Rule, type RuleContext } from "../rule.js";
import { insertedAxes } from "./insertedAxes.js";

/** Whether a shape is another behind axes of size 1. */
function addsLeadingAxes(shape: Shape, inner: Shape): boolean {
  const extra = shape.length - inner.length;
  return (
    extra > 0 &&
    shape.slice(0, extra).every((dim) => dim === 1) &&
    sameShape(shape.slice(extra), inner)
  );
}

/** What broadcasts to the same as this: the value before it was repeated, or before it got leading axes. */
function beforeBroadcast(node: Node): Node | null {
  const repeated = match1(node, "broadcastTo");
  if (repeated) return repeated;
  const x = match1(node, "reshape");
  return x && addsLeadingAxes(node.type.shape, x.type.shape) ? x : null;
}

/** A float scalar before its width was changed, which changes no bit of it. */
function beforeWidth(node: Node): Node | null {
  const x = node.type.shape.length === 0 ? match1(node, "cast") : null;
  return x && isFloat(x.type.dtype) && isFloat(node.type.dtype) ? x : null;
}

/** An elementwise operation on an earlier form of one operand, where the type stays. */
function withEarlier(node: Node, earlier: (operand: Node) => Node | null): Node | null {
  if (node.op.lowering.kind !== "scalar") return null;
  for (const [i, operand] of node.inputs.entries()) {
    const x = earlier(operand);
    const shorter = x && makeNode(node.op, node.inputs.with(i, x), node.attrs);
    if (shorter && fitType(shorter, node.type) !== null) return shorter;
  }
  return null;
}

/** An elementwise operation before axes of size 1 were dropped, if its operands were only given them for it. */
function dropAxesFirst(node: Node, context: RuleContext): Node | null {
  const result = match1(node, "reshape");
  if (result === null || !context.isSoleUse(result)) return null;
  const writtenByAuthor = result.name !== undefined && result.derivedName !== true;
  if (result.op.lowering.kind !== "scalar" || writtenByAuthor) return null;
  const rank = result.type.shape.length;
  const kept = insertedAxes(result.type.shape, node.type.shape);
  if (kept === null) return null;
  const operands = result.inputs.map((operand) => {
    const { shape } = operand.type;
    const missing = rank - shape.length;
    const left = shape.filter((_, axis) => (kept[axis + missing] ?? -1) >= 0);
    const free = left.length === shape.length || operand.op.name === "reshape";
    return free ? reshape(operand, left) : null;
  });
  return operands.every((operand) => operand !== null)
    ? makeNode(result.op, operands, result.attrs)
    : null;
}

/** Wide scalars as operands of elementwise operations: what was wide stays wide, and the result is converted. */
export const scalarWidthRule: Rule = {
  name: "elementwise operations take scalars of either width",
  exact: true,
  rewrite: (node) => (node.op.name === "cast" ? null : withEarlier(node, beforeWidth)),
};

/** Rules on repeated values and axes of size 1. */
export const broadcastRules: readonly Rule[] = [
  rule1("broadcastTo the same shape", "broadcastTo", (x) => x),
  rule1("broadcastTo(broadcastTo(x))", "broadcastTo", (y, node) => {
    const x = beforeBroadcast(y);
    return x && broadcastTo(x, node.type.shape);
  }),
  {
    name: "a view of a repeated scalar = a repeated scalar",
    exact: true,
    rewrite: (node) => {
      const views = node.op.lowering.kind === "view" || node.op.name === "reshape";
      const scalar = views ? match1(node.inputs[0], "broadcastTo") : null;
      return scalar?.type.shape.length === 0 ? broadcastTo(scalar, node.type.shape) : null;
    },
  },
  {
    name: "elementwise operations broadcast by themselves",
    exact: true,
    rewrite: (node) => withEarlier(node, beforeBroadcast),
  },
  scalarWidthRule,
  upTo(
    "scalarWidth",
    rule1("a scalar is converted before it is repeated", "cast", (y, node) => {
      const s = match1(y, "broadcastTo") ?? match1(y, "reshape");
      const floats = isFloat(y.type.dtype) && isFloat(node.type.dtype);
      return s?.type.shape.length === 0 && floats
        ? makeNode(y.op, [cast(s, node.type.dtype)], y.attrs)
        : null;
    }),
  ),
  upTo("scalarWidth", {
    name: "axes of size 1 are not given to be dropped",
    exact: true,
    rewrite: dropAxesFirst,
  }),
];
