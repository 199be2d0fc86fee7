import { labelled, makeNode, type Attrs, type Node } from "../ir/node.js";
import { TypeFault, type VjpContext } from "../ir/op.js";
import { formatShape, promoteTypes, type Shape, type TensorType } from "../ir/type.js";
import { add, div, equal, greater, mul, neg, sub, where } from "./arithmetic.js";
import { normaliseAxes, normaliseAxis, reducedShape } from "./axes.js";
import { at, chain1, nth } from "./chain.js";
import { numberAttr, numbersAttr, operand, parameter, broadcastAll } from "./define.js";
import { exp, log, relu } from "./elementwise.js";
import { defineFormula, maskOfReduced, maskOfRows } from "./grouped.js";
import { oneHotLike, requireFloat, requireIntegers, takeAlong } from "./indexing.js";
import { constant, one, zero } from "./leaf.js";
import { max, mean, reducedCount, spread, sum } from "./reduce.js";
import { iota, reshape } from "./shape.js";

const normalised = "Normalisation over an axis";
const losses = "Losses";

const lastAxis = parameter("axis", { kind: "axis" }, -1);

/** The shape is the operand's, the dtype float. */
const sameFloat =
  (name: string) =>
  (inputs: readonly TensorType[]): TensorType => {
    requireFloat(name, inputs, 0);
    return nth(inputs, 0);
  };

const along = (attrs: Attrs) => ({
  axes: [numberAttr(attrs, "axis")],
  keepDims: true,
});

/**
 * The largest element, as the shift that keeps exp in range. A row of only
 * −inf shifts by 0, since −inf − (−inf) has no value.
 */
function shiftOf(x: Node, axes: readonly number[]): Node {
  const top = max(x, { axes, keepDims: true });
  return labelled(where(equal(top, constant(-Infinity)), zero(), top), "shift");
}

const rows = maskOfRows((attrs) => [numberAttr(attrs, "axis")]);

const softmaxOp = defineFormula({
  name: "softmax",
  group: normalised,
  summary: "exp(x) divided by its sum along an axis.",
  example: { typescript: "softmax(x, { axis: -1 })", math: "softmax(x, axis=-1)" },
  gradient: "dx = y · (dy − Σ dy · y)",
  numerics: "Shifted by the largest element: finite for [1000, 1000, 0].",
  parameters: [operand("x"), lastAxis],
  normalise: normaliseAxis("softmax"),
  type: sameFloat("softmax"),
  vjp: chain1((_x, y, dy, { attrs }) => mul(y, sub(dy, sum(mul(dy, y), along(attrs))))),
  maskVjp: rows,
  expand: ([x], attrs) => expandSoftmax(x, attrs),
});

function expandSoftmax(x: Node | undefined, attrs: Attrs): Node {
  const logits = at({ inputs: x ? [x] : [] }, 0);
  const shifted = labelled(sub(logits, shiftOf(logits, along(attrs).axes)), "shifted");
  const exps = labelled(exp(shifted), "exps");
  return div(exps, labelled(sum(exps, along(attrs)), "sumExps"));
}

const logSoftmaxOp = defineFormula({
  name: "logSoftmax",
  group: normalised,
  summary: "x minus logSumExp(x) along an axis.",
  example: { typescript: "logSoftmax(x)", math: "logSoftmax(x)" },
  gradient: "dx = dy − softmax(x) · Σ dy",
  numerics: "Shifted by the largest element.",
  parameters: [operand("x"), lastAxis],
  normalise: normaliseAxis("logSoftmax"),
  type: sameFloat("logSoftmax"),
  vjp: chain1((_x, y, dy, { attrs }) => sub(dy, mul(exp(y), sum(dy, along(attrs))))),
  maskVjp: rows,
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const shifted = sub(x, shiftOf(x, along(attrs).axes));
    return sub(shifted, log(sum(exp(shifted), along(attrs))));
  },
});

const logSumExpOp = defineFormula({
  name: "logSumExp",
  group: normalised,
  summary: "log of the sum of exp(x) over axes.",
  example: { typescript: "logSumExp(x, { axis: 1 })", math: "logSumExp(x, axis=1)" },
  gradient: "dx = dy · exp(x − y)",
  numerics: "Shifted by the largest element; elements of −inf count as zero.",
  parameters: [
    operand("x"),
    parameter("axis", { kind: "axes" }, null),
    parameter("keepDims", { kind: "boolean" }, false),
  ],
  normalise: normaliseAxes("logSumExp"),
  type: (inputs, attrs) => {
    requireFloat("logSumExp", inputs, 0);
    const { dtype, shape } = nth(inputs, 0);
    return {
      dtype,
      shape: reducedShape(shape, numbersAttr(attrs, "axes"), attrs["keepDims"] === true),
    };
  },
  vjp: chain1((x, y, dy, { attrs }) =>
    mul(spread(dy, x, attrs), exp(sub(x, shiftedLike(spread(y, x, attrs))))),
  ),
  maskVjp: maskOfReduced,
  expand: (inputs, attrs) => {
    const x = nth(inputs, 0);
    const axes = numbersAttr(attrs, "axes");
    const shift = shiftOf(x, axes);
    const total = add(log(sum(exp(sub(x, shift)), { axes, keepDims: true })), shift);
    return reshape(total, reducedShape(x.type.shape, axes, attrs["keepDims"] === true));
  },
});

/** y, or 0 where y is −inf: all of x is then −inf and its gradient exp(−inf) = 0. */
function shiftedLike(y: Node): Node {
  return where(equal(y, constant(-Infinity)), zero(), y);
}

// Losses

const reduction = parameter("reduction", { kind: "choice", of: ["mean", "sum", "none"] }, "mean");

/** Combines one loss per example as the author asked. */
function reduceLoss(loss: Node, attrs: Attrs): Node {
  if (attrs["reduction"] === "none") return loss;
  return attrs["reduction"] === "sum" ? sum(loss) : mean(loss);
}

function lossShape(shape: Shape, attrs: Attrs): Shape {
  return attrs["reduction"] === "none" ? shape : [];
}

/** The gradient of each example's loss: dy shared out by the reduction, with an axis for the classes. */
function perExample({ attrs, dOut }: VjpContext, scores: Node): Node {
  const batch = scores.type.shape.slice(0, -1);
  if (attrs["reduction"] === "none") return reshape(dOut, [...batch, 1]);
  if (attrs["reduction"] === "sum") return dOut;
  const axes = batch.map((_, i) => i);
  return labelled(div(dOut, reducedCount(scores, { axes })), "dlosses");
}

/** Scores [..., C] and labels [...]. @throws TypeFault */
function classLossType(name: string) {
  return (inputs: readonly TensorType[], attrs: Attrs): TensorType => {
    requireFloat(name, inputs, 0);
    requireIntegers(name, inputs, 1);
    const [scores, labels] = [nth(inputs, 0), nth(inputs, 1)];
    const batch = scores.shape.slice(0, -1);
    if (
      scores.shape.length !== labels.shape.length + 1 ||
      batch.some((dim, i) => dim !== labels.shape[i])
    ) {
      throw new TypeFault(
        "FG301",
        `${name}: scores ${formatShape(scores.shape)} and labels ${formatShape(labels.shape)} do not fit`,
        {
          operands: [0, 1],
          accepted: "scores [N, classes] with labels [N]",
        },
      );
    }
    return { dtype: scores.dtype, shape: lossShape(batch, attrs) };
  };
}

const classParameters = [
  operand("scores", "[N, classes]"),
  operand("labels", "[N], i32 from 0 to classes − 1"),
];

/** The score of each example's own class. */
function ownScore(scores: Node, labels: Node): Node {
  const rank = labels.type.shape.length;
  return takeAlong(scores, reshape(labels, [...labels.type.shape, 1]), rank);
}

function floatDtype(node: Node): "f32" | "f64" {
  return node.type.dtype === "f32" ? "f32" : "f64";
}

defineFormula({
  name: "softmaxCrossEntropy",
  group: losses,
  summary: "−log of the softmax of each example's own class, averaged.",
  example: { typescript: "softmaxCrossEntropy(scores, y)", math: "softmaxCrossEntropy(scores, y)" },
  gradient: "dscores = (softmax(scores) − onehot(labels)) / N",
  numerics: "Grouped: one shifted pass, no log of a rounded probability.",
  parameters: [...classParameters, reduction],
  type: classLossType("softmaxCrossEntropy"),
  vjp: (context) => {
    const [scores, labels] = [at(context, 0), at(context, 1)];
    const classes = nth(scores.type.shape, scores.type.shape.length - 1);
    const probabilities = makeNode(softmaxOp, [scores], {
      axis: scores.type.shape.length - 1,
    });
    const residual = sub(probabilities, oneHotLike(labels, classes, floatDtype(scores)));
    return [mul(residual, perExample(context, scores)), null];
  },
  expand: (inputs, attrs) => {
    const [scores, labels] = [nth(inputs, 0), nth(inputs, 1)];
    const axis = labels.type.shape.length;
    // Written from the same pieces as softmax, so that forward and backward share them.
    const shifted = labelled(sub(scores, shiftOf(scores, [axis])), "shifted");
    const exps = labelled(exp(shifted), "exps");
    const total = labelled(sum(exps, { axes: [axis], keepDims: true }), "sumExps");
    const own = labelled(ownScore(shifted, labels), "own");
    const loss = labelled(sub(labelled(log(total), "logSum"), own), "losses");
    return reduceLoss(reshape(loss, labels.type.shape), attrs);
  },
});

defineFormula({
  name: "multiclassHinge",
  group: losses,
  summary: "Σ max(0, score − own score + margin) over the other classes, averaged over examples.",
  example: {
    typescript: "multiclassHinge(scores, y, { margin: 0.5 })",
    math: "multiclassHinge(scores, y, margin=0.5)",
  },
  gradient: "1 for each class above the margin, minus their number for the own class",
  conventions: ["relu"],
  parameters: [...classParameters, parameter("margin", { kind: "number" }, 1), reduction],
  type: classLossType("multiclassHinge"),
  vjp: (context) => {
    const scores = at(context, 0);
    const { own, margins } = hingeMargins(context.inputs, context.attrs);
    const slope = where(greater(margins, zero()), one(), zero());
    const above = labelled(where(own, zero(), slope), "above");
    const count = labelled(
      sum(above, { axes: [scores.type.shape.length - 1], keepDims: true }),
      "count",
    );
    return [mul(where(own, neg(count), above), perExample(context, scores)), null];
  },
  expand: (inputs, attrs) => {
    const { own, margins } = hingeMargins(inputs, attrs);
    const axis = nth(inputs, 0).type.shape.length - 1;
    return reduceLoss(
      labelled(sum(where(own, zero(), margins), { axes: [axis] }), "losses"),
      attrs,
    );
  },
});

/** max(0, score − own score + margin) for each class, and which class is the example's own. */
function hingeMargins(
  inputs: readonly Node[],
  attrs: Attrs,
): { readonly own: Node; readonly margins: Node } {
  const [scores, labels] = [nth(inputs, 0), nth(inputs, 1)];
  const { shape } = scores.type;
  const gaps = sub(scores, labelled(ownScore(scores, labels), "own"));
  const margins = labelled(relu(add(gaps, constant(numberAttr(attrs, "margin")))), "margins");
  const own = equal(iota(shape, shape.length - 1), reshape(labels, [...labels.type.shape, 1]));
  return { own, margins };
}

defineFormula({
  name: "meanSquaredError",
  group: losses,
  summary: "Squared difference, averaged over all elements.",
  example: { typescript: "meanSquaredError(p, t)", math: "meanSquaredError(p, t)" },
  gradient: "dp = 2 (p − t) / n",
  parameters: [operand("prediction"), operand("target"), reduction],
  type: (inputs, attrs) => {
    const shape = broadcastAll("meanSquaredError", inputs);
    requireFloat("meanSquaredError", inputs, 0);
    return { dtype: promoteTypes(inputs), shape: lossShape(shape, attrs) };
  },
  expand: (inputs, attrs) => {
    const difference = sub(nth(inputs, 0), nth(inputs, 1));
    return reduceLoss(mul(difference, difference), attrs);
  },
});

export const softmax = (x: Node, axis: number): Node => makeNode(softmaxOp, [x], { axis });
export const logSoftmax = (x: Node, axis: number): Node => makeNode(logSoftmaxOp, [x], { axis });
export const logSumExp = (x: Node, axes: readonly number[], keepDims = false): Node =>
  makeNode(logSumExpOp, [x], { axes, keepDims });
