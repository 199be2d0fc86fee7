import { evaluateGraph } from "../../compiler/ir/evaluate.js";
import { nodesOf, type Graph } from "../../compiler/ir/graph.js";
import type { Value } from "../../compiler/ir/op.js";
import { isFloat } from "../../compiler/ir/type.js";
import { verifyGraph } from "../../compiler/ir/verify.js";
import { registry } from "../../compiler/ops/index.js";
import { gradientGraph } from "../../compiler/passes/differentiate.js";
import { forwardPasses, jointPasses, runPasses } from "../../compiler/passes/index.js";
import { jvpGraph } from "../../compiler/passes/jvp.js";
import type { Random } from "../../runtime/random.js";
import { inner, normals } from "./drawCall.js";
import type { Sizes, Values } from "./values.js";

/** A point at which derivatives are compared. */
export interface Point {
  readonly values: Values;
  readonly sizes: Sizes;
  readonly source: Random;
}

const nameOf = (node: { readonly attrs: Readonly<Record<string, unknown>> }): string =>
  String(node.attrs["name"]);

/** A graph with what the passes make of it, which must be valid. */
function optimised(graph: Graph): Graph {
  verifyGraph(graph, registry);
  return runPasses(graph, jointPasses, { verify: true });
}

function draw(graph: Graph, from: number, { source, sizes }: Point): Record<string, Value> {
  return Object.fromEntries(
    graph.inputs.slice(from).map((node) => [nameOf(node), normals(source, node.type, sizes)]),
  );
}

/** How far ⟨u, J v⟩ is from ⟨Jᵀ u, v⟩, relative to the size of their terms. */
export function adjointGap(given: Graph, point: Point): number {
  const graph = runPasses(given, forwardPasses);
  const wrt = graph.inputs.filter((node) => isFloat(node.type.dtype));
  const backward = gradientGraph(graph, { wrt, cotangent: "inputs" });
  const { graph: forward, tangents } = jvpGraph(graph, wrt);
  const u = draw(backward, graph.inputs.length, point);
  const v = draw(forward, graph.inputs.length, point);
  const { values, sizes } = point;
  const gradients = evaluateGraph(optimised(backward), { ...values, ...u }, sizes);
  const moved = evaluateGraph(optimised(forward), { ...values, ...v }, sizes);
  const left = inner(Object.keys(u).map((name) => [u[name], moved[`v${name.slice(1)}`]]));
  const right = inner(
    tangents.map((node) => [gradients[`d${nameOf(node).slice(1)}`], v[nameOf(node)]]),
  );
  return Math.abs(left.value - right.value) / Math.max(left.scale, right.scale);
}

/** How far the second derivative of ⟨u, f⟩ is from symmetric: ⟨a, H b⟩ against ⟨b, H a⟩. */
export function symmetryGap(given: Graph, point: Point): number {
  const graph = runPasses(given, forwardPasses);
  const wrt = graph.inputs.filter((node) => isFloat(node.type.dtype));
  const gradient = gradientGraph(graph, { wrt, cotangent: "inputs" });
  const slopes = runPasses(
    { ...gradient, outputs: gradient.outputs.slice(graph.outputs.length) },
    forwardPasses,
  );
  const { graph: hvp, tangents } = jvpGraph(slopes, wrt);
  const u = draw(gradient, graph.inputs.length, point);
  const [a, b] = [0, 1].map(() => draw(hvp, gradient.inputs.length, point));
  const product = (v: Values = {}) =>
    evaluateGraph(optimised(hvp), { ...point.values, ...u, ...v }, point.sizes);
  const [left, right] = [[a, product(b)] as const, [b, product(a)] as const].map(([v, image]) =>
    inner(
      tangents.map((node) => {
        const path = nameOf(node).slice(1);
        return [v?.[nameOf(node)], image[`vd${path}`]];
      }),
    ),
  );
  if (left === undefined || right === undefined) throw new Error("nothing was compared");
  return Math.abs(left.value - right.value) / Math.max(left.scale, right.scale);
}

/** The operations of the function with its tangent over those of the function. */
export function tangentCost(given: Graph): number {
  const graph = runPasses(given, forwardPasses);
  const wrt = graph.inputs.filter((node) => isFloat(node.type.dtype));
  const count = (one: Graph) => nodesOf(optimised(one)).length;
  return count(jvpGraph(graph, wrt).graph) / count(graph);
}
