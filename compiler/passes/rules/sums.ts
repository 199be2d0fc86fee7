import type { Dim } from "../../ir/dim.js";
import { makeNode, type Node } from "../../ir/node.js";
import { accumulate } from "../../ops/accumulate.js";
import { mul } from "../../ops/arithmetic.js";
import { numbersAttr } from "../../ops/define.js";
import { constantValue } from "../../ops/leaf.js";
import { broadcastTo, reshape } from "../../ops/shape.js";
import { insertedAxes } from "./insertedAxes.js";
import { inexact, match1, upTo, type Rule, type RuleContext } from "../rule.js";

/** A reduction of a value with more axes as one of the value without. */
function reduceBefore(node: Node): Node | null {
  const operand = node.inputs[0];
  const x = match1(operand, "reshape");
  if (node.op.lowering.kind !== "reduce" || !x || !operand) return null;
  const inserted = insertedAxes(operand.type.shape, x.type.shape);
  if (inserted === null) return null;
  const axes = numbersAttr(node.attrs, "axes")
    .map((axis) => inserted[axis] ?? -1)
    .filter((axis) => axis >= 0);
  const reduced = makeNode(node.op, [x], {
    ...node.attrs,
    axes,
    keepDims: false,
  });
  return reshape(reduced, node.type.shape);
}

/** An operand of a matrix product as the product reads it, given that the axis summed over has size 1. */
function asRead(x: Node, transposed: boolean): Node {
  const shape = x.type.shape;
  const [rows, columns] = shape.slice(-2) as [Dim, Dim];
  return transposed ? reshape(x, [...shape.slice(0, -2), columns, rows]) : x;
}

function outerProduct(node: Node): Node | null {
  const [a, b] = node.inputs;
  if (node.op.name !== "gemm" || !a || !b) return null;
  const { transposeA, transposeB } = node.attrs;
  const inner = a.type.shape.at(transposeA === true ? -2 : -1);
  if (inner !== 1) return null;
  return mul(asRead(a, transposeA === true), asRead(b, transposeB === true));
}

function isZero(node: Node): boolean {
  const value = constantValue(match1(node, "broadcastTo") ?? node);
  return value === 0;
}

function accumulateRule(
  name: string,
  rewrite: (contributions: readonly Node[], node: Node, context: RuleContext) => Node | null,
): Rule {
  return {
    name,
    exact: true,
    rewrite: (node, context) =>
      node.op.name === "accumulate" ? rewrite(node.inputs, node, context) : null,
  };
}

/** Inner sums spilled into the outer one, where they serve nothing else. */
function flatten(
  contributions: readonly Node[],
  context: RuleContext,
  mayMove: (contribution: Node, position: number) => boolean,
): Node | null {
  const spills = (x: Node, i: number) =>
    x.op.name === "accumulate" && context.isSoleUse(x) && mayMove(x, i);
  return contributions.some(spills)
    ? accumulate(contributions.flatMap((x, i) => (spills(x, i) ? x.inputs : x)))
    : null;
}

/** Reductions, matrix products and sums of contributions. */
export const sumRules: readonly Rule[] = [
  upTo("zeroSign", {
    name: "a sum of one element is the element",
    exact: true,
    rewrite: (node) => {
      const x = node.inputs[0];
      if (node.op.lowering.kind !== "reduce" || x === undefined) return null;
      const single = numbersAttr(node.attrs, "axes").every((axis) => x.type.shape[axis] === 1);
      return single ? reshape(x, node.type.shape) : null;
    },
  }),
  {
    name: "a reduction before axes are inserted",
    exact: true,
    rewrite: reduceBefore,
  },
  upTo("zeroSign", {
    name: "a matrix product over an axis of size 1 = an outer product",
    exact: true,
    rewrite: outerProduct,
  }),
  accumulateRule("a single contribution", (contributions) =>
    contributions.length === 1 ? (contributions[0] ?? null) : null,
  ),
  upTo(
    "zeroSign",
    accumulateRule("contributions of zero do not count", (contributions, node) => {
      const others = contributions.filter((x) => !isZero(x));
      if (others.length === contributions.length) return null;
      return others.length > 0
        ? accumulate(others)
        : broadcastTo(contributions[0] ?? node, node.type.shape);
    }),
  ),
  accumulateRule("(a + b) + c = a + b + c", (contributions, node, context) => {
    // The elements of an f32 tensor are rounded after the inner sum.
    const rounds = node.type.dtype === "f32" && node.type.shape.length > 0;
    return rounds ? null : flatten(contributions, context, (_x, position) => position === 0);
  }),
  inexact(
    accumulateRule("a + (b + c) = a + b + c", (contributions, _node, context) =>
      flatten(contributions, context, () => true),
    ),
  ),
];
