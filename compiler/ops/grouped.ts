import type { Attrs, Node } from "../ir/node.js";
import type { Op, Parameter, VjpContext } from "../ir/op.js";
import type { Shape } from "../ir/type.js";
import { nth } from "./chain.js";
import { broadcastAll, defineOp, floatType, operand } from "./define.js";
import { any, spread } from "./reduce.js";
import { broadcastTo, reshape } from "./shape.js";

type Formula = (inputs: readonly Node[], attrs: Attrs) => Node;

/**
 * An operation that is a formula of others. With a chain rule of its own it
 * is kept whole while differentiating and written out afterwards; without one
 * it is differentiated through the formula.
 */
export function defineFormula(
  definition: Omit<Op, "evaluate" | "lowering"> & { readonly expand: Formula },
): Op {
  const { expand, ...rest } = definition;
  return defineOp({
    ...rest,
    evaluate: () => {
      throw new Error(`${rest.name} is evaluated through its expansion`);
    },
    lowering: { kind: "expand", expand },
  });
}

/** A formula of each element; operands broadcast as in NumPy. */
export function defineElementwiseFormula(
  definition: Omit<Op, "evaluate" | "lowering" | "type" | "parameters"> & {
    readonly parameters?: readonly Parameter[];
    readonly dtype?: typeof floatType;
    readonly expand: Formula;
  },
): Op {
  const { dtype = floatType, parameters = [operand("x")], ...rest } = definition;
  return defineFormula({
    ...rest,
    parameters,
    type: (inputs) => ({ dtype: dtype(inputs), shape: broadcastAll(rest.name, inputs) }),
    ...(rest.vjp === undefined ? {} : { maskVjp: maskOfElements }),
  });
}

/** Where a gradient counts, for an operation on each element: the same element of each operand. */
export function maskOfElements({ inputs }: VjpContext, mask: Node): readonly Node[] {
  return inputs.map((input) => anyTo(mask, input.type.shape));
}

/** Where a gradient counts, for an operation that mixes the elements along axes: all of a row or none. */
export function maskOfRows(axesOf: (attrs: Attrs) => readonly number[]) {
  return ({ inputs, attrs }: VjpContext, mask: Node): readonly (Node | null)[] => {
    const x = nth(inputs, 0);
    const kept = any(mask, { axes: axesOf(attrs), keepDims: true });
    return inputs.map((_input, i) => (i === 0 ? broadcastTo(kept, x.type.shape) : null));
  };
}

/** Where a gradient counts, for a reduction: all that was combined into an element that counts. */
export function maskOfReduced({ inputs, attrs }: VjpContext, mask: Node): readonly Node[] {
  return inputs.map((input) => spread(mask, input, attrs));
}

/** A bool combined by "any" over the axes along which `shape` was broadcast. */
function anyTo(mask: Node, shape: Shape): Node {
  const extra = mask.type.shape.length - shape.length;
  const axes = mask.type.shape
    .map((_, i) => i)
    .filter((i) => i < extra || (shape[i - extra] === 1 && mask.type.shape[i] !== 1));
  return axes.length === 0 ? mask : reshape(any(mask, { axes }), shape);
}
