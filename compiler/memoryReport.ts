import { dimAdd, dimDivide, evaluateDim, isDynamic, type Dim } from "./ir/dim.js";
import type { Graph } from "./ir/graph.js";
import type { Node } from "./ir/node.js";
import { elementCount } from "./ir/type.js";
import { loopOf } from "./ops/loop.js";
import { ForwardPass } from "./memory.js";
import { copiesOf } from "./memoryCopies.js";
import type { Fitted } from "./memoryBudget.js";
import { labelOf } from "./memoryFormula.js";
import { LoopMemory } from "./memoryLoops.js";
import type { Sizes } from "./memoryPlan.js";
import { Readers, recordedBy } from "./memoryReaders.js";
import {
  bytesOf,
  distinct,
  isWorthNaming,
  recomputingFrom,
  type Decision,
  type MemoryRow,
  type Recomputing,
} from "./memoryRow.js";

/** What the backward pass of a function reads of the forward pass, in the order it is computed. */
export function memoryRows({ lowered, recomputed }: Fitted, results: number): readonly MemoryRow[] {
  const pass = new ForwardPass(lowered, results);
  const readers = new Readers(
    lowered,
    new Map(lowered.outputs.map((output) => [output.node, output.name])),
  );
  const loops = new LoopMemory(lowered);
  const held = new Set(pass.held.map(({ node }) => node));
  const outside = pass.held.map(({ node, readers: list, isResult }): MemoryRow => {
    const decision: Decision = isResult
      ? "a result"
      : recomputed.has(node)
        ? "recomputed"
        : "stored";
    const value = recordedBy(node) ?? node;
    return {
      label: labelOf(value),
      node: value.inputs.length > 0 ? value : loopOf(node),
      type: node.type,
      decision,
      recomputing:
        loops.recomputing(node) ??
        recomputing(node, pass, (x) => held.has(x) && !recomputed.has(x)),
      readings: distinct(list.flatMap((reader) => readers.readingsOf(node, reader))),
    };
  });
  return [...outside, ...copiedRows(lowered, pass, readers), ...loops.recomputedRows()];
}

/** What is computed again because the author said so. */
function copiedRows(graph: Graph, pass: ForwardPass, readers: Readers): readonly MemoryRow[] {
  const copies = copiesOf(graph, pass);
  const readersOf = new Map<Node, Node[]>();
  for (const reader of pass.times.keys()) {
    if (copies.has(reader) || pass.isSeenThrough(reader)) continue;
    for (const copy of pass.operandsOf(reader))
      if (copies.has(copy)) readersOf.set(copy, [...(readersOf.get(copy) ?? []), reader]);
  }
  return [...readersOf].map(([copy, list]): MemoryRow => {
    const { made, read } = behindCopy(copy, copies, pass);
    const node = copies.get(copy) ?? copy;
    return {
      label: labelOf(node),
      node,
      type: node.type,
      decision: "recomputed",
      recomputing: recomputingFrom(made, read.filter(isWorthNaming)),
      readings: distinct(list.flatMap((reader) => readers.readingsOf(copy, reader))),
    };
  });
}

function behindCopy(copy: Node, copies: ReadonlyMap<Node, Node>, pass: ForwardPass) {
  const [made, read] = [new Set([copy]), new Set<Node>()];
  for (const node of made)
    for (const x of pass.operandsOf(node)) (copies.has(x) ? made : read).add(x);
  return { made: [...made], read: [...read].toSorted((a, b) => a.id - b.id) };
}

function recomputing(node: Node, pass: ForwardPass, isKept: (node: Node) => boolean): Recomputing {
  const behind = pass.behind(node, isKept);
  const sources = behind
    .flatMap((x) => pass.operandsOf(x))
    .filter((x) => !behind.includes(x) && isWorthNaming(x))
    .toSorted((a, b) => a.id - b.id);
  return recomputingFrom(behind, sources);
}

/** The cost of an element: `1570 per element`; of everything, where elements have no equal share. */
export function costText(row: MemoryRow, sizes: Sizes): string {
  if (row.recomputing.kind === "impossible") return row.recomputing.why;
  const { work, from } = row.recomputing;
  const each = dimDivide(work, elementCount(row.type));
  const cost =
    each === undefined ? `${dimText(work, sizes)} in all` : `${dimText(each, sizes)} per element`;
  return from.length === 0 ? cost : `${cost}, from ${from.join(", ")}`;
}

/** A dimension as a number, where the sizes say so. */
export function dimText(dim: Dim, sizes: Sizes): string {
  if (isDynamic(dim)) return String(dim);
  try {
    return String(evaluateDim(dim, sizes));
  } catch (error) {
    if (error instanceof RangeError) return String(dim);
    throw error;
  }
}

/** Bytes that are stored. */
export function storedBytes(rows: readonly MemoryRow[]): Dim {
  return rows
    .filter(({ decision }) => decision === "stored")
    .reduce<Dim>((sum, { type }) => dimAdd(sum, bytesOf(type)), 0);
}
