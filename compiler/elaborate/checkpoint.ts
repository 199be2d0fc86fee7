import { bodyIndex, bodyInput, loop, loopResult } from "../ops/loop.js";
import { constant } from "../ops/leaf.js";
import type { Node } from "../ir/node.js";
import { makeRegion } from "../ir/region.js";
import { uniqueName } from "../passes/bodyInputs.js";
import { filled } from "../passes/filled.js";
import type { Context } from "./context.js";
import { invoke, type DerivativeCall } from "./derivatives.js";
import { mapNodes } from "./floats.js";
import { closeBody } from "./loopClose.js";
import { nodeValue, type Value } from "./values.js";

/**
 * `checkpoint(f)(x)`: the value of f, of whose inside the backward pass keeps
 * nothing. As a loop of one iteration, which is written out later.
 */
export function callCheckpoint(context: Context, call: DerivativeCall): Value {
  const { derivative, args, span } = call;
  // Whatever is older than this is outside.
  const index = bodyIndex("checkpoint");
  const result = invoke(context, derivative.of, args, call);
  const inside: Node[] = [];
  mapNodes(result, (node) => {
    if (node.id > index.id && !inside.includes(node)) inside.push(node);
    return nodeValue(node);
  });
  if (inside.length === 0) return result;
  const loopNode = context.within(span, () => checkpointed(index, inside));
  const results = new Map(
    inside.map((node, i) => [node, context.build(span, () => loopResult(loopNode, i, node))]),
  );
  return mapNodes(result, (node) => nodeValue(results.get(node) ?? node));
}

function checkpointed(index: Node, values: readonly Node[]): Node {
  const taken = new Set(["checkpoint"]);
  const inputs = values.map((value) =>
    bodyInput(uniqueName(value.name ?? "value", taken), value.type, value),
  );
  const body = closeBody({ index, inputs, proceed: null, next: values, kept: new Map() });
  return loop({
    range: { start: constant(0, "i32"), stop: constant(1, "i32") },
    step: 1,
    descending: false,
    carried: values.map((value) => filled(null, value)),
    sliced: [],
    captured: body.captured,
    checkpoint: true,
    region: makeRegion({
      inputs: [index, ...inputs, ...body.capturedInputs],
      proceed: null,
      next: body.next,
      records: [],
    }),
  });
}
