import { reachable } from "../ir/graph.js";
import { makeNode, type Node } from "../ir/node.js";
import { cast } from "./arithmetic.js";
import { at, nth } from "./chain.js";
import { defineOp, numberAttr } from "./define.js";
import { zero } from "./leaf.js";
import { broadcastTo } from "./shape.js";

/**
 * Stands for the gradient of y in a chain rule that the author has written,
 * until reverse mode puts the gradient in its place. Nothing else reads it.
 */
const cotangentOp = defineOp({
  name: "cotangent",
  group: "leaves",
  summary: "The gradient that a chain rule is given.",
  internal: true,
  parameters: [{ name: "y", kind: { kind: "operand" } }],
  type: (inputs) => nth(inputs, 0),
  vjp: () => [null],
  evaluate: (inputs, _attrs, type) => ({ ...type, data: nth(inputs, 0).data.map(() => 0) }),
  lowering: {
    kind: "expand",
    expand: (inputs) => {
      const { dtype, shape } = at({ inputs }, 0).type;
      return shape.length === 0 ? zero() : broadcastTo(cast(zero(), dtype), shape);
    },
  },
});

export function cotangent(y: Node): Node {
  return makeNode(cotangentOp, [y]);
}

/** Operands: the value, the cotangent of the rule, `count` arguments, and the gradient of each. */
const customOp = defineOp({
  name: "customGradient",
  group: "leaves",
  summary: "A value with a chain rule of the author's.",
  gradient: "what the author says",
  internal: true,
  parameters: [{ name: "operands", kind: { kind: "rest" } }],
  type: (inputs) => nth(inputs, 0),
  vjp: ({ inputs, dOut, attrs, needed }) => {
    const count = numberAttr(attrs, "count");
    const placeholder = nth(inputs, 1);
    return inputs.map((_, i) =>
      i >= 2 && i < 2 + count && needed[i] === true
        ? substituted(nth(inputs, i + count), placeholder, dOut)
        : null,
    );
  },
  evaluate: (inputs) => nth(inputs, 0),
  lowering: { kind: "expand", expand: (inputs) => at({ inputs }, 0) },
});

/** The value y, whose gradient by each of `args` is one of `gradients`, written in terms of a cotangent. */
export function customGradient(
  y: Node,
  placeholder: Node,
  args: readonly Node[],
  gradients: readonly Node[],
): Node {
  return makeNode(customOp, [y, placeholder, ...args, ...gradients], { count: args.length });
}

/** A copy of the value that reads `to` where the value reads `from`. */
function substituted(value: Node, from: Node, to: Node): Node {
  const images = new Map<Node, Node>([[from, to]]);
  for (const node of reachable([value], from.id)) {
    if (images.has(node) || !node.inputs.some((x) => images.has(x))) continue;
    const inputs = node.inputs.map((x) => images.get(x) ?? x);
    images.set(node, makeNode(node.op, inputs, node.attrs));
  }
  return images.get(value) ?? value;
}
