import { dimAdd, dimMul, dimSub, type Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { dimOf } from "../ops/leaf.js";
import type { Index, Loop, Scalar } from "./program.js";

/**
 * Positions along an axis. A whole number that is another one times a number,
 * plus a size, is worked out where it is used: `x[i + 1]` needs no variable.
 */

export const fixed = (offset: Dim): Index => ({ variable: null, stride: 0, offset });
export const along = (loop: Loop): Index => ({ variable: loop, stride: 1, offset: 0 });

/** A whole number as an index. */
export function asIndex(value: Scalar): Index {
  if (value.kind === "index") return value.index;
  if (value.kind === "size") return fixed(value.dim);
  if (value.kind === "literal") return fixed(value.value);
  return { variable: value, stride: 1, offset: 0 };
}

/** An index as a value. */
export function asScalar(index: Index): Scalar {
  const { variable, stride, offset } = index;
  if (variable === null) return { kind: "size", dim: offset };
  const isPlain = "kind" in variable && stride === 1 && offset === 0;
  return isPlain ? variable : { kind: "index", index };
}

/** The position that is `stride · index + offset`. */
export function scaled(index: Index, stride: number, offset: Dim): Index {
  return {
    variable: index.variable,
    stride: index.stride * stride,
    offset: dimAdd(dimMul(index.offset, stride), offset),
  };
}

/** True for a size, and for a whole number without a name that is linear in one other. */
export function isPosition(node: Node): boolean {
  return node.op.name === "size" || linearIn(node) !== null;
}

/** The value of an {@link isPosition}, given that of the number it is linear in. */
export function positionOf(node: Node, valueOf: (x: Node) => Scalar): Scalar {
  const linear = linearIn(node);
  if (linear === null) return { kind: "size", dim: dimOf(node) ?? 0 };
  const { x, stride, offset } = linear;
  if (x === null) return { kind: "size", dim: offset };
  return asScalar(scaled(asIndex(valueOf(x)), stride, offset));
}

interface Linear {
  /** Null where the number follows from sizes alone. */
  readonly x: Node | null;
  readonly stride: number;
  readonly offset: Dim;
}

function linearIn(node: Node): Linear | null {
  const { op, inputs, type, name, derivedName } = node;
  if (type.dtype !== "i32" || type.shape.length > 0 || op.lowering.kind !== "scalar") return null;
  const dim = sizeOf(node);
  if (dim !== null) return { x: null, stride: 0, offset: dim };
  const isNamed = name !== undefined && derivedName !== true;
  const [a, b] = inputs;
  const { code } = op.lowering;
  if (isNamed || code.kind !== "infix" || a === undefined || b === undefined) return null;
  if (a.type.dtype !== "i32" && b.type.dtype !== "i32") return null;
  const [p, q] = [sizeOf(a), sizeOf(b)];
  if (code.operator === "+" && q !== null) return { x: a, stride: 1, offset: q };
  if (code.operator === "+" && p !== null) return { x: b, stride: 1, offset: p };
  if (code.operator === "-" && q !== null) return { x: a, stride: 1, offset: dimSub(0, q) };
  if (code.operator === "-" && p !== null) return { x: b, stride: -1, offset: p };
  if (code.operator !== "*") return null;
  if (typeof q === "number") return { x: a, stride: q, offset: 0 };
  return typeof p === "number" ? { x: b, stride: p, offset: 0 } : null;
}

/** What a whole number comes to in terms of named sizes, if it follows from them. */
function sizeOf(node: Node): Dim | null {
  const dim = dimOf(node);
  if (dim !== undefined) return dim;
  const { op, inputs, type } = node;
  const [a, b] = inputs;
  if (type.dtype !== "i32" || type.shape.length > 0 || op.lowering.kind !== "scalar" || !a)
    return null;
  const { code } = op.lowering;
  const p = sizeOf(a);
  if (p === null) return null;
  if (op.name === "cast") return p;
  const q = b === undefined || code.kind !== "infix" ? null : sizeOf(b);
  if (q === null || code.kind !== "infix") return null;
  if (code.operator === "+") return dimAdd(p, q);
  if (code.operator === "-") return dimSub(p, q);
  return code.operator === "*" ? dimMul(p, q) : null;
}
