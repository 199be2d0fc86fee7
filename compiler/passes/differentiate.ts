import { CompileError, type Diagnostic } from "../diagnostic.js";
import { reachable, type Graph, type Output } from "../ir/graph.js";
import { renamed, withOrigin, type Naming, type Node, type Origin } from "../ir/node.js";
import type { VjpContext } from "../ir/op.js";
import { broadcastShapes, isFloat, sameShape, type Shape } from "../ir/type.js";
import { alias } from "../ops/accumulate.js";
import { cast, whereOp } from "../ops/arithmetic.js";
import { constantValue, input, one, zero } from "../ops/leaf.js";
import { isLoopRecord, loopOf } from "../ops/loop.js";
import { broadcastTo, sumTo } from "../ops/shape.js";
import { activeNodes } from "./active.js";
import { pullBackLoop, type LoopCotangent } from "./loopGradient.js";
import {
  anyTo,
  combine,
  everywhere,
  masked,
  maskNode,
  transportMask,
  withLiteral,
  type Contribution,
  type Literal,
  type Mask,
} from "./mask.js";

/** How {@link vjp} goes about it. */
export interface VjpOptions {
  /** Where the values made for a node come from; by default from its step, backward. */
  readonly origin?: (node: Node, contributions: readonly Contribution[]) => Origin;
  /** Nodes with a smaller id do not depend on `wrt` and are not looked at. */
  readonly since?: number;
}

/**
 * Reverse mode, graph to graph: the chain rule from the outputs to `wrt`.
 *
 * Returns the gradient of Σ ⟨output, cotangent⟩ with respect to each of `wrt`,
 * null where the outputs do not depend on it. Rules are IR, so the result can
 * be differentiated again.
 */
export function vjp(
  outputs: readonly Node[],
  cotangents: readonly Node[],
  wrt: readonly Node[],
  { origin = backwardOf, since = 0 }: VjpOptions = {},
): readonly (Node | null)[] {
  const nodes = reachable(outputs, since);
  const active = activeNodes(nodes, wrt);
  const pending = new Map<Node, Contribution[]>();
  const contribute = (to: Node, contribution: Contribution) => {
    if (!active.has(to) || constantValue(contribution.value) === 0) return;
    const list = pending.get(to);
    if (list === undefined) pending.set(to, [contribution]);
    else list.push(contribution);
  };
  outputs.forEach((output, i) => {
    const cotangent = cotangents[i];
    if (cotangent !== undefined) contribute(output, { value: cotangent, mask: everywhere });
  });
  const gradients = new Map<Node, Node>();
  const loops = new Map<Node, LoopCotangent[]>();
  for (const node of backwardOrder(nodes)) {
    const ofLoop = loops.get(node);
    if (ofLoop !== undefined) {
      const isActive = (operand: Node) => active.has(operand);
      withOrigin(origin(node, []), () => {
        pullBackLoop(node, ofLoop, isActive, contribute, (ys, dys, xs) => vjp(ys, dys, xs));
      });
    }
    const contributions = pending.get(node);
    if (contributions === undefined) continue;
    if (node.op.lowering.kind === "loopValue" && !wrt.includes(node)) {
      withOrigin(origin(node, contributions), () => {
        const parts = isLoopRecord(node) ? contributions : [adjointOf(node, contributions, false)];
        const known = loops.get(loopOf(node)) ?? [];
        loops.set(loopOf(node), [...known, ...parts.map((adjoint) => ({ of: node, adjoint }))]);
      });
      continue;
    }
    withOrigin(origin(node, contributions), () => {
      const adjoint = adjointOf(node, contributions, wrt.includes(node));
      if (wrt.includes(node)) gradients.set(node, masked(adjoint));
      if (node.inputs.length > 0) pullBack(node, adjoint, active, contribute);
    });
  }
  return wrt.map((node) => gradients.get(node) ?? null);
}

/** Users before operands; parameters last, in the author's order. */
function backwardOrder(nodes: readonly Node[]): readonly Node[] {
  const isLeaf = (node: Node) => node.inputs.length === 0;
  return [...nodes.filter((node) => !isLeaf(node)).toReversed(), ...nodes.filter(isLeaf)];
}

/** What is made for a node belongs to its step; the sum of contributions to a parameter, to the last of them. */
function backwardOf(node: Node, contributions: readonly Contribution[]): Origin {
  const last = contributions.at(-1);
  const step =
    node.inputs.length === 0 && last !== undefined ? last.value.origin.step : node.origin.step;
  return { step, phase: "backward" };
}

/** All contributions to a node as one value, under the name `d` + name. */
function adjointOf(
  node: Node,
  contributions: readonly Contribution[],
  final: boolean,
): Contribution {
  const naming: Naming = {
    name: node.name === undefined ? undefined : `d${node.name}`,
    derivedName: node.derivedName,
  };
  const sum = combine(contributions);
  const { value, mask } = final ? { value: masked(sum), mask: everywhere } : sum;
  if (naming.name === undefined || constantValue(value) !== undefined || value.name === naming.name)
    return { value, mask };
  // Nodes are immutable: an unnamed value is made again under the name, and the first is never reached.
  if (value.name === undefined && value.inputs.length > 0) {
    return { value: renamed(value, naming), mask };
  }
  const scalar = value.type.shape.length === 0;
  const isInput = value.inputs.length === 0;
  const renamedScalar = () => alias(value, naming);
  const named = !scalar
    ? value
    : isInput
      ? renamedScalar()
      : withOrigin(value.origin, renamedScalar);
  return { value: named, mask };
}

/** Hands the adjoint of a node on to its inputs. */
function pullBack(
  node: Node,
  adjoint: Contribution,
  active: ReadonlySet<Node>,
  contribute: (to: Node, contribution: Contribution) => void,
): void {
  if (node.op === whereOp) return pullBackWhere(node, adjoint, contribute);
  if (node.op.vjp === undefined) throw notDifferentiable(node);
  const needed = node.inputs.map((x) => active.has(x));
  const { branch, elements } = splitMask(adjoint.mask);
  const mixes = elements.length > 0 && !keepsElementsApart(node);
  const context: VjpContext = {
    inputs: node.inputs,
    out: node,
    dOut: mixes ? masked({ value: adjoint.value, mask: elements }) : adjoint.value,
    attrs: node.attrs,
    needed,
    mask: maskNode(elements),
  };
  const masks = transportMask(context, elements);
  node.op.vjp(context).forEach((value, i) => {
    const to = node.inputs[i];
    if (value === null || to === undefined || !active.has(to) || constantValue(value) === 0) return;
    const fitted = fit(
      passedOn(value, context.dOut),
      to.type.shape,
      node,
      mixes ? everywhere : elements,
    );
    const mask = [...branch, ...(masks?.[i] ?? everywhere)];
    contribute(to, {
      value: to.type.shape.length === 0 ? fitted : cast(fitted, to.type.dtype),
      mask,
    });
  });
}

/** A scalar handed on as it is gets a name of its own on this step: `dnum = dvalue`. */
function passedOn(value: Node, dOut: Node): Node {
  const unchanged = value === dOut && value.type.shape.length === 0;
  return unchanged && constantValue(value) === undefined ? alias(value, {}) : value;
}

/** True where each element of a contribution comes from the element of dOut at the same position, before any sum. */
function keepsElementsApart(node: Node): boolean {
  return node.op.lowering.kind === "scalar" || node.op.lowering.kind === "accumulate";
}

/**
 * Undoes broadcasting, in this one place: a contribution of the result's shape
 * is summed to the operand's. Elements that do not count are zeroed before they
 * enter the sum.
 */
export function fit(value: Node, shape: Shape, node: Node, mask: Mask): Node {
  const apart = keepsElementsApart(node);
  const full = apart ? broadcastTo(value, node.type.shape) : value;
  if (sameShape(full.type.shape, shape))
    return apart && sameShape(value.type.shape, shape) ? value : full;
  const common = broadcastShapes(full.type.shape, shape) ?? full.type.shape;
  return sumTo(broadcastTo(masked({ value: full, mask }), common), shape);
}

function pullBackWhere(
  node: Node,
  adjoint: Contribution,
  contribute: (to: Node, c: Contribution) => void,
): void {
  const [condition, a, b] = node.inputs;
  if (condition === undefined || a === undefined || b === undefined) return;
  const shaped =
    condition.type.shape.length === 0 ? condition : broadcastTo(condition, node.type.shape);
  for (const [to, holds] of [
    [a, true],
    [b, false],
  ] as const) {
    const inner = withLiteral(adjoint.mask, { condition: shaped, holds });
    const { branch, elements } = splitMask(inner);
    const value = fit(adjoint.value, to.type.shape, node, elements);
    const whole = sameShape(to.type.shape, node.type.shape);
    const narrowed = whole || elements.length === 0 ? elements : narrow(elements, to.type.shape);
    contribute(to, {
      value: to.type.shape.length === 0 ? value : cast(value, to.type.dtype),
      mask: [...branch, ...narrowed],
    });
  }
}

function narrow(mask: Mask, shape: Shape): Mask {
  const node = maskNode(mask);
  return node === null ? everywhere : [{ condition: anyTo(node, shape), holds: true }];
}

/** Conditions for the whole value, and conditions element by element. */
function splitMask(mask: Mask): {
  readonly branch: Mask;
  readonly elements: Mask;
} {
  const scalar = (literal: Literal) => literal.condition.type.shape.length === 0;
  return {
    branch: mask.filter(scalar),
    elements: mask.filter((literal) => !scalar(literal)),
  };
}

export function notDifferentiable(node: Node): CompileError {
  const diagnostic: Diagnostic = {
    code: "FG405",
    severity: "error",
    message: `${node.op.name} has no derivative`,
    span: node.origin.step.span ?? node.origin.step.line.span,
    accepted: "operations with a gradient between the parameters to differentiate and the result",
    hint: "use stopGradient(...) around the value if its gradient should be 0",
  };
  return new CompileError([diagnostic]);
}

/** What {@link gradientGraph} differentiates. */
export interface GradientOptions {
  /** Inputs of the graph; their gradients become outputs named `d` + the input's path. */
  readonly wrt: readonly Node[];
  /**
   * "one" for a scalar result. "inputs" adds an input `d` + output name for each output, whose
   * product with the Jacobian is returned.
   */
  readonly cotangent: "one" | "inputs";
}

/** The graph that computes a function and its gradient together. */
export function gradientGraph(graph: Graph, { wrt, cotangent }: GradientOptions): Graph {
  const differentiable = graph.outputs.filter((output) => isFloat(output.node.type.dtype));
  const cotangents = differentiable.map(({ name, node }) =>
    cotangent === "one" ? one() : cotangentFor(name, node),
  );
  const gradients = vjp(
    differentiable.map((output) => output.node),
    cotangents,
    wrt,
  );
  const outputs = wrt.map((node, i): Output => {
    const shape = node.type.shape;
    return {
      name: `d${pathOf(node)}`,
      node: broadcastTo(gradients[i] ?? zero(), shape),
    };
  });
  return {
    name: graph.name,
    inputs: cotangent === "one" ? graph.inputs : [...graph.inputs, ...cotangents],
    outputs: [...graph.outputs, ...outputs],
  };
}

/** An input for the gradient of a result, which the backward pass starts from. */
function cotangentFor(name: string, node: Node): Node {
  const origin: Origin = { step: node.origin.step, phase: "backward" };
  // A field of a result goes by the field's name, a single result by its own.
  const label =
    name === "value"
      ? node.name
      : /([A-Za-z_$][\w$]*(?:\.\d+)*)$/.exec(name)?.[1]?.replaceAll(".", "");
  return withOrigin(origin, () => ({
    ...input(`d${name}`, node.type),
    name: `d${label ?? "value"}`,
  }));
}

/** The path of an input in the author's parameters: `x`, `params.W1`. */
export function pathOf(node: Node): string {
  return String(node.attrs["name"]);
}
