import type { Node } from "../ir/node.js";
import { nth } from "../ops/chain.js";
import { isZeros } from "../ops/positions.js";
import { element, lookThrough, positionsOf } from "./element.js";
import { nestOver, plain, sequence, zeros, type Unit } from "./unit.js";

/** Units of the elements and slices of arrays at single positions. */

/** `y = x[i, j]`. */
export function atUnits(node: Node, stored: ReadonlySet<Node>): readonly Unit[] {
  const [x, ...positions] = node.inputs;
  if (x === undefined) return [];
  const checks = checksOf(node, x, positions, stored);
  const { loops, index } = nestOver(node.type.shape);
  const value = element(x, [...positionsOf(positions, stored), ...index], stored);
  const read: Unit = {
    ...plain(node),
    loops,
    needs: checks,
    work: { kind: "assign", target: index, value, combine: null },
  };
  return [...checks, read];
}

/**
 * `y[i, j] = value` or `+= value`: in the memory of the array that is changed,
 * or in a copy of it.
 */
export function updateUnits(
  node: Node,
  combine: "add" | null,
  inPlace: boolean,
  stored: ReadonlySet<Node>,
): readonly Unit[] {
  const [x, value, ...positions] = node.inputs;
  if (x === undefined || value === undefined) return [];
  const checks = checksOf(node, x, positions, stored);
  const write: Unit = {
    ...placing(node, value, positions, combine, stored),
    needs: checks,
    over: inPlace ? [x] : [],
  };
  const before = inPlace ? [] : [isZeros(x) ? zeros(node) : copyOf(node, x, stored)];
  return sequence(node, [...checks, ...before, write]);
}

/** `y[i, j] = value`, or `+=` into what is there. */
export function placing(
  node: Node,
  value: Node,
  positions: readonly Node[],
  combine: "add" | null,
  stored: ReadonlySet<Node>,
): Unit {
  const { loops, index } = nestOver(value.type.shape);
  const target = [...positionsOf(positions, stored), ...index];
  return {
    ...plain(node),
    loops,
    work: { kind: "assign", target, value: element(value, index, stored), combine },
  };
}

function copyOf(node: Node, x: Node, stored: ReadonlySet<Node>): Unit {
  const { loops, index } = nestOver(x.type.shape);
  const value = element(x, index, stored);
  return { ...plain(node), loops, work: { kind: "assign", target: index, value, combine: null } };
}

/** A view written out, or another name for a scalar. */
export function copyUnit(node: Node, stored: ReadonlySet<Node>): Unit {
  const { loops, index } = nestOver(node.type.shape);
  const value = lookThrough(node, index, stored);
  return { ...plain(node), loops, work: { kind: "assign", target: index, value, combine: null } };
}

/** Checks of the positions along the axes of `x`, unless they are known to lie in range. */
function checksOf(
  node: Node,
  x: Node,
  positions: readonly Node[],
  stored: ReadonlySet<Node>,
): readonly Unit[] {
  if (node.attrs["inBounds"] === true) return [];
  return positions.map((indices, axis) => {
    const value = element(indices, [], stored);
    return {
      ...plain(node),
      work: { kind: "check", indices, value, size: nth(x.type.shape, axis) },
    };
  });
}
