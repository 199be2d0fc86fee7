import { cloneNode, nodesBehind, nodesOf } from "../ir/graph.js";
import { makeNode, withOrigin, type Node, type Origin, type Step } from "../ir/node.js";
import { regionGraph, type LoopParts } from "../ir/region.js";
import { bodyInput } from "../ops/loop.js";
import { isAt } from "../ops/positions.js";
import { savedValues } from "./saved.js";

interface Read {
  readonly operand: Node;
  readonly input: Node;
}

/** The forward body that values are rebuilt from. */
export interface Body {
  readonly parts: LoopParts;
  /** Whether all of it is computed again, whatever that costs. */
  readonly everything: boolean;
  /** The line that what is computed again belongs to, where it stands alone in the backward pass. */
  readonly last: Step;
}

/** Values rebuilt in another body, and what that body must be given. */
export interface Recomputed {
  readonly images: readonly Node[];
  /** Values of the forward body that are kept for every iteration, and the inputs that stand for them. */
  readonly saved: readonly { readonly value: Node; readonly input: Node }[];
  /** The operands of the forward loop that are read again. */
  readonly reads: {
    readonly index: Node;
    readonly sliced: readonly Read[];
    readonly captured: readonly Read[];
  };
}

/**
 * Moves values that are written in terms of a forward body into a body of
 * their own. Values of the forward body are computed again or saved, whichever
 * costs less (see {@link savedValues}).
 */
export function recompute(
  { parts, everything, last }: Body,
  wanted: readonly Node[],
  savedInput: (value: Node) => Node,
): Recomputed {
  const forward = new Set(nodesOf(regionGraph(parts.region)));
  for (const input of parts.region.inputs) forward.add(input);
  const images = new Map<Node, Node>();
  const index = again(parts.index);
  images.set(parts.index, index);
  const sliced = reader(parts.sliced, parts.slicedInputs, images);
  const captured = reader(parts.captured, parts.capturedInputs, images);
  const saved = [...savedValues(parts, wanted, forward, everything)].map((value) => {
    const input = savedInput(value);
    images.set(value, input);
    return { value, input };
  });
  const build = (root: Node): void => {
    for (const node of nodesBehind(root, images)) {
      const known = sliced.read(node) ?? captured.read(node);
      if (known !== undefined) continue;
      const origin: Origin =
        everything && forward.has(node) ? { step: last, phase: "backward" } : node.origin;
      const image =
        node.inputs.length === 0 ? node : copied(node, images, forward.has(node), origin);
      images.set(node, image);
    }
  };
  wanted.forEach(build);
  return {
    images: wanted.map((node) => images.get(node) ?? node),
    saved,
    reads: { index, sliced: sliced.used, captured: captured.used },
  };
}

function copied(
  node: Node,
  images: ReadonlyMap<Node, Node>,
  isForward: boolean,
  origin = node.origin,
): Node {
  const inputs = node.inputs.map((x) => images.get(x) ?? x);
  return withOrigin(origin, () =>
    // What the forward pass has read without complaint is in range.
    isForward && isAt(node)
      ? makeNode(node.op, inputs, { ...node.attrs, inBounds: true }, node)
      : cloneNode(node, inputs),
  );
}

/** Values over some inputs, over inputs of their own. */
export function rebuilt(
  inputs: readonly Node[],
  outputs: readonly Node[],
): { readonly inputs: readonly Node[]; readonly outputs: readonly Node[] } {
  const images = new Map<Node, Node>(inputs.map((input) => [input, again(input)]));
  return {
    inputs: inputs.map((input) => images.get(input) ?? input),
    outputs: outputs.map((root) => rebuiltOver(root, images)),
  };
}

/** A value with others in place of some that it reads; the map also takes what is made on the way. */
export function rebuiltOver(root: Node, images: Map<Node, Node>): Node {
  for (const node of nodesBehind(root, images))
    images.set(node, node.inputs.length === 0 ? node : copied(node, images, false));
  return images.get(root) ?? root;
}

/** An input of the forward body as one of another body. */
function again(input: Node): Node {
  return withOrigin(input.origin, () => bodyInput(String(input.attrs["name"]), input.type, input));
}

function reader(
  operands: readonly Node[],
  inputs: readonly Node[],
  images: Map<Node, Node>,
): { readonly used: readonly Read[]; read(node: Node): Node | undefined } {
  const used: Read[] = [];
  return {
    used,
    read: (node) => {
      const operand = operands[inputs.indexOf(node)];
      if (operand === undefined) return undefined;
      const input = again(node);
      images.set(node, input);
      used.push({ operand, input });
      return input;
    },
  };
}
