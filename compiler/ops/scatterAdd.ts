import type { Attrs } from "../ir/node.js";
import { TypeFault } from "../ir/op.js";
import {
  broadcastShapes,
  formatShape,
  sameShape,
  type Shape,
  type TensorType,
} from "../ir/type.js";
import { add, cast, equal } from "./arithmetic.js";
import { normaliseAxis } from "./axes.js";
import { nth } from "./chain.js";
import { numberAttr, operand, parameter } from "./define.js";
import { defineFormula } from "./grouped.js";
import { requireIntegers, scatterSlices } from "./indexing.js";
import { broadcastTo, iota, reshape } from "./shape.js";

const group = "Indexing";

/** The shape of take(x, indices, axis). */
function slicesShape(inputs: readonly TensorType[], attrs: Attrs): Shape {
  const [x, index] = [nth(inputs, 0).shape, nth(inputs, 1).shape];
  const axis = numberAttr(attrs, "axis");
  return [...x.slice(0, axis), ...index, ...x.slice(axis + 1)];
}

defineFormula({
  name: "scatterAdd",
  group,
  summary:
    "x with updates added at integer indices along an axis; an index that occurs twice adds twice.",
  gradient: "dx = dy, dupdates = take(dy, indices, axis)",
  parameters: [
    operand("x"),
    operand("indices"),
    operand("updates", "of the shape of take(x, indices, axis)"),
    parameter("axis", { kind: "axis" }, 0),
  ],
  normalise: normaliseAxis("scatterAdd"),
  type: (inputs, attrs) => {
    requireIntegers("scatterAdd", inputs, 1);
    const [x, updates] = [nth(inputs, 0), nth(inputs, 2)];
    const wanted = slicesShape(inputs, attrs);
    const common = broadcastShapes(updates.shape, wanted);
    if (common === undefined || !sameShape(common, wanted)) {
      throw new TypeFault(
        "FG301",
        `scatterAdd: updates ${formatShape(updates.shape)} do not fit the slices ${formatShape(wanted)}`,
        { operands: [2], accepted: `${formatShape(wanted)}, or a shape that broadcasts to it` },
      );
    }
    return x;
  },
  expand: (inputs, attrs) => {
    const [x, index, updates] = [nth(inputs, 0), nth(inputs, 1), nth(inputs, 2)];
    const wanted = slicesShape(
      inputs.map((input) => input.type),
      attrs,
    );
    const typed = cast(broadcastTo(updates, wanted), x.type.dtype);
    return add(x, scatterSlices(index, typed, x.type.shape, numberAttr(attrs, "axis")));
  },
  example: {
    typescript: "scatterAdd(x, i, u, { axis: 0 })",
    math: "scatterAdd(x, i, u, axis=0)",
  },
});

defineFormula({
  name: "oneHot",
  group,
  summary:
    "A row for each label, 1 at the label and 0 elsewhere; all 0 for a label outside 0 … classes − 1.",
  parameters: [
    operand("labels", "i32, of any shape"),
    parameter("classes", { kind: "integer" }, undefined, "The length of a row."),
  ],
  derivative: "zero",
  type: (inputs, attrs) => {
    requireIntegers("oneHot", inputs, 0);
    const classes = numberAttr(attrs, "classes");
    if (classes < 0) {
      throw new TypeFault("FG214", `oneHot: ${classes} classes are not possible`, {
        accepted: "a whole number ≥ 0",
      });
    }
    return { dtype: "i32", shape: [...nth(inputs, 0).shape, classes] };
  },
  expand: (inputs, attrs) => {
    const labels = nth(inputs, 0);
    const { shape } = labels.type;
    const rows = [...shape, numberAttr(attrs, "classes")];
    return cast(equal(iota(rows, shape.length), reshape(labels, [...shape, 1])), "i32");
  },
  numerics: "i32, which takes the dtype of what it is multiplied with.",
  example: { typescript: "oneHot(y, 10)", math: "oneHot(y, 10)" },
});
