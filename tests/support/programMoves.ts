import { dimAdd, dimFloorDivide, dimMul, dimSub, type Dim } from "../../compiler/ir/dim.js";
import { makeNode, type Node } from "../../compiler/ir/node.js";
import type { Shape } from "../../compiler/ir/type.js";
import { cast, mul } from "../../compiler/ops/arithmetic.js";
import { registry } from "../../compiler/ops/index.js";
import { scatterSlices, take, takeAlong } from "../../compiler/ops/indexing.js";
import {
  broadcastTo,
  concat,
  embed,
  iota,
  reshape,
  slice,
  transpose,
} from "../../compiler/ops/shape.js";
import type { ProgramBuilder } from "./programBuilder.js";
import { axesOf, hasAxes, shaped, some } from "./programOperands.js";

// Steps that move elements.

export function reorder(b: ProgramBuilder): Node | null {
  const x = some(b, (node) => node.type.shape.length > 1);
  return b.accept(() => transpose(x, b.draw.shuffled(axesOf(x))));
}

export function regroup(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const { shape } = x.type;
  const axis = b.draw.below(shape.length + 1);
  const dim = shape[axis] ?? 1;
  const next = shape[axis + 1];
  const to = b.draw.pick<() => Shape>([
    () => shape.toSpliced(axis, 0, 1),
    () => shape.filter((d) => d !== 1),
    () => [shape.reduce<Dim>(dimMul, 1)],
    () => (next === undefined ? shape : shape.toSpliced(axis, 2, dimMul(dim, next))),
    () => (dim === 4 ? shape.toSpliced(axis, 1, 2, 2) : shape.toReversed()),
    () => (dim === 6 ? shape.toSpliced(axis, 1, 3, 2) : shape.toReversed()),
  ])();
  return b.accept(() => reshape(x, to));
}

export function repeat(b: ProgramBuilder): Node | null {
  const x = some(b);
  const shape = x.type.shape.map((dim) =>
    dim === 1 && b.draw.chance(0.7) ? b.draw.pick<Dim>([2, 3, "N"]) : dim,
  );
  const lead = b.draw.chance(0.5) ? [b.draw.pick<Dim>([1, 2, 3, "M"])] : [];
  return b.accept(() => broadcastTo(x, [...lead, ...shape]));
}

interface Cut {
  readonly start: Dim;
  readonly length: Dim;
  readonly step: number;
}

/** A walk along an axis that stays inside it in every environment. */
function cut(b: ProgramBuilder, dim: Dim): Cut {
  const whole: Cut = { start: 0, length: dim, step: 1 };
  const least = b.least(dim);
  if (least === 0 || b.draw.chance(0.3)) return whole;
  const skipped = b.draw.below(least);
  const ends = b.draw.below(least - skipped);
  return b.draw.pick<Cut>([
    { start: dimSub(dim, 1), length: dim, step: -1 },
    { start: skipped, length: dimSub(dim, skipped + ends), step: 1 },
    { start: 0, length: dimFloorDivide(dimAdd(dim, 1), 2), step: 2 },
    { start: dimSub(dim, 1), length: dimFloorDivide(dimAdd(dim, 1), 2), step: -2 },
    { start: dimSub(dim, 1 + skipped), length: 1, step: 1 },
  ]);
}

export function part(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const cuts = x.type.shape.map((dim) => cut(b, dim));
  return b.accept(() =>
    slice(x, {
      start: cuts.map(({ start }) => start),
      length: cuts.map(({ length }) => length),
      step: cuts.map(({ step }) => step),
    }),
  );
}

export function inside(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const offsets = x.type.shape.map(() => b.draw.below(2));
  const steps = x.type.shape.map(() => b.draw.between(1, 2));
  const shape = x.type.shape.map((dim, i) =>
    dimAdd(dimMul(dim, steps[i] ?? 1), (offsets[i] ?? 0) + b.draw.below(2)),
  );
  return b.accept(() => embed(x, { start: offsets, step: steps, shape }));
}

export function join(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const axis = b.draw.below(x.type.shape.length);
  const others = Array.from({ length: b.draw.between(1, 2) }, () =>
    b.draw.chance(0.3)
      ? x
      : shaped(b, x.type.shape.with(axis, b.draw.pick<Dim>([1, 2, x.type.shape[axis] ?? 1]))),
  );
  return b.accept(() => concat(b.draw.shuffled([x, ...others]), axis));
}

/** Whole numbers below a dimension, of some shape. */
export function indicesBelow(b: ProgramBuilder, dim: Dim, shape: Shape): Node {
  const same = b.integers.filter(
    (node) =>
      node.op.name === "input" &&
      node.type.shape.join() === shape.join() &&
      limits.get(node) === b.least(dim),
  );
  if (same.length > 0 && b.draw.chance(0.5)) return b.draw.pick(same);
  const node = b.addInput({ dtype: "i32", shape }, Math.max(1, b.least(dim)));
  limits.set(node, b.least(dim));
  return node;
}

const limits = new WeakMap<Node, number>();

export function gather(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const { shape } = x.type;
  const axis = b.draw.below(shape.length);
  const dim = shape[axis] ?? 1;
  if (b.least(dim) === 0) return null;
  const count = b.draw.pick<Dim>([1, 2, 3, "N", dim]);
  if (b.draw.chance(0.4)) {
    const index = indicesBelow(b, dim, shape.with(axis, count));
    return b.accept(() => takeAlong(x, index, axis));
  }
  const indexShape = b.draw.pick<Shape>([[], [count], [count], [2, count]]);
  return b.accept(() => take(x, indicesBelow(b, dim, indexShape), axis));
}

export function scatter(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const { shape } = x.type;
  const axis = b.draw.below(shape.length);
  const dim = b.draw.pick<Dim>([1, 2, 3]);
  const to = shape.with(axis, dim);
  if (b.draw.chance(0.5)) {
    const index = indicesBelow(b, dim, shape);
    const elements = registry.get("scatterElements");
    return elements === undefined
      ? null
      : b.accept(() => makeNode(elements, [index, x], { axis, shape: to }));
  }
  const index = indicesBelow(b, dim, [shape[axis] ?? 1]);
  const scatterAdd = registry.get("scatterAdd");
  if (scatterAdd !== undefined && b.draw.chance(0.5))
    return b.accept(() => makeNode(scatterAdd, [shaped(b, to), index, x], { axis }));
  return b.accept(() => scatterSlices(index, x, to, axis));
}

export function position(b: ProgramBuilder): Node | null {
  const x = some(b, hasAxes);
  const { shape } = x.type;
  if (shape.length === 0) return null;
  return b.accept(() => mul(x, cast(iota(shape, b.draw.below(shape.length)), "f64")));
}
