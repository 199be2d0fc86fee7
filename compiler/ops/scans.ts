import * as kernels from "../../runtime/scans.js";
import { dimProduct, dimSub, type Dim } from "../ir/dim.js";
import { makeNode, type Attrs, type Node } from "../ir/node.js";
import type { KernelArgument, Op, Value } from "../ir/op.js";
import type { Shape, TensorType } from "../ir/type.js";
import { mul } from "./arithmetic.js";
import { normaliseAxis } from "./axes.js";
import { at, chain1, nth } from "./chain.js";
import { defineOp, numberAttr, operand, parameter } from "./define.js";
import { maskOfRows } from "./grouped.js";
import { embed, slice } from "./shape.js";

const group = "Scans";
const axisParameter = parameter("axis", { kind: "axis" }, 0);

/** The axis of a scan in the middle: [outer, count, inner]. */
export function aroundAxis(shape: Shape, axis: number): readonly [Dim, Dim, Dim] {
  return [dimProduct(shape.slice(0, axis)), nth(shape, axis), dimProduct(shape.slice(axis + 1))];
}

/** The arguments of a kernel along an axis of operand 0. */
export function alongAxis(
  operands: readonly TensorType[],
  attrs: Attrs,
  flags: readonly string[],
): readonly KernelArgument[] {
  const dims = aroundAxis(nth(operands, 0).shape, numberAttr(attrs, "axis"));
  return [
    ...operands.map((_, index) => ({ kind: "operand", index }) as const),
    { kind: "result" },
    ...dims.map((value) => ({ kind: "dim", value }) as const),
    ...flags.map((flag) => ({ kind: "boolean", value: attrs[flag] === true }) as const),
  ];
}

/** [outer, count, inner] of a value. */
function measured(x: Value, attrs: Attrs): readonly [number, number, number] {
  return aroundAxis(x.shape, numberAttr(attrs, "axis")).map(Number) as [number, number, number];
}

/** What a kernel writes, as a value. */
export function written(
  type: Pick<Value, "dtype" | "shape">,
  run: (result: Float64Array) => void,
): Value {
  const result = new Float64Array(type.shape.reduce((p, q) => p * q, 1));
  run(result);
  return { ...type, data: [...result] };
}

const rows = maskOfRows((attrs) => [numberAttr(attrs, "axis")]);

const cumsumOp: Op = defineOp({
  name: "cumsum",
  group,
  summary: "Running sum along an axis.",
  gradient: "dx = the running sum of dy from the other end",
  parameters: [operand("x"), axisParameter],
  normalise: (inputs, attrs) => ({ ...normaliseAxis("cumsum")(inputs, attrs), reverse: false }),
  type: (inputs) => scanType(nth(inputs, 0)),
  vjp: chain1((_x, _y, dy, { attrs }) =>
    makeNode(cumsumOp, [dy], { ...attrs, reverse: attrs["reverse"] !== true }),
  ),
  maskVjp: rows,
  evaluate: (inputs, attrs, type) => {
    const x = nth(inputs, 0);
    return written(type, (result) =>
      kernels.cumulativeSum(x.data, result, ...measured(x, attrs), attrs["reverse"] === true),
    );
  },
  lowering: {
    kind: "kernel",
    call: (operands, _result, attrs) => ({
      callee: "cumulativeSum",
      arguments: alongAxis(operands, attrs, ["reverse"]),
    }),
  },
  example: { typescript: "cumsum(x, { axis: 1 })", math: "cumsum(x, axis=1)" },
});

function scanType({ dtype, shape }: TensorType): TensorType {
  return { dtype: dtype === "bool" ? "i32" : dtype, shape };
}

const cumprodOp: Op = defineOp({
  name: "cumprod",
  group,
  summary: "Running product along an axis.",
  gradient: "dxᵢ = Σ dyⱼ · (product of the others up to j), over j ≥ i",
  numerics: "No division: exact where factors are 0.",
  conventions: ["prod"],
  parameters: [operand("x"), axisParameter],
  normalise: (inputs, attrs) => ({
    ...normaliseAxis("cumprod")(inputs, attrs),
    reverse: false,
    exclusive: false,
  }),
  type: (inputs) => scanType(nth(inputs, 0)),
  // With p the exclusive products: y[j] = p[i] · x[i] · (x[i + 1] ⋯ x[j]), so that
  // dx[i] = p[i] · s[i], and s follows a recurrence from the other end.
  vjp: chain1((x, _y, dy, { attrs }) => {
    const axis = numberAttr(attrs, "axis");
    const reverse = attrs["reverse"] === true;
    const before = makeNode(cumprodOp, [x], { axis, reverse, exclusive: true });
    const after =
      attrs["exclusive"] === true
        ? shift(recurrence(x, dy, { axis, reverse: !reverse, lagged: false }), axis, !reverse)
        : recurrence(x, dy, { axis, reverse: !reverse, lagged: true });
    return mul(before, after);
  }),
  maskVjp: rows,
  evaluate: (inputs, attrs, type) => {
    const x = nth(inputs, 0);
    const [reverse, exclusive] = [attrs["reverse"] === true, attrs["exclusive"] === true];
    return written(type, (result) =>
      kernels.cumulativeProduct(x.data, result, ...measured(x, attrs), reverse, exclusive),
    );
  },
  lowering: {
    kind: "kernel",
    call: (operands, _result, attrs) => ({
      callee: "cumulativeProduct",
      arguments: alongAxis(operands, attrs, ["reverse", "exclusive"]),
    }),
  },
  domain: [[0.4, 1.6]],
  example: { typescript: "cumprod(x, { axis: 1 })", math: "cumprod(x, axis=1)" },
});

/** The product of all elements before each along an axis, or with `reverse` of all behind it. */
export function exclusiveProduct(x: Node, axis: number, reverse: boolean): Node {
  return makeNode(cumprodOp, [x], { axis, reverse, exclusive: true });
}

interface Direction {
  readonly axis: number;
  readonly reverse: boolean;
  readonly lagged: boolean;
}

/**
 * s[k] = b[k] + a[k] · s[k − 1]: what running products are differentiated by.
 * Its own gradient is again such a recurrence, from the other end, with the
 * factor one place along.
 */
const recurrenceOp: Op = defineOp({
  name: "linearRecurrence",
  group,
  summary: "s[k] = b[k] + a[k] · s[k − 1] along an axis.",
  gradient: "db by the recurrence from the other end, da[k] = db[k] · s[k − 1]",
  internal: true,
  parameters: [operand("a"), operand("b")],
  type: (inputs) => nth(inputs, 1),
  vjp: (context) => {
    const { out, dOut, attrs, needed } = context;
    const axis = numberAttr(attrs, "axis");
    const reverse = attrs["reverse"] === true;
    const lagged = attrs["lagged"] === true;
    const a = at(context, 0);
    const db = recurrence(a, dOut, { axis, reverse: !reverse, lagged: !lagged });
    const da = () =>
      lagged ? mul(shift(db, axis, !reverse), out) : mul(db, shift(out, axis, reverse));
    return [needed[0] === true ? da() : null, db];
  },
  maskVjp: (context, mask) => {
    const [row = null] = rows(context, mask);
    return [row, row];
  },
  evaluate: (inputs, attrs, type) => {
    const [a, b] = [nth(inputs, 0), nth(inputs, 1)];
    const [reverse, lagged] = [attrs["reverse"] === true, attrs["lagged"] === true];
    return written(type, (result) =>
      kernels.linearRecurrence(a.data, b.data, result, ...measured(b, attrs), reverse, lagged),
    );
  },
  lowering: {
    kind: "kernel",
    call: (operands, _result, attrs) => ({
      callee: "linearRecurrence",
      arguments: alongAxis(operands, attrs, ["reverse", "lagged"]),
    }),
  },
});

function recurrence(a: Node, b: Node, direction: Direction): Node {
  return makeNode(recurrenceOp, [a, b], { ...direction });
}

/** Elements one place further along an axis (with `reverse`, back), behind a 0. */
function shift(x: Node, axis: number, reverse: boolean): Node {
  const { shape } = x.type;
  const count = nth(shape, axis);
  const zeros = shape.map(() => 0);
  const step = shape.map(() => 1);
  const ahead = zeros.with(axis, 1);
  const length = shape.with(
    axis,
    typeof count === "number" ? Math.max(count - 1, 0) : dimSub(count, 1),
  );
  const part = slice(x, { start: reverse ? ahead : zeros, length, step });
  return embed(part, { start: reverse ? zeros : ahead, step, shape: [...shape] });
}
