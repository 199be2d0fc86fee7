import type { Node } from "../ir/node.js";
import { nth } from "../ops/chain.js";
import { numberAttr } from "../ops/define.js";
import { broadcastElement, element } from "./element.js";
import type { Index } from "./program.js";
import { nestOver, plain, type Unit, type Work } from "./unit.js";

/** Units that read or write through indices held in memory. */

export function scatterUnits(
  node: Node,
  part: Node,
  isAlong: boolean,
  stored: ReadonlySet<Node>,
): readonly Unit[] {
  const [indices, updates] = [nth(part.inputs, 0), nth(part.inputs, 1)];
  const axis = numberAttr(part.attrs, "axis");
  const { loops, index } = nestOver(updates.type.shape);
  const target = indirect(indices, index, axis, isAlong, stored);
  const check: Unit = {
    ...plain(node),
    work: { kind: "check", indices, size: nth(part.type.shape, axis) },
  };
  const add: Unit = {
    ...plain(node),
    needs: [check],
    origin: part.origin,
    loops,
    work: {
      kind: "assign",
      target,
      value: element(updates, index, stored),
      combine: "add",
    },
  };
  return [check, add];
}

export function gatherUnits(
  node: Node,
  isAlong: boolean,
  stored: ReadonlySet<Node>,
): readonly Unit[] {
  const [x, indices] = [nth(node.inputs, 0), nth(node.inputs, 1)];
  const axis = numberAttr(node.attrs, "axis");
  const { loops, index } = nestOver(node.type.shape);
  const value = element(x, indirect(indices, index, axis, isAlong, stored), stored);
  const check: Unit = {
    ...plain(node),
    work: { kind: "check", indices, size: nth(x.type.shape, axis) },
  };
  const work: Work = { kind: "assign", target: index, value, combine: null };
  return [check, { ...plain(node), loops, work, needs: [check] }];
}

/** An index whose position along `axis` is read from `indices`. */
function indirect(
  indices: Node,
  index: readonly Index[],
  axis: number,
  isAlong: boolean,
  stored: ReadonlySet<Node>,
): readonly Index[] {
  const rank = indices.type.shape.length;
  const position = isAlong ? index : index.slice(axis, axis + rank);
  const variable = broadcastElement(indices, indices.type.shape, position, stored);
  const read: Index = { variable, stride: 1, offset: 0 };
  return isAlong
    ? index.with(axis, read)
    : [...index.slice(0, axis), read, ...index.slice(axis + rank)];
}
