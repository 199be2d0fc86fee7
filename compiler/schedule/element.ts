import { dimAdd, dimMul } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import type { AxisMap } from "../ir/op.js";
import { isFloat, type Shape } from "../ir/type.js";
import { nth } from "../ops/chain.js";
import { constantValue } from "../ops/leaf.js";
import { asIndex, fixed, isPosition, positionOf } from "./position.js";
import type { Index, Loop, Scalar } from "./program.js";

/**
 * How an element of a value is had at an index: views, broadcasts and
 * reshapes become index arithmetic on the value they look at, so that none of
 * them is ever computed. What remains are elements of *stored* values.
 */

/** Values that have no memory of their own. */
export function isInline(node: Node): boolean {
  const kind = node.op.lowering.kind;
  return (
    isFloatCast(node) ||
    isPattern(node) ||
    kind === "view" ||
    kind === "reshape" ||
    kind === "iota" ||
    (kind === "at" && node.type.shape.length > 0) ||
    constantValue(node) !== undefined ||
    isPosition(node)
  );
}

/** The value whose elements, in order, are those of a chain of reshapes. */
export function behindReshapes(node: Node): Node {
  const [x] = node.inputs;
  return node.op.lowering.kind === "reshape" && x !== undefined ? behindReshapes(x) : node;
}

/** A scalar under another float type: scalars are held in double precision anyway. */
export function isFloatCast(node: Node): boolean {
  const [x] = node.inputs;
  return (
    node.op.name === "cast" &&
    x !== undefined &&
    node.type.shape.length === 0 &&
    isFloat(node.type.dtype) &&
    isFloat(x.type.dtype)
  );
}

/**
 * A tensor that says where elements stand (a one-hot row, a triangle): cheaper
 * to work out again than to keep.
 */
export function isPattern(node: Node): boolean {
  const { kind } = node.op.lowering;
  if (kind !== "scalar" || node.type.shape.length === 0) return false;
  const isFree = (x: Node): boolean =>
    x.op.lowering.kind === "iota" ||
    x.op.lowering.kind === "leaf" ||
    isPattern(x) ||
    isViewOf(x, isFree);
  const standsFor =
    node.type.dtype === "bool" || node.op.name === "cast" || node.type.dtype === "i32";
  return standsFor && node.inputs.every(isFree) && node.inputs.some(saysWhere);
}

/** True if the value is, or is made of, the position of its elements. */
function saysWhere(x: Node): boolean {
  return x.op.lowering.kind === "iota" || isPattern(x) || isViewOf(x, saysWhere);
}

function isViewOf(x: Node, holds: (source: Node) => boolean): boolean {
  const [source] = x.inputs;
  const { kind } = x.op.lowering;
  return (kind === "reshape" || kind === "view") && source !== undefined && holds(source);
}

/** A reshape to a scalar, or a scalar under another name. */
export function isScalarAlias(node: Node): boolean {
  return node.op.lowering.kind === "reshape" && node.type.shape.length === 0;
}

/** The element of `node` at `index`; `stored` are inline values that were given memory after all. */
export function element(node: Node, index: readonly Index[], stored: ReadonlySet<Node>): Scalar {
  // A scalar under another name is a variable of its own.
  const own = stored.has(node) || isScalarAlias(node);
  return own ? elementOf(node, index) : lookThrough(node, index, stored);
}

/** The element of `node` in terms of what it looks at, even where it has memory of its own. */
export function lookThrough(
  node: Node,
  index: readonly Index[],
  stored: ReadonlySet<Node>,
): Scalar {
  const value = constantValue(node);
  if (value !== undefined) return { kind: "literal", value, dtype: node.type.dtype };
  if (isPosition(node)) return positionOf(node, (x) => element(x, [], stored));
  const lowering = node.op.lowering;
  const [x] = node.inputs;
  if (isFloatCast(node) && x !== undefined) return element(x, index, stored);
  if (isPattern(node)) {
    const operands = node.inputs.map((each) =>
      broadcastElement(each, node.type.shape, index, stored),
    );
    return { kind: "apply", node, arguments: operands };
  }
  if (lowering.kind === "iota") {
    return {
      kind: "index",
      index: nth(index, Number(node.attrs["axis"])),
    };
  }
  if (lowering.kind === "view" && x !== undefined) {
    const map = lowering.map(x.type.shape, node.type.shape, node.attrs);
    return element(x, composeIndex(map, index), stored);
  }
  if (lowering.kind === "reshape" && x !== undefined) {
    const squeezed = matchOnes(node.type.shape, x.type.shape, index);
    if (squeezed !== null) return element(x, squeezed, stored);
    return {
      kind: "element",
      of: storedBehind(x, stored),
      shape: node.type.shape,
      index,
    };
  }
  if (lowering.kind === "at" && x !== undefined && node.type.shape.length > 0)
    return element(x, [...positionsOf(node.inputs.slice(1), stored), ...index], stored);
  return elementOf(node, index);
}

/** Positions held by i32 scalars, as an index. */
export function positionsOf(
  positions: readonly Node[],
  stored: ReadonlySet<Node>,
): readonly Index[] {
  return positions.map((node) => asIndex(element(node, [], stored)));
}

/** The value in memory whose elements a reshape shows under another shape. */
function storedBehind(node: Node, stored: ReadonlySet<Node>): Node {
  const [x] = node.inputs;
  const looksOn = node.op.lowering.kind === "reshape" && x !== undefined && !stored.has(node);
  return looksOn ? storedBehind(x, stored) : node;
}

function elementOf(node: Node, index: readonly Index[]): Scalar {
  return { kind: "element", of: node, shape: node.type.shape, index };
}

/** The element of an operand that broadcasts to a result of shape `to`. */
export function broadcastElement(
  node: Node,
  to: Shape,
  index: readonly Index[],
  stored: ReadonlySet<Node>,
): Scalar {
  const skipped = to.length - node.type.shape.length;
  const own = node.type.shape.map((dim, axis) =>
    dim === 1 ? fixed(0) : nth(index, axis + skipped),
  );
  return element(node, own, stored);
}

/** Positions along the axes of an operand, from those along the axes of its view. */
export function composeIndex(map: readonly AxisMap[], index: readonly Index[]): readonly Index[] {
  return map.map(({ axis, stride, offset }) => {
    if (axis === null) return fixed(offset);
    const outer = nth(index, axis);
    return {
      variable: outer.variable,
      stride: stride * outer.stride,
      offset: dimAdd(offset, dimMul(outer.offset, stride)),
    };
  });
}

/** The index into `to` of an element of `from`, where the shapes differ only in axes of size 1; else null. */
function matchOnes(from: Shape, to: Shape, index: readonly Index[]): readonly Index[] | null {
  const kept = from.map((_, axis) => axis).filter((axis) => from[axis] !== 1);
  const wanted = to.filter((dim) => dim !== 1);
  if (kept.length !== wanted.length || kept.some((axis, i) => from[axis] !== wanted[i]))
    return null;
  let next = 0;
  return to.map((dim) => (dim === 1 ? fixed(0) : nth(index, nth(kept, next++))));
}

/** All elements of stored values an expression reads, indices included. */
export function elementsIn(value: Scalar): readonly Extract<Scalar, { kind: "element" }>[] {
  switch (value.kind) {
    case "element":
      return [value, ...value.index.flatMap(elementsInIndex)];
    case "index":
      return elementsInIndex(value.index);
    case "apply":
      return value.arguments.flatMap(elementsIn);
    case "total":
      return value.terms.flatMap((term) => elementsIn(term.value));
    case "load":
      return value.index.flatMap(elementsInIndex);
    default:
      return [];
  }
}

export function elementsInIndex({
  variable,
}: Index): readonly Extract<Scalar, { kind: "element" }>[] {
  return variable !== null && "kind" in variable ? elementsIn(variable) : [];
}

export function isLoop(variable: Index["variable"]): variable is Loop {
  return variable !== null && !("kind" in variable);
}
