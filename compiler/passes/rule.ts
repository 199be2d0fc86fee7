import type { Node } from "../ir/node.js";

/** An identity, read from left to right. */
export interface Rule {
  /** The identity as a mathematician would write it. */
  readonly name: string;
  /** Whether the result has the same bits for all operands, −0, ∞ and NaN among them. */
  readonly exact: boolean;
  /** The only operation it applies to, if there is one. */
  readonly op?: string | undefined;
  /** What an exact rule may change all the same, since it is left open what it is. */
  readonly upTo?: Freedom | undefined;
  /**
   * The simpler node, or null where the rule does not apply. A result of
   * another type than the node's counts as null, so that a rule need not
   * look at dtypes and shapes it merely hands on; but a float scalar of the
   * other width is converted, which costs nothing.
   */
  rewrite(node: Node, context: RuleContext): Node | null;
}

export type Freedom =
  /** Which zero a sum gives that is empty or all zeros. */
  | "zeroSign"
  /** Whether an f32 tensor that repeats a scalar holds it rounded; a scalar itself never is. */
  | "scalarWidth";

export interface RuleContext {
  /** Whether an operand is read by this node alone, so that it vanishes when it is rewritten. */
  isSoleUse(operand: Node): boolean;
}

// Patterns

/** The operand of a node of one operand, if it is of this operation. */
export function match1(node: Node | undefined, op: string): Node | null {
  return node?.op.name === op ? (node.inputs[0] ?? null) : null;
}

/** Both operands of a node, if it is of this operation. */
export function match2(node: Node | undefined, op: string): readonly [Node, Node] | null {
  const [a, b] = node?.inputs ?? [];
  return node?.op.name === op && a && b ? [a, b] : null;
}

/** A rule on an operation of one operand. */
export function rule1(
  name: string,
  op: string,
  rewrite: (x: Node, node: Node) => Node | null,
): Rule {
  return {
    name,
    exact: true,
    op,
    rewrite: (node) => {
      const x = match1(node, op);
      return x === null ? null : rewrite(x, node);
    },
  };
}

/** A rule on an operation of two operands. */
export function rule2(
  name: string,
  op: string,
  rewrite: (a: Node, b: Node, node: Node) => Node | null,
): Rule {
  return {
    name,
    exact: true,
    op,
    rewrite: (node) => {
      const operands = match2(node, op);
      return operands === null ? null : rewrite(...operands, node);
    },
  };
}

/** A rule on a commutative operation: tries both orders. */
export function commutativeRule(
  name: string,
  op: string,
  rewrite: (a: Node, b: Node, node: Node) => Node | null,
): Rule {
  return rule2(name, op, (a, b, node) => rewrite(a, b, node) ?? rewrite(b, a, node));
}

export function inexact(rule: Rule): Rule {
  return { ...rule, exact: false };
}

export function upTo(freedom: Freedom, rule: Rule): Rule {
  return { ...rule, upTo: freedom };
}
