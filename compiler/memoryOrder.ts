import type { Node, Step } from "./ir/node.js";

/**
 * When the operations of the backward pass run: line by line in the opposite
 * order of the forward pass, except that operands come first. What can share
 * loops runs at one time; products, functions over whole arrays, and loops each
 * have a time of their own.
 */
export function backwardTimes(
  nodes: readonly Node[],
  isForward: (node: Node) => boolean,
): ReadonlyMap<Node, number> {
  const steps = new Map<Step, number>();
  for (const { origin } of nodes)
    if (origin.phase === "forward" && !steps.has(origin.step)) steps.set(origin.step, steps.size);
  const place = (node: Node) => steps.get(node.origin.step) ?? steps.size;
  const times = new Map<Node, number>();
  let now = 0;
  const backward = nodes.filter((node) => !isForward(node));
  for (const node of backward.toSorted((a, b) => place(b) - place(a))) {
    const stack = [node];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const missing = top.inputs.filter((x) => !isForward(x) && !times.has(x));
      if (missing.length > 0) {
        stack.push(...missing.toReversed());
        continue;
      }
      stack.pop();
      if (times.has(top)) continue;
      if (!readsWhole(top)) times.set(top, now);
      else {
        times.set(top, now + 1);
        now += 2;
      }
    }
  }
  return times;
}

/** Whether a node needs all elements of its operands in memory. */
export function readsWhole({ op }: Node): boolean {
  return ["matmul", "kernel", "loop"].includes(op.lowering.kind);
}
