import { makeNode, type Attrs, type Node } from "../ir/node.js";
import { TypeFault, type Combine, type Op, type Value } from "../ir/op.js";
import { elementCount, formatShape, isFloat, type TensorType } from "../ir/type.js";
import { cast, div, equal, mul, sub, where } from "./arithmetic.js";
import { normaliseAxes, reducedShape } from "./axes.js";
import { at, chain1 } from "./chain.js";
import { defineOp, indices, numbersAttr, operand, parameter, readAt } from "./define.js";
import { size, zero } from "./leaf.js";
import { broadcastTo, reshape } from "./shape.js";

const group = "Reductions";
const axis = parameter("axis", { kind: "axes" }, null, "One axis or several; all if absent.");
const keepDims = parameter(
  "keepDims",
  { kind: "boolean" },
  false,
  "Keep reduced axes with size 1.",
);

interface Reduction {
  readonly name: string;
  readonly summary: string;
  readonly gradient?: string;
  readonly numerics?: string;
  readonly conventions?: readonly string[];
  readonly example?: Op["example"];
  readonly internal?: boolean;
  readonly combine: Combine;
  readonly start: number;
  readonly step: (total: number, next: number) => number;
  readonly vjp?: Op["vjp"];
  /** False where the empty combination has no value. */
  readonly emptyAllowed?: boolean;
  readonly dtype?: TensorType["dtype"];
}

export function defineReduction({
  combine,
  start,
  step,
  emptyAllowed = true,
  dtype,
  ...rest
}: Reduction): Op {
  return defineOp({
    ...rest,
    group,
    parameters: [operand("x"), axis, keepDims],
    normalise: normaliseAxes(rest.name),
    type: ([x], attrs) => {
      const shape = x?.shape ?? [];
      const axes = numbersAttr(attrs, "axes");
      if (!emptyAllowed) refuseEmpty(rest.name, shape, axes);
      const natural = x?.dtype === "bool" ? "i32" : (x?.dtype ?? "f64");
      return {
        dtype: dtype ?? natural,
        shape: reducedShape(shape, axes, attrs["keepDims"] === true),
      };
    },
    evaluate: ([x], attrs, type) =>
      x === undefined ? never() : reduceValue(x, attrs, type, start, step),
    lowering: { kind: "reduce", combine },
  });
}

function never(): never {
  throw new Error("a reduction needs an operand");
}

export function refuseEmpty(
  name: string,
  shape: TensorType["shape"],
  axes: readonly number[],
): void {
  const empty = axes.find((a) => shape[a] === 0);
  if (empty === undefined) return;
  throw new TypeFault("FG308", `${name}: axis ${empty} of shape ${formatShape(shape)} is empty`, {
    operands: [0],
    accepted: "at least one element along every reduced axis",
  });
}

function reduceValue(
  x: Value,
  attrs: Attrs,
  type: { readonly dtype: Value["dtype"]; readonly shape: readonly number[] },
  start: number,
  step: (total: number, next: number) => number,
): Value {
  const axes = numbersAttr(attrs, "axes");
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const along = indices(axes.map((a) => x.shape[a] ?? 1));
  const data = indices(kept.map((a) => x.shape[a] ?? 1)).map((outer) =>
    along
      .map((inner) => readAt(x, interleave(x.shape.length, kept, outer, axes, inner)))
      .reduce(step, start),
  );
  return { ...type, data };
}

function interleave(
  rank: number,
  kept: readonly number[],
  outer: readonly number[],
  axes: readonly number[],
  inner: readonly number[],
): number[] {
  const index = new Array<number>(rank).fill(0);
  kept.forEach((a, i) => (index[a] = outer[i] ?? 0));
  axes.forEach((a, i) => (index[a] = inner[i] ?? 0));
  return index;
}

/** A reduced value in the shape its operand had, each element repeated along the reduced axes. */
export function spread(reduced: Node, like: Node, attrs: Attrs): Node {
  const axes = numbersAttr(attrs, "axes");
  const floats = isFloat(reduced.type.dtype) && isFloat(like.type.dtype);
  const typed = floats ? cast(reduced, like.type.dtype) : reduced;
  return broadcastTo(reshape(typed, reducedShape(like.type.shape, axes, true)), like.type.shape);
}

const sumOp = defineReduction({
  name: "sum",
  summary: "Sum over axes.",
  example: { typescript: "sum(x, { axis: 0 })", math: "sum(x, axis=0)" },
  gradient: "dx = dy, repeated along the summed axes",
  combine: "add",
  start: 0,
  step: (total, next) => total + next,
  vjp: chain1((x, _y, dy, { attrs }) => spread(dy, x, attrs)),
});

/** The share of an extreme: dy divided equally among the elements that reach it. */
const extremeVjp = chain1((x, y, dy, { attrs }) => {
  const reached = equal(x, spread(y, x, attrs));
  const count = makeNode(sumOp, [cast(reached, x.type.dtype)], attrs);
  return where(reached, spread(div(dy, count), x, attrs), zero());
});

const maxOp = defineReduction({
  name: "max",
  summary: "Largest element along axes.",
  example: { typescript: "max(x, { axis: 0 })", math: "max(x, axis=0)" },
  gradient: "dx = dy at the largest element, shared equally at a tie",
  conventions: ["maximum"],
  combine: "max",
  start: -Infinity,
  step: (total, next) => Math.max(total, next),
  vjp: extremeVjp,
  emptyAllowed: false,
});

const minOp = defineReduction({
  name: "min",
  summary: "Smallest element along axes.",
  example: { typescript: "min(x, { axis: 0 })", math: "min(x, axis=0)" },
  gradient: "dx = dy at the smallest element, shared equally at a tie",
  conventions: ["maximum"],
  combine: "min",
  start: Infinity,
  step: (total, next) => Math.min(total, next),
  vjp: extremeVjp,
  emptyAllowed: false,
});

const anyOp = defineReduction({
  name: "any",
  summary: "Whether any element along axes holds.",
  example: { typescript: "any(x > 0, { axis: 0 })", math: "any(x > 0, axis=0)" },
  combine: "or",
  start: 0,
  step: (total, next) => Number(total !== 0 || next !== 0),
  dtype: "bool",
});

const allOp = defineReduction({
  name: "all",
  summary: "Whether all elements along axes hold.",
  example: { typescript: "all(x > 0, { axis: 0 })", math: "all(x > 0, axis=0)" },
  combine: "and",
  start: 1,
  step: (total, next) => Number(total !== 0 && next !== 0),
  dtype: "bool",
});

/** Number of elements that one result of a reduction combines, as a value. */
export function reducedCount(x: Node, attrs: Attrs): Node {
  const axes = numbersAttr(attrs, "axes");
  return size(
    elementCount({
      dtype: "f64",
      shape: axes.map((a) => x.type.shape[a] ?? 1),
    }),
  );
}

/** A reduction that is a formula of others: its gradient follows from them. */
function defineDerivedReduction(
  name: string,
  summary: string,
  details: Pick<Op, "gradient" | "numerics" | "conventions"> & {
    readonly ddof?: boolean;
  },
  expand: (x: Node, attrs: Attrs) => Node,
): Op {
  const { ddof, ...rest } = details;
  const degrees = parameter(
    "ddof",
    { kind: "number" },
    0,
    "Subtracted from the count in the divisor.",
  );
  return defineOp({
    ...rest,
    name,
    group,
    summary,
    example: { typescript: `${name}(x, { axis: 0 })`, math: `${name}(x, axis=0)` },
    parameters: [operand("x"), axis, ...(ddof === true ? [degrees] : []), keepDims],
    normalise: normaliseAxes(name),
    type: ([x], attrs) => {
      const shape = x?.shape ?? [];
      refuseEmpty(name, shape, numbersAttr(attrs, "axes"));
      const dtype = x?.dtype === "f32" ? "f32" : "f64";
      return {
        dtype,
        shape: reducedShape(shape, numbersAttr(attrs, "axes"), attrs["keepDims"] === true),
      };
    },
    evaluate: () => {
      throw new Error(`${name} is evaluated through its expansion`);
    },
    lowering: {
      kind: "expand",
      expand: (inputs, attrs) => expand(at({ inputs }, 0), attrs),
    },
  });
}

const meanOp = defineDerivedReduction(
  "mean",
  "Arithmetic mean over axes.",
  { gradient: "dx = dy / n, repeated along the averaged axes" },
  (x, attrs) => div(makeNode(sumOp, [x], attrs), reducedCount(x, attrs)),
);

const varianceOp = defineDerivedReduction(
  "variance",
  "Mean squared distance from the mean, over axes.",
  {
    gradient: "dx = dy · 2 (x − mean) / (n − ddof)",
    ddof: true,
    numerics: "Two passes: no cancellation.",
  },
  (x, { ddof, ...attrs }) => {
    const centred = sub(x, makeNode(meanOp, [x], { ...attrs, keepDims: true }));
    const total = makeNode(sumOp, [mul(centred, centred)], attrs);
    return div(total, sub(reducedCount(x, attrs), size(Number(ddof ?? 0))));
  },
);

/** Which axes, and whether they stay; for use by rules. */
export interface ReduceOptions {
  readonly axes?: readonly number[];
  readonly keepDims?: boolean;
}

function reducer(op: Op): (x: Node, options?: ReduceOptions) => Node {
  return (x, { axes = x.type.shape.map((_, i) => i), keepDims: keep = false } = {}) =>
    axes.length === 0 ? x : makeNode(op, [x], { axes, keepDims: keep });
}

export const sum = reducer(sumOp);
export const max = reducer(maxOp);
export const min = reducer(minOp);
export const any = reducer(anyOp);
export const all = reducer(allOp);
export const mean = reducer(meanOp);

/** Mean squared distance from the mean, with `ddof` subtracted from the count. */
export function variance(x: Node, options: ReduceOptions & { readonly ddof?: number } = {}): Node {
  const { axes = x.type.shape.map((_, i) => i), keepDims: keep = false, ddof = 0 } = options;
  return makeNode(varianceOp, [x], { axes, ddof, keepDims: keep });
}
