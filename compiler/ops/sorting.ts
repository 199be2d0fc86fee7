import { sortPositions } from "../../runtime/sortPositions.js";
import { dimProduct } from "../ir/dim.js";
import { makeNode, type Node } from "../ir/node.js";
import { TypeFault, type Op } from "../ir/op.js";
import { formatShape } from "../ir/type.js";
import { equal, notEqual, or, where } from "./arithmetic.js";
import { normaliseAxis, reducedShape, resolveAxes } from "./axes.js";
import { nth } from "./chain.js";
import { defineOp, numberAttr, numbersAttr, operand, parameter } from "./define.js";
import { defineFormula } from "./grouped.js";
import { takeAlong } from "./indexing.js";
import { constant } from "./leaf.js";
import { max, min, refuseEmpty } from "./reduce.js";
import { alongAxis, aroundAxis } from "./scans.js";
import { iota, reshape, slice } from "./shape.js";

const group = "Sorting";
const lastAxis = parameter("axis", { kind: "axis" }, -1);
const descending = parameter("descending", { kind: "boolean" }, false);

/** Positions, and as much scratch behind them, so that sorting allocates nothing. */
const sortPositionsOp: Op = defineOp({
  name: "sortPositions",
  group,
  summary: "Positions in order, and scratch of the same size.",
  internal: true,
  parameters: [operand("x")],
  derivative: "zero",
  type: (inputs) => ({ dtype: "i32", shape: [2, ...nth(inputs, 0).shape] }),
  evaluate: (inputs, attrs, type) => {
    const x = nth(inputs, 0);
    const result = new Int32Array(2 * x.data.length);
    const [outer = 1, count = 1, inner = 1] = aroundAxis(x.shape, numberAttr(attrs, "axis")).map(
      Number,
    );
    sortPositions(x.data, result, outer, count, inner, attrs["descending"] === true);
    return { ...type, data: [...result] };
  },
  lowering: {
    kind: "kernel",
    call: (operands, _result, attrs) => ({
      callee: "sortPositions",
      arguments: alongAxis(operands, attrs, ["descending"]),
    }),
  },
});

/** Positions of the first `count` elements in order along an axis. */
function order(x: Node, axis: number, fromTop: boolean, count = nth(x.type.shape, axis)): Node {
  const both = makeNode(sortPositionsOp, [x], { axis, descending: fromTop });
  const shape = x.type.shape.with(axis, count);
  const rank = both.type.shape.length;
  const first = slice(both, {
    start: new Array<number>(rank).fill(0),
    length: [1, ...shape],
    step: new Array<number>(rank).fill(1),
  });
  return reshape(first, shape);
}

defineFormula({
  name: "argsort",
  group,
  summary: "Positions of the elements in ascending order along an axis, as i32.",
  parameters: [operand("x"), lastAxis, descending],
  normalise: normaliseAxis("argsort"),
  derivative: "zero",
  type: (inputs) => ({ dtype: "i32", shape: nth(inputs, 0).shape }),
  expand: (inputs, attrs) =>
    order(nth(inputs, 0), numberAttr(attrs, "axis"), attrs["descending"] === true),
  numerics: "Ties keep their order; NaN comes last.",
  example: { typescript: "argsort(x)", math: "argsort(x, descending=true)" },
});

defineFormula({
  name: "sort",
  group,
  summary: "The elements in ascending order along an axis.",
  gradient: "dx = dy, taken back to where the elements came from",
  parameters: [operand("x"), lastAxis, descending],
  normalise: normaliseAxis("sort"),
  type: (inputs) => nth(inputs, 0),
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const axis = numberAttr(attrs, "axis");
    return takeAlong(x, order(x, axis, attrs["descending"] === true), axis);
  },
  conventions: ["sort"],
  numerics: "Ties keep their order, and so do their gradients; NaN comes last.",
  example: { typescript: "sort(x, { descending: true })", math: "sort(x, axis=0)" },
});

defineFormula({
  name: "topK",
  group,
  summary: "The k largest elements along an axis, in descending order.",
  gradient: "dx = dy at the elements chosen, else 0",
  parameters: [operand("x"), parameter("k", { kind: "integer" }), lastAxis],
  normalise: normaliseAxis("topK"),
  type: (inputs, attrs) => {
    const { dtype, shape } = nth(inputs, 0);
    const [k, axis] = [numberAttr(attrs, "k"), numberAttr(attrs, "axis")];
    const count = nth(shape, axis);
    if (k < 0 || typeof count === "string" || k > count) {
      throw new TypeFault(
        typeof count === "string" ? "FG310" : "FG214",
        `topK: axis ${axis} of shape ${formatShape(shape)} is not known to have ${k} elements`,
        { operands: [0], accepted: "k from 0 to the size of the axis, which is a number" },
      );
    }
    return { dtype, shape: shape.with(axis, k) };
  },
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const axis = numberAttr(attrs, "axis");
    return takeAlong(x, order(x, axis, true, numberAttr(attrs, "k")), axis);
  },
  conventions: ["sort"],
  numerics: "Among equal elements the first are chosen.",
  example: { typescript: "topK(x, 3)", math: "topK(x, 3, axis=0)" },
});

/** Beyond every position. */
const nowhere = 2 ** 31 - 1;

function argExtreme(name: string, which: string, extreme: typeof max): void {
  defineFormula({
    name,
    group,
    summary: `Position of the ${which} element along an axis, as i32; among all elements if no axis is given.`,
    derivative: "zero",
    parameters: [
      operand("x"),
      parameter("axis", { kind: "axis" }, null, "All elements in row-major order if absent."),
      parameter("keepDims", { kind: "boolean" }, false, "Keep reduced axes with size 1."),
    ],
    normalise: (inputs, { axis, ...rest }) => ({
      ...rest,
      axes: resolveAxes(name, axis, nth(inputs, 0).shape),
    }),
    type: (inputs, attrs) => {
      const { shape } = nth(inputs, 0);
      const axes = numbersAttr(attrs, "axes");
      refuseEmpty(name, shape, axes);
      return { dtype: "i32", shape: reducedShape(shape, axes, attrs["keepDims"] === true) };
    },
    expand: (inputs, attrs) => {
      const x = nth(inputs, 0);
      const axes = numbersAttr(attrs, "axes");
      const row = axes.length === 1 ? x : reshape(x, [dimProduct(x.type.shape)]);
      const axis = axes.length === 1 ? nth(axes, 0) : 0;
      const top = extreme(row, { axes: [axis], keepDims: true });
      const reached = or(equal(row, top), notEqual(row, row));
      const found = where(reached, iota(row.type.shape, axis), constant(nowhere, "i32"));
      const shape = reducedShape(x.type.shape, axes, attrs["keepDims"] === true);
      return reshape(min(found, { axes: [axis] }), shape);
    },
    numerics: "The first wins at a tie; a NaN wins over all.",
    example: { typescript: `${name}(x, { axis: 1 })`, math: `${name}(x, axis=1)` },
  });
}

argExtreme("argmax", "largest", max);
argExtreme("argmin", "smallest", min);
