import type { DiagnosticSink } from "../diagnostic.js";
import { nodesOf, usersOf, type Graph } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { isFloat } from "../ir/type.js";

const COMPARISON = /^(?:less|lessEqual|greater|greaterEqual|equal|notEqual)$/;

/**
 * Warns of parameters that the result depends on, but only through steps:
 * operations such as round and comparisons, whose slope is 0 everywhere, so
 * that the gradient says nothing. A stopGradient on the way is taken as intent,
 * and so is a comparison beside parameters that have a gradient.
 */
export function warnZeroGradients(
  graph: Graph,
  wrt: readonly Node[],
  written: ReadonlyMap<object, Node>,
  sink: DiagnosticSink,
): void {
  const users = usersOf(nodesOf(graph));
  const without = wrt.filter((input) => !reaches(input, graph, users));
  // To branch on a parameter is common, and no mistake unless nothing else has a gradient.
  const branching = without.length < wrt.length;
  for (const input of without) {
    const steps = stepsFrom(input, users).filter((step) => !branching || !decides(step, input));
    const [step] = steps;
    const isIntended = steps.some(({ op }) => op.name === "stopGradient");
    if (step === undefined || isIntended || !hasFloats(graph)) continue;
    const { op } = written.get(step.origin.step) ?? step;
    const name = String(input.attrs["name"]);
    sink.warning(
      "FG405",
      `the gradient by \`${name}\` is 0 everywhere: it only goes through ${described(op)}, which has slope 0`,
      step.origin.step.span,
      {
        hint: `use a smooth operation, or write stopGradient(${name}) if that is meant`,
      },
    );
  }
}

function described({ name }: Node["op"]): string {
  return COMPARISON.test(name) ? "a comparison" : `\`${name}\``;
}

/** Whether a change of the input changes an output by small steps. */
function reaches(input: Node, graph: Graph, users: ReadonlyMap<Node, readonly Node[]>): boolean {
  const smooth = smoothlyReached(input, users);
  return graph.outputs.some(({ node }) => smooth.has(node) && isFloat(node.type.dtype));
}

/** The values that change with the input by small steps. */
function smoothlyReached(
  input: Node,
  users: ReadonlyMap<Node, readonly Node[]>,
): ReadonlySet<Node> {
  const reached = new Set([input]);
  for (const node of reached) {
    for (const user of users.get(node) ?? []) {
      if (!isStep(user, node)) reached.add(user);
    }
  }
  return reached;
}

/** The first operations on the way from the input that take its changes away. */
function stepsFrom(input: Node, users: ReadonlyMap<Node, readonly Node[]>): readonly Node[] {
  return [...smoothlyReached(input, users)].flatMap((node) =>
    (users.get(node) ?? []).filter((user) => isStep(user, node)),
  );
}

function isStep(node: Node, operand: Node): boolean {
  const { op, type } = node;
  // What a loop does to its operands is not followed.
  if (op.region !== undefined) return false;
  return op.derivative === "zero" || !isFloat(type.dtype) || decides(node, operand);
}

function decides({ op, inputs }: Node, operand: Node): boolean {
  return COMPARISON.test(op.name) || (op.name === "where" && !inputs.slice(1).includes(operand));
}

function hasFloats({ outputs }: Graph): boolean {
  return outputs.some(({ node }) => isFloat(node.type.dtype));
}
