import type { Span } from "../diagnostic.js";
import { reachable, type Output } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { mapLeaves, leavesOf, type Structure } from "../ir/structure.js";
import type { Context } from "./context.js";
import { leafName } from "./inputs.js";
import { checkOperand, toNode } from "./operands.js";
import { describe, type Value } from "./values.js";

/** The result of a function as outputs of its graph. */
export interface Result {
  readonly outputs: readonly Output[];
  readonly structure: Structure<string>;
}

/** Undefined where the value cannot be a result, which is reported. */
export function readResult(context: Context, value: Value, span: Span): Result | undefined {
  const nodes = toStructure(context, value, span);
  if (nodes === undefined) return undefined;
  if (leavesOf(nodes).length === 0) {
    context.error("FG215", "the result is empty", span, {
      accepted: "numbers and tensors, and objects and lists of them",
    });
    return undefined;
  }
  const inner = new Set(reachable(leavesOf(nodes)).flatMap((node) => node.inputs));
  const outputs: Output[] = [];
  const structure = mapLeaves(nodes, (node, path) => {
    const isNamed = /^[A-Za-z_$]/.test(path[0] ?? "");
    const full = isNamed ? path : ["value", ...path];
    outputs.push({
      name: full.join("."),
      node: named(context, node, full, inner),
    });
    return full.join(".");
  });
  return { outputs, structure };
}

/** The node under a name; one that others read stays as it is, or it would be computed twice. */
function named(
  context: Context,
  node: Node,
  path: readonly string[],
  inner: ReadonlySet<Node>,
): Node {
  if (node.name !== undefined || inner.has(node)) return node;
  return context.rename(node, leafName(path));
}

function toStructure(context: Context, value: Value, span: Span): Structure<Node> | undefined {
  context.work(span);
  switch (value.kind) {
    case "object": {
      const fields = [...value.fields].map(([name, field]) => ({
        name,
        value: toStructure(context, field, span),
      }));
      const read = fields.flatMap(({ name, value: field }) =>
        field === undefined ? [] : [{ name, value: field }],
      );
      if (read.length < fields.length) return undefined;
      return { kind: "object", fields: read };
    }
    case "tuple": {
      const elements = value.elements.map((one) => toStructure(context, one, span));
      const read = elements.filter((one) => one !== undefined);
      if (read.length < elements.length) return undefined;
      return { kind: "tuple", elements: read };
    }
    case "node":
    case "number":
    case "dim":
    case "boolean":
      return { kind: "leaf", value: leaf(context, value, span) };
    case "unset":
      checkOperand(context, { value, span });
      return undefined;
    case "poison":
      return undefined;
    default:
      context.error("FG215", `${describe(value)} cannot be a result`, span, {
        accepted: "numbers and tensors, and objects and lists of them",
      });
      return undefined;
  }
}

function leaf(context: Context, value: Value, span: Span): Node {
  return value.kind === "node" ? value.node : context.build(span, () => toNode(value, []));
}
