import type { Node } from "../ir/node.js";
import { loopParts } from "../ir/region.js";
import { isLoop } from "../ops/loop.js";
import { isUpdate } from "../ops/positions.js";
import { behindReshapes, isInline } from "./element.js";
import type { Place } from "./program.js";

/** Inline values that must lie in memory: operands of kernels, sources of reshapes, what loops read. */
export function storedInline(
  nodes: readonly Node[],
  given: ReadonlyMap<Node, Place>,
): ReadonlySet<Node> {
  const stored = new Set<Node>();
  const changed = changedAmong(nodes);
  const store = (node: Node) => inlineAmong([node]).forEach((root) => stored.add(root));
  /** A part of a buffer cannot be passed on as if it were one. */
  const storeWhole = (node: Node) => {
    const root = behindReshapes(node);
    if (given.get(root)?.kind === "slice") stored.add(root);
    else store(node);
  };
  for (const node of nodes) {
    const { kind } = node.op.lowering;
    if (given.get(node)?.kind === "slice" && node.type.shape.length === 0) stored.add(node);
    if (kind === "matmul") node.inputs.forEach(store);
    if (kind === "kernel") node.inputs.forEach(storeWhole);
    if (kind === "loop") tensorsOf(node).forEach(store);
    if (kind === "at" && needsCopy(node, changed)) stored.add(node);
    indicesOf(node).forEach(storeWhole);
    const [x] = node.inputs;
    if (
      kind === "reshape" &&
      x !== undefined &&
      isInline(behindReshapes(x)) &&
      !onlyOnesDiffer(node, x)
    )
      store(x);
  }
  return stored;
}

/** Those of the values, or what they reshape, that have no memory of their own. */
export function inlineAmong(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap((node) => {
    const root = behindReshapes(node);
    if (root.type.shape.length === 0) return [node];
    return isInline(root) ? [root] : [];
  });
}

/** Arrays that an operation may change in place. */
function changedAmong(nodes: readonly Node[]): ReadonlySet<Node> {
  return new Set(
    nodes.flatMap((node) => {
      if (isUpdate(node)) return node.inputs.slice(0, 1);
      if (node.op.lowering.kind === "accumulate") return node.inputs;
      return isLoop(node) ? loopParts(node).carried : [];
    }),
  );
}

/** A slice whose array may change before it is read, or whose position must be checked first. */
function needsCopy(node: Node, changed: ReadonlySet<Node>): boolean {
  const [x] = node.inputs;
  if (node.type.shape.length === 0 || x === undefined) return false;
  return changed.has(x) || node.attrs["inBounds"] !== true;
}

function tensorsOf(node: Node): readonly Node[] {
  const { sliced, captured } = loopParts(node);
  return [...sliced, ...captured].filter((x) => x.type.shape.length > 0);
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
