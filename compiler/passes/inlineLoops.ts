import { cloneNode, nodesOf, rewriteGraph } from "../ir/graph.js";
import { makeNode, withOrigin, type Node } from "../ir/node.js";
import { loopParts } from "../ir/region.js";
import { barrier } from "../ops/accumulate.js";
import { nth } from "../ops/chain.js";
import { constant, constantValue } from "../ops/leaf.js";
import {
  countOf,
  isCheckpoint,
  isLoop,
  isLoopRecord,
  loopOf,
  loopValueIndex,
} from "../ops/loop.js";
import { at } from "../ops/positions.js";
import { reshape } from "../ops/shape.js";
import type { Pass } from "./pass.js";
import { rebuiltOver } from "./recompute.js";

/** The results and records of a loop that is written out. */
interface Inlined {
  readonly results: readonly Node[];
  readonly records: readonly Node[];
}

/** A loop of a single iteration, which is no loop. */
function runsOnce(node: Node): boolean {
  const { region, range } = loopParts(node);
  return (
    region.proceed === null &&
    range !== null &&
    countOf(node) === 1 &&
    constantValue(range.start) !== undefined
  );
}

function inline(node: Node, operands: readonly Node[]): Inlined {
  const parts = loopParts({ ...node, inputs: operands });
  const { region, range } = parts;
  const start = range === null ? undefined : constantValue(range.start);
  const images = new Map<Node, Node>([[parts.index, constant(start ?? 0, "i32")]]);
  const give = (inputs: readonly Node[], values: readonly Node[]) =>
    inputs.forEach((input, i) => images.set(input, nth(values, i)));
  // Behind a barrier, values are not found to equal those of the forward pass.
  const isBackward = isCheckpoint(node) && node.origin.phase === "backward";
  const [gradient] = parts.carried;
  const again = (x: Node) =>
    isBackward && gradient !== undefined && constantValue(x) === undefined
      ? barrier(x, gradient)
      : x;
  give(parts.carriedInputs, parts.carried);
  give(
    parts.slicedInputs,
    parts.sliced.map((x) => at(x, [constant(0, "i32")])),
  );
  give(parts.capturedInputs, parts.captured.map(again));
  return {
    results: region.next.map((next) => rebuiltOver(next, images)),
    records: region.records.map((record) => {
      const value = rebuiltOver(record, images);
      return reshape(value, [1, ...value.type.shape]);
    }),
  };
}

function inlinePass(name: string, applies: (node: Node) => boolean): Pass {
  return {
    name,
    innermostFirst: true,
    run: (graph) => {
      if (!nodesOf(graph).some((node) => isLoop(node) && applies(node))) return graph;
      const inlined = new Map<Node, Inlined>();
      return rewriteGraph(graph, (node, inputs, keep) => {
        if (isLoop(node) && applies(node)) {
          inlined.set(node, inline(node, inputs));
          return cloneNode(node, inputs);
        }
        const owner = node.op.lowering.kind === "loopValue" ? inlined.get(loopOf(node)) : undefined;
        if (owner === undefined) return keep();
        const list = isLoopRecord(node) ? owner.records : owner.results;
        const value = nth(list, loopValueIndex(node));
        const keeps =
          value.name !== undefined || node.name === undefined || value.inputs.length === 0;
        return keeps
          ? value
          : withOrigin(value.origin, () => makeNode(value.op, value.inputs, value.attrs, node));
      });
    },
  };
}

/** Writes out loops of a single iteration. What is to be recomputed stays apart until it is differentiated. */
export const inlineSingle = inlinePass(
  "inlineSingle",
  (node) => runsOnce(node) && !isCheckpoint(node),
);

/** After differentiation: also what is recomputed. */
export const inlineAll = inlinePass("inlineAll", runsOnce);
