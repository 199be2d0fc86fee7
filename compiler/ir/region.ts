import { dimAdd, dimFloorDivide, dimSub, dynamicDim, type Dim } from "./dim.js";
import type { Graph, Output } from "./graph.js";
import type { Node } from "./node.js";

/**
 * The body of a loop: a graph of its own, which reads nothing from outside
 * but its inputs.
 *
 * ```
 * for index in start … stop by step, while `proceed`:
 *   carried = next(index, carried, sliced[iteration], captured)
 *   record[iteration] = …
 * ```
 */
export interface Region {
  /** Distinguishes bodies where nodes are compared. */
  readonly id: number;
  /** The index, the carried values, an element of each sliced value, the captured values. */
  readonly inputs: readonly Node[];
  /** Read before each iteration, with the carried values: false ends the loop. Null for always true. */
  readonly proceed: Node | null;
  /** The carried values after the iteration. */
  readonly next: readonly Node[];
  /**
   * Values kept for every iteration. The list grows when reverse mode finds
   * that it needs one; this is the only part of a graph that ever changes.
   */
  readonly records: Node[];
}

let nextId = 0;

export function makeRegion(parts: Omit<Region, "id">): Region {
  return { id: nextId++, ...parts };
}

/** The body as a graph, for whoever walks or rewrites it. */
export function regionGraph({ inputs, proceed, next, records }: Region): Graph {
  const named = (name: string, nodes: readonly Node[]) =>
    nodes.map((node, i): Output => ({ name: `${name}${i}`, node }));
  const conditions = proceed === null ? [] : [{ name: "while", node: proceed }];
  return {
    name: "body",
    inputs,
    outputs: [...conditions, ...named("next", next), ...named("record", records)],
    isBody: true,
  };
}

/** The body that a rewritten {@link regionGraph} stands for. */
export function regionLike(old: Region, { inputs, outputs }: Graph): Region {
  const nodes = outputs.map((output) => output.node);
  const first = old.proceed === null ? 0 : 1;
  return makeRegion({
    inputs,
    proceed: old.proceed === null ? null : (nodes[0] ?? null),
    next: nodes.slice(first, first + old.next.length),
    records: nodes.slice(first + old.next.length),
  });
}

/** A loop node taken apart. */
export interface LoopParts {
  readonly region: Region;
  /** Bounds of the index, i32 scalars; null where only `proceed` ends the loop and the index counts from 0. */
  readonly range: { readonly start: Node; readonly stop: Node } | null;
  /** What the index grows by; not 0. */
  readonly step: number;
  /** Whether the same indices are run through from the last to the first. */
  readonly descending: boolean;
  /** Operands: values carried from iteration to iteration, sliced along their first axis, and read as they are. */
  readonly carried: readonly Node[];
  readonly sliced: readonly Node[];
  readonly captured: readonly Node[];
  /** The inputs of the body that stand for them. */
  readonly index: Node;
  readonly carriedInputs: readonly Node[];
  readonly slicedInputs: readonly Node[];
  readonly capturedInputs: readonly Node[];
}

export function loopParts({ op, inputs, attrs }: Node): LoopParts {
  const { region } = op;
  const [index] = region?.inputs ?? [];
  if (region === undefined || index === undefined) throw new Error(`${op.name} is not a loop`);
  const ranged = attrs["ranged"] === true;
  const [start, stop] = inputs;
  const operands = ranged ? inputs.slice(2) : inputs;
  const [carried, sliced] = [Number(attrs["carried"]), Number(attrs["sliced"])];
  const split = (list: readonly Node[]) => ({
    carried: list.slice(0, carried),
    sliced: list.slice(carried, carried + sliced),
    captured: list.slice(carried + sliced),
  });
  const inside = split(region.inputs.slice(1));
  return {
    region,
    range: ranged && start !== undefined && stop !== undefined ? { start, stop } : null,
    step: Number(attrs["step"]),
    descending: attrs["descending"] === true,
    ...split(operands),
    index,
    carriedInputs: inside.carried,
    slicedInputs: inside.sliced,
    capturedInputs: inside.captured,
  };
}

/** How many iterations a range has, if that follows from sizes. */
export function tripCount(start: Dim | undefined, stop: Dim | undefined, step: number): Dim | null {
  if (start === undefined || stop === undefined) return null;
  const span = step > 0 ? dimSub(stop, start) : dimSub(start, stop);
  const size = Math.abs(step);
  const count = size === 1 ? span : dimFloorDivide(dimAdd(span, size - 1), size);
  return typeof count === "number" ? Math.max(0, count) : count;
}

/** The first axis of what a loop records. */
export function recordDim(count: Dim | null): Dim {
  return count ?? dynamicDim();
}
