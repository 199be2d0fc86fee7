import { makeNode, type Attrs, type Node } from "../ir/node.js";
import { TypeFault, type Op } from "../ir/op.js";
import { formatShape, promoteTypes, type Shape, type TensorType } from "../ir/type.js";
import { eachProduct, geometry, plus, summed } from "./convolutionProducts.js";
import { cast } from "./arithmetic.js";
import { at, nth } from "./chain.js";
import { defineOp, numberAttr, operand, parameter, shapeAttr } from "./define.js";
import { defineFormula } from "./grouped.js";
import { requireFloat } from "./indexing.js";
import { reshape } from "./shape.js";
import { perAxis, windowCount } from "./windows.js";

const group = "Convolution and pooling";

const options = [
  parameter("stride", { kind: "integers" }, 1, "Distance of neighbouring windows."),
  parameter("padding", { kind: "integers" }, 0, "Zeros added on both sides."),
  parameter("dilation", { kind: "integers" }, 1, "Distance of neighbouring elements of a window."),
  parameter("groups", { kind: "integer" }, 1, "Channels and filters fall into so many groups."),
];

function normaliseOptions(name: string, axes: number) {
  return (_inputs: readonly TensorType[], attrs: Attrs): Attrs => ({
    stride: perAxis(name, "stride", attrs["stride"], axes, 1),
    padding: perAxis(name, "padding", attrs["padding"], axes, 0),
    dilation: perAxis(name, "dilation", attrs["dilation"], axes, 1),
    groups: attrs["groups"] ?? 1,
  });
}

/** @throws TypeFault unless images [N, C, …] and filters [O, C / groups, …] fit. */
function convolvedShape(name: string, x: Shape, w: Shape, attrs: Attrs): Shape {
  const groups = numberAttr(attrs, "groups");
  const [channels, depth, filters] = [nth(x, 1), nth(w, 1), nth(w, 0)];
  const known = typeof channels === "number" && typeof depth === "number";
  const divides =
    groups >= 1 && (groups === 1 || (typeof filters === "number" && filters % groups === 0));
  if (!divides || (known ? channels !== depth * groups : groups !== 1 || channels !== depth)) {
    throw new TypeFault(
      "FG301",
      `${name}: images ${formatShape(x)} and filters ${formatShape(w)} do not fit in ${groups} ${groups === 1 ? "group" : "groups"}`,
      {
        operands: [0, 1],
        accepted: "images [N, C, …] with filters [O, C / groups, …], O a multiple of groups",
      },
    );
  }
  const [stride, padding, dilation] = ["stride", "padding", "dilation"].map((key) =>
    (attrs[key] as readonly number[]).map(Number),
  ) as [number[], number[], number[]];
  const counts = x.slice(2).map((size, i) =>
    windowCount(name, size, nth(w, i + 2), {
      stride: nth(stride, i),
      padding: nth(padding, i),
      dilation: nth(dilation, i),
    }),
  );
  return [nth(x, 0), filters, ...counts];
}

function convolutionType(name: string, rank: number, layout: string) {
  return (inputs: readonly TensorType[], attrs: Attrs): TensorType => {
    [0, 1].forEach((i) => requireFloat(name, inputs, i));
    const wrong = inputs.findIndex(({ shape }) => shape.length !== rank);
    if (wrong >= 0) {
      throw new TypeFault(
        "FG305",
        `${name}: operand ${wrong + 1} has shape ${formatShape(nth(inputs, wrong).shape)}`,
        { operands: [wrong], accepted: layout },
      );
    }
    const [x, w] = [nth(inputs, 0), nth(inputs, 1)];
    return { dtype: promoteTypes(inputs), shape: convolvedShape(name, x.shape, w.shape, attrs) };
  };
}

/** The runtime has each function for either precision. */
const calleeFor = (name: string, { dtype }: TensorType): string =>
  dtype === "f64" ? `${name}64` : name;

/**
 * Convolution is linear in images and in filters, so that its two adjoints and
 * their adjoints are these three operations again.
 */
const conv2dOp: Op = defineOp({
  name: "conv2d",
  group,
  summary: "Cross-correlation of images [N, C, H, W] with filters [O, C / groups, KH, KW].",
  gradient: "dx = the transposed convolution of dy with w, dw = the correlation of x with dy",
  parameters: [operand("x"), operand("w"), ...options],
  normalise: normaliseOptions("conv2d", 2),
  type: convolutionType("conv2d", 4, "x [N, C, H, W] and w [O, C / groups, KH, KW]"),
  vjp: (context) => {
    const { dOut, attrs, needed } = context;
    const [x, w] = [at(context, 0), at(context, 1)];
    return [
      needed[0] === true
        ? makeNode(inputOp, [dOut, w], { ...attrs, shape: [...x.type.shape] })
        : null,
      needed[1] === true
        ? makeNode(filtersOp, [x, dOut], { ...attrs, shape: [...w.type.shape] })
        : null,
    ];
  },
  evaluate: (inputs, attrs, type) => {
    const [x, w] = [nth(inputs, 0), nth(inputs, 1)];
    return summed(type, (data) =>
      eachProduct(x.shape, w.shape, type.shape, attrs, (inX, inW, inY) =>
        plus(data, inY, (x.data[inX] ?? NaN) * (w.data[inW] ?? NaN)),
      ),
    );
  },
  lowering: {
    kind: "kernel",
    call: ([x, w], y, attrs) => ({
      callee: calleeFor("convolve", y),
      arguments: geometry(x?.shape ?? [], w?.shape ?? [], y.shape, attrs),
    }),
  },
  example: {
    typescript: "conv2d(x, w, { stride: 2, padding: 1 })",
    math: "conv2d(x, w, stride=2, padding=1)",
  },
});

const inputOp: Op = defineOp({
  name: "conv2dInput",
  group,
  summary: "The adjoint of conv2d in its images: the transposed convolution.",
  gradient: "d(dy) = conv2d(dx, w), dw = the correlation of dx with dy",
  internal: true,
  parameters: [operand("y"), operand("w")],
  type: (inputs, attrs) => ({ dtype: promoteTypes(inputs), shape: shapeAttr(attrs, "shape") }),
  vjp: (context) => {
    const {
      dOut,
      attrs: { shape: _shape, ...rest },
      needed,
    } = context;
    const [y, w] = [at(context, 0), at(context, 1)];
    return [
      needed[0] === true ? makeNode(conv2dOp, [dOut, w], rest) : null,
      needed[1] === true
        ? makeNode(filtersOp, [dOut, y], { ...rest, shape: [...w.type.shape] })
        : null,
    ];
  },
  evaluate: (inputs, attrs, type) => {
    const [y, w] = [nth(inputs, 0), nth(inputs, 1)];
    return summed(type, (data) =>
      eachProduct(type.shape, w.shape, y.shape, attrs, (inX, inW, inY) =>
        plus(data, inX, (y.data[inY] ?? NaN) * (w.data[inW] ?? NaN)),
      ),
    );
  },
  lowering: {
    kind: "kernel",
    call: ([y, w], x, attrs) => ({
      callee: calleeFor("convolveInput", x),
      arguments: geometry(x.shape, w?.shape ?? [], y?.shape ?? [], attrs),
    }),
  },
});

const filtersOp: Op = defineOp({
  name: "conv2dFilters",
  group,
  summary: "The adjoint of conv2d in its filters.",
  gradient: "dx = the transposed convolution of dy with dw, d(dy) = conv2d(x, dw)",
  internal: true,
  parameters: [operand("x"), operand("y")],
  type: (inputs, attrs) => ({ dtype: promoteTypes(inputs), shape: shapeAttr(attrs, "shape") }),
  vjp: (context) => {
    const {
      dOut,
      attrs: { shape: _shape, ...rest },
      needed,
    } = context;
    const [x, y] = [at(context, 0), at(context, 1)];
    return [
      needed[0] === true
        ? makeNode(inputOp, [y, dOut], { ...rest, shape: [...x.type.shape] })
        : null,
      needed[1] === true ? makeNode(conv2dOp, [x, dOut], rest) : null,
    ];
  },
  evaluate: (inputs, attrs, type) => {
    const [x, y] = [nth(inputs, 0), nth(inputs, 1)];
    return summed(type, (data) =>
      eachProduct(x.shape, type.shape, y.shape, attrs, (inX, inW, inY) =>
        plus(data, inW, (x.data[inX] ?? NaN) * (y.data[inY] ?? NaN)),
      ),
    );
  },
  lowering: {
    kind: "kernel",
    call: ([x, y], w, attrs) => ({
      callee: calleeFor("convolveFilters", w),
      arguments: geometry(x?.shape ?? [], w.shape, y?.shape ?? [], attrs),
    }),
  },
});

/** Cross-correlation without stride, padding, dilation or groups unless given. */
export function conv2d(x: Node, w: Node, attrs: Attrs): Node {
  return makeNode(conv2dOp, [x, w], attrs);
}

/** A second axis of size 1 in front of the options of one axis. */
function widened(attrs: Attrs): Attrs {
  const pair = (name: string, other: number) => [
    other,
    Number((attrs[name] as readonly number[])[0]),
  ];
  return {
    stride: pair("stride", 1),
    padding: pair("padding", 0),
    dilation: pair("dilation", 1),
    groups: attrs["groups"] ?? 1,
  };
}

defineFormula({
  name: "conv1d",
  group,
  summary: "Cross-correlation of signals [N, C, L] with filters [O, C / groups, K].",
  gradient: "dx = the transposed convolution of dy with w, dw = the correlation of x with dy",
  parameters: [operand("x"), operand("w"), ...options],
  normalise: normaliseOptions("conv1d", 1),
  type: convolutionType("conv1d", 3, "x [N, C, L] and w [O, C / groups, K]"),
  expand: (inputs, attrs) => {
    const dtype = promoteTypes(inputs.map((input) => input.type));
    const [x, w] = inputs.map((input) =>
      cast(reshape(input, input.type.shape.toSpliced(2, 0, 1)), dtype),
    ) as [Node, Node];
    const y = conv2d(x, w, widened(attrs));
    return reshape(y, y.type.shape.toSpliced(2, 1));
  },
  example: { typescript: "conv1d(x, w, { padding: 1 })", math: "conv1d(x, w, padding=1)" },
});
