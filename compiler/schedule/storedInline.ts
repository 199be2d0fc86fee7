import type { Node } from "../ir/node.js";
import { behindReshapes, isInline } from "./element.js";

/** Inline values that must lie in memory: operands of kernels, sources of reshapes, results. */
export function storedInline(nodes: readonly Node[], outputs: readonly Node[]): ReadonlySet<Node> {
  const stored = new Set<Node>();
  const store = (node: Node) => {
    const root = behindReshapes(node);
    if (root.type.shape.length === 0) stored.add(node);
    else if (isInline(root)) stored.add(root);
  };
  for (const node of nodes) {
    const kind = node.op.lowering.kind;
    if (kind === "matmul" || kind === "kernel") node.inputs.forEach(store);
    indicesOf(node).forEach(store);
    const [x] = node.inputs;
    if (
      kind === "reshape" &&
      x !== undefined &&
      isInline(behindReshapes(x)) &&
      !onlyOnesDiffer(node, x)
    )
      store(x);
  }
  outputs.forEach(store);
  return stored;
}

/** The tensor of indices an operation reads through, which is checked as a whole. */
function indicesOf({ op, inputs }: Node): readonly Node[] {
  const kind = op.lowering.kind;
  const at = kind === "gather" ? 1 : kind === "scatterAdd" ? 0 : -1;
  return inputs.filter((x, i) => i === at && behindReshapes(x).type.shape.length > 0);
}

function onlyOnesDiffer(a: Node, b: Node): boolean {
  const [p, q] = [a, b].map((node) => node.type.shape.filter((dim) => dim !== 1).join(","));
  return p === q;
}
