import { nodesOf } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { loopParts, makeRegion, type LoopParts } from "../ir/region.js";
import { isFloat } from "../ir/type.js";
import { accumulate } from "../ops/accumulate.js";
import { nth } from "../ops/chain.js";
import { constant } from "../ops/leaf.js";
import {
  bodyInput,
  countOf,
  endOf,
  isLoopRecord,
  loop,
  loopRecord,
  loopResult,
  loopValueIndex,
} from "../ops/loop.js";
import { variedInside } from "./active.js";
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
  const body = new BackwardBody(node, given, isActive, vjp);
  const backward = body.loop();
  for (const { operand, value } of body.contributions(backward))
    contribute(operand, { value, mask: mask ?? everywhere });
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

/** A value that the backward loop carries: where it starts, its input, what it becomes, whose gradient it is. */
interface Carried {
  readonly start: Node;
  readonly input: Node;
  readonly next: Node;
  readonly of: Node;
}

class BackwardBody {
  readonly #node: Node;
  readonly #parts: LoopParts;
  readonly #carried: readonly Carried[];
  /** Operands read element by element, and their inputs. */
  readonly #sliced: readonly { readonly operand: Node; readonly input: Node }[];
  /** Gradients of the loop's own sliced operands. */
  readonly #recorded: readonly { readonly of: Node; readonly gradient: Node }[];
  readonly #names = new Set<string>();

  constructor(
    node: Node,
    given: readonly GivenCotangent[],
    isActive: (operand: Node) => boolean,
    vjp: Vjp,
  ) {
    this.#node = node;
    const parts = loopParts(node);
    this.#parts = parts;
    const { region } = parts;
    const results = new Map<number, Node[]>();
    const records: { readonly value: Node; readonly operand: Node; readonly input: Node }[] = [];
    for (const { of, value } of given) {
      const index = loopValueIndex(of);
      if (!isLoopRecord(of)) {
        results.set(index, [...(results.get(index) ?? []), value]);
        continue;
      }
      const recorded = nth(region.records, index);
      records.push({ value: recorded, operand: value, input: this.#adjointInput(recorded) });
    }
    const active = this.#activeCarried(
      isActive,
      new Set(results.keys()),
      records.map(({ value }) => value),
    );
    const states = active.map((k) => {
      const input = nth(parts.carriedInputs, k);
      const sum = results.get(k);
      const start = sum === undefined ? filled(null, input) : filled(accumulate(sum), input);
      return { k, of: nth(parts.carried, k), input, start, adjoint: this.#adjointInput(input) };
    });
    const among = (operands: readonly Node[], inputs: readonly Node[]) =>
      operands.flatMap((operand, i) =>
        isActive(operand) && isFloat(operand.type.dtype)
          ? [{ operand, input: nth(inputs, i) }]
          : [],
      );
    const captured = among(parts.captured, parts.capturedInputs);
    const sliced = among(parts.sliced, parts.slicedInputs);
    const gradients = vjp(
      [...states.map(({ k }) => nth(region.next, k)), ...records.map(({ value }) => value)],
      [...states.map(({ adjoint }) => adjoint), ...records.map(({ input }) => input)],
      [...states, ...captured, ...sliced].map(({ input }) => input),
    );
    const gradientOf = new Map(
      [...states, ...captured, ...sliced].map(({ input }, i) => [input, gradients[i] ?? null]),
    );
    const sums = captured.flatMap(({ operand, input }) => {
      const gradient = gradientOf.get(input) ?? null;
      return gradient === null
        ? []
        : [{ of: operand, input, gradient, adjoint: this.#adjointInput(input) }];
    });
    const wanted = [
      ...states.map(({ input }) => filled(gradientOf.get(input) ?? null, input)),
      ...sums.map(({ adjoint, gradient, input }) => summed(adjoint, gradient, input)),
      ...sliced.map(({ input }) => filled(gradientOf.get(input) ?? null, input)),
    ];
    const { images, saved, reads } = recompute(parts, wanted, (value) =>
      bodyInput(this.#unique(value.name ?? "saved"), value.type, value),
    );
    const image = (i: number) => nth(images, i);
    this.#carried = [
      ...states.map(({ of, start, adjoint }, i) => ({
        of,
        start,
        input: adjoint,
        next: image(i),
      })),
      ...sums.map(({ of, input, adjoint }, i) => ({
        of,
        start: filled(null, input),
        input: adjoint,
        next: image(states.length + i),
      })),
    ];
    this.#recorded = sliced.map(({ operand }, i) => ({
      of: operand,
      gradient: image(states.length + sums.length + i),
    }));
    this.#sliced = [
      ...records,
      ...reads.sliced,
      ...saved.map(({ value, input }) => ({
        operand: loopRecord(node, value, { name: value.name, derivedName: value.derivedName }),
        input,
      })),
    ];
    this.#captured = reads.captured;
    this.#index = reads.index;
  }

  readonly #captured: readonly { readonly operand: Node; readonly input: Node }[];
  readonly #index: Node;

  loop(): Node {
    const { range, step, descending } = this.#parts;
    const start = range === null ? constant(0, "i32") : range.start;
    return loop({
      range: { start, stop: endOf(this.#node) },
      step,
      descending: !descending,
      carried: this.#carried.map((one) => one.start),
      sliced: this.#sliced.map(({ operand }) => operand),
      captured: this.#captured.map(({ operand }) => operand),
      region: makeRegion({
        inputs: [
          this.#index,
          ...this.#carried.map(({ input }) => input),
          ...this.#sliced.map(({ input }) => input),
          ...this.#captured.map(({ input }) => input),
        ],
        proceed: null,
        next: this.#carried.map(({ next }) => next),
        records: [],
      }),
      count: countOf(this.#node),
    });
  }

  contributions(backward: Node): readonly { readonly operand: Node; readonly value: Node }[] {
    return [
      ...this.#carried.map(({ of }, k) => ({ operand: of, value: loopResult(backward, k) })),
      ...this.#recorded.map(({ of, gradient }) => ({
        operand: of,
        value: loopRecord(backward, gradient),
      })),
    ];
  }

  /** Carried values that depend on what is differentiated by, and on which a given gradient depends. */
  #activeCarried(
    isActive: (operand: Node) => boolean,
    results: ReadonlySet<number>,
    records: readonly Node[],
  ): readonly number[] {
    const { region, carriedInputs } = this.#parts;
    const varied = variedInside(this.#node, isActive);
    const useful = new Set(results);
    for (let size = -1; size !== useful.size;) {
      size = useful.size;
      const outputs = [...[...useful].map((k) => nth(region.next, k)), ...records];
      const read = new Set(nodesOf({ name: "", inputs: [], outputs: outputs.map(asOutput) }));
      carriedInputs.forEach((input, k) => read.has(input) && useful.add(k));
    }
    return carriedInputs.flatMap((input, k) => (useful.has(k) && varied.has(input) ? [k] : []));
  }

  #adjointInput(of: Node): Node {
    const name = this.#unique(`d${of.name ?? "value"}`);
    return bodyInput(name, of.type, {
      name: `d${of.name ?? "value"}`,
      derivedName: of.name === undefined ? true : of.derivedName,
    });
  }

  #unique(name: string): string {
    let unique = name;
    for (let i = 2; this.#names.has(unique); i++) unique = `${name}_${i}`;
    this.#names.add(unique);
    return unique;
  }
}

const asOutput = (node: Node, i: number) => ({ name: String(i), node });

/** One more contribution to what the iterations before have added up. */
function summed(sum: Node, gradient: Node, input: Node): Node {
  const parts = gradient.op.name === "accumulate" ? gradient.inputs : [gradient];
  return accumulate([sum, ...parts.map((part) => filled(part, input))], {
    name: sum.name,
    derivedName: sum.derivedName,
  });
}
