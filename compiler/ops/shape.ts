import { dimAdd, dimDivide, dimFloorDivide, dimProduct, dimSub, type Dim } from "../ir/dim.js";
import { makeNode, type Attrs, type Node } from "../ir/node.js";
import { TypeFault, type AxisMap, type Value } from "../ir/op.js";
import {
  broadcastShapes,
  formatShape,
  promoteTypes,
  sameShape,
  type Shape,
  type TensorType,
} from "../ir/type.js";
import { normaliseAxis, resolveAxis } from "./axes.js";
import { chain1, nth } from "./chain.js";
import {
  defineOp,
  flatIndex,
  indices,
  numberAttr,
  numbersAttr,
  operand,
  parameter,
  readAt,
  readBroadcast,
  shapeAttr,
} from "./define.js";
import { sum } from "./reduce.js";

const group = "Shape";

function shapeOf(inputs: readonly TensorType[]): Shape {
  return inputs[0]?.shape ?? [];
}

function dtypeOf(inputs: readonly TensorType[]): TensorType["dtype"] {
  return inputs[0]?.dtype ?? "f64";
}

/** The reference meaning of a view: every element of the result read through its map. */
function evaluateView(
  x: Value,
  shape: readonly number[],
  map: readonly AxisMap[],
): readonly number[] {
  return indices(shape).map((index) => readAt(x, mapIndex(map, index)));
}

function mapIndex(map: readonly AxisMap[], index: readonly number[]): number[] {
  return map.map(
    ({ axis, stride, offset }) =>
      Number(offset) + (axis === null ? 0 : stride * (index[axis] ?? 0)),
  );
}

const broadcastToOp = defineOp({
  name: "broadcastTo",
  group,
  summary: "The value repeated along new or size-1 axes to the given shape.",
  example: { typescript: "broadcastTo(x, [2, 3])", math: "broadcastTo(x, [2, 3])" },
  gradient: "dx = dy, summed over the repeated axes",
  parameters: [operand("x"), parameter("shape", { kind: "shape" })],
  type: (inputs, attrs) => {
    const shape = shapeAttr(attrs, "shape");
    const common = broadcastShapes(shapeOf(inputs), shape);
    if (common === undefined || !sameShape(common, shape)) {
      throw new TypeFault(
        "FG301",
        `broadcastTo: shape ${formatShape(shapeOf(inputs))} does not broadcast to ${formatShape(shape)}`,
        {
          operands: [0],
          accepted:
            "a shape whose axes, aligned at the right, equal those of the operand or repeat an axis of size 1",
        },
      );
    }
    return { dtype: dtypeOf(inputs), shape };
  },
  vjp: chain1((x, _y, dy) => sumTo(dy, x.type.shape)),
  evaluate: ([x], _attrs, type) => ({
    ...type,
    data: indices(type.shape).map((index) => (x ? readBroadcast(x, index) : NaN)),
  }),
  lowering: {
    kind: "view",
    map: (from, to) =>
      from.map((dim, i) => {
        const axis = i + to.length - from.length;
        return dim === 1 ? { axis: null, stride: 0, offset: 0 } : { axis, stride: 1, offset: 0 };
      }),
  },
});

/** The value repeated to a shape; itself where it has that shape. */
export function broadcastTo(x: Node, shape: Shape): Node {
  return sameShape(x.type.shape, shape) ? x : makeNode(broadcastToOp, [x], { shape });
}

/** The adjoint of a broadcast: sums over the axes along which `shape` was repeated. */
export function sumTo(x: Node, shape: Shape): Node {
  const extra = x.type.shape.length - shape.length;
  const axes = x.type.shape
    .map((_, i) => i)
    .filter((i) => i < extra || (shape[i - extra] === 1 && x.type.shape[i] !== 1));
  return axes.length === 0 ? x : reshape(sum(x, { axes }), shape);
}

const reshapeOp = defineOp({
  name: "reshape",
  group,
  summary: "The same elements in the same order under another shape; one size may be -1.",
  example: { typescript: "reshape(x, [2, -1])", math: "reshape(x, [2, -1])" },
  gradient: "dx = reshape(dy, shape of x)",
  parameters: [operand("x"), parameter("shape", { kind: "shape" })],
  normalise: (inputs, attrs) => ({
    shape: inferSize(shapeOf(inputs), shapeAttr(attrs, "shape")) as Dim[],
  }),
  type: (inputs, attrs) => {
    const shape = shapeAttr(attrs, "shape");
    if (dimProduct(shape) !== dimProduct(shapeOf(inputs)))
      throw reshapeFault(shapeOf(inputs), shape);
    return { dtype: dtypeOf(inputs), shape };
  },
  vjp: chain1((x, _y, dy) => reshape(dy, x.type.shape)),
  evaluate: ([x], _attrs, type) => ({ ...type, data: x?.data ?? [] }),
  lowering: { kind: "reshape" },
});

function inferSize(from: Shape, to: Shape): Shape {
  const open = to.indexOf(-1);
  if (open < 0) return to;
  const rest = dimProduct(to.filter((_, i) => i !== open));
  const inferred = dimDivide(dimProduct(from), rest);
  if (inferred === undefined || to.indexOf(-1, open + 1) >= 0) throw reshapeFault(from, to);
  return to.with(open, inferred);
}

function reshapeFault(from: Shape, to: Shape): TypeFault {
  return new TypeFault(
    "FG306",
    `reshape: ${formatShape(from)} does not have the elements of ${formatShape(to)}`,
    {
      operands: [0],
      accepted: `a shape of ${dimProduct(from)} elements, with at most one size -1`,
    },
  );
}

/** The same elements under another shape; itself where it has that shape. */
export function reshape(x: Node, shape: Shape): Node {
  return sameShape(x.type.shape, shape) ? x : makeNode(reshapeOp, [x], { shape });
}

export const transposeOp = defineOp({
  name: "transpose",
  group,
  summary: "Axes in another order; reversed if none is given.",
  example: { typescript: "transpose(x, [1, 0, 2])", math: "transpose(x, [1, 0, 2])" },
  gradient: "dx = transpose(dy) by the inverse order",
  parameters: [
    operand("x"),
    parameter("axes", { kind: "integers" }, null, "The axis of x that comes first, second, …"),
  ],
  normalise: (inputs, attrs) => ({
    axes: transposeAxes(shapeOf(inputs), attrs),
  }),
  type: (inputs, attrs) => ({
    dtype: dtypeOf(inputs),
    shape: numbersAttr(attrs, "axes").map((a) => nth(shapeOf(inputs), a)),
  }),
  vjp: chain1((_x, _y, dy, { attrs }) => {
    const axes = numbersAttr(attrs, "axes");
    return transpose(
      dy,
      axes.map((_, i) => axes.indexOf(i)),
    );
  }),
  evaluate: ([x], attrs, type) => ({
    ...type,
    data: x ? evaluateView(x, type.shape, transposeMap(attrs)) : [],
  }),
  lowering: { kind: "view", map: (_from, _to, attrs) => transposeMap(attrs) },
});

function transposeMap(attrs: Attrs): readonly AxisMap[] {
  const axes = numbersAttr(attrs, "axes");
  return axes.map((_, i) => ({ axis: axes.indexOf(i), stride: 1, offset: 0 }));
}

function transposeAxes(shape: Shape, attrs: Attrs): readonly number[] {
  const given = attrs["axes"];
  if (!Array.isArray(given)) return shape.map((_, i) => shape.length - 1 - i);
  const axes = given.map((axis) => resolveAxis("transpose", Number(axis), shape));
  if (axes.length !== shape.length || new Set(axes).size !== axes.length) {
    throw new TypeFault(
      "FG303",
      `transpose: axes [${given.join(", ")}] are not an order of the axes of ${formatShape(shape)}`,
      {
        operands: [0],
        accepted: `each of 0 … ${shape.length - 1} once`,
      },
    );
  }
  return axes;
}

/** Axes in another order; reversed if none is given. */
export function transpose(
  x: Node,
  axes: readonly number[] = x.type.shape.map((_, i) => x.type.shape.length - 1 - i),
): Node {
  return axes.every((axis, i) => axis === i) ? x : makeNode(transposeOp, [x], { axes });
}

/** The last two axes exchanged. */
export function swapLast(x: Node): Node {
  const rank = x.type.shape.length;
  return transpose(
    x,
    x.type.shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i)),
  );
}

/**
 * `start`, `length` and `step` for each axis: elements start, start + step, …
 * A negative step walks backwards. The elaborator has checked the bounds.
 */
const sliceOp = defineOp({
  name: "slice",
  group: "Indexing",
  summary: "A box of elements, with steps; written `x[1:3, ::2]` in math strings.",
  gradient: "dx = dy, placed inside zeros",
  internal: true,
  parameters: [operand("x")],
  type: (inputs, attrs) => ({
    dtype: dtypeOf(inputs),
    shape: shapeAttr(attrs, "length"),
  }),
  vjp: chain1((x, _y, dy, { attrs }) => embed(dy, { ...attrs, shape: x.type.shape })),
  evaluate: ([x], attrs, type) => ({
    ...type,
    data: x ? evaluateView(x, type.shape, sliceMap(attrs)) : [],
  }),
  lowering: { kind: "view", map: (_from, _to, attrs) => sliceMap(attrs) },
});

function sliceMap(attrs: Attrs): readonly AxisMap[] {
  const start = shapeAttr(attrs, "start");
  return numbersAttr(attrs, "step").map((stride, axis) => ({
    axis,
    stride,
    offset: nth(start, axis),
  }));
}

export interface Box {
  readonly start: readonly Dim[];
  readonly length: readonly Dim[];
  readonly step: readonly number[];
}

/** The elements `start + i · step` for i below `length`, along every axis. */
export function slice(x: Node, { start, length, step }: Box): Node {
  const whole = sameShape(length, x.type.shape) && step.every((s) => s === 1);
  return whole ? x : makeNode(sliceOp, [x], { start, length, step });
}

/** Number of elements of `start, start + step, …` before `stop`. */
export function sliceLength(start: Dim, stop: Dim, step: number): Dim {
  const span = step > 0 ? dimSub(stop, start) : dimSub(start, stop);
  return dimFloorDivide(dimAdd(span, Math.abs(step) - 1), Math.abs(step));
}

/** The adjoint of slice: a value placed inside zeros. */
const embedOp = defineOp({
  name: "embed",
  group: "Indexing",
  summary: "The value placed inside zeros of a larger shape.",
  gradient: "dx = dy at the places of x",
  internal: true,
  parameters: [operand("x")],
  type: (inputs, attrs) => ({
    dtype: dtypeOf(inputs),
    shape: shapeAttr(attrs, "shape"),
  }),
  vjp: chain1((x, _y, dy, { attrs }) =>
    slice(dy, {
      start: shapeAttr(attrs, "start"),
      length: x.type.shape,
      step: numbersAttr(attrs, "step"),
    }),
  ),
  evaluate: ([x], attrs, type) => {
    const data = new Array<number>(type.shape.reduce((p, q) => p * q, 1)).fill(0);
    for (const index of indices(x?.shape ?? [])) {
      if (x) data[flatIndex(type.shape, mapIndex(sliceMap(attrs), index))] = readAt(x, index);
    }
    return { ...type, data };
  },
  lowering: { kind: "embed", map: (_from, _to, attrs) => sliceMap(attrs) },
});

/** A value placed inside zeros of `attrs.shape`, at `start + i · step`. */
export function embed(x: Node, { start, step, shape }: Attrs): Node {
  return makeNode(embedOp, [x], {
    start: start ?? null,
    step: step ?? null,
    shape: shape ?? null,
  });
}

const concatOp = defineOp({
  name: "concat",
  group,
  summary: "Values laid side by side along an axis.",
  example: { typescript: "concat([x, y], { axis: 1 })", math: "concat([x, y], axis=1)" },
  gradient: "each operand receives its part of dy",
  parameters: [parameter("values", { kind: "operands" }), parameter("axis", { kind: "axis" }, 0)],
  normalise: normaliseAxis("concat"),
  type: (inputs, attrs) => {
    const axis = numberAttr(attrs, "axis");
    const shape = shapeOf(inputs);
    inputs.forEach((input, i) => {
      const fits =
        input.shape.length === shape.length &&
        input.shape.every((dim, a) => a === axis || dim === shape[a]);
      if (!fits) throw concatFault(inputs, axis, i);
    });
    const length = inputs.map((input) => nth(input.shape, axis)).reduce(dimAdd, 0);
    return { dtype: promoteTypes(inputs), shape: shape.with(axis, length) };
  },
  vjp: ({ inputs, dOut, attrs }) => {
    const axis = numberAttr(attrs, "axis");
    let offset: Dim = 0;
    return inputs.map((x) => {
      const start = x.type.shape.map((_, a) => (a === axis ? offset : 0));
      offset = dimAdd(offset, nth(x.type.shape, axis));
      return slice(dOut, {
        start,
        length: x.type.shape,
        step: start.map(() => 1),
      });
    });
  },
  evaluate: (inputs, attrs, type) => {
    const axis = numberAttr(attrs, "axis");
    const data = indices(type.shape).map((index) => {
      let position = index[axis] ?? 0;
      for (const x of inputs) {
        const length = x.shape[axis] ?? 0;
        if (position < length) return readAt(x, index.with(axis, position));
        position -= length;
      }
      return NaN;
    });
    return { ...type, data };
  },
  lowering: { kind: "concat" },
});

function concatFault(inputs: readonly TensorType[], axis: number, i: number): TypeFault {
  const [first, other] = [shapeOf(inputs), nth(inputs, i).shape];
  return new TypeFault(
    "FG301",
    `concat: shapes ${formatShape(first)} and ${formatShape(other)} differ besides axis ${axis}`,
    {
      operands: [0, i],
      accepted: "shapes that are equal along all other axes",
    },
  );
}

export function concat(values: readonly Node[], axis: number): Node {
  return values.length === 1 ? nth(values, 0) : makeNode(concatOp, values, { axis });
}

/** The index along `axis`, in every element of a shape: the material of masks and one-hot rows. */
const iotaOp = defineOp({
  name: "iota",
  group: "leaves",
  summary: "The index along one axis.",
  internal: true,
  parameters: [],
  type: (_inputs, attrs) => ({
    dtype: "i32",
    shape: shapeAttr(attrs, "shape"),
  }),
  evaluate: (_inputs, attrs, type) => ({
    ...type,
    data: indices(type.shape).map((index) => index[numberAttr(attrs, "axis")] ?? 0),
  }),
  lowering: { kind: "iota" },
});

export function iota(shape: Shape, axis: number): Node {
  return makeNode(iotaOp, [], { shape, axis });
}
