import type { Span } from "../diagnostic.js";
import { dimProduct, type Dim } from "../ir/dim.js";
import type { Node } from "../ir/node.js";
import { sameShape } from "../ir/type.js";
import { variable } from "../ops/accumulate.js";
import { cast, equal } from "../ops/arithmetic.js";
import { nth } from "../ops/chain.js";
import { zero } from "../ops/leaf.js";
import { broadcastTo, iota, reshape, slice, transpose } from "../ops/shape.js";
import { vjp } from "../passes/differentiate.js";
import { jvp } from "../passes/jvp.js";
import { vmap } from "../passes/vmap.js";
import type { Context, Placed } from "./context.js";
import { describe, nodeValue, type Value } from "./values.js";

/** The first element of a batch, which stands for all of them, and the batch. */
export interface BatchVariable {
  readonly node: Node;
  readonly batch: Node;
}

/** A variable for the elements of an argument; undefined where it is no batch, which is reported. */
export function batchVariable(
  context: Context,
  { value, span }: Placed,
  size: Dim | undefined,
): BatchVariable | undefined {
  const node = value.kind === "node" ? value.node : undefined;
  const [first, ...rest] = node?.type.shape ?? [];
  if (node === undefined || first === undefined || (size !== undefined && first !== size)) {
    context.error("FG421", `the batch is ${describe(value)}`, span, {
      accepted:
        size === undefined ? "a tensor, its first axis the batch" : `a first axis of size ${size}`,
      hint: 'name the parameters that are batches: vmap(f, "x")',
    });
    return undefined;
  }
  const made = context.build(span, () => {
    const one = slice(node, {
      start: node.type.shape.map(() => 0),
      length: [1, ...rest],
      step: node.type.shape.map(() => 1),
    });
    return variable(reshape(one, rest));
  });
  return { node: made, batch: node };
}

/** The result of a function for a whole batch. */
export function mapped(
  context: Context,
  result: Value,
  variables: readonly BatchVariable[],
  span: Span,
): Value {
  switch (result.kind) {
    case "tuple":
      return {
        kind: "tuple",
        elements: result.elements.map((one) => mapped(context, one, variables, span)),
      };
    case "object": {
      const fields = [...result.fields].map(([name, field]): [string, Value] => [
        name,
        mapped(context, field, variables, span),
      ]);
      return { kind: "object", fields: new Map(fields) };
    }
    case "node": {
      const from = variables.map(({ node }) => node);
      const batches = variables.map(({ batch }) => batch);
      const [size = 1] = nth(batches, 0).type.shape;
      const { node } = result;
      return nodeValue(context.build(span, () => nth(vmap([node], from, batches, size), 0)));
    }
    default:
      return result;
  }
}

/**
 * The Jacobian of y by x, of the shape of y followed by that of x: forward,
 * column by column, where x is known to be the smaller one, else in reverse,
 * row by row; all of them in one batch.
 */
export function jacobianOf(y: Node, x: Node): Node {
  const [rows, columns] = [dimProduct(y.type.shape), dimProduct(x.type.shape)];
  const isForward = typeof rows === "number" && typeof columns === "number" && columns < rows;
  const full = [...y.type.shape, ...x.type.shape];
  if (isForward) {
    const v = direction(x);
    const [moved = null] = jvp([y], [x], [v]);
    if (moved === null) return broadcastTo(cast(zero(), y.type.dtype), full);
    const table = nth(vmap([moved], [v], [basis(x, columns)], columns), 0);
    const stacked = reshape(table, [...x.type.shape, ...y.type.shape]);
    const [p, q] = [x.type.shape.length, y.type.shape.length];
    return transpose(
      stacked,
      Array.from({ length: p + q }, (_, i) => (i < q ? p + i : i - q)),
    );
  }
  const u = direction(y);
  const [pulled = null] = vjp([y], [u], [x], { origin: () => y.origin });
  if (pulled === null) return broadcastTo(cast(zero(), y.type.dtype), full);
  return reshape(nth(vmap([pulled], [u], [basis(y, rows)], rows), 0), full);
}

function direction({ type }: Node): Node {
  return variable(
    type.shape.length === 0 ? zero() : broadcastTo(cast(zero(), type.dtype), type.shape),
  );
}

/** All unit directions of a value, along a first axis. */
function basis({ type }: Node, count: Dim): Node {
  const [rows, columns] = [iota([count, count], 0), iota([count, count], 1)];
  const unit = cast(equal(rows, columns), type.dtype);
  const shape = [count, ...type.shape];
  return sameShape(unit.type.shape, shape) ? unit : reshape(unit, shape);
}
