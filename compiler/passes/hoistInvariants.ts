import { nodesOf, rewriteGraph, cloneNode } from "../ir/graph.js";
import { withOrigin, type Node } from "../ir/node.js";
import { loopParts, makeRegion, regionGraph } from "../ir/region.js";
import { definitionOf, isLoop, loop } from "../ops/loop.js";
import { BodyInputs } from "./bodyInputs.js";
import type { Pass } from "./pass.js";
import { rebuiltOver } from "./recompute.js";

/**
 * Computes before a loop what is the same in every iteration. Only what is
 * worth a variable, and what cannot fail: a loop may run no iteration at all.
 */
export const hoistInvariants: Pass = {
  name: "hoistInvariants",
  innermostFirst: true,
  run: (graph) => {
    if (!nodesOf(graph).some(isLoop)) return graph;
    return rewriteGraph(graph, (node, inputs, keep) =>
      isLoop(node) ? hoisted(node, inputs) : keep(),
    );
  },
};

function hoisted(node: Node, operands: readonly Node[]): Node {
  const parts = loopParts({ ...node, inputs: operands });
  const invariants = invariantsOf(node);
  if (invariants.length === 0) return cloneNode(node, operands);
  const outside = new Map<Node, Node>(
    parts.capturedInputs.map((input, i) => [input, parts.captured[i] ?? input]),
  );
  const values = invariants.map((value) => rebuiltOver(value, outside));
  const names = new BodyInputs(parts.region.inputs);
  const inputs = invariants.map((value) =>
    withOrigin(value.origin, () => names.make(value.type, value)),
  );
  const inside = new Map<Node, Node>(invariants.map((value, i) => [value, inputs[i] ?? value]));
  for (const input of parts.region.inputs) inside.set(input, input);
  const moved = (value: Node) => rebuiltOver(value, inside);
  const { region } = parts;
  return loop({
    ...definitionOf(node),
    ...parts,
    captured: [...parts.captured, ...values],
    region: makeRegion({
      inputs: [...region.inputs, ...inputs],
      proceed: region.proceed && moved(region.proceed),
      next: region.next.map(moved),
      records: region.records.map(moved),
    }),
  });
}

/** The last values of a body that follow from captured ones alone. */
function invariantsOf(node: Node): readonly Node[] {
  const { region, capturedInputs } = loopParts(node);
  const graph = regionGraph(region);
  const nodes = nodesOf(graph);
  const invariant = new Set<Node>(capturedInputs);
  for (const x of nodes) {
    const constant = x.op.name === "constant" || x.op.name === "size";
    if (constant || (isSafe(x) && x.inputs.every((input) => invariant.has(input))))
      invariant.add(x);
  }
  const readByOthers = new Set([
    ...nodes.filter((x) => !invariant.has(x)).flatMap((x) => x.inputs),
    ...graph.outputs.map((output) => output.node),
  ]);
  return nodes.filter((x) => invariant.has(x) && readByOthers.has(x) && isWorthIt(x));
}

/** Pure, and total: what is under a branch in the body is computed whichever branch is taken. */
function isSafe({ op, inputs, attrs }: Node): boolean {
  const { kind } = op.lowering;
  if (kind === "at") return attrs["inBounds"] === true;
  const safe = ["scalar", "view", "reshape", "reduce", "matmul", "concat", "embed", "accumulate"];
  return inputs.length > 0 && safe.includes(kind);
}

/** Not what costs no more than reading a variable. */
function isWorthIt({ op, type }: Node): boolean {
  const { lowering } = op;
  if (lowering.kind === "scalar" && type.shape.length === 0)
    return lowering.code.kind === "call" || lowering.code.kind === "runtime";
  return lowering.kind === "scalar" || lowering.kind === "reduce" || lowering.kind === "matmul";
}
