import type { Node } from "../ir/node.js";
import { loopParts, makeRegion } from "../ir/region.js";
import { isFloat } from "../ir/type.js";
import { nth } from "../ops/chain.js";
import { definitionOf, loop, loopRecord, loopResult } from "../ops/loop.js";
import { variedInside } from "./active.js";
import { BodyInputs } from "./bodyInputs.js";
import { rebuilt } from "./recompute.js";
import { filled } from "./filled.js";

/** Forward mode over a graph, as {@link tangentLoop} needs it for the body. */
export type Jvp = (
  outputs: readonly Node[],
  wrt: readonly Node[],
  tangents: readonly (Node | null)[],
) => readonly (Node | null)[];

/** The tangents of what a loop ends with: of the result, or the record, with an index. Null for none. */
export interface LoopTangents {
  result(index: number): Node | null;
  record(index: number): Node | null;
}

/** The loop that carries, beside its values, how these change as the operands move. */
export function tangentLoop(
  node: Node,
  tangentOf: (operand: Node) => Node | undefined,
  jvp: Jvp,
): LoopTangents {
  const parts = loopParts(node);
  const { region } = parts;
  const names = new BodyInputs(region.inputs);
  const varied = variedInside(node, (operand) => tangentOf(operand) !== undefined);
  const moving = (operands: readonly Node[], inputs: readonly Node[]) =>
    inputs.flatMap((input, i) =>
      varied.has(input) && isFloat(input.type.dtype)
        ? [{ input, index: i, operand: nth(operands, i), tangent: names.derivative("v", input) }]
        : [],
    );
  const carried = moving(parts.carried, parts.carriedInputs);
  const sliced = moving(parts.sliced, parts.slicedInputs);
  const captured = moving(parts.captured, parts.capturedInputs);
  const all = [...carried, ...sliced, ...captured];
  const records = [...region.records];
  const moved = jvp(
    [...carried.map(({ index }) => nth(region.next, index)), ...records],
    all.map(({ input }) => input),
    all.map(({ tangent }) => tangent),
  );
  const next = carried.map(({ input }, i) => filled(moved[i] ?? null, input));
  const inputs = [
    parts.index,
    ...parts.carriedInputs,
    ...carried.map(({ tangent }) => tangent),
    ...parts.slicedInputs,
    ...sliced.map(({ tangent }) => tangent),
    ...parts.capturedInputs,
    ...captured.map(({ tangent }) => tangent),
  ];
  const outputs = [
    ...(region.proceed === null ? [] : [region.proceed]),
    ...region.next,
    ...next,
    ...records.map((record, i) => filled(moved[carried.length + i] ?? null, record)),
  ];
  // A body of its own: nodes are not shared between loops.
  const copy = rebuilt(inputs, outputs);
  const first = region.proceed === null ? 0 : 1;
  const count = region.next.length + next.length;
  const start = ({ operand }: { readonly operand: Node }) =>
    filled(tangentOf(operand) ?? null, operand);
  const tangents = loop({
    ...definitionOf(node),
    carried: [...parts.carried, ...carried.map(start)],
    sliced: [...parts.sliced, ...sliced.map(start)],
    captured: [...parts.captured, ...captured.map(start)],
    region: makeRegion({
      inputs: copy.inputs,
      proceed: region.proceed === null ? null : nth(copy.outputs, 0),
      next: copy.outputs.slice(first, first + count),
      records: [],
    }),
  });
  return {
    result: (index) => {
      const at = carried.findIndex((one) => one.index === index);
      return at < 0 ? null : loopResult(tangents, region.next.length + at);
    },
    record: (index) =>
      (moved[carried.length + index] ?? null) === null
        ? null
        : loopRecord(tangents, nth(copy.outputs, first + count + index)),
  };
}
