import { dimAdd, dimMul, dimSub, type Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import type { Value } from "../ir/op.js";
import { constant, constantValue, dimOf, size } from "../ops/leaf.js";
import { broadcastTo } from "../ops/shape.js";
import { rulesPass } from "./applyRules.js";
import type { Rule } from "./rule.js";

const dimArithmetic: Readonly<Record<string, (a: Dim, b: Dim) => Dim>> = {
  add: dimAdd,
  sub: dimSub,
  mul: dimMul,
};

function valueOf(node: Node): Value | null {
  const value = constantValue(node);
  return value === undefined ? null : { dtype: node.type.dtype, shape: [], data: [value] };
}

/** The constant a scalar operation on constants gives. */
function foldConstants(node: Node): Node | null {
  const kind = node.op.lowering.kind;
  if (node.type.shape.length > 0 || node.inputs.length === 0) return null;
  if (kind !== "scalar" && kind !== "accumulate") return null;
  const values = node.inputs.map(valueOf);
  if (!values.every((value) => value !== null)) return null;
  const { dtype } = node.type;
  const result = node.op.evaluate(values, node.attrs, { dtype, shape: [] });
  return constant(result.data[0] ?? NaN, dtype);
}

/** A tensor operation on repeated constants is a repeated constant. */
function foldRepeated(node: Node): Node | null {
  const isTensor = node.type.shape.length > 0 && node.inputs.length > 0;
  if (!isTensor || node.op.lowering.kind !== "scalar") return null;
  const values = node.inputs.map((x) =>
    valueOf(x.op.name === "broadcastTo" ? (x.inputs[0] ?? x) : x),
  );
  if (!values.every((value) => value !== null)) return null;
  const { dtype, shape } = node.type;
  const result = node.op.evaluate(values, node.attrs, { dtype, shape: [] });
  return broadcastTo(constant(result.data[0] ?? NaN, dtype), shape);
}

/** The size that arithmetic on sizes and whole numbers gives. */
function foldSizes(node: Node): Node | null {
  const combine = Object.hasOwn(dimArithmetic, node.op.name)
    ? dimArithmetic[node.op.name]
    : undefined;
  const [a, b] = node.inputs;
  if (combine === undefined || !a || !b) return null;
  const [p, q] = [dimOf(a), dimOf(b)];
  const known = p !== undefined && q !== undefined;
  // As a dimension, −0 would lose its sign.
  return known && !Object.is(p, -0) && !Object.is(q, -0) ? size(combine(p, q)) : null;
}

export const foldRules: readonly Rule[] = [
  { name: "operations on repeated constants", exact: true, rewrite: foldRepeated },
  { name: "operations on constants", exact: true, rewrite: foldConstants },
  { name: "arithmetic on sizes", exact: true, rewrite: foldSizes },
];

/** Computes at build time what is known then. */
export const pass = rulesPass("fold", foldRules);
