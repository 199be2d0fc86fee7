import type { Node } from "../ir/node.js";
import type { VjpContext } from "../ir/op.js";

/** Chain rules by number of operands, so that each is written with names. */

type Rule = (context: VjpContext) => readonly (Node | null)[];

/** The rule of one operand: from x, y = f(x) and dy to dx. */
export function chain1(
  rule: (x: Node, y: Node, dy: Node, context: VjpContext) => Node | null,
): Rule {
  return (context) => [rule(at(context, 0), context.out, context.dOut, context)];
}

/** The rule of two operands, one function for each; only what is needed is built. */
export function chain2(
  first: ((a: Node, b: Node, y: Node, dy: Node) => Node) | null,
  second: ((a: Node, b: Node, y: Node, dy: Node) => Node) | null,
): Rule {
  return (context) =>
    [first, second].map((rule, i) =>
      rule !== null && context.needed[i] === true
        ? rule(at(context, 0), at(context, 1), context.out, context.dOut)
        : null,
    );
}

/** Operand `i`, which the operation's type rule has made sure of. */
export function at(context: { readonly inputs: readonly Node[] }, i: number): Node {
  return nth(context.inputs, i);
}

export function nth<T>(list: readonly T[], i: number): T {
  const item = list[i];
  if (item === undefined) throw new Error(`operand ${i} is missing`);
  return item;
}
