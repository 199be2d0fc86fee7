import type { Node } from "../../ir/node.js";
import type { DType } from "../../ir/type.js";
import { cast, where } from "../../ops/arithmetic.js";
import { constantValue } from "../../ops/leaf.js";
import { match1, rule1, type Rule } from "../rule.js";

type Choice = readonly [condition: Node, a: Node, b: Node];

function choice(node: Node): Choice | null {
  const [condition, a, b] = node.inputs;
  return node.op.name === "where" && condition && a && b ? [condition, a, b] : null;
}

function whereRule(
  name: string,
  rewrite: (condition: Node, a: Node, b: Node) => Node | null,
): Rule {
  return {
    name,
    exact: true,
    rewrite: (node) => {
      const operands = choice(node);
      return operands && rewrite(...operands);
    },
  };
}

/** The same node, or the same constant. */
function same(a: Node, b: Node): boolean {
  const [p, q] = [constantValue(a), constantValue(b)];
  return a === b || (p !== undefined && Object.is(p, q));
}

/** Which dtypes hold every number of another. */
const holds: Readonly<Record<DType, readonly DType[]>> = {
  bool: ["bool"],
  i32: ["bool", "i32"],
  f32: ["bool", "f32"],
  f64: ["bool", "i32", "f32", "f64"],
};

/** Choices and conversions. Missing since NaN breaks it: !(a < b) = a ≥ b. */
export const selectionRules: readonly Rule[] = [
  whereRule("where(true, a, b) = a", (condition, a, b) => {
    const value = constantValue(condition);
    return value === undefined ? null : value === 0 ? b : a;
  }),
  whereRule("where(c, x, x) = x", (_c, a, b) => (same(a, b) ? a : null)),
  whereRule("where(c, where(c, a, b), d) = where(c, a, d)", (c, a, d) => {
    const inner = choice(a);
    return inner?.[0] === c ? where(c, inner[1], d) : null;
  }),
  whereRule("where(c, a, where(c, b, d)) = where(c, a, d)", (c, a, b) => {
    const inner = choice(b);
    return inner?.[0] === c ? where(c, a, inner[2]) : null;
  }),
  whereRule("where(!c, a, b) = where(c, b, a)", (condition, a, b) => {
    const c = match1(condition, "logicalNot");
    return c && where(c, b, a);
  }),
  rule1("!!c = c", "logicalNot", (y) => match1(y, "logicalNot")),
  rule1("cast to the same dtype", "cast", (x, node) =>
    x.type.dtype === node.type.dtype ? x : null,
  ),
  rule1("cast of a lossless cast", "cast", (y, node) => {
    const x = match1(y, "cast");
    return x && holds[y.type.dtype].includes(x.type.dtype) ? cast(x, node.type.dtype) : null;
  }),
];
