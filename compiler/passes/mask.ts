import type { Node } from "../ir/node.js";
import type { VjpContext } from "../ir/op.js";
import { sameShape, type Shape } from "../ir/type.js";
import { and, not, or, where } from "../ops/arithmetic.js";
import { accumulate } from "../ops/accumulate.js";
import { zero } from "../ops/leaf.js";
import { any, spread } from "../ops/reduce.js";
import { broadcastTo, reshape } from "../ops/shape.js";

/**
 * Where a gradient counts. The adjoint of a `where` or a branch is 0 for the
 * side not taken, and stays 0 however it is multiplied on: 0 · NaN is not let
 * in. So reverse mode carries, beside each adjoint, the conditions under which
 * it counts, and wraps whatever it makes from it in `where(condition, …, 0)`.
 */
export type Mask = readonly Literal[];

/** A condition, or its negation. Its shape is `[]` (a branch) or that of the value it guards. */
export interface Literal {
  readonly condition: Node;
  readonly holds: boolean;
}

export const everywhere: Mask = [];

/** A part of an adjoint, and where it counts. Elsewhere `value` may be anything. */
export interface Contribution {
  readonly value: Node;
  readonly mask: Mask;
}

function sameLiteral(a: Literal, b: Literal): boolean {
  return a.condition === b.condition && a.holds === b.holds;
}

/** A mask with one more condition, unless it is there already. */
export function withLiteral(mask: Mask, literal: Literal): Mask {
  return mask.some((other) => sameLiteral(other, literal)) ? mask : [...mask, literal];
}

/** The mask as one bool value; null for everywhere. */
export function maskNode(mask: Mask): Node | null {
  const nodes = mask.map(({ condition, holds }) => (holds ? condition : not(condition)));
  return nodes.length === 0 ? null : nodes.reduce((a, b) => and(a, b));
}

/** The value where the mask holds, 0 elsewhere. */
export function masked({ value, mask }: Contribution): Node {
  return mask.reduceRight(
    (inner, { condition, holds }) =>
      holds ? where(condition, inner, zero()) : where(condition, zero(), inner),
    value,
  );
}

/** The sum of contributions to one adjoint, and where it counts. */
export function combine(contributions: readonly Contribution[]): Contribution {
  const merged = mergeComplements(addEqualMasks(contributions));
  const shared = commonPrefix(merged.map((c) => c.mask));
  const rests = merged.map(({ value, mask }) => ({
    value,
    mask: mask.slice(shared.length),
  }));
  const value = accumulate(rests.map(masked));
  if (rests.some((rest) => rest.mask.length === 0)) return { value, mask: shared };
  const some = rests
    .map((rest) => maskNode(rest.mask))
    .reduce((a, b) => (a !== null && b !== null ? or(a, b) : null));
  return {
    value,
    mask: some === null ? shared : [...shared, { condition: some, holds: true }],
  };
}

/** Contributions that count under the same conditions are summed first. */
function addEqualMasks(contributions: readonly Contribution[]): readonly Contribution[] {
  if (contributions.every(({ mask }) => mask.length === 0)) return contributions;
  const groups: { readonly mask: Mask; readonly values: Node[] }[] = [];
  for (const { value, mask } of contributions) {
    const group = groups.find((other) => sameMask(other.mask, mask));
    if (group === undefined) groups.push({ mask, values: [value] });
    else group.values.push(value);
  }
  return groups.map(({ mask, values }) => ({ value: accumulate(values), mask }));
}

function sameMask(a: Mask, b: Mask): boolean {
  return (
    a.length === b.length &&
    a.every((literal, i) => b[i] !== undefined && sameLiteral(literal, b[i]))
  );
}

/** Two contributions that differ in one sense of the last condition are one `where`. */
function mergeComplements(contributions: readonly Contribution[]): readonly Contribution[] {
  const list = [...contributions];
  for (let i = 0; i < list.length; i++) {
    for (let j = i + 1; j < list.length; j++) {
      const together = mergePair(list[i], list[j]);
      if (together === null) continue;
      list.splice(j, 1);
      list.splice(i, 1, together);
      return mergeComplements(list);
    }
  }
  return list;
}

function mergePair(a: Contribution | undefined, b: Contribution | undefined): Contribution | null {
  const [lastA, lastB] = [a?.mask.at(-1), b?.mask.at(-1)];
  if (!a || !b || !lastA || !lastB || a.mask.length !== b.mask.length) return null;
  if (lastA.condition !== lastB.condition || lastA.holds === lastB.holds) return null;
  const outer = a.mask.slice(0, -1);
  if (!outer.every((literal, i) => b.mask[i] !== undefined && sameLiteral(literal, b.mask[i])))
    return null;
  const [yes, no] = lastA.holds ? [a, b] : [b, a];
  return { value: where(lastA.condition, yes.value, no.value), mask: outer };
}

function commonPrefix(masks: readonly Mask[]): Mask {
  const first = masks[0] ?? everywhere;
  const differs = first.findIndex(
    (literal, i) => !masks.every((mask) => mask[i] !== undefined && sameLiteral(mask[i], literal)),
  );
  return differs < 0 ? first : first.slice(0, differs);
}

/** A bool combined by "any" over the axes along which `shape` was broadcast. */
export function anyTo(mask: Node, shape: Shape): Node {
  const extra = mask.type.shape.length - shape.length;
  const axes = mask.type.shape
    .map((_, i) => i)
    .filter((i) => i < extra || (shape[i - extra] === 1 && mask.type.shape[i] !== 1));
  return axes.length === 0 ? mask : reshape(any(mask, { axes }), shape);
}

/**
 * The conditions on elements of a result, told for elements of each input.
 * Null where an operation mixes elements in a way this cannot follow; its rule
 * is given zeros, and beyond it the adjoint counts everywhere.
 */
export function transportMask(context: VjpContext, mask: Mask): readonly (Mask | null)[] {
  const node = maskNode(mask);
  if (node === null) return context.inputs.map(() => everywhere);
  const { inputs, out } = context;
  const kind = out.op.lowering.kind;
  if (kind === "scalar" || kind === "accumulate") {
    return inputs.map((input) =>
      sameShape(input.type.shape, out.type.shape)
        ? mask
        : [{ condition: anyTo(node, input.type.shape), holds: true }],
    );
  }
  const nodes = transportNode(context, broadcastTo(node, out.type.shape));
  return inputs.map((_, i) => {
    const condition = nodes[i] ?? null;
    return condition === null ? null : [{ condition, holds: true }];
  });
}

function transportNode(context: VjpContext, mask: Node): readonly (Node | null)[] {
  const { inputs, out, attrs } = context;
  if (out.op.maskVjp !== undefined) return out.op.maskVjp(context, mask);
  switch (out.op.lowering.kind) {
    case "reduce":
      return inputs.map((input) => spread(mask, input, attrs));
    case "reshape":
      return inputs.map((input) => reshape(mask, input.type.shape));
    case "view":
    case "concat":
    case "embed":
      if (out.op.name === "broadcastTo")
        return inputs.map((input) => anyTo(mask, input.type.shape));
      return out.op.vjp?.({ ...context, dOut: mask, mask: null }) ?? [];
    default:
      return [];
  }
}
