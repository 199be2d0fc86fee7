import { makeNode, type Naming, type Node } from "../ir/node.js";
import { nth } from "./chain.js";
import { defineOp } from "./define.js";

/**
 * The gradient of a value that forks: the sum of its contributions, in the
 * order the backward pass meets them. Printers write `dx = …` and then
 * `dx += …`, each under the line it comes from.
 */
const accumulateOp = defineOp({
  name: "accumulate",
  group: "leaves",
  summary: "Sum of the contributions to one gradient.",
  gradient: "every contribution receives dy",
  internal: true,
  parameters: [{ name: "contributions", kind: { kind: "rest" } }],
  type: (inputs) => nth(inputs, 0),
  vjp: ({ inputs, dOut }) => inputs.map(() => dOut),
  evaluate: (inputs, _attrs, type) => ({
    ...type,
    data: nth(inputs, 0).data.map((_, i) =>
      inputs.map((x) => x.data[i] ?? NaN).reduce((p, q) => p + q),
    ),
  }),
  lowering: { kind: "accumulate" },
});

/** The sum of contributions of one shape; a single one is itself. */
export function accumulate(contributions: readonly Node[], naming: Naming = {}): Node {
  return contributions.length === 1
    ? nth(contributions, 0)
    : makeNode(accumulateOp, contributions, {}, naming);
}

/**
 * The same value under another name: `const dsigx = dden`. Kept in scalar
 * code, where it costs nothing and reads as on the board.
 */
const aliasOp = defineOp({
  name: "alias",
  group: "leaves",
  summary: "The same value under another name.",
  gradient: "dx = dy",
  internal: true,
  parameters: [{ name: "x", kind: { kind: "operand" } }],
  type: (inputs) => nth(inputs, 0),
  vjp: ({ dOut }) => [dOut],
  evaluate: (inputs) => nth(inputs, 0),
  lowering: { kind: "reshape" },
});

/**
 * The same value, of which nothing is known to equal what was computed from it
 * before: so that the backward pass computes it again. The second operand must
 * be there first: computed again is best what is needed soon.
 */
const barrierOp = defineOp({
  name: "barrier",
  group: "leaves",
  summary: "The same value, kept apart from equal ones until another is there.",
  gradient: "dx = dy",
  internal: true,
  parameters: [
    { name: "x", kind: { kind: "operand" } },
    { name: "after", kind: { kind: "operand" } },
  ],
  type: (inputs) => nth(inputs, 0),
  vjp: ({ dOut }) => [dOut, null],
  maskVjp: (_context, mask) => [mask, null],
  evaluate: (inputs) => nth(inputs, 0),
  lowering: { kind: "reshape" },
});

/** The same value, from which things are computed again once `after` is there. */
export function barrier(x: Node, after: Node): Node {
  return makeNode(barrierOp, [x, after], {}, x);
}

/** True for a value kept apart from equal ones. */
export function isBarrier({ op }: Node): boolean {
  return op === barrierOp;
}

/**
 * A value that something is differentiated by while a program is elaborated.
 * It stands apart from the value it has, which other derivatives are by.
 */
const variableOp = defineOp({
  name: "variable",
  group: "leaves",
  summary: "A value to differentiate by.",
  gradient: "dx = dy",
  internal: true,
  parameters: [{ name: "x", kind: { kind: "operand" } }],
  type: (inputs) => nth(inputs, 0),
  vjp: ({ dOut }) => [dOut],
  evaluate: (inputs) => nth(inputs, 0),
  lowering: { kind: "reshape" },
});

/** A value to differentiate by. */
export function variable(x: Node): Node {
  return makeNode(variableOp, [x]);
}

/** The same value under another name. */
export function alias(x: Node, naming: Naming): Node {
  return makeNode(aliasOp, [x], {}, naming);
}
