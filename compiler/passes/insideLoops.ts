import { nodesOf, rewriteGraph, type Graph } from "../ir/graph.js";
import { makeNode, type Node } from "../ir/node.js";
import { regionGraph, regionLike, type Region } from "../ir/region.js";
import type { Pass, PassOptions } from "./pass.js";

/** Runs a pass over a graph, and over the bodies of its loops, if the options allow it. */
export function runPass(pass: Pass, graph: Graph, options: PassOptions = {}): Graph {
  if (pass.inexact === true && options.inexact !== true) return graph;
  const inner: PassOptions = { ...options, body: true };
  const inside = (outer: Graph) => rewriteBodies(outer, (body) => runPass(pass, body, inner));
  return pass.innermostFirst === true
    ? pass.run(inside(graph), options)
    : inside(pass.run(graph, options));
}

/** The same graph with the bodies of its loops rewritten; the graph itself if it has none. */
export function rewriteBodies(graph: Graph, rewrite: (body: Graph) => Graph): Graph {
  if (!nodesOf(graph).some(({ op }) => op.region !== undefined)) return graph;
  return rewriteGraph(graph, (node, inputs, keep) => {
    const { region } = node.op;
    return region === undefined
      ? keep()
      : withBody(node, inputs, regionLike(region, rewrite(regionGraph(region))));
  });
}

function withBody(node: Node, inputs: readonly Node[], region: Region): Node {
  return makeNode({ ...node.op, region }, inputs, node.attrs, node);
}
