import type { Node } from "../ir/node.js";
import { isBarrier } from "../ops/accumulate.js";
import type { Unit } from "./unit.js";

/** Units that read through a barrier, told what they must wait for. */
export function behindBarriers(units: readonly Unit[]): readonly Unit[] {
  const worked = new Set(units.map((unit) => unit.node));
  const waits = new Map([...worked].map((node) => [node, awaited(node, worked)]));
  return units.map((unit) => {
    const awaits = waits.get(unit.node) ?? [];
    return awaits.length === 0 ? unit : { ...unit, awaits };
  });
}

/** What must be there before a value is worked out from operands behind barriers. */
function awaited(node: Node, worked: ReadonlySet<Node>): readonly Node[] {
  // The parts of a sum wait for what they are made of.
  if (node.op.lowering.kind === "accumulate") return [];
  const found = new Set<Node>();
  const seen = new Set<Node>();
  const stack = [node];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const [x, after] = at.inputs;
    if (isBarrier(at) && x !== undefined && after !== undefined) {
      found.add(after);
      stack.push(x);
    } else if (at === node || !worked.has(at)) stack.push(...at.inputs);
  }
  return [...found];
}
