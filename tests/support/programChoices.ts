import type { Node } from "../../compiler/ir/node.js";
import { broadcastShapes, type Shape } from "../../compiler/ir/type.js";
import * as arithmetic from "../../compiler/ops/arithmetic.js";
import * as elementwise from "../../compiler/ops/elementwise.js";
import { constant } from "../../compiler/ops/leaf.js";
import { all, any, mean, sum } from "../../compiler/ops/reduce.js";
import type { ProgramBuilder } from "./programBuilder.js";
import { axesOf, hasAxes, literal, partner, some } from "./programOperands.js";

// Steps that compare and choose.

const { mul, neg, where, cast } = arithmetic;
const { abs, exp, sigmoid, sin, tanh } = elementwise;

function condition(b: ProgramBuilder, shape: Shape): Node | null {
  const found = b.conditions.filter(
    (node) => broadcastShapes(node.type.shape, shape)?.join() === shape.join(),
  );
  if (found.length > 0 && b.draw.chance(0.5)) return b.draw.recent(found);
  return compare(b);
}

export function compare(b: ProgramBuilder): Node | null {
  const a = some(b);
  const { less, lessEqual, greater, greaterEqual, equal, notEqual } = arithmetic;
  const op = b.draw.pick([less, lessEqual, greater, greaterEqual, equal, notEqual]);
  const c = b.draw.chance(0.5) ? constant(b.draw.number()) : partner(b, a);
  return b.accept(() => (b.draw.chance(0.5) ? op(a, c) : op(c, a)));
}

export function logic(b: ProgramBuilder): Node | null {
  if (b.conditions.length === 0) return compare(b);
  const p = b.draw.recent(b.conditions);
  const q = b.draw.pick(b.conditions);
  return b.draw.pick([
    () => b.accept(() => arithmetic.not(p)),
    () => b.accept(() => arithmetic.and(p, q)),
    () => b.accept(() => arithmetic.or(p, q)),
    () => b.accept(() => b.draw.pick([any, all])(p, { axes: b.draw.some(axesOf(p)) })),
    () => b.accept(() => cast(p, b.draw.pick(["f64", "i32"]))),
  ])();
}

export function choice(b: ProgramBuilder): Node | null {
  const a = some(b);
  const other = b.draw.chance(0.2) ? literal(b) : partner(b, a);
  const shape = broadcastShapes(a.type.shape, other.type.shape) ?? [];
  const c = condition(b, b.draw.chance(0.4) ? [] : shape);
  return c && b.accept(() => (b.draw.chance(0.5) ? where(c, a, other) : where(c, other, a)));
}

function scalarCondition(b: ProgramBuilder): Node | null {
  const found = b.conditions.filter((node) => node.type.shape.length === 0);
  if (found.length > 0 && b.draw.chance(0.6)) return b.draw.recent(found);
  const x = some(b);
  const single = x.type.shape.length === 0 ? x : mean(x);
  return b.accept(() => b.draw.pick([arithmetic.greater, arithmetic.less])(single, literal(b)));
}

/** An if: work on either side, of which one is done. */
export function branch(b: ProgramBuilder): Node | null {
  const c = scalarCondition(b);
  if (c === null) return null;
  const a = some(b);
  const side = (): Node => {
    let x = b.draw.chance(0.2) ? partner(b, a) : a;
    for (let i = b.draw.below(4); i > 0; i--) {
      x = b.draw.pick<() => Node>([
        () => tanh(x),
        () => mul(x, partner(b, a)),
        () => exp(neg(abs(x))),
        () => sigmoid(x),
        () => (hasAxes(x) ? mul(x, sum(tanh(x), { axes: [0], keepDims: true })) : sin(x)),
        () => (b.conditions.includes(c) ? where(c, x, sin(x)) : x),
      ])();
    }
    return x;
  };
  return b.accept(() => where(c, side(), side()));
}
