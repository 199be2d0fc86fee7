import { makeNode, type Attr, type Node } from "../../compiler/ir/node.js";
import type { Op, Parameter } from "../../compiler/ir/op.js";
import { cast } from "../../compiler/ops/arithmetic.js";
import { constant } from "../../compiler/ops/leaf.js";
import { registry } from "../../compiler/ops/index.js";
import type { ProgramBuilder } from "./programBuilder.js";
import { axesOf, literal, partner, some } from "./programOperands.js";

/** All but the one that would read integers of any size as positions; it has a step of its own. */
const publicOps = [...registry.values()].filter(
  (op) => op.internal !== true && op.name !== "scatterAdd",
);

/** Any operation of the vocabulary, with any options. */
export function anyOp(b: ProgramBuilder): Node | null {
  const op = b.draw.pick(publicOps);
  return b.accept(() => apply(b, op));
}

function apply(b: ProgramBuilder, op: Op): Node {
  const first = some(b);
  const inputs: Node[] = [];
  const attrs: Record<string, Attr> = {};
  for (const parameter of op.parameters) {
    const { kind } = parameter.kind;
    if (kind === "operand") {
      const isNext = inputs.length > 0;
      if (parameter.default !== undefined && b.draw.chance(0.5)) {
        if (typeof parameter.default === "number") inputs.push(constant(parameter.default));
      } else inputs.push(isNext ? operandFor(b, first) : first);
    } else if (kind === "operands" || kind === "rest") {
      inputs.push(first, ...(b.draw.chance(0.5) ? [operandFor(b, first)] : []));
    } else attrs[parameter.name] = attribute(b, parameter, first);
  }
  const types = inputs.map((x) => x.type);
  // Neither language lets numbers stand for truth values.
  if (op.name.startsWith("logical") && types.some(({ dtype }) => dtype !== "bool"))
    return cast(first, "bool");
  return makeNode(op, inputs, op.normalise?.(types, attrs) ?? attrs);
}

function operandFor(b: ProgramBuilder, first: Node): Node {
  if (b.integers.length > 0 && b.draw.chance(0.15)) return b.draw.pick(b.integers);
  if (b.conditions.length > 0 && b.draw.chance(0.1)) return b.draw.pick(b.conditions);
  return b.draw.chance(0.2) ? literal(b) : partner(b, first);
}

function attribute(b: ProgramBuilder, { kind, default: fallback }: Parameter, first: Node): Attr {
  const rank = first.type.shape.length;
  if (fallback !== undefined && b.draw.chance(0.4)) return fallback;
  switch (kind.kind) {
    case "boolean":
      return b.draw.chance(0.5);
    case "axis":
      return b.draw.between(-rank, rank - 1 + (rank === 0 ? 1 : 0));
    case "axes":
      return b.draw.pick<Attr>([null, [...b.draw.some(axesOf(first))], b.draw.between(-rank, 0)]);
    case "integer":
      return b.draw.between(-1, 2);
    case "number":
      return b.draw.number();
    case "choice":
      return b.draw.pick(kind.of);
    case "shape":
      return [...first.type.shape];
    case "integers":
      return [...b.draw.shuffled(axesOf(first))];
    case "pairs":
      return axesOf(first).map(() => [b.draw.below(2), b.draw.below(2)]);
    default:
      return fallback ?? null;
  }
}
