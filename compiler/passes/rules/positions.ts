import { nth } from "../../ops/chain.js";
import type { Node } from "../../ir/node.js";
import { accumulate } from "../../ops/accumulate.js";
import { where } from "../../ops/arithmetic.js";
import { constant, constantValue, zero } from "../../ops/leaf.js";
import { addAt, at, embedAt, isZeros, setAt } from "../../ops/positions.js";
import { upTo, type Rule } from "../rule.js";

/** A position as another one plus a number. */
function affine(position: Node): { readonly base: Node | null; readonly offset: number } {
  const value = constantValue(position);
  if (value !== undefined) return { base: null, offset: value };
  const [a, b] = position.inputs;
  const by = b && constantValue(b);
  if (a === undefined || by === undefined) return { base: position, offset: 0 };
  if (position.op.name === "add") return { base: a, offset: by };
  return position.op.name === "sub" ? { base: a, offset: -by } : { base: position, offset: 0 };
}

/** Whether two lists of positions are known to choose the same element. */
function samePositions(ps: readonly Node[], qs: readonly Node[]): boolean {
  const same = (a: Node, b: Node) => {
    const [p, q] = [affine(a), affine(b)];
    return p.base === q.base && p.offset === q.offset;
  };
  return ps.length === qs.length && ps.every((p, i) => same(p, nth(qs, i)));
}

/** `x[p]` after something was put somewhere. */
function readBack(node: Node): Node | null {
  const [x, ...positions] = node.inputs;
  if (node.op.name !== "at" || x === undefined) return null;
  const [base, value, ...written] = x.inputs;
  if (x.op.name === "broadcastTo" && base?.type.shape.length === 0)
    return node.type.shape.length === 0 ? base : null;
  if (x.op.name === "embedAt" && base !== undefined)
    return samePositions(x.inputs.slice(1), positions) ? base : null;
  // What stands at other positions is left where it is, so that it can be changed in place.
  if (x.op.name !== "setAt" || value === undefined) return null;
  return samePositions(written, positions) ? value : null;
}

/** Positions that are only known to be good where the condition holds. */
function under(condition: Node, holds: boolean, positions: readonly Node[], inBounds: boolean) {
  const start = constant(0, "i32");
  return inBounds
    ? positions
    : positions.map((p) => (holds ? where(condition, p, start) : where(condition, start, p)));
}

const chosen = (condition: Node, holds: boolean, value: Node, other: Node): Node =>
  holds ? where(condition, value, other) : where(condition, other, value);

/** A sparse gradient where a branch is taken: the branch moves to what is put there. */
function sparse(condition: Node, holds: boolean, x: Node): Node | null {
  if (x.op.name === "embedAt") {
    const [value, ...positions] = x.inputs;
    const inBounds = x.attrs["inBounds"] === true;
    return (
      (value &&
        embedAt(
          chosen(condition, holds, value, zero()),
          under(condition, holds, positions, inBounds),
          x.type.shape,
          inBounds,
        )) ??
      null
    );
  }
  if (x.op.name !== "accumulate" || !x.inputs.some(isSparse)) return null;
  return accumulate(
    x.inputs.map(
      (part) => sparse(condition, holds, part) ?? chosen(condition, holds, part, zero()),
    ),
  );
}

function isSparse(x: Node): boolean {
  return x.op.name === "embedAt" || (x.op.name === "accumulate" && x.inputs.some(isSparse));
}

function branchOf(node: Node): readonly [Node, Node, Node] | null {
  const [condition, a, b] = node.inputs;
  const isBranch =
    node.op.name === "where" && node.type.shape.length > 0 && condition?.type.shape.length === 0;
  return isBranch && a && b ? [condition, a, b] : null;
}

function sparseBranch(node: Node): Node | null {
  const operands = branchOf(node);
  if (operands === null) return null;
  const [condition, a, b] = operands;
  if (isZeros(b)) return sparse(condition, true, a);
  if (isZeros(a)) return sparse(condition, false, b);
  return null;
}

function sparseSides(node: Node): Node | null {
  const operands = branchOf(node);
  if (operands === null) return null;
  const [condition, a, b] = operands;
  if (!isSparse(a) && !isSparse(b)) return null;
  return accumulate([
    sparse(condition, true, a) ?? where(condition, a, zero()),
    sparse(condition, false, b) ?? where(condition, zero(), b),
  ]);
}

/** An array of which a branch changes an element. */
function updateInBranch(node: Node): Node | null {
  const operands = branchOf(node);
  if (operands === null) return null;
  const [condition, a, b] = operands;
  return changed(condition, true, a, b) ?? changed(condition, false, b, a);
}

function changed(condition: Node, holds: boolean, update: Node, base: Node): Node | null {
  const [x, value, ...positions] = update.inputs;
  if (update.op.lowering.kind !== "update" || x !== base || value === undefined) return null;
  const inBounds = update.attrs["inBounds"] === true;
  const places = under(condition, holds, positions, inBounds);
  if (update.op.lowering.combine === "add")
    return addAt(base, chosen(condition, holds, value, zero()), places, inBounds);
  const old = at(base, places, inBounds);
  return setAt(base, chosen(condition, holds, value, old), places, inBounds);
}

/** Single positions of arrays, which must not turn into work on whole arrays. */
export const positionRules: readonly Rule[] = [
  { name: "x[p] after x[p] = v is v", exact: true, rewrite: readBack },
  {
    name: "where(c, place(v, p), 0) = place(where(c, v, 0), p)",
    exact: true,
    rewrite: sparseBranch,
  },
  upTo("zeroSign", {
    name: "where(c, place(v, p), y) = place(where(c, v, 0), p) + where(c, 0, y)",
    exact: true,
    rewrite: sparseSides,
  }),
  upTo("zeroSign", {
    name: "where(c, x with x[p] = v, x) = x with x[p] = where(c, v, x[p])",
    exact: true,
    rewrite: updateInBranch,
  }),
];
