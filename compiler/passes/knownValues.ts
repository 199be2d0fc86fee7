import { reachable } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import type { Value } from "../ir/op.js";
import { constantOp } from "../ops/leaf.js";

/** Elements of what is evaluated while compiling. */
const MAX_ELEMENTS = 2 ** 20;

/**
 * Values that depend on no input: masks, positions, constant matrices. What
 * stands for something to differentiate by counts as an input.
 */
export class KnownValues {
  readonly #values = new Map<Node, Value | undefined>();

  of(node: Node): Value | undefined {
    for (const one of reachable([node])) {
      if (!this.#values.has(one)) this.#values.set(one, this.#evaluate(one));
    }
    return this.#values.get(node);
  }

  #evaluate(node: Node): Value | undefined {
    const { op, attrs, type } = node;
    const { kind } = op.lowering;
    const isLeaf = kind === "leaf" && op !== constantOp;
    const isLoop = kind === "loop" || kind === "loopValue";
    if (isLeaf || isLoop || op.name === "variable" || op.name === "cotangent") return undefined;
    const inputs = node.inputs.flatMap((input) => this.#values.get(input) ?? []);
    const shape = type.shape.filter((dim) => typeof dim === "number");
    const isKnown = inputs.length === node.inputs.length && shape.length === type.shape.length;
    if (!isKnown || shape.reduce((p, q) => p * q, 1) > MAX_ELEMENTS) return undefined;
    if (op.lowering.kind === "expand") return this.of(op.lowering.expand(node.inputs, attrs));
    return op.evaluate(inputs, attrs, { dtype: type.dtype, shape });
  }
}
