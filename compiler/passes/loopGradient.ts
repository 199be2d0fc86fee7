import { nodesOf, reachable } from "../ir/graph.js";
import type { Node, Step } from "../ir/node.js";
import { loopParts, makeRegion, regionGraph, type LoopParts } from "../ir/region.js";
import { isFloat } from "../ir/type.js";
import { accumulate } from "../ops/accumulate.js";
import { nth } from "../ops/chain.js";
import { constant } from "../ops/leaf.js";
import {
  countOf,
  endOf,
  isCheckpoint,
  isLoopRecord,
  loop,
  loopRecord,
  loopResult,
  loopValueIndex,
} from "../ops/loop.js";
import { variedInside } from "./active.js";
import { BodyInputs } from "./bodyInputs.js";
import { filled } from "./filled.js";
import { everywhere, masked, type Contribution, type Mask } from "./mask.js";
import { recompute } from "./recompute.js";

/** The gradient of one result, or one contribution to that of one record. */
export interface LoopCotangent {
  readonly of: Node;
  readonly adjoint: Contribution;
}

/** Reverse mode over a graph, as {@link pullBackLoop} needs it for the body. */
export type Vjp = (
  outputs: readonly Node[],
  cotangents: readonly Node[],
  wrt: readonly Node[],
) => readonly (Node | null)[];

/**
 * The chain rule of a loop: a loop through the same iterations backwards. It
 * carries the gradients of the carried values, and adds up those of the values
 * read as they are. What it needs of the forward pass it recomputes, or reads
 * from what the loop is made to record.
 */
export function pullBackLoop(
  node: Node,
  cotangents: readonly LoopCotangent[],
  isActive: (operand: Node) => boolean,
  contribute: (to: Node, contribution: Contribution) => void,
  vjp: Vjp,
): void {
  const mask = sharedMask(cotangents);
  const given = cotangents.map(({ of, adjoint }) => ({
    of,
    value: mask === null ? masked(adjoint) : adjoint.value,
  }));
  for (const { of, value } of backwardLoop(node, given, isActive, vjp))
    contribute(of, { value, mask: mask ?? everywhere });
}

/** The conditions under which all of these count, if they are the same and whole branches; else null. */
function sharedMask(cotangents: readonly LoopCotangent[]): Mask | null {
  const [first, ...rest] = cotangents.map(({ adjoint }) => adjoint.mask);
  if (first === undefined) return everywhere;
  const whole = first.every(({ condition }) => condition.type.shape.length === 0);
  const same = (mask: Mask) =>
    mask.length === first.length &&
    mask.every(
      ({ condition, holds }, i) => condition === first[i]?.condition && holds === first[i].holds,
    );
  return whole && rest.every(same) ? first : null;
}

interface GivenCotangent {
  readonly of: Node;
  readonly value: Node;
}

/** A value from outside, and the input of a body that stands for it. */
interface Operand {
  readonly operand: Node;
  readonly input: Node;
}

/** A value that the backward loop carries: where it starts, its input, what it becomes, whose gradient it is. */
interface Sum {
  readonly start: Node;
  readonly input: Node;
  readonly next: Node;
  readonly of: Node;
}

/** A gradient that the backward loop ends with. */
interface Gradient {
  readonly of: Node;
  readonly value: Node;
}

function backwardLoop(
  node: Node,
  given: readonly GivenCotangent[],
  isActive: (operand: Node) => boolean,
  vjp: Vjp,
): readonly Gradient[] {
  const parts = loopParts(node);
  const { region } = parts;
  const names = new BodyInputs(region.inputs);
  const results = given.filter(({ of }) => !isLoopRecord(of));
  const records = given.flatMap(({ of, value }) => {
    const recorded = region.records[loopValueIndex(of)];
    if (!isLoopRecord(of) || recorded === undefined) return [];
    return [{ recorded, operand: value, input: names.derivative("d", recorded) }];
  });
  const resultOf = (k: number) =>
    results.flatMap(({ of, value }) => (loopValueIndex(of) === k ? [value] : []));
  const recorded = records.map((record) => record.recorded);
  const states = activeCarried(node, isActive, results, recorded).map((k) => {
    const input = nth(parts.carriedInputs, k);
    const values = resultOf(k);
    const start = filled(values.length === 0 ? null : accumulate(values), input);
    return { k, of: nth(parts.carried, k), input, start, adjoint: names.derivative("d", input) };
  });
  const floats = (operands: readonly Node[], inputs: readonly Node[]) =>
    operands
      .map((operand, i): Operand => ({ operand, input: nth(inputs, i) }))
      .filter(({ operand }) => isActive(operand) && isFloat(operand.type.dtype));
  const captured = floats(parts.captured, parts.capturedInputs);
  const sliced = floats(parts.sliced, parts.slicedInputs);
  const wrt = [...states, ...captured, ...sliced].map(({ input }) => input);
  const gradients = vjp(
    [...states.map(({ k }) => nth(region.next, k)), ...recorded],
    [...states.map(({ adjoint }) => adjoint), ...records.map(({ input }) => input)],
    wrt,
  );
  const gradientOf = (input: Node) => gradients[wrt.indexOf(input)] ?? null;
  const totals = captured.flatMap(({ operand, input }) => {
    const gradient = gradientOf(input);
    return gradient === null
      ? []
      : [{ of: operand, input, gradient, adjoint: names.derivative("d", input) }];
  });
  const wanted = [
    ...states.map(({ input }) => filled(gradientOf(input), input)),
    ...totals.map(({ adjoint, gradient, input }) => summed(adjoint, gradient, input)),
    ...sliced.map(({ input }) => filled(gradientOf(input), input)),
  ];
  const { images, saved, reads } = recompute(
    { parts, everything: isCheckpoint(node), last: lastStep(parts) },
    wanted,
    (value) => names.make(value.type, value),
  );
  const image = (i: number) => nth(images, i);
  const sums: readonly Sum[] = [
    ...states.map(({ of, start, adjoint: input }, i) => ({ of, start, input, next: image(i) })),
    ...totals.map(({ of, input, adjoint }, i) => ({
      of,
      start: filled(null, input),
      input: adjoint,
      next: image(states.length + i),
    })),
  ];
  const slices: readonly Operand[] = [
    ...records,
    ...reads.sliced,
    ...saved.map(({ value, input }) => ({ operand: loopRecord(node, value, value), input })),
  ];
  const start = parts.range === null ? constant(0, "i32") : parts.range.start;
  const backward = loop({
    range: { start, stop: endOf(node) },
    step: parts.step,
    descending: !parts.descending,
    carried: sums.map((sum) => sum.start),
    sliced: slices.map(({ operand }) => operand),
    captured: reads.captured.map(({ operand }) => operand),
    region: makeRegion({
      inputs: [reads.index, ...[...sums, ...slices, ...reads.captured].map(({ input }) => input)],
      proceed: null,
      next: sums.map(({ next }) => next),
      records: [],
    }),
    count: countOf(node),
    checkpoint: isCheckpoint(node),
  });
  const first = states.length + totals.length;
  return [
    ...sums.map(({ of }, k) => ({ of, value: loopResult(backward, k) })),
    ...sliced.map(({ operand }, i) => ({
      of: operand,
      value: loopRecord(backward, image(first + i)),
    })),
  ];
}

/** The last line of a body. */
function lastStep({ region }: LoopParts): Step {
  const nodes = nodesOf(regionGraph(region));
  return nth(nodes, nodes.length - 1).origin.step;
}

/** Carried values that depend on what is differentiated by, and on which a given gradient depends. */
function activeCarried(
  node: Node,
  isActive: (operand: Node) => boolean,
  results: readonly GivenCotangent[],
  recorded: readonly Node[],
): readonly number[] {
  const { region, carriedInputs } = loopParts(node);
  const varied = variedInside(node, isActive);
  const useful = new Set(results.map(({ of }) => loopValueIndex(of)));
  for (let size = -1; size !== useful.size;) {
    size = useful.size;
    const read = new Set(reachable([...[...useful].map((k) => nth(region.next, k)), ...recorded]));
    carriedInputs.forEach((input, k) => read.has(input) && useful.add(k));
  }
  return carriedInputs.flatMap((input, k) => (useful.has(k) && varied.has(input) ? [k] : []));
}

/** One more contribution to what the iterations before have added up. */
function summed(sum: Node, gradient: Node, input: Node): Node {
  const parts = gradient.op.name === "accumulate" ? gradient.inputs : [gradient];
  return accumulate([sum, ...parts.map((part) => filled(part, input))], {
    name: sum.name,
    derivedName: sum.derivedName,
  });
}
