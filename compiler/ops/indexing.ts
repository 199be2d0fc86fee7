import type { Dim } from "../ir/dim.js";
import { makeNode, type Node } from "../ir/node.js";
import { TypeFault, type Op, type Value, type VjpContext } from "../ir/op.js";
import { formatShape, isFloat, type Shape, type TensorType } from "../ir/type.js";
import { cast, equal, notEqual } from "./arithmetic.js";
import { normaliseAxis } from "./axes.js";
import { at, nth } from "./chain.js";
import { defineOp, flatIndex, indices, numberAttr, operand, parameter, readAt } from "./define.js";
import { constant } from "./leaf.js";
import { iota, reshape } from "./shape.js";

const group = "Indexing";
const axisParameter = parameter("axis", { kind: "axis" }, 0);

/** @throws TypeFault FG307 unless the operand holds integers. */
export function requireIntegers(name: string, inputs: readonly TensorType[], i: number): void {
  const type = nth(inputs, i);
  if (type.dtype === "i32") return;
  throw new TypeFault("FG307", `${name}: indices are ${type.dtype}`, {
    operands: [i],
    accepted: "i32",
    hint: 'declare the index parameter as Tensor<[…], "i32"> or Labels<"N">, in math strings as i32[…]',
  });
}

/** @throws TypeFault FG307 if the operand cannot carry a gradient. */
export function requireFloat(name: string, inputs: readonly TensorType[], i: number): void {
  const type = nth(inputs, i);
  if (isFloat(type.dtype)) return;
  throw new TypeFault("FG307", `${name}: operand ${i + 1} is ${type.dtype}`, {
    operands: [i],
    accepted: "f32 or f64",
  });
}

function takeShape(x: Shape, index: Shape, axis: number): Shape {
  return [...x.slice(0, axis), ...index, ...x.slice(axis + 1)];
}

/** The index vectors of operand and index tensor behind element `index` of the result of take. */
function takePosition(index: readonly number[], axis: number, indexRank: number) {
  return {
    before: index.slice(0, axis),
    middle: index.slice(axis, axis + indexRank),
    after: index.slice(axis + indexRank),
  };
}

const takeOp = defineOp({
  name: "take",
  group,
  summary: "Slices of x along an axis, chosen by integer indices of any shape.",
  example: { typescript: "take(x, i, { axis: 0 })", math: "take(x, i, axis=0)" },
  gradient: "dx = scatterAdd of dy: an index that occurs twice adds twice",
  parameters: [operand("x"), operand("indices"), axisParameter],
  normalise: normaliseAxis("take"),
  type: (inputs, attrs) => {
    requireIntegers("take", inputs, 1);
    const [x, index] = [nth(inputs, 0), nth(inputs, 1)];
    return {
      dtype: x.dtype,
      shape: takeShape(x.shape, index.shape, numberAttr(attrs, "axis")),
    };
  },
  vjp: (context) => {
    const [x, index] = [at(context, 0), at(context, 1)];
    return [
      scatter(
        scatterSlicesOp,
        index,
        context.dOut,
        x.type.shape,
        numberAttr(context.attrs, "axis"),
      ),
      null,
    ];
  },
  maskVjp: (context, mask) => [readAnywhere(scatterSlicesOp, context, mask), null],
  evaluate: ([x, index], attrs, type) => {
    const axis = numberAttr(attrs, "axis");
    const data = indices(type.shape).map((position) => {
      const { before, middle, after } = takePosition(position, axis, index?.shape.length ?? 0);
      return x && index ? readAt(x, [...before, readAt(index, middle), ...after]) : NaN;
    });
    return { ...type, data };
  },
  lowering: { kind: "gather", along: false },
});

const takeAlongOp = defineOp({
  name: "takeAlong",
  group,
  summary: "One element along an axis for each index; x and indices agree along all other axes.",
  example: { typescript: "takeAlong(x, i, { axis: 1 })", math: "takeAlong(x, i, axis=1)" },
  gradient: "dx = dy added at the indices",
  parameters: [operand("x"), operand("indices"), axisParameter],
  normalise: normaliseAxis("takeAlong"),
  type: (inputs, attrs) => {
    requireIntegers("takeAlong", inputs, 1);
    const [x, index] = [nth(inputs, 0), nth(inputs, 1)];
    requireAligned("takeAlong", x.shape, index.shape, numberAttr(attrs, "axis"));
    return { dtype: x.dtype, shape: index.shape };
  },
  vjp: (context) => {
    const [x, index] = [at(context, 0), at(context, 1)];
    return [
      scatter(
        scatterElementsOp,
        index,
        context.dOut,
        x.type.shape,
        numberAttr(context.attrs, "axis"),
      ),
      null,
    ];
  },
  maskVjp: (context, mask) => [readAnywhere(scatterElementsOp, context, mask), null],
  evaluate: ([x, index], attrs, type) => {
    const axis = numberAttr(attrs, "axis");
    const data = indices(type.shape).map((position) =>
      x && index ? readAt(x, position.with(axis, readAt(index, position))) : NaN,
    );
    return { ...type, data };
  },
  lowering: { kind: "gather", along: true },
});

function requireAligned(name: string, x: Shape, index: Shape, axis: number): void {
  if (x.length === index.length && x.every((dim, i) => i === axis || dim === index[i])) return;
  throw new TypeFault(
    "FG301",
    `${name}: shapes ${formatShape(x)} and ${formatShape(index)} differ besides axis ${axis}`,
    {
      operands: [0, 1],
      accepted: "index tensors of the operand's rank, equal to it along all other axes",
    },
  );
}

/** Which elements of operand 0 a masked result reads. */
function readAnywhere(op: Op, { inputs, attrs }: VjpContext, mask: Node): Node {
  const [x, index] = [nth(inputs, 0), nth(inputs, 1)];
  const count = scatter(op, index, cast(mask, "i32"), x.type.shape, numberAttr(attrs, "axis"));
  return notEqual(count, constant(0, "i32"));
}

/** Adds updates into zeros; internal, since the user's scatterAdd starts from an operand. */
function defineScatter(
  name: string,
  along: boolean,
  gatherOp: () => Op,
  place: (index: Value, axis: number, position: readonly number[]) => number[],
) {
  return defineOp({
    name,
    group,
    summary: "Values added into zeros at integer indices along an axis.",
    gradient: "dupdates = dy read at the indices",
    internal: true,
    parameters: [operand("indices"), operand("updates")],
    type: (inputs, attrs) => {
      requireIntegers(name, inputs, 0);
      return { dtype: nth(inputs, 1).dtype, shape: attrs["shape"] as Shape };
    },
    vjp: (context) => [
      null,
      makeNode(gatherOp(), [context.dOut, at(context, 0)], {
        axis: numberAttr(context.attrs, "axis"),
      }),
    ],
    maskVjp: ({ inputs, attrs }, mask) => [
      null,
      makeNode(gatherOp(), [mask, nth(inputs, 0)], { axis: numberAttr(attrs, "axis") }),
    ],
    evaluate: ([index, updates], attrs, type) => {
      const data = new Array<number>(type.shape.reduce((p, q) => p * q, 1)).fill(0);
      for (const position of indices(updates?.shape ?? [])) {
        if (!index || !updates) continue;
        const to = flatIndex(type.shape, place(index, numberAttr(attrs, "axis"), position));
        data[to] = (data[to] ?? 0) + readAt(updates, position);
      }
      return { ...type, data };
    },
    lowering: { kind: "scatterAdd", along },
  });
}

const scatterSlicesOp = defineScatter(
  "scatterSlices",
  false,
  () => takeOp,
  (index, axis, position) => {
    const { before, middle, after } = takePosition(position, axis, index.shape.length);
    return [...before, readAt(index, middle), ...after];
  },
);

const scatterElementsOp = defineScatter(
  "scatterElements",
  true,
  () => takeAlongOp,
  (index, axis, position) => position.with(axis, readAt(index, position)),
);

function scatter(op: Op, index: Node, updates: Node, shape: Shape, axis: number): Node {
  return makeNode(op, [index, updates], { axis, shape: shape as Dim[] });
}

/** Elements of x at integer positions along an axis. */
export function take(x: Node, index: Node, axis: number): Node {
  return makeNode(takeOp, [x, index], { axis });
}

/** One element along an axis for each index. */
export function takeAlong(x: Node, index: Node, axis: number): Node {
  return makeNode(takeAlongOp, [x, index], { axis });
}

/** Updates added into zeros of a shape, at integer positions along an axis. */
export function scatterSlices(index: Node, updates: Node, shape: Shape, axis: number): Node {
  return scatter(scatterSlicesOp, index, updates, shape, axis);
}

/** Rows with a single 1 at each label: shape of `labels` plus an axis of `classes`. */
export function oneHotLike(labels: Node, classes: Dim, dtype: "f32" | "f64"): Node {
  const shape = [...labels.type.shape, classes];
  const column = reshape(labels, [...labels.type.shape, 1]);
  return cast(equal(iota(shape, shape.length - 1), column), dtype);
}
