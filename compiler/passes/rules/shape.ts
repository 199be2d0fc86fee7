import { constantValue } from "../../ops/leaf.js";
import { dimAdd, dimMul, type Dim } from "../../ir/dim.js";
import { makeNode, type Node } from "../../ir/node.js";
import { sameShape } from "../../ir/type.js";
import { numberAttr, numbersAttr, shapeAttr } from "../../ops/define.js";
import { reshape, slice, transpose, type Box } from "../../ops/shape.js";
import { match1, rule1, type Rule } from "../rule.js";

function boxOf(node: Node): Box {
  return {
    start: shapeAttr(node.attrs, "start"),
    length: shapeAttr(node.attrs, "length"),
    step: numbersAttr(node.attrs, "step"),
  };
}

/** The positions of `inner` that `outer` keeps, as one box. */
function compose(inner: Box, outer: Box): Box {
  const at = (axis: number): Dim => inner.step[axis] ?? 1;
  return {
    start: inner.start.map((start, axis) =>
      dimAdd(start, dimMul(outer.start[axis] ?? 0, at(axis))),
    ),
    length: outer.length,
    step: inner.step.map((step, axis) => step * (outer.step[axis] ?? 1)),
  };
}

/** The operand of a concat that a slice takes whole. */
function wholePart(parts: Node, box: Box): Node | null {
  const axis = numberAttr(parts.attrs, "axis");
  let offset: Dim = 0;
  for (const part of parts.inputs) {
    const start = box.start.every((dim, i) => dim === (i === axis ? offset : 0));
    if (start && sameShape(box.length, part.type.shape)) return part;
    offset = dimAdd(offset, part.type.shape[axis] ?? 0);
  }
  return null;
}

/** The node reading what aliases without a name stand for. */
function withoutAliases(node: Node): Node | null {
  const inputs = node.inputs.map((x) =>
    x.name === undefined || x.derivedName === true ? (match1(x, "alias") ?? x) : x,
  );
  return inputs.some((x, i) => x !== node.inputs[i]) ? makeNode(node.op, inputs, node.attrs) : null;
}

const forward = (box: Box) => box.step.every((step) => step === 1);

/** Rules of operations that only move elements: all are exact. */
export const shapeRules: readonly Rule[] = [
  {
    name: "a tensor under another name",
    exact: true,
    // Scalar aliases stay: they cost nothing and read as on the board.
    rewrite: (node) => (node.type.shape.length > 0 ? match1(node, "alias") : null),
  },
  {
    name: "a variable of a derivative that has been taken",
    exact: true,
    rewrite: (node) => match1(node, "variable"),
  },
  {
    name: "a constant under a derived name",
    exact: true,
    // An author's name for a number stays; one made up here says nothing.
    rewrite: (node) => {
      const x = match1(node, "alias");
      const named = node.name !== undefined && node.derivedName !== true;
      return x && !named && constantValue(x) !== undefined ? x : null;
    },
  },
  {
    name: "a scalar under no name",
    exact: true,
    // As a contribution to a gradient, an alias says which line it is from.
    rewrite: (node) => (node.op.name === "accumulate" ? null : withoutAliases(node)),
  },
  rule1("reshape(reshape(x)) = reshape(x)", "reshape", (y, node) => {
    const x = match1(y, "reshape");
    return x && reshape(x, node.type.shape);
  }),
  rule1("reshape to the same shape", "reshape", (x) => x),
  rule1("transpose(transpose(x)) = transpose(x)", "transpose", (y, node) => {
    const x = match1(y, "transpose");
    const inner = x && numbersAttr(y.attrs, "axes");
    const outer = numbersAttr(node.attrs, "axes");
    return (
      inner &&
      transpose(
        x,
        outer.map((axis) => inner[axis] ?? 0),
      )
    );
  }),
  rule1("transpose in the same order", "transpose", (x, node) => {
    const axes = numbersAttr(node.attrs, "axes");
    return axes.every((axis, i) => axis === i) ? x : null;
  }),
  rule1("transpose of axes of size 1 = reshape", "transpose", (x, node) => {
    const moved = numbersAttr(node.attrs, "axes").filter((axis) => x.type.shape[axis] !== 1);
    const inOrder = moved.every((axis, i) => i === 0 || axis > (moved[i - 1] ?? 0));
    return inOrder ? reshape(x, node.type.shape) : null;
  }),
  rule1("slice of the whole", "slice", (x, node) =>
    forward(boxOf(node)) && sameShape(x.type.shape, node.type.shape) ? x : null,
  ),
  rule1("slice(slice(x)) = slice(x)", "slice", (y, node) => {
    const x = match1(y, "slice");
    return x && slice(x, compose(boxOf(y), boxOf(node)));
  }),
  rule1("slice(embed(x)) = x", "slice", (y, node) => {
    const x = match1(y, "embed");
    const sameStart = ["start", "step"].every(
      (key) => JSON.stringify(y.attrs[key]) === JSON.stringify(node.attrs[key]),
    );
    return sameStart ? x : null;
  }),
  rule1("embed of the whole", "embed", (x, node) =>
    numbersAttr(node.attrs, "step").every((step) => step === 1) ? x : null,
  ),
  rule1("slice(concat(…, x, …)) = x", "slice", (y, node) =>
    y.op.name === "concat" && forward(boxOf(node)) ? wholePart(y, boxOf(node)) : null,
  ),
  {
    name: "concat of one",
    exact: true,
    rewrite: (node) =>
      node.op.name === "concat" && node.inputs.length === 1 ? (node.inputs[0] ?? null) : null,
  },
];
