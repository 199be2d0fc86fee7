import type { CompiledFunction } from "../backends/typescript/module.js";
import { DiagnosticSink } from "../diagnostic.js";
import type { ModelFunction } from "../elaborate/function.js";
import { evaluateModule } from "../evaluateModule.js";
import { cloneNode, nodesOf, reachable, type Graph } from "../ir/graph.js";
import { withOrigin, type Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";
import { makeCallable, type Callable } from "../jit/callable.js";
import { numberAttr } from "../ops/define.js";
import { input } from "../ops/leaf.js";
import { pathOf } from "../passes/differentiate.js";
import { compileModels } from "../pipeline.js";

/** A function with a chain rule of the author's, by itself. */
export interface RuleCheck {
  readonly callable: Callable;
  /** Which rule it is: `customGradient in line 3 of f`. */
  readonly title: string;
}

/** The calls of `customGradient`, each as a function of its arguments; of one place the first. */
export function compileRules(
  functions: readonly CompiledFunction[],
  files: Readonly<Record<string, string>>,
): readonly RuleCheck[] {
  const seen = new Set<string>();
  return functions.flatMap((compiled) =>
    nodesOf(compiled.model.graph).flatMap((node, i) => {
      if (node.op.name !== "customGradient") return [];
      const model = modelOfRule(compiled, node, i);
      const { span } = node.origin.step;
      const line = (files[span?.file ?? ""] ?? "").slice(0, span?.start).split("\n").length;
      const title = `customGradient in line ${line} of ${compiled.model.name}`;
      if (model.wrt.length === 0 || seen.has(`${title} ${span?.start}`)) return [];
      seen.add(`${title} ${span?.start}`);
      return [{ callable: callableOf(model), title }];
    }),
  );
}

/**
 * The rule as a function: arguments that depend on a parameter differentiated
 * by become its parameters, and so do the parameters that it reads besides.
 */
function modelOfRule({ model, programs }: CompiledFunction, rule: Node, i: number): ModelFunction {
  const count = numberAttr(rule.attrs, "count");
  const moving = rule.inputs
    .slice(2, 2 + count)
    .filter((node) => isFloat(node.type.dtype) && dependsOn(node, programs.wrt));
  const images = new Map<Node, Node>();
  for (const [k, node] of [...new Set(moving)].entries()) {
    const name = node.name ?? `x${k}`;
    const taken = [...images.values()].some((other) => pathOf(other) === name);
    images.set(node, input(taken ? `${name}${k}` : name, node.type));
  }
  const wrt = [...images.values()];
  const copy = copied(rule, images);
  const names = new Set(wrt.map(pathOf));
  const besides = model.graph.inputs.filter((node) => reachable([copy]).includes(node));
  const inputs = [...wrt, ...besides.filter((node) => !names.has(pathOf(node)))];
  const graph: Graph = {
    name: `${model.name}Rule${i}`,
    inputs,
    outputs: [{ name: "value", node: copy }],
  };
  return {
    name: graph.name,
    tags: [],
    span: model.span,
    graph,
    parameters: inputs.map((node) => ({
      name: pathOf(node),
      structure: { kind: "leaf", value: node },
    })),
    result: { kind: "leaf", value: "value" },
    wrt,
  };
}

function dependsOn(node: Node, wrt: ReadonlySet<Node>): boolean {
  return reachable([node]).some((one) => wrt.has(one));
}

/** The value, reading `images` in place of what they stand for. */
function copied(value: Node, images: Map<Node, Node>): Node {
  for (const node of reachable([value])) {
    if (images.has(node) || !node.inputs.some((x) => images.has(x))) continue;
    const inputs = node.inputs.map((x) => images.get(x) ?? x);
    images.set(
      node,
      withOrigin(node.origin, () => cloneNode(node, inputs)),
    );
  }
  return images.get(value) ?? value;
}

function callableOf(model: ModelFunction): Callable {
  const entry = { path: model.span.file, text: "" };
  const { code, functions } = compileModels([model], entry, new DiagnosticSink(), { target: "js" });
  const [compiled] = functions;
  if (compiled === undefined) throw new Error(`${model.name} was not compiled`);
  return makeCallable(compiled, evaluateModule(code));
}
