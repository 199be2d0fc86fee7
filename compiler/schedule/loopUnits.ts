import type { Node } from "../ir/node.js";
import { loopParts } from "../ir/region.js";
import { loopOf } from "../ops/loop.js";
import { isZeros } from "../ops/positions.js";
import { element } from "./element.js";
import type { Scalar } from "./program.js";
import { carriedKey } from "./loopValues.js";
import { nestOver, plain, type Initial, type Unit } from "./unit.js";
import type { UnitContext } from "./unitsOf.js";

/** A loop, which is scheduled on its own, as one piece of work. */
export function loopUnit(node: Node, { stored, sharing, loops }: UnitContext): Unit {
  const parts = loopParts(node);
  const scalarOf = (x: Node) => element(x, [], stored);
  const over: Node[] = [];
  const initial = parts.carried.map((x, k): Initial | null => {
    const base = sharing.baseOf.get(carriedKey(node, k, loops));
    if (base !== undefined) {
      over.push(base);
      return null;
    }
    const nest = nestOver(x.type.shape);
    const value: Scalar = isZeros(x)
      ? { kind: "literal", value: 0, dtype: x.type.dtype }
      : element(x, nest.index, stored);
    return { loops: nest.loops, target: nest.index, value };
  });
  return { ...plain(node), over, work: { kind: "loop", parts, initial, scalarOf } };
}

/** Has nothing to do: the loop has left the value in its place. */
export function loopValueUnit(node: Node): Unit {
  return { ...plain(node), work: { kind: "loopValue", loop: loopOf(node) } };
}
