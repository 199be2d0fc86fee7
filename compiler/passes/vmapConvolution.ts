import { dimMul, type Dim } from "../ir/dim.js";
import { makeNode, type Node } from "../ir/node.js";
import type { Shape } from "../ir/type.js";
import { nth } from "../ops/chain.js";
import { numberAttr } from "../ops/define.js";
import { reshape } from "../ops/shape.js";
import { moveAxis, notBatched, type Batched, type BatchRule } from "./batched.js";

/** What takes part in a convolution: images x, filters w, and the result y. */
type Role = "x" | "w" | "y";

/**
 * Axes of a convolution that two of the three share: images, the depth of a
 * group of channels, the filters of a group; and the groups, which all share.
 */
type Shared = "images" | "depth" | "filters" | "groups";

/** Operands and result of the convolution and of its two adjoints. */
const roles: Readonly<Record<string, readonly [Role, Role, Role]>> = {
  conv2d: ["x", "w", "y"],
  conv2dInput: ["y", "w", "x"],
  conv2dFilters: ["x", "y", "w"],
};

/** The first axes of each, once channels and filters are split by groups; the plane follows. */
const axesOf: Readonly<Record<Role, readonly Shared[]>> = {
  x: ["images", "groups", "depth"],
  w: ["groups", "filters", "depth"],
  y: ["images", "groups", "filters"],
};

/** What the two that vary share, which the batch is laid beside. */
const sharedBy: Readonly<Record<string, Shared>> = {
  "x,y": "images",
  "w,y": "filters",
  "w,x": "depth",
  "w,x,y": "groups",
};

/**
 * A convolution for a batch is one convolution: the batch goes beside the axis
 * that the varying operand shares with the result, or where all vary, makes
 * groups of its own.
 */
export const batchedConvolution: BatchRule = ({ node, inputs, batch }) => {
  const own = roles[node.op.name];
  if (own === undefined) throw notBatched(node);
  const [first, second, result] = own;
  const groups = numberAttr(node.attrs, "groups");
  const given = [first, second];
  const varying = [...given.filter((_, i) => inputs[i]?.isBatched === true), result];
  const shared = sharedBy[varying.toSorted().join()] ?? "groups";
  if (shared === "groups" && typeof batch !== "number")
    throw notBatched(node, `cannot have images and filters that both vary over ${batch} elements`);
  const factor = shared === "groups" ? Number(batch) : 1;
  const operands = given.map((role, i) => joined(nth(inputs, i), { role, shared, groups, batch }));
  const split = splitShape(node.type.shape, result, groups);
  const at = axesOf[result].indexOf(shared);
  const wide = split.with(at, dimMul(batch, nth(split, at)));
  const made = makeNode(node.op, operands, {
    ...node.attrs,
    groups: groups * factor,
    ...(node.attrs["shape"] === undefined ? {} : { shape: [...joinShape(wide, result)] }),
  });
  const apart = reshape(made, split.toSpliced(at, 0, batch));
  return reshape(moveAxis(apart, at, 0), [batch, ...node.type.shape]);
};

interface Joining {
  readonly role: Role;
  readonly shared: Shared;
  readonly groups: number;
  readonly batch: Dim;
}

/** An operand with the batch merged into the shared axis. */
function joined({ node, isBatched }: Batched, { role, shared, groups, batch }: Joining): Node {
  if (!isBatched) return node;
  const split = splitShape(node.type.shape.slice(1), role, groups);
  const at = axesOf[role].indexOf(shared);
  const beside = moveAxis(reshape(node, [batch, ...split]), 0, at);
  return reshape(beside, joinShape(split.with(at, dimMul(batch, nth(split, at))), role));
}

/** The shape with an axis of groups of its own. */
function splitShape(shape: Shape, role: Role, groups: number): Shape {
  const at = axesOf[role].indexOf("groups");
  const size = nth(shape, at);
  const share = groups === 1 ? size : Number(size) / groups;
  return [...shape.slice(0, at), groups, share, ...shape.slice(at + 1)];
}

/** The groups merged into channels or filters again. */
function joinShape(split: Shape, role: Role): Shape {
  const at = axesOf[role].indexOf("groups");
  return split.toSpliced(at, 2, dimMul(nth(split, at), nth(split, at + 1)));
}
