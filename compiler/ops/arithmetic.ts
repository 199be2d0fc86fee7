import { makeNode, type Node } from "../ir/node.js";
import type { VjpContext } from "../ir/op.js";
import type { DType } from "../ir/type.js";
import { at, chain1, chain2 } from "./chain.js";
import { applier, boolType, defineElementwise, defineOp, floatType, operand } from "./define.js";
import { constant, constantValue, one, zero } from "./leaf.js";
import { log } from "./elementwise.js";

const group = "Arithmetic";
const binary = [operand("a"), operand("b")];

const addOp = defineElementwise({
  name: "add",
  group,
  summary: "Sum of two values; written `a + b`.",
  example: { typescript: "a + b", math: "a + b" },
  gradient: "da = dy, db = dy",
  parameters: binary,
  code: { kind: "infix", operator: "+" },
  element: (a, b) => a + b,
  vjp: chain2(
    (_a, _b, _y, dy) => dy,
    (_a, _b, _y, dy) => dy,
  ),
});

const subOp = defineElementwise({
  name: "sub",
  group,
  summary: "Difference of two values; written `a - b`.",
  example: { typescript: "a - b", math: "a - b" },
  gradient: "da = dy, db = −dy",
  parameters: binary,
  code: { kind: "infix", operator: "-" },
  element: (a, b) => a - b,
  vjp: chain2(
    (_a, _b, _y, dy) => dy,
    (_a, _b, _y, dy) => neg(dy),
  ),
});

const mulOp = defineElementwise({
  name: "mul",
  group,
  summary: "Product of two values, elementwise; written `a * b`.",
  example: { typescript: "a * b", math: "a * b" },
  gradient: "da = dy · b, db = dy · a",
  parameters: binary,
  code: { kind: "infix", operator: "*" },
  element: (a, b) => a * b,
  // A square is one contribution: 2 · x · dy.
  vjp: (context) => {
    const [a, b] = context.inputs;
    return a === b ? [mul(context.dOut, mul(constant(2), at(context, 0))), null] : mulVjp(context);
  },
});

const mulVjp = chain2(
  (_a, b, _y, dy) => mul(dy, b),
  (a, _b, _y, dy) => mul(dy, a),
);

const divOp = defineElementwise({
  name: "div",
  group,
  summary: "Quotient of two values; written `a / b`. Integers give a float.",
  example: { typescript: "a / b", math: "a / b" },
  gradient: "da = dy / b, db = −y · da",
  parameters: binary,
  code: { kind: "infix", operator: "/" },
  element: (a, b) => a / b,
  dtype: floatType,
  vjp: divVjp,
  domain: [
    [-3, 3],
    [0.4, 3],
  ],
});

/**
 * From the saved quotient: a / b² = y / b. Where da is worked out, db reuses it, one division less;
 * alone it is better divided last, since it may be finite where dy / b is not.
 */
function divVjp(context: VjpContext): readonly (Node | null)[] {
  const { dOut: dy, needed, out: y } = context;
  const b = at(context, 1);
  const da = needed[0] === true ? div(dy, b) : null;
  if (needed[1] !== true) return [da, null];
  return [da, da === null ? div(mul(neg(dy), y), b) : mul(neg(y), da)];
}

defineElementwise({
  name: "remainder",
  group,
  summary: "Remainder of a division with the sign of the dividend, as `%` in TypeScript.",
  example: { typescript: "a % b", math: "a % b" },
  gradient: "da = dy, db = −dy · trunc(a / b)",
  parameters: binary,
  code: { kind: "infix", operator: "%" },
  element: (a, b) => a % b,
  vjp: chain2(
    (_a, _b, _y, dy) => dy,
    (a, b, _y, dy) => neg(mul(dy, trunc(div(a, b)))),
  ),
  domain: [
    [-3, 3],
    [0.4, 3],
  ],
});

const negOp = defineElementwise({
  name: "neg",
  group,
  summary: "The value with its sign changed; written `-x`.",
  example: { typescript: "-x", math: "-x" },
  gradient: "dx = −dy",
  parameters: [operand("x")],
  code: { kind: "prefix", operator: "-" },
  element: (x) => -x,
  vjp: chain1((_x, _y, dy) => neg(dy)),
});

const truncOp = defineElementwise({
  name: "trunc",
  group: "Rounding",
  summary: "The value without its fraction.",
  example: { typescript: "trunc(x)", math: "trunc(x)" },
  gradient: "dx = 0",
  parameters: [operand("x")],
  code: { kind: "call", callee: "Math.trunc" },
  element: (x) => Math.trunc(x),
  derivative: "zero",
});

const powOp = defineElementwise({
  name: "pow",
  group,
  summary: "Power; written `a ** b`, in math strings also `a ^ b`.",
  example: { typescript: "a ** b", math: "a ^ b" },
  gradient: "da = dy · b · a^(b − 1), db = dy · y · log(a)",
  numerics:
    "A whole constant exponent up to 4 becomes multiplications; a negative base with a constant exponent is fine.",
  conventions: ["pow"],
  parameters: binary,
  code: { kind: "call", callee: "Math.pow" },
  element: (a, b) => a ** b,
  vjp: chain2(powBase, powExponent),
  domain: [
    [0.3, 3],
    [-2, 2],
  ],
});

/** b · a^(b − 1), and 0 where b = 0, even at a = 0 where the formula says 0 · ∞. */
function powBase(a: Node, b: Node, _y: Node, dy: Node): Node {
  const exponent = constantValue(b);
  if (exponent === 0) return zero();
  if (exponent !== undefined) return mul(dy, mul(b, pow(a, constant(exponent - 1))));
  const slope = mul(b, pow(a, sub(b, one())));
  return mul(dy, where(equal(b, zero()), zero(), slope));
}

/** y · log a, and 0 where a = 0 or below: there y does not move, or is not real. */
function powExponent(a: Node, b: Node, y: Node, dy: Node): Node {
  const base = constantValue(a);
  if (base !== undefined && base > 0) return mul(dy, mul(y, constant(Math.log(base))));
  void b;
  return mul(dy, where(greater(a, zero()), mul(y, log(a)), zero()));
}

// Comparisons and logic: no derivative, but where they hold decides which derivative counts.

function comparison(
  name: string,
  operator: string,
  written: string,
  element: (a: number, b: number) => boolean,
) {
  return defineElementwise({
    name,
    group: "Comparison",
    summary: `Whether \`${written}\`, elementwise.`,
    example: { typescript: `a ${operator} b`, math: written },
    gradient: "da = 0, db = 0",
    parameters: binary,
    code: { kind: "infix", operator },
    element: (a, b) => Number(element(a, b)),
    dtype: boolType,
    derivative: "zero",
  });
}

const lessOp = comparison("less", "<", "a < b", (a, b) => a < b);
const lessEqualOp = comparison("lessEqual", "<=", "a <= b", (a, b) => a <= b);
const greaterOp = comparison("greater", ">", "a > b", (a, b) => a > b);
const greaterEqualOp = comparison("greaterEqual", ">=", "a >= b", (a, b) => a >= b);
const equalOp = comparison("equal", "===", "a == b", (a, b) => a === b);
const notEqualOp = comparison("notEqual", "!==", "a != b", (a, b) => a !== b);

const andOp = defineElementwise({
  name: "logicalAnd",
  group: "Comparison",
  summary: "Whether both hold; written `a && b`.",
  example: { typescript: "a > 0 && b > 0", math: "a > 0 && b > 0" },
  parameters: binary,
  code: { kind: "infix", operator: "&&" },
  element: (a, b) => Number(a !== 0 && b !== 0),
  dtype: boolType,
  derivative: "zero",
});

const orOp = defineElementwise({
  name: "logicalOr",
  group: "Comparison",
  summary: "Whether one of them holds; written `a || b`.",
  example: { typescript: "a > 0 || b > 0", math: "a > 0 || b > 0" },
  parameters: binary,
  code: { kind: "infix", operator: "||" },
  element: (a, b) => Number(a !== 0 || b !== 0),
  dtype: boolType,
  derivative: "zero",
});

const notOp = defineElementwise({
  name: "logicalNot",
  group: "Comparison",
  summary: "Whether it does not hold; written `!a`.",
  example: { typescript: "!(a > 0)", math: "!(a > 0)" },
  parameters: [operand("a")],
  code: { kind: "prefix", operator: "!" },
  element: (a) => Number(a === 0),
  dtype: boolType,
  derivative: "zero",
});

export const whereOp = defineElementwise({
  name: "where",
  group: "Selection",
  summary:
    "`a` where the condition holds, else `b`, elementwise; a scalar choice is a real branch.",
  example: { typescript: "where(x > 0, x, 0.1 * x)", math: "where(x > 0, x, 0.1 * x)" },
  gradient: "da = where(condition, dy, 0), db = where(condition, 0, dy)",
  numerics:
    "Only the branch taken contributes to the gradient, even where the other one is NaN or infinite.",
  conventions: ["where"],
  parameters: [operand("condition"), operand("a"), operand("b")],
  code: { kind: "select" },
  element: (condition, a, b) => (condition === 0 ? b : a),
  dtype: (inputs) => floatOrSame(inputs.slice(1).map((type) => ({ ...type }))),
  // Reverse mode treats `where` itself: see passes/differentiate.ts.
});

function floatOrSame(types: Parameters<typeof floatType>[0]): DType {
  const kinds = new Set(types.map((type) => type.dtype));
  const only = [...kinds][0];
  if (kinds.size === 1 && only !== undefined) return only;
  return kinds.has("bool") || kinds.has("i32")
    ? kinds.has("f32") || kinds.has("f64")
      ? floatType(types)
      : "i32"
    : floatType(types);
}

export const castOp = defineOp({
  name: "cast",
  group: "Selection",
  summary: "The same numbers under another dtype.",
  gradient: "dx = dy, under the dtype of x",
  internal: true,
  parameters: [operand("x")],
  type: (inputs, attrs) => ({
    dtype: attrs["dtype"] as DType,
    shape: inputs[0]?.shape ?? [],
  }),
  vjp: chain1((x, _y, dy) => cast(dy, x.type.dtype)),
  evaluate: ([x], _attrs, type) => ({
    ...type,
    data: (x?.data ?? []).map((v) =>
      type.dtype === "i32" ? Math.trunc(v) : type.dtype === "bool" ? Number(v !== 0) : v,
    ),
  }),
  lowering: { kind: "scalar", code: { kind: "convert" } },
});

export const add = applier(addOp);
export const sub = applier(subOp);
export const mul = applier(mulOp);
export const div = applier(divOp);

export const neg = applier(negOp);
export const pow = applier(powOp);
export const trunc = applier(truncOp);
export const less = applier(lessOp);
export const lessEqual = applier(lessEqualOp);
export const greater = applier(greaterOp);
export const greaterEqual = applier(greaterEqualOp);
export const equal = applier(equalOp);
export const notEqual = applier(notEqualOp);
export const and = applier(andOp);
export const or = applier(orOp);
export const not = applier(notOp);
export const where = applier(whereOp);

/** The same numbers under another dtype; nothing where it is that already. */
export function cast(x: Node, dtype: DType): Node {
  return x.type.dtype === dtype ? x : makeNode(castOp, [x], { dtype });
}
