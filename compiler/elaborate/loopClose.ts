import { cloneNode, reachable } from "../ir/graph.js";
import { withOrigin, type Node } from "../ir/node.js";
import { bodyInput } from "../ops/loop.js";
import { uniqueName } from "../passes/bodyInputs.js";

/** What a body is made of while it still reads nodes from around the loop. */
export interface OpenBody {
  /** The first node made for the body: all that is older is outside. */
  readonly index: Node;
  readonly inputs: readonly Node[];
  readonly proceed: Node | null;
  readonly next: readonly Node[];
  /** What stands for inputs that keep the value they have before the loop, or equal another. */
  readonly kept: ReadonlyMap<Node, Node>;
}

export interface ClosedBody {
  readonly proceed: Node | null;
  readonly next: readonly Node[];
  /** What the body reads from outside, and the inputs that stand for it. */
  readonly captured: readonly Node[];
  readonly capturedInputs: readonly Node[];
}

/** A body that reads nothing but its inputs: whatever is outside is captured, constants and sizes are made again. */
export function closeBody({ index, inputs, proceed, next, kept }: OpenBody): ClosedBody {
  const images = new Map<Node, Node>([index, ...inputs].map((node) => [node, node]));
  const taken = new Set([...images.keys()].map((node) => String(node.attrs["name"])));
  const captured: Node[] = [];
  const capturedInputs: Node[] = [];
  const capture = (node: Node): Node => {
    const name = uniqueName(nameOf(node), taken);
    const inside = withOrigin(node.origin, () => bodyInput(name, node.type, node));
    captured.push(node);
    capturedInputs.push(inside);
    return inside;
  };
  const image = (node: Node): Node => {
    const source = kept.get(node) ?? node;
    const known = images.get(source);
    if (known !== undefined) return known;
    const isLeaf = source.op.name === "constant" || source.op.name === "size";
    const made =
      isLeaf || source.id >= index.id
        ? withOrigin(source.origin, () => cloneNode(source, source.inputs.map(image)))
        : capture(source);
    images.set(source, made);
    return made;
  };
  const roots = proceed === null ? next : [proceed, ...next];
  reachable(roots, index.id).forEach(image);
  return {
    proceed: proceed && image(proceed),
    next: next.map(image),
    captured,
    capturedInputs,
  };
}

function nameOf(node: Node): string {
  return node.op.name === "input" ? String(node.attrs["name"]) : (node.name ?? "value");
}
