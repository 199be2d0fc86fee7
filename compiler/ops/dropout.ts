import { uniformAt as uniformOf } from "../../runtime/uniformAt.js";
import { dimProduct } from "../ir/dim.js";
import { makeNode, type Node } from "../ir/node.js";
import { TypeFault } from "../ir/op.js";
import { formatShape, type Shape } from "../ir/type.js";
import { add, less, mul, where } from "./arithmetic.js";
import { nth } from "./chain.js";
import { defineElementwise, numberAttr, operand, parameter } from "./define.js";
import { runtime } from "./elementwise.js";
import { defineFormula } from "./grouped.js";
import { requireFloat } from "./indexing.js";
import { constant, size, zero } from "./leaf.js";
import { iota } from "./shape.js";

const group = "Random numbers";

const uniformAtOp = defineElementwise({
  name: "uniformAt",
  group,
  summary: "A uniform number on [0, 1) for a seed and a position.",
  gradient: "dseed = 0, dposition = 0",
  internal: true,
  parameters: [operand("seed"), operand("position")],
  code: runtime("uniformAt"),
  element: (seed, position) => uniformOf(seed, position),
  dtype: () => "f64",
  derivative: "zero",
});

/** The row-major position of every element of a shape. */
function positions(shape: Shape): Node {
  const terms = shape.map((_, axis) => {
    const stride = dimProduct(shape.slice(axis + 1));
    return stride === 1 ? iota(shape, axis) : mul(iota(shape, axis), size(stride));
  });
  return terms.length === 0 ? zero() : terms.reduce((a, b) => add(a, b));
}

defineFormula({
  name: "dropout",
  group,
  summary: "Each element set to 0 with probability `rate`, the others divided by 1 − rate.",
  gradient: "dx = dy / (1 − rate) where the element was kept, else 0; dseed = 0",
  numerics:
    "Which elements go is a function of the seed and their positions alone: another seed for each step and layer.",
  parameters: [
    operand("x"),
    operand("seed", "a scalar"),
    parameter("rate", { kind: "number" }, 0.5),
  ],
  type: (inputs, attrs) => {
    requireFloat("dropout", inputs, 0);
    const seed = nth(inputs, 1).shape;
    if (seed.length > 0) {
      throw new TypeFault("FG305", `dropout: the seed has shape ${formatShape(seed)}`, {
        operands: [1],
        accepted: "a scalar",
      });
    }
    const rate = numberAttr(attrs, "rate");
    if (!(rate >= 0 && rate < 1)) {
      throw new TypeFault("FG214", `dropout: \`rate\` cannot be ${rate}`, {
        accepted: "a number from 0 up to, but not including, 1",
      });
    }
    return nth(inputs, 0);
  },
  expand: (inputs, attrs) => {
    const [x, seed] = [nth(inputs, 0), nth(inputs, 1)];
    const rate = numberAttr(attrs, "rate");
    if (rate === 0) return x;
    const draw = makeNode(uniformAtOp, [seed, positions(x.type.shape)]);
    const dropped = less(draw, constant(rate));
    return where(dropped, zero(), mul(x, constant(1 / (1 - rate))));
  },
  example: { typescript: "dropout(x, seed, { rate: 0.1 })", math: "dropout(x, seed, rate=0.1)" },
});
