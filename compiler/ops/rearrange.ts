import { dimAdd, dimMul, dimSub, type Dim } from "../ir/dim.js";
import type { Attrs, Node } from "../ir/node.js";
import { TypeFault } from "../ir/op.js";
import { formatShape, promoteTypes, sameShape, type Shape, type TensorType } from "../ir/type.js";
import { cast } from "./arithmetic.js";
import { normaliseAxes, resolveAxis } from "./axes.js";
import { nth } from "./chain.js";
import { numberAttr, numbersAttr, operand, parameter } from "./define.js";
import { defineFormula } from "./grouped.js";
import { constant } from "./leaf.js";
import { broadcastTo, concat, embed, reshape, slice } from "./shape.js";

const group = "Shape";

defineFormula({
  name: "flip",
  group,
  summary: "The elements in opposite order along axes; all axes if none is given.",
  gradient: "dx = flip(dy) along the same axes",
  parameters: [operand("x"), parameter("axis", { kind: "axes" }, null)],
  normalise: normaliseAxes("flip"),
  type: (inputs) => nth(inputs, 0),
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const axes = numbersAttr(attrs, "axes");
    const { shape } = x.type;
    if (axes.length === 0) return x;
    return slice(x, {
      start: shape.map((dim, i) => (axes.includes(i) ? dimSub(dim, 1) : 0)),
      length: shape,
      step: shape.map((_, i) => (axes.includes(i) ? -1 : 1)),
    });
  },
  example: { typescript: "flip(x, { axis: 1 })", math: "flip(x, axis=1)" },
});

type Pair = readonly [before: number, after: number];

/** The widths as written, a number for all axes or a pair for each, as pairs. */
function padWidths(inputs: readonly TensorType[], attrs: Attrs): readonly Pair[] {
  const { shape } = nth(inputs, 0);
  const given = attrs["widths"];
  const pairs = Array.isArray(given)
    ? given.map((pair): Pair => {
        const [before, after] = pair as readonly number[];
        return [before ?? 0, after ?? 0];
      })
    : shape.map((): Pair => [Number(given), Number(given)]);
  if (pairs.length !== shape.length || pairs.flat().some((width) => width < 0)) {
    throw new TypeFault(
      "FG214",
      `pad: the widths [${pairs.map((pair) => `[${pair.join(", ")}]`).join(", ")}] do not fit shape ${formatShape(shape)}`,
      { operands: [0], accepted: "a pair [before, after] of widths ≥ 0 for each axis" },
    );
  }
  return pairs;
}

const pairsOf = (attrs: Attrs): readonly Pair[] => attrs["widths"] as unknown as readonly Pair[];

defineFormula({
  name: "pad",
  group,
  summary: "Zeros, or a value, added around x: how many before and after along each axis.",
  gradient: "dx = dy without its borders",
  parameters: [
    operand("x"),
    parameter("widths", { kind: "pairs" }),
    parameter("value", { kind: "number" }, 0),
  ],
  normalise: (inputs, attrs) => ({ ...attrs, widths: padWidths(inputs, attrs) }),
  type: (inputs, attrs) => {
    const { dtype, shape } = nth(inputs, 0);
    return { dtype, shape: paddedShape(shape, pairsOf(attrs)) };
  },
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const pairs = pairsOf(attrs);
    const value = numberAttr(attrs, "value");
    if (pairs.flat().every((width) => width === 0)) return x;
    return value === 0 ? padZeros(x, pairs) : padValue(x, pairs, value);
  },
  example: { typescript: "pad(x, [[1, 1], [0, 2]])", math: "pad(x, [[1, 1], [0, 2]])" },
});

function paddedShape(shape: Shape, pairs: readonly Pair[]): Shape {
  return shape.map((dim, i) => {
    const [before, after] = nth(pairs, i);
    return dimAdd(dim, before + after);
  });
}

/** x inside zeros. */
export function padZeros(x: Node, pairs: readonly Pair[]): Node {
  if (pairs.flat().every((width) => width === 0)) return x;
  return embed(x, {
    start: pairs.map(([before]) => before),
    step: pairs.map(() => 1),
    shape: [...paddedShape(x.type.shape, pairs)],
  });
}

/** x between blocks of a value, axis by axis. */
function padValue(x: Node, pairs: readonly Pair[], value: number): Node {
  return pairs.reduce((inner, [before, after], axis) => {
    const block = (width: number): readonly Node[] =>
      width === 0
        ? []
        : [broadcastTo(cast(constant(value), x.type.dtype), inner.type.shape.with(axis, width))];
    return concat([...block(before), inner, ...block(after)], axis);
  }, x);
}

/** The operand's shape with axes of 1 in front, and one repetition for each of its axes. */
function tilePlan(shape: Shape, attrs: Attrs) {
  const given = attrs["repetitions"];
  const list = Array.isArray(given) ? given.map(Number) : [Number(given)];
  const rank = Math.max(shape.length, list.length);
  const ones = (count: number) => new Array<number>(count).fill(1);
  return {
    shape: [...ones(rank - shape.length), ...shape],
    repetitions: [...ones(rank - list.length), ...list],
  };
}

defineFormula({
  name: "tile",
  group,
  summary: "x repeated along each axis.",
  gradient: "dx = the sum of dy over the repetitions",
  parameters: [operand("x"), parameter("repetitions", { kind: "integers" })],
  type: (inputs, attrs) => {
    const { dtype, shape } = nth(inputs, 0);
    const plan = tilePlan(shape, attrs);
    if (plan.repetitions.some((count) => count < 0)) {
      throw new TypeFault(
        "FG214",
        `tile: the repetitions [${plan.repetitions.join(", ")}] are not all positive`,
        { accepted: "whole numbers ≥ 0" },
      );
    }
    return { dtype, shape: plan.shape.map((dim, i) => dimMul(dim, nth(plan.repetitions, i))) };
  },
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const { shape, repetitions } = tilePlan(x.type.shape, attrs);
    const apart = reshape(
      x,
      shape.flatMap((dim): Dim[] => [1, dim]),
    );
    const repeated = broadcastTo(
      apart,
      shape.flatMap((dim, i): Dim[] => [nth(repetitions, i), dim]),
    );
    return reshape(
      repeated,
      shape.map((dim, i) => dimMul(dim, nth(repetitions, i))),
    );
  },
  example: { typescript: "tile(x, [2, 3])", math: "tile(x, [2, 3])" },
});

/** The shape that all values have. @throws TypeFault FG301 */
function commonShape(inputs: readonly TensorType[]): Shape {
  const { shape } = nth(inputs, 0);
  const other = inputs.findIndex((input) => !sameShape(input.shape, shape));
  if (other < 0) return shape;
  throw new TypeFault(
    "FG301",
    `stack: shapes ${formatShape(shape)} and ${formatShape(nth(inputs, other).shape)} differ`,
    { operands: [0, other], accepted: "values of one shape" },
  );
}

defineFormula({
  name: "stack",
  group,
  summary: "Values of one shape laid side by side along a new axis.",
  gradient: "each operand receives its part of dy",
  parameters: [parameter("values", { kind: "operands" }), parameter("axis", { kind: "axis" }, 0)],
  normalise: (inputs, attrs) => ({
    axis: resolveAxis("stack", Number(attrs["axis"]), nth(inputs, 0).shape, 1),
  }),
  type: (inputs, attrs) => ({
    dtype: promoteTypes(inputs),
    shape: commonShape(inputs).toSpliced(numberAttr(attrs, "axis"), 0, inputs.length),
  }),
  expand: (inputs, attrs) => {
    const axis = numberAttr(attrs, "axis");
    return concat(
      inputs.map((x) => reshape(x, x.type.shape.toSpliced(axis, 0, 1))),
      axis,
    );
  },
  example: { typescript: "stack([x, y], { axis: 1 })", math: "stack([x, y], axis=1)" },
});
