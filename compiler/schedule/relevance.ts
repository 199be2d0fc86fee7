import { regionGraph } from "../ir/region.js";
import { nodesOf } from "../ir/graph.js";
import type { Node } from "../ir/node.js";
import { loopParts } from "../ir/region.js";
import { nth } from "../ops/chain.js";
import { isLoop, isLoopRecord, loopOf, loopValueIndex } from "../ops/loop.js";
import { commonPrefix, sameLiteral, type Guard, type GuardLiteral } from "./guard.js";

/**
 * When a kept value matters. The loop that reads a record may do so under a
 * condition only; the loop that writes it need not work the value out where
 * that condition, told in its own terms, does not hold.
 *
 * @param readers the nodes that read the record
 */
export function relevanceOf(record: Node, readers: readonly Node[]): Guard {
  const guards = readers.map((reader) => guardOfReader(record, reader));
  const [first, ...rest] = guards;
  return first === undefined ? [] : rest.reduce(commonPrefix, first);
}

function guardOfReader(record: Node, reader: Node): Guard {
  if (!isLoop(reader)) return [];
  const { sliced, slicedInputs } = loopParts(reader);
  const own = reader.inputs.filter((x) => x === record).length;
  const inputs = slicedInputs.filter((_, j) => sliced[j] === record);
  if (inputs.length !== own) return [];
  const { guards, meaningFrom } = knownOf(reader);
  const literals = inputs.map((input) => guards.get(input) ?? []).reduce(commonPrefix);
  if (literals.length === 0) return [];
  const meaning = meaningFrom(loopOf(record));
  const told: GuardLiteral[] = [];
  for (const { condition, holds } of literals) {
    const same = meaning(condition);
    if (same === undefined) break;
    told.push({ condition: same, holds });
  }
  return told;
}

/** What is asked of a loop for each record it reads. */
interface KnownOfReader {
  readonly guards: ReadonlyMap<Node, Guard>;
  /** Its nodes in terms of the loop that writes a record. */
  readonly meaningFrom: (writer: Node) => Meaning;
}

type Meaning = (node: Node) => Node | undefined;

const knownOfReaders = new WeakMap<Node, KnownOfReader>();

function knownOf(reader: Node): KnownOfReader {
  const known = knownOfReaders.get(reader);
  if (known !== undefined) return known;
  const meaningsFrom = new Map<Node, Meaning>();
  const made: KnownOfReader = {
    guards: guardsAmong(nodesOf(regionGraph(loopParts(reader).region)), new Map()),
    meaningFrom: (writer) => {
      const meaning = meaningsFrom.get(writer) ?? meanings(writer, reader);
      meaningsFrom.set(writer, meaning);
      return meaning;
    },
  };
  knownOfReaders.set(reader, made);
  return made;
}

/**
 * For each node, which outcomes of scalar conditions all that reads it has in
 * common, given those under which some are read from elsewhere.
 */
export function guardsAmong(
  nodes: readonly Node[],
  given: ReadonlyMap<Node, Guard>,
): ReadonlyMap<Node, Guard> {
  const guards = new Map(given);
  for (const node of nodes.toReversed()) {
    const own = guards.get(node) ?? [];
    node.inputs.forEach((x, i) => {
      const literal = literalOf(node, i);
      const isKnown = literal === null || own.some((one) => sameLiteral(one, literal));
      const demand = isKnown ? own : [...own, literal];
      const known = guards.get(x);
      guards.set(x, known === undefined ? demand : commonPrefix(known, demand));
    });
  }
  return guards;
}

/** The outcome under which a choice takes its i-th operand. */
function literalOf({ op, inputs }: Node, i: number): GuardLiteral | null {
  if (i === 0 || op.lowering.kind !== "scalar" || op.lowering.code.kind !== "select") return null;
  const condition = nth(inputs, 0);
  return condition.type.shape.length === 0 ? { condition, holds: i === 1 } : null;
}

/** Nodes of one loop's body by those of another's that have the same value in the same iteration. */
function meanings(writer: Node, reader: Node): Meaning {
  const [own, other] = [loopParts(writer), loopParts(reader)];
  const leaves = new Map<Node, string>();
  const outer = (inputs: readonly Node[], operands: readonly Node[]) =>
    inputs.forEach((input, i) => leaves.set(input, `outer${nth(operands, i).id}`));
  outer(own.capturedInputs, own.captured);
  outer(other.capturedInputs, other.captured);
  const isSameRange =
    own.step === other.step && own.range?.start === other.range?.start && own.range !== null;
  if (isSameRange) [own.index, other.index].forEach((index) => leaves.set(index, "index"));
  const keys = new Map<Node, number>();
  // Numbers for expressions: written out, one that is shared would double with each use.
  const numbers = new Map<string, number>();
  const keyOf = (node: Node): number => {
    const known = keys.get(node);
    if (known !== undefined) return known;
    const parts = node.inputs.map(keyOf).join(",");
    const leaf = node.op.lowering.kind === "leaf" && node.op.name === "input";
    const text = leaf
      ? (leaves.get(node) ?? `#${node.id}`)
      : `${node.op.name}${node.op.region?.id ?? ""}(${parts})${JSON.stringify(node.attrs)}`;
    const key = numbers.get(text) ?? numbers.size;
    numbers.set(text, key);
    keys.set(node, key);
    return key;
  };
  const nodes = nodesOf(regionGraph(own.region));
  const byKey = new Map(nodes.map((node) => [keyOf(node), node]));
  other.sliced.forEach((operand, j) => {
    if (!isLoopRecord(operand) || loopOf(operand) !== writer) return;
    const value = own.region.records[loopValueIndex(operand)];
    if (value !== undefined) keys.set(nth(other.slicedInputs, j), keyOf(value));
  });
  return (node) => byKey.get(keyOf(node));
}
