import { xlogy as xlogyOf } from "../../runtime/xlogy.js";
import type { Node } from "../ir/node.js";
import { promoteTypes } from "../ir/type.js";
import {
  and,
  div,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  mul,
  neg,
  where,
} from "./arithmetic.js";
import { at, chain2, nth } from "./chain.js";
import { applier, defineElementwise, defineOp, floatType, operand } from "./define.js";
import { log, math, maximum, minimum, runtime } from "./elementwise.js";
import { defineElementwiseFormula } from "./grouped.js";
import { zero } from "./leaf.js";

/** dy · a / b, and 0 where b is 0. */
function quotient(dy: Node, a: Node, b: Node): Node {
  return where(equal(b, zero()), zero(), mul(dy, div(a, b)));
}

export const hypot = applier(
  defineElementwise({
    name: "hypot",
    group: "Elementwise functions",
    summary: "√(a² + b²), without overflow.",
    gradient: "da = dy · a / y, db = dy · b / y",
    conventions: ["norm"],
    parameters: [operand("a"), operand("b")],
    code: math("hypot"),
    element: Math.hypot,
    dtype: floatType,
    vjp: chain2(
      (a, _b, y, dy) => quotient(dy, a, y),
      (_a, b, y, dy) => quotient(dy, b, y),
    ),
    example: { typescript: "hypot(a, b)", math: "hypot(a, b)" },
  }),
);

/** dz · leg / r², in two divisions by r, since r² may overflow; 0 where r is 0. */
function turn(dz: Node, leg: Node, y: Node, x: Node): Node {
  const r = hypot(y, x);
  return where(equal(r, zero()), zero(), mul(dz, div(div(leg, r), r)));
}

defineElementwise({
  name: "atan2",
  group: "Trigonometry",
  summary: "Angle of the point (x, y), in radians: atan2(y, x).",
  gradient: "dy = dz · x / (x² + y²), dx = −dz · y / (x² + y²)",
  conventions: ["atan2"],
  parameters: [operand("y"), operand("x")],
  code: math("atan2"),
  element: Math.atan2,
  dtype: floatType,
  vjp: chain2(
    (y, x, _z, dz) => turn(dz, x, y, x),
    (y, x, _z, dz) => neg(turn(dz, y, y, x)),
  ),
  domain: [
    [0.3, 2],
    [-2, 2],
  ],
  example: { typescript: "atan2(y, x)", math: "atan2(y, x)" },
});

export const xlogy = applier(
  defineElementwise({
    name: "xlogy",
    group: "Elementwise functions",
    summary: "x · log(y), and 0 where x is 0.",
    gradient: "dx = dz · log(y), dy = dz · x / y",
    conventions: ["xlogy"],
    parameters: [operand("x"), operand("y")],
    code: runtime("xlogy"),
    element: xlogyOf,
    dtype: floatType,
    vjp: chain2(
      (x, y, _z, dz) => {
        const pole = and(equal(x, zero()), equal(y, zero()));
        return where(pole, zero(), mul(dz, log(y)));
      },
      (x, y, _z, dz) => where(equal(x, zero()), zero(), mul(dz, div(x, y))),
    ),
    domain: [
      [-2, 2],
      [0.3, 3],
    ],
    example: { typescript: "xlogy(p, q)", math: "xlogy(p, q)" },
  }),
);

defineElementwiseFormula({
  name: "clip",
  group: "Selection",
  summary: "x, but at least low and at most high.",
  gradient: "dx = dy where low ≤ x ≤ high, dlow = dy where x < low, dhigh = dy where x > high",
  conventions: ["clip"],
  parameters: [operand("x"), operand("low"), operand("high")],
  dtype: promoteTypes,
  vjp: (context) => {
    const [x, low, high] = [at(context, 0), at(context, 1), at(context, 2)];
    const { dOut, needed } = context;
    const inside = and(greaterEqual(x, low), lessEqual(x, high));
    return [
      needed[0] === true ? where(inside, dOut, zero()) : null,
      needed[1] === true ? where(and(less(x, low), lessEqual(low, high)), dOut, zero()) : null,
      // The upper bound is applied last, and wins where the bounds are crossed.
      needed[2] === true ? where(greater(maximum(x, low), high), dOut, zero()) : null,
    ];
  },
  domain: [
    [-2, 2],
    [-0.9, -0.3],
    [0.3, 0.9],
  ],
  example: { typescript: "clip(x, -1, 1)", math: "clip(x, -1, 1)" },
  expand: (inputs) => minimum(maximum(nth(inputs, 0), nth(inputs, 1)), nth(inputs, 2)),
});

defineOp({
  name: "stopGradient",
  group: "Selection",
  summary: "The value itself, and no gradient.",
  gradient: "dx = 0",
  parameters: [operand("x")],
  type: (inputs) => nth(inputs, 0),
  derivative: "zero",
  evaluate: (inputs) => nth(inputs, 0),
  lowering: { kind: "reshape" },
  example: { typescript: "stopGradient(x)", math: "stopGradient(x)" },
});
